package policy

import (
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Publication is the request that publishes an edition.
type Publication struct {
	// Significant asks everyone to acknowledge again. It is required, because a missing value would ask nobody.
	Significant *bool `json:"significant" validate:"required" example:"true"`
}

// Submit submits the edition for approval.
func (p *Policy) Submit(in Submission, by string, at time.Time) error {
	var b fault.Blockers
	if strings.TrimSpace(p.Title) == "" {
		b.Add("title_missing", "/title", "the document must have a title")
	}
	if strings.TrimSpace(p.Body) == "" {
		b.Add("body_missing", "/body", "the document must have a text")
	} else {
		p.checkGaps(&b, in, by, at)
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

// Withdraw withdraws the edition from review. Only its submitter and the owner may.
func (p *Policy) Withdraw(by string) error {
	if by != p.SubmittedBy && by != p.OwnerID {
		return fault.New(fault.Forbidden, "not_submitter_or_owner", "only the person who submitted it, or its owner, can withdraw it")
	}
	p.Status, p.SubmittedBy, p.AcceptedGaps = Draft, "", nil
	return nil
}

// Reject returns the edition to its authors.
func (p *Policy) Reject(by string, at time.Time, reason string) error {
	p.Status, p.AcceptedGaps = Draft, nil
	p.LastRejection = &Rejection{By: by, At: at, Reason: reason}
	return nil
}

// Approve approves the edition. Its text does not change after that.
func (p *Policy) Approve(by string, at time.Time) error {
	p.Status, p.ApproverID, p.ApprovedAt, p.LastRejection = Approved, by, &at, nil
	return nil
}

// Publish puts the edition in force, or schedules it for the day from which it is valid.
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

// Begins reports whether a scheduled edition comes into force at that instant.
func (p *Policy) Begins(at time.Time) bool {
	return p.Scheduled != nil && p.ValidFrom <= record.DateOf(at)
}

// ComeIntoForce publishes the edition. The first edition must be acknowledged like a significant one.
func (p *Policy) ComeIntoForce(at time.Time, significant bool) error {
	edition := p.Edition
	p.Scheduled = nil
	p.Status, p.PublishedEdition, p.PublishedAt, p.Significant = Published, &edition, &at, significant
	if significant && (p.FirstPublishedAt != nil || p.LastProfessionalChangeAt == nil) {
		p.LastProfessionalChangeAt = &at
	}
	if p.FirstPublishedAt == nil {
		p.FirstPublishedAt = &at
	}
	if significant || p.RequiredEdition == nil {
		p.RequiredEdition = &edition
	}
	p.ReviewDue = p.reviewDue(at)
	return nil
}

// ConfirmReview renews the review date of a text that is still valid. The date never moves back.
func (p *Policy) ConfirmReview(at time.Time) error {
	p.ReviewDue = max(p.ReviewDue, p.reviewDue(at))
	return nil
}

// reviewDue returns the next review date of a text reviewed now. For an edition that is not valid yet, it counts from its first day.
func (p *Policy) reviewDue(at time.Time) record.Date {
	return max(record.DateOf(at), p.ValidFrom).Add(p.ReviewInterval)
}

// Revise starts the next edition with a number never used before. An approved edition that never came into force is dropped.
func (p *Policy) Revise(next int) error {
	p.Status, p.Scheduled = Draft, nil
	p.Edition = next
	p.Significant, p.SubmittedBy, p.ApproverID, p.ApprovedAt, p.AcceptedGaps = false, "", "", nil, nil
	return nil
}

// Discard discards the draft of the next edition. The document returns to its published edition.
func (p *Policy) Discard(published *Policy) error {
	if published == nil {
		return fault.New(fault.Conflict, "first_edition", "%s has no published edition to go back to; delete the draft instead", p.Number)
	}
	base := p.Base
	*p = *published
	p.Base = base
	return nil
}

// Retire retires the document.
func (p *Policy) Retire() error {
	p.Status, p.PublishedEdition = Retired, nil
	return nil
}
