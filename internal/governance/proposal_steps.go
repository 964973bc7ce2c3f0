package governance

import (
	"fmt"

	"github.com/ki-styring/aims/internal/record"
)

// DraftProposal drafts a proposal of a body.
func DraftProposal(tx *record.Tx, in ProposalInput) (*Proposal, error) {
	if err := tx.Collect(inBody(tx, &in.Matter, in.Scope)); err != nil {
		return nil, err
	}
	return Proposals.Create(tx, NewProposal(in))
}

// AgreeProposal records that the body has agreed on a proposal. The body's mandate must have the power to propose.
func AgreeProposal(tx *record.Tx, ref record.Ref, in ResolutionInput) (*Proposal, error) {
	return Proposals.Change(tx, ref, func(p *Proposal) error {
		x, err := proceedingOf(tx, p.Matter, Propose, in)
		if err != nil {
			return err
		}
		r, err := x.resolve(tx, p.MeetingID, in, p.Ballots)
		if err != nil {
			return err
		}
		return p.Agree(r)
	})
}

// path returns the review path of a proposal: that of the mandate it was agreed under.
func path(tx *record.Tx, p *Proposal) ([]Step, error) {
	if p.Resolution == nil {
		return nil, nil
	}
	m, err := Mandates.Find(tx, p.Resolution.MandateID)
	if err != nil {
		return nil, fmt.Errorf("read mandate: %w", err)
	}
	return m.ReviewPath, nil
}

// AdvanceProposal takes a proposal to the next step of its review path.
func AdvanceProposal(tx *record.Tx, ref record.Ref, in Note, roles Roles) (*Proposal, error) {
	return Proposals.Change(tx, ref, func(p *Proposal) error {
		if err := mayFile(tx, p.BodyID, roles); err != nil {
			return err
		}
		stops, err := path(tx, p)
		if err != nil {
			return err
		}
		return p.Advance(stops, in.Note, tx.Actor.ID, tx.Now)
	})
}

// WithdrawProposal withdraws a proposal. Only a member of the body may.
func WithdrawProposal(tx *record.Tx, ref record.Ref) (*Proposal, error) {
	return Proposals.Change(tx, ref, func(p *Proposal) error { return then(membersOnly(tx, p.Matter), p.Withdraw) })
}

// VoteOnProposal records the actor's vote.
func VoteOnProposal(tx *record.Tx, ref record.Ref, in CastInput) (*Proposal, error) {
	return Proposals.Change(tx, ref, func(p *Proposal) error { return vote(tx, p.Matter, &p.Ballots, in) })
}

// ChangeProposal changes a draft.
func ChangeProposal(tx *record.Tx, ref record.Ref, fn func(*Proposal) error) (*Proposal, error) {
	return Proposals.Change(tx, ref, func(p *Proposal) error { return redraft(tx, p, &p.Matter, func() error { return fn(p) }) })
}
