package governance

import (
	"slices"
	"time"

	"github.com/ki-styring/aims/internal/fault"
)

// MinuteItem is the part of the minutes about one case.
type MinuteItem struct {
	CaseID string `json:"case_id" validate:"required,uuid" format:"uuid" ref:"case"`
	Text   string `json:"text" validate:"required,filled,max=20000" example:"Rådet drøftet saken og ba om en plan."`
} // @name MeetingMinuteItem

// MinutesText is the text of the minutes.
type MinutesText struct {
	Summary string       `json:"summary" validate:"max=20000" example:"Rådet behandlet to saker."`
	Items   []MinuteItem `json:"items" validate:"max=100,unique=CaseID,dive"`
}

// MinutesInput is the request that submits minutes.
type MinutesInput struct {
	MinutesText
	// The whole corrected roll, when the one that was recorded is wrong. Left out, a roll that earlier minutes corrected stays corrected.
	Roll *Roll `json:"roll"`
} // @name MeetingMinutesInput

// AffectedResolution is a resolution that a corrected roll affects, and its result by that roll. The resolution itself stays as it is.
type AffectedResolution struct {
	ResolutionRef
	Quorum  bool `json:"quorum"`  // there would be a quorum
	Carried bool `json:"carried"` // it would be carried
} // @name MeetingAffectedResolution

// CorrectedRoll is a roll that the minutes correct, and the resolutions of the meeting that it affects. The roll of the meeting stays as it was recorded.
type CorrectedRoll struct {
	Attended
	Affects []AffectedResolution `json:"affects"`
} // @name MeetingCorrectedRoll

// Correction is the request that corrects approved minutes: the whole new text and the reason.
type Correction struct {
	MinutesInput
	Reason string `json:"reason" validate:"required,filled,max=2000" example:"Feil navn i sak 2."`
} // @name MeetingCorrection

// Why gives the reason to the event log.
func (c Correction) Why() string { return c.Reason }

// Minutes are one version of a meeting's minutes. Approved minutes never change; a correction is the next version.
type Minutes struct {
	Edition int `json:"edition" example:"1"`
	MinutesText
	Roll *CorrectedRoll `json:"roll"`
	// The version this one corrects, and why.
	Corrects    int        `json:"corrects,omitempty"`
	Reason      string     `json:"reason,omitempty"`
	SubmittedBy string     `json:"submitted_by" format:"uuid" names:"user"`
	SubmittedAt time.Time  `json:"submitted_at"`
	ApprovedBy  string     `json:"approved_by,omitempty" format:"uuid" names:"user"`
	ApprovedAt  *time.Time `json:"approved_at"`
} // @name MeetingMinutes

// SubmitMinutes submits the next version of the minutes for approval. Every case on the agenda needs an item. A corrected roll checks against the
// seats of the meeting.
func (m *Meeting) SubmitMinutes(in MinutesInput, reason, by string, at time.Time) error {
	if err := m.covers(in); err != nil {
		return err
	}
	next := Minutes{Edition: len(m.Minutes) + 1, MinutesText: in.MinutesText, Reason: reason, SubmittedBy: by, SubmittedAt: at}
	if n := len(m.Minutes); n > 0 {
		last := m.Minutes[n-1]
		next.Roll = last.Roll
		if last.ApprovedAt == nil { // returned and rewritten
			next.Edition, next.Corrects, next.Reason = last.Edition, last.Corrects, last.Reason
			m.Minutes = m.Minutes[:n-1]
		} else {
			next.Corrects = last.Edition
		}
	}
	if in.Roll != nil {
		roll := *in.Roll
		if roll.ChairID == "" && slices.ContainsFunc(roll.Attendance, func(a Attendance) bool { return a.MembershipID == m.ChairID && a.Presence.There() }) {
			roll.ChairID = m.ChairID
		}
		a, err := m.attended(roll, "/roll")
		if err != nil {
			return err
		}
		next.Roll = &CorrectedRoll{Attended: a}
	}
	m.Minutes = append(m.Minutes, next)
	m.Status = MinutesSubmitted
	return nil
}

// corrected returns the corrected roll of the newest minutes, or nil.
func (m *Meeting) corrected() *CorrectedRoll {
	if n := len(m.Minutes); n > 0 {
		return m.Minutes[n-1].Roll
	}
	return nil
}

func (m *Meeting) covers(in MinutesInput) error {
	var f fault.Fields
	for i, item := range in.Items {
		if !slices.Contains(m.Agenda, item.CaseID) {
			f.Add(pointer("items", i, "case_id"), "not_on_agenda", "must be a case on the agenda")
		}
	}
	for i, id := range m.Agenda {
		if !slices.ContainsFunc(in.Items, func(x MinuteItem) bool { return x.CaseID == id }) {
			f.Add("/items", "item_missing", "the minutes must have an item for every case on the agenda; case no. %d has none", i+1)
		}
	}
	return f.Err()
}

// ReturnMinutes returns the minutes for rewriting.
func (m *Meeting) ReturnMinutes() error {
	m.Status = MeetingHeld
	return nil
}

// ApproveMinutes makes the newest version of the minutes final.
func (m *Meeting) ApproveMinutes(by string, at time.Time) error {
	last := &m.Minutes[len(m.Minutes)-1]
	last.ApprovedBy, last.ApprovedAt, m.Status = by, &at, MinutesApproved
	return nil
}
