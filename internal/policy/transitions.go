package policy

import (
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Publication is how an edition is published.
type Publication struct {
	// Significant asks everyone to acknowledge again. It must be said: left out, nobody would be asked.
	Significant *bool `json:"significant" validate:"required" example:"true"`
}

// Submit hands the edition in for approval.
func (p *Policy) Submit(by string) error {
	var b fault.Blockers
	if strings.TrimSpace(p.Title) == "" {
		b.Add("title_missing", "/title", "the document must have a title")
	}
	if strings.TrimSpace(p.Body) == "" {
		b.Add("body_missing", "/body", "the document must have a text")
	}
	if p.OwnerID == "" {
		b.Add("owner_missing", "/owner_id", "the document must have an owner")
	}
	if err := b.Err(); err != nil {
		return err
	}
	p.Status, p.SubmittedBy = InReview, by
	return nil
}

// Withdraw takes the edition back from review. Only who handed it in, or the owner, can.
func (p *Policy) Withdraw(by string) error {
	if by != p.SubmittedBy && by != p.OwnerID {
		return fault.New(fault.Forbidden, "not_submitter_or_owner", "only the person who submitted it, or its owner, can withdraw it")
	}
	p.Status, p.SubmittedBy = Draft, ""
	return nil
}

// Reject sends the edition back to its authors.
func (p *Policy) Reject(by string, at time.Time, reason string) error {
	p.Status = Draft
	p.LastRejection = &Rejection{By: by, At: at, Reason: reason}
	return nil
}

// Approve settles the text of the edition; nothing in it changes from now on.
func (p *Policy) Approve(by string, at time.Time) error {
	p.Status, p.ApproverID, p.ApprovedAt, p.LastRejection = Approved, by, &at, nil
	return nil
}

// Publish puts the edition in force, or has it wait for the day from which it is valid.
func (p *Policy) Publish(by string, at time.Time, significant bool) error {
	if p.Scheduled != nil {
		return fault.New(fault.Conflict, "already_scheduled", "edition %d of %s is already approved and comes into force on %s", p.Edition, p.Number, p.ValidFrom)
	}
	if p.ValidFrom > record.DateOf(at) {
		p.Scheduled = &Schedule{By: by, At: at, Significant: significant}
		return nil
	}
	return p.ComeIntoForce(at, significant)
}

// Begins tells whether the day has come on which a scheduled edition comes into force.
func (p *Policy) Begins(at time.Time) bool {
	return p.Scheduled != nil && p.ValidFrom <= record.DateOf(at)
}

// ComeIntoForce publishes the edition. The first one must be acknowledged like a significant one.
func (p *Policy) ComeIntoForce(at time.Time, significant bool) error {
	edition := p.Edition
	p.Scheduled = nil
	p.Status, p.PublishedEdition, p.PublishedAt, p.Significant = Published, &edition, &at, significant
	if p.FirstPublishedAt == nil {
		p.FirstPublishedAt = &at
	}
	if significant {
		p.LastProfessionalChangeAt = &at
	}
	if significant || p.RequiredEdition == nil {
		p.RequiredEdition = &edition
	}
	p.ReviewDue = p.reviewDue(at)
	return nil
}

// ConfirmReview renews the review date: the text still holds. The date never moves back.
func (p *Policy) ConfirmReview(at time.Time) error {
	p.ReviewDue = max(p.ReviewDue, p.reviewDue(at))
	return nil
}

// reviewDue is when a text that is looked at now must be looked at again; one that is not valid yet counts from its first day.
func (p *Policy) reviewDue(at time.Time) record.Date {
	return max(record.DateOf(at), p.ValidFrom).Add(p.ReviewInterval)
}

// Revise opens the next edition, which is no number that was given before. One that was approved and never came into force is given up.
func (p *Policy) Revise(next int) error {
	p.Status, p.Scheduled = Draft, nil
	p.Edition = next
	p.Significant, p.SubmittedBy, p.ApproverID, p.ApprovedAt = false, "", "", nil
	return nil
}

// Discard drops the draft of a further edition; the document is again as it was published.
func (p *Policy) Discard(published *Policy) error {
	if published == nil {
		return fault.New(fault.Conflict, "first_edition", "%s has no published edition to go back to; delete the draft instead", p.Number)
	}
	base := p.Base
	*p = *published
	p.Base = base
	return nil
}

// Retire takes the document out of force.
func (p *Policy) Retire() error {
	p.Status, p.PublishedEdition = Retired, nil
	return nil
}
