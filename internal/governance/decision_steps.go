package governance

import (
	"fmt"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// DraftDecision drafts a decision of a body.
func DraftDecision(tx *record.Tx, in DecisionInput, carrier Carrier) (*Decision, error) {
	if err := inBody(tx, &in.Matter, in.Scope); err != nil {
		return nil, err
	}
	if in.CorrectsID != "" {
		old, err := Decisions.Get(tx, in.CorrectsID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		if err == nil && (old.BodyID != in.BodyID || old.Status != DecisionAdopted) {
			tx.AddFaults(fault.NewField("/corrects_id", "not_correctable", "must be a decision of this body that still applies"))
		} else if err == nil {
			if len(in.About) == 0 {
				in.About = old.About
			}
			if err := tx.Collect(old.Corrects(in)); err != nil {
				return nil, err
			}
		}
	}
	d := NewDecision(in)
	if err := judgeAbout(tx, d, carrier); err != nil {
		return nil, err
	}
	return Decisions.Create(tx, d)
}

// judgeAbout takes what the case is about, when the decision does not say, and keeps what the records contain now.
func judgeAbout(tx *record.Tx, d *Decision, carrier Carrier) error {
	var c *Case
	if d.CaseID != "" {
		var err error
		if c, err = Cases.Get(tx, d.CaseID); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	if c != nil && len(d.About) == 0 {
		d.About = c.About
	}
	if d.Judged = []Judged{}; len(d.About) == 0 {
		return nil
	}
	b, err := bodyOf(tx, d.BodyID)
	if err != nil {
		return err
	}
	rows, err := d.rows(tx, b)
	for _, err := range []error{err, d.onCase(c), d.inputs(carrier, d.Outcome)} {
		if err := tx.Collect(err); err != nil {
			return err
		}
	}
	if err != nil {
		return nil //nolint:nilerr // its faults are collected, and the write reports them
	}
	d.Judged, err = d.judge(tx, rows)
	return err
}

// VoteOnDecision records the actor's vote.
func VoteOnDecision(tx *record.Tx, ref record.Ref, in CastInput) (*Decision, error) {
	return Decisions.Change(tx, ref, func(d *Decision) error { return vote(tx, d.Matter, &d.Ballots, in) })
}

// WithdrawDecision withdraws a draft. Only a member of the body may.
func WithdrawDecision(tx *record.Tx, ref record.Ref) (*Decision, error) {
	return Decisions.Change(tx, ref, func(d *Decision) error { return then(membersOnly(tx, d.Matter), d.Withdraw) })
}

// AdoptDecision makes a decision final. The body's mandate must have the power to decide, the body must not have made the proposal itself,
// and the meeting must have a quorum. The proposal or the corrected decision changes with it.
func AdoptDecision(tx *record.Tx, ref record.Ref, in ResolutionInput, carrier Carrier) (*Decision, error) {
	d, err := Decisions.Change(tx, ref, func(d *Decision) error {
		x, err := proceedingOf(tx, d.Matter, Decide, in)
		if err != nil {
			return err
		}
		if err := decidable(tx, d); err != nil {
			return err
		}
		if len(d.About) > 0 {
			rows, err := d.standing(tx, x.body, x.c)
			if err != nil {
				return err
			}
			x.bars = func(seats []MeetingSeat) ([]string, error) { return d.barred(tx, rows, seats, carrier) }
		}
		r, err := x.resolve(tx, d.MeetingID, in, d.Ballots)
		if err != nil {
			return err
		}
		return d.Adopt(r)
	})
	if err != nil {
		return nil, err
	}
	return d, settle(tx, d)
}

// decidable checks the subject of a decision: a proposal or advice of another body that is ready, or an earlier decision that this one
// may correct.
func decidable(tx *record.Tx, d *Decision) error {
	own := func(number string) error {
		return fault.New(fault.Forbidden, "proposer_decides", "you proposed %s, so somebody else must decide on it", number)
	}
	if d.CorrectsID != "" {
		old, err := Decisions.Find(tx, d.CorrectsID)
		if err != nil {
			return fmt.Errorf("read decision: %w", err)
		}
		if old.Status != DecisionAdopted {
			return fault.New(fault.Conflict, "not_correctable/ended", "%s no longer applies, so it cannot be corrected", old.Number)
		}
		if err := old.Corrects(d.DecisionInput); err != nil {
			return err
		}
	}
	if d.AdviceID != "" {
		a, err := AdviceRepo.Find(tx, d.AdviceID)
		if err != nil {
			return fmt.Errorf("read advice: %w", err)
		}
		if a.BodyID == d.BodyID {
			return own(a.Number)
		}
		if a.Resolution == nil {
			return fault.New(fault.Conflict, "not_agreed", "%s must be agreed on first", a.Number)
		}
	}
	if d.ProposalID == "" {
		return nil
	}
	p, err := Proposals.Find(tx, d.ProposalID)
	if err != nil {
		return fmt.Errorf("read proposal: %w", err)
	}
	if p.BodyID == d.BodyID {
		return own(p.Number)
	}
	if p.DecidingBodyID != "" {
		named, err := Bodies.Find(tx, p.DecidingBodyID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return fmt.Errorf("read body: %w", err)
		}
		if err == nil && named.ID != d.BodyID {
			return fault.New(fault.Forbidden, "other_decides", "only the body %[2]s can decide on %[1]s", p.Number, named.Number)
		}
	}
	if p.Status == ProposalDecided && d.CorrectsID != "" {
		return nil
	}
	stops, err := path(tx, p)
	if err != nil {
		return err
	}
	return p.Ready(stops)
}

// settle applies a decision to its subject: the decision that it corrects, or the proposal.
func settle(tx *record.Tx, d *Decision) error {
	if d.CorrectsID != "" {
		_, err := Decisions.Change(tx.Follow("decision", "correct"), record.Ref{ID: d.CorrectsID, Version: record.AnyVersion},
			func(old *Decision) error { return old.Correct(d.ID) })
		return err
	}
	if d.ProposalID == "" {
		return nil
	}
	_, err := Proposals.Change(tx.Follow("proposal", "decide"), record.Ref{ID: d.ProposalID, Version: record.AnyVersion},
		func(p *Proposal) error { return p.Decide(d.Outcome, d.ID) })
	return err
}

// ChangeDecision changes a draft.
func ChangeDecision(tx *record.Tx, ref record.Ref, fn func(*Decision) error, carrier Carrier) (*Decision, error) {
	return Decisions.Change(tx, ref, func(d *Decision) error {
		return redraft(tx, d, &d.Matter, func() error {
			if err := fn(d); err != nil {
				return err
			}
			return judgeAbout(tx, d, carrier)
		})
	})
}
