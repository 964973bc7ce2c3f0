package control

import (
	"cmp"
	"slices"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Cited is a piece of evidence as it was when somebody decided or verified something on it.
type Cited struct {
	EvidenceID  string      `json:"evidence_id" format:"uuid" ref:"evidence"`
	Number      string      `json:"number" example:"EV-0003"`
	Edition     int         `json:"edition" example:"1"`
	Title       string      `json:"title"`
	URL         string      `json:"url,omitempty"`
	SHA256      string      `json:"sha256"`
	CollectedOn record.Date `json:"collected_on" swaggertype:"string" format:"date"`
	ValidUntil  record.Date `json:"valid_until" swaggertype:"string" format:"date"`
} // @name CitedEvidence

// VerificationInput is the request that verifies a control: on which evidence, how it was checked, and what was found.
type VerificationInput struct {
	Evidence []string `json:"evidence" validate:"required,min=1,max=100,unique,dive,uuid"`
	Method   string   `json:"method" validate:"required,filled,max=2000" example:"Stikkprøve av 20 undersøkelser i mai og juni"`
	Result   string   `json:"result" validate:"required,filled,max=2000" example:"Alle svar var kontrollert av lege før de ble sendt."`
} // @name ControlVerificationInput

// Check is a verification that the control works.
type Check struct {
	Evidence     []Cited     `json:"evidence"` // as it was that day
	Method       string      `json:"method"`
	Result       string      `json:"result"`
	By           string      `json:"by" format:"uuid" names:"user"`
	At           time.Time   `json:"at"`
	LapsedAt     *time.Time  `json:"lapsed_at"`
	LapsedBy     string      `json:"lapsed_by,omitempty" format:"uuid" names:"evidence"` // the evidence that no longer holds
	LapsedReason LapseReason `json:"lapsed_reason,omitempty"`
} // @name ControlCheck

// LapseReason says why a verification no longer holds.
type LapseReason string // @name VerificationLapseReason

// The reasons.
const (
	EvidenceExpired  LapseReason = "expired"
	EvidenceRetired  LapseReason = "retired"
	EvidenceReplaced LapseReason = "replaced"
	EvidenceRemoved  LapseReason = "removed"
	ControlChanged   LapseReason = "changed"
)

// This registers the closed list.
var _ = record.Choices[LapseReason](
	[4]string{"expired", "beviset er utløpt", "the evidence has expired", "warning"},
	[4]string{"retired", "beviset er tatt ut av bruk", "the evidence was retired", "warning"},
	[4]string{"replaced", "beviset har en ny utgave", "the evidence has a newer edition", "warning"},
	[4]string{"removed", "beviset er fjernet fra kontrollen", "the evidence was removed from the control", "warning"},
	[4]string{"changed", "kontrollen er beskrevet på en annen måte", "the control is described otherwise", "warning"},
)

// missing lists what must be in place before the control can be verified.
func (c *Control) missing() (b fault.Blockers) {
	if c.Applicability != Included {
		b.Add("not_included", "/applicability", "only a control that is included can be verified")
	}
	if c.ImplementationStatus != Implemented && c.ImplementationStatus != Verified {
		b.Add("not_implemented", "/implementation_status", "the control must be implemented before it can be verified")
	}
	return b
}

// Verify records that the control works. Its evidence is added to the control's.
func (c *Control) Verify(in VerificationInput, on []Cited, by string, at time.Time) error {
	if err := c.missing().Err(); err != nil {
		return err
	}
	for _, e := range on {
		if !slices.Contains(c.Evidence, e.EvidenceID) {
			c.Evidence = append(c.Evidence, e.EvidenceID)
		}
	}
	c.ImplementationStatus, c.Verification = Verified, InForce
	c.Verified = &Check{Evidence: on, Method: in.Method, Result: in.Result, By: by, At: at}
	return nil
}

// RestsOn reports whether the verification in force rests on an edition of a piece of evidence.
func (c *Control) RestsOn(id string, edition int) bool {
	return c.Verification == InForce && slices.ContainsFunc(c.Verified.Evidence, func(on Cited) bool { return on.EvidenceID == id && on.Edition == edition })
}

// Lapse ends the verification in force when it rests on evidence that no longer holds: it has ended for a reason, or has a newer edition than the one that
// was checked. It reports whether it did. The control counts as implemented again.
func (c *Control) Lapse(id string, edition int, ended LapseReason, at time.Time) bool {
	if c.Verification != InForce || !slices.ContainsFunc(c.Verified.Evidence, func(on Cited) bool { return on.EvidenceID == id }) {
		return false
	}
	if ended == "" && c.RestsOn(id, edition) {
		return false
	}
	c.lapse(id, cmp.Or(ended, EvidenceReplaced), at)
	return true
}

// Settle ends the verification after a change by hand: the control is described otherwise, evidence that it rests on was removed, or the control is no longer implemented or included.
func (c *Control) Settle(was *Control, at time.Time) {
	if c.Verification == InForce && (c.Title != was.Title || c.Description != was.Description) {
		c.lapse("", ControlChanged, at)
	}
	if c.Verification == InForce {
		for _, on := range c.Verified.Evidence {
			if !slices.Contains(c.Evidence, on.EvidenceID) {
				c.lapse(on.EvidenceID, EvidenceRemoved, at)
				break
			}
		}
	}
	switch {
	case c.Applicability == Included && c.Verification == InForce && c.ImplementationStatus == Verified:
	case c.Applicability == Included && c.Verification == Lapsed && c.ImplementationStatus == Implemented:
	default:
		c.Verification, c.Verified = Unverified, nil
		if c.ImplementationStatus == Verified {
			c.ImplementationStatus = Implemented
		}
	}
}

func (c *Control) lapse(by string, reason LapseReason, at time.Time) {
	c.Verification, c.ImplementationStatus = Lapsed, Implemented
	c.Verified.LapsedBy, c.Verified.LapsedReason, c.Verified.LapsedAt = by, reason, &at
}

// VerifiedOn is the verification as it counts on a day: evidence whose last day has passed holds no longer, also before the worker has said so.
func (c *Control) VerifiedOn(now time.Time) Verification {
	if c.Verification == InForce && slices.ContainsFunc(c.Verified.Evidence, func(on Cited) bool { return on.ValidUntil.Passed(now) }) {
		return Lapsed
	}
	return c.Verification
}
