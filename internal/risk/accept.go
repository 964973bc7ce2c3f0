package risk

import (
	"slices"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// AcceptanceInput is the request that accepts a risk: the reason, and the last day.
type AcceptanceInput struct {
	Reason string      `json:"reason" validate:"required,filled,max=2000" example:"Tiltakene er på plass, og nytten er større enn restrisikoen."`
	Until  record.Date `json:"until" validate:"required" example:"2027-05-01"`
} // @name RiskAcceptanceInput

// Why gives the reason to the event log.
func (a AcceptanceInput) Why() string { return a.Reason }

// EndReason is the reason why an acceptance ended.
type EndReason string

// What ends an acceptance.
const (
	EndedByExpiry     EndReason = "expired"
	EndedByReopening  EndReason = "reopened"
	EndedByClosing    EndReason = "closed"
	EndedByEdit       EndReason = "changed"
	EndedByAssessment EndReason = "assessed_higher"
)

// This registers the closed list of what ends an acceptance.
var _ = record.Choices[EndReason](
	[4]string{"expired", "utløpt", "expired", "warning"},
	[4]string{"reopened", "gjenåpnet", "reopened", "neutral"},
	[4]string{"closed", "lukket", "closed", "neutral"},
	[4]string{"changed", "risikoen ble endret", "the risk was changed", "warning"},
	[4]string{"assessed_higher", "nivået ble høyere enn det som var akseptert", "the level became higher than what was accepted", "warning"},
)

// Acceptance is the decision to accept a risk for a time. The snapshot is what was accepted. Stale means that the risk has been
// assessed again since, at the same level or a lower one, or that its method has changed. Whoever accepted the risk then confirms the acceptance.
type Acceptance struct {
	ID       string      `json:"id" format:"uuid"`
	By       string      `json:"by" format:"uuid" names:"user"`
	At       time.Time   `json:"at"`
	Reason   string      `json:"reason"`
	Until    record.Date `json:"until"`
	Level    Level       `json:"level"`
	Stale    bool        `json:"stale"`
	Snapshot Snapshot    `json:"snapshot"`
	// When and by whom it was last confirmed after a new assessment.
	ConfirmedAt *time.Time `json:"confirmed_at"`
	ConfirmedBy string     `json:"confirmed_by,omitempty" format:"uuid" names:"user"`
	EndedAt     *time.Time `json:"ended_at"`
	EndedBy     string     `json:"ended_by,omitempty" format:"uuid" names:"user"`
	EndReason   EndReason  `json:"end_reason,omitempty"`
	// The authority by which it was accepted; absent in acceptances from before it was recorded.
	Authority *record.Authority `json:"authority,omitempty"`
} // @name RiskAcceptance

// Snapshot is what was accepted: the risk's text, the assessment with the edition of its method, and the treatments.
type Snapshot struct {
	Title       string      `json:"title"`
	Description string      `json:"description"`
	Assessment  Assessment  `json:"assessment"`
	Treatments  []Treatment `json:"treatments"`
} // @name RiskSnapshot

// NeedsAcceptance reports whether the risk must be accepted. Opportunities and closed risks need no acceptance.
func (r *Risk) NeedsAcceptance() bool { return r.Polarity != Opportunity && r.Status != Closed }

// Accept records that somebody accepts the risk until a day. Each limit is the longest period for which the level may be accepted.
// The shortest limit decides; an empty one is no limit.
func (r *Risk) Accept(id, by string, at time.Time, in AcceptanceInput, limits ...record.Duration) error {
	if r.Polarity == Opportunity {
		return fault.New(fault.Conflict, "acceptance_not_needed", "%s is an opportunity, and only risks are accepted", r.Number)
	}
	basis, err := r.Basis()
	if err != nil {
		return err
	}
	if err := r.upToDate(); err != nil {
		return err
	}
	today := record.DateOf(at)
	var faults fault.Fields
	if in.Until <= today {
		faults.Add("/until", "not_after_today", "must be after today")
	}
	if last := lastDay(today, limits); last != "" && in.Until > last {
		faults.Add("/until", "too_late", `must be %s at the latest for a risk of the level "%s"`, last, r.Level)
	}
	if err := faults.Err(); err != nil {
		return err
	}
	r.Acceptances = append(r.Acceptances, Acceptance{
		ID: id, By: by, At: at, Reason: in.Reason, Until: in.Until, Level: r.Level, Snapshot: r.snapshot(basis),
	})
	r.Status, r.AcceptedUntil, r.AcceptedBy = Accepted, in.Until, by
	return nil
}

// upToDate refuses a level that is outdated.
func (r *Risk) upToDate() error {
	if r.LevelOutdated == nil {
		return nil
	}
	return fault.New(fault.Conflict, "level_outdated", `the level "%s" of %s is outdated: %s; assess the risk again`, r.Level, r.Number, r.LevelOutdated.Reason)
}

// ConfirmAcceptance records that the acceptance in force still holds, although the risk has been assessed again.
func (r *Risk) ConfirmAcceptance(by string, at time.Time) error {
	if err := r.upToDate(); err != nil {
		return err
	}
	in := r.inForce()
	if in == nil || !in.Stale {
		return fault.New(fault.Conflict, "acceptance_current", "the acceptance of %s rests on the present assessment, and there is nothing to confirm", r.Number)
	}
	in.Stale, in.ConfirmedAt, in.ConfirmedBy = false, &at, by
	return nil
}

func lastDay(today record.Date, limits []record.Duration) (last record.Date) {
	for _, most := range limits {
		if day := today.Add(most); most != "" && (last == "" || day < last) {
			last = day
		}
	}
	return last
}

func (r *Risk) snapshot(basis Summary) Snapshot {
	s := Snapshot{Title: r.Title, Description: r.Description, Treatments: slices.Concat([]Treatment{}, r.Treatments)}
	if a := r.assessment(basis.AssessmentID); a != nil {
		s.Assessment = *a
	}
	return s
}

// Expire ends an acceptance whose last day has passed. The risk needs a new acceptance.
func (r *Risk) Expire(by string, at time.Time) error {
	if in := r.inForce(); in == nil || !in.Until.Passed(at) {
		return fault.New(fault.Conflict, "not_expired", "the acceptance of %s has not expired", r.Number)
	}
	r.endAcceptance(by, at, EndedByExpiry)
	r.Status = r.waiting()
	return nil
}

// acceptanceStale reports whether the acceptance in force of a stored risk is stale.
func acceptanceStale(m record.Meta) bool { return m.Fact("acceptance") == "stale" }

// Stale reports whether the acceptance in force was given for an assessment or level that no longer holds.
func (r *Risk) Stale() bool {
	in := r.inForce()
	return in != nil && in.Stale
}

// exceeds reports whether the level is higher than that of the acceptance in force.
func (r *Risk) exceeds() bool {
	in := r.inForce()
	return in != nil && r.LevelRank > in.Level.Rank()
}

// lapse ends an acceptance in force when the level is higher than what was accepted.
func (r *Risk) lapse(by string, at time.Time) {
	if r.exceeds() {
		r.endAcceptance(by, at, EndedByAssessment)
		r.Status = r.waiting()
	}
}

// waiting returns the state of a risk that is neither accepted nor closed.
func (r *Risk) waiting() Status {
	switch {
	case len(r.Assessments) == 0:
		return Identified
	case slices.ContainsFunc(r.Treatments, Treatment.open):
		return Treating
	default:
		return Assessed
	}
}

func (r *Risk) inForce() *Acceptance {
	if n := len(r.Acceptances); n > 0 && r.Acceptances[n-1].EndedAt == nil {
		return &r.Acceptances[n-1]
	}
	return nil
}

func (r *Risk) endAcceptance(by string, at time.Time, why EndReason) {
	if in := r.inForce(); in != nil {
		in.EndedAt, in.EndedBy, in.EndReason = &at, by, why
	}
	r.AcceptedUntil, r.AcceptedBy = "", ""
}
