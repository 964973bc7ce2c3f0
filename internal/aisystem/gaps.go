package aisystem

import (
	"strconv"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

func pointer(list string, i int) string { return list + "/" + strconv.Itoa(i) }

// Gap is something that a tool lacks which was in use before it was registered. It does not stop the tool; somebody closes it by a day.
type Gap struct {
	GapInput
	ClosedBy string     `json:"closed_by,omitempty" format:"uuid" names:"user"`
	ClosedAt *time.Time `json:"closed_at"`
	How      string     `json:"how,omitempty"`
} // @name AISystemGap

// GapInput says what is missing, who closes it, and when.
type GapInput struct {
	Item    string      `json:"item" validate:"required,filled,max=120" example:"in_use.monitoring_plan"` // the gate item, or own words
	OwnerID string      `json:"owner_id" validate:"required,uuid" names:"user" format:"uuid" custody:""`
	Due     record.Date `json:"due" validate:"required" format:"date" example:"2027-02-01"`
	Note    string      `json:"note,omitempty" validate:"max=1000"`
} // @name AISystemGapInput

// GapApproval is the approval of the list of gaps, in one decision.
type GapApproval struct {
	By     string    `json:"by" format:"uuid" names:"user"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
} // @name AISystemGapApproval

// ApproveGaps approves the list of gaps.
func (s *System) ApproveGaps(by string, at time.Time, reason string) error {
	if s.ExistingSince == "" || s.GapsApproved != nil {
		return fault.New(fault.Conflict, "no_open_gaps", "%s has no list of gaps that waits for approval", s.Number)
	}
	s.GapsApproved = &GapApproval{By: by, At: at, Reason: reason}
	return nil
}

// CloseGapInput names the gap that is closed, by its item.
type CloseGapInput struct {
	Item string `json:"item" validate:"required,filled,max=120" example:"in_use.monitoring_plan"`
	How  string `json:"how" validate:"required,filled,max=2000" example:"Overvåkingsplanen er skrevet og lagt i kvalitetssystemet."`
} // @name AISystemGapClosing

// CloseGap says how a gap was closed.
func (s *System) CloseGap(in CloseGapInput, by string, at time.Time) error {
	for i := range s.Gaps {
		if g := &s.Gaps[i]; g.Item == in.Item && g.ClosedAt == nil {
			g.ClosedBy, g.ClosedAt, g.How = by, &at, in.How
			return nil
		}
	}
	var f fault.Fields
	f.Add("/item", "no_open_gap", "must be an open gap of the system")
	return f.Err()
}

// Existing makes the new record that of a tool which was in use before it was registered.
func (s *System) Existing(since record.Date, version string, gaps []GapInput, by string, at time.Time) {
	s.ExistingSince = since
	s.Status, s.StageSince, s.ReviewDue = InUse, since.Time().UTC(), record.DateOf(at).Add(s.ReviewInterval())
	if version != "" {
		s.Releases = []Release{{ID: record.NewID(), ReleaseInput: ReleaseInput{Version: version}, AddedBy: by, AddedAt: at}}
		s.ReleaseID = s.Releases[0].ID
	}
	for _, g := range gaps {
		s.Gaps = append(s.Gaps, Gap{GapInput: g})
	}
}
