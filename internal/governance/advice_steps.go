package governance

import (
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// DraftAdvice drafts an advice of a body.
func DraftAdvice(tx *record.Tx, in AdviceInput) (*Advice, error) {
	if err := tx.Collect(inBody(tx, &in.Matter, in.Scope)); err != nil {
		return nil, err
	}
	return AdviceRepo.Create(tx, NewAdvice(in))
}

// GiveAdvice gives an advice as the body resolved it. The body's mandate must have the power to advise.
func GiveAdvice(tx *record.Tx, ref record.Ref, in ResolutionInput) (*Advice, error) {
	return AdviceRepo.Change(tx, ref, func(a *Advice) error {
		x, err := proceedingOf(tx, a.Matter, Advise, in)
		if err != nil {
			return err
		}
		r, err := x.resolve(tx, a.MeetingID, in, a.Ballots)
		if err != nil {
			return err
		}
		if x.c != nil {
			if a.Judged, err = x.c.content(tx); err != nil {
				return err
			}
		}
		return a.Give(r)
	})
}

// AnswerAdvice records the answer of the body that was advised. Only a member of that body may record it.
func AnswerAdvice(tx *record.Tx, ref record.Ref, in Reply) (*Advice, error) {
	return AdviceRepo.Change(tx, ref, func(a *Advice) error {
		b, err := Bodies.Find(tx, a.Addressee)
		if err == nil {
			_, err = ownSeat(tx, b)
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		return a.Answer(in, tx.Actor.ID, tx.Now)
	})
}

// WithdrawAdvice withdraws a draft. Only a member of the body may.
func WithdrawAdvice(tx *record.Tx, ref record.Ref) (*Advice, error) {
	return AdviceRepo.Change(tx, ref, func(a *Advice) error { return then(membersOnly(tx, a.Matter), a.Withdraw) })
}

// VoteOnAdvice records the actor's vote.
func VoteOnAdvice(tx *record.Tx, ref record.Ref, in CastInput) (*Advice, error) {
	return AdviceRepo.Change(tx, ref, func(a *Advice) error { return vote(tx, a.Matter, &a.Ballots, in) })
}

// ChangeAdvice changes a draft.
func ChangeAdvice(tx *record.Tx, ref record.Ref, fn func(*Advice) error) (*Advice, error) {
	return AdviceRepo.Change(tx, ref, func(a *Advice) error { return redraft(tx, a, &a.Matter, func() error { return fn(a) }) })
}
