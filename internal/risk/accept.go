package risk

import (
	"slices"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// AcceptanceInput is what the accepter says: why the risk may be lived with, and until which day.
type AcceptanceInput struct {
	Reason string      `json:"reason" validate:"required,filled,max=2000" example:"Tiltakene er på plass, og nytten er større enn restrisikoen."`
	Until  record.Date `json:"until" validate:"required" example:"2027-05-01"`
} // @name RiskAcceptanceInput

// Why gives the reason to the event log.
func (a AcceptanceInput) Why() string { return a.Reason }

// EndReason is what ended an acceptance.
type EndReason string

// What ends an acceptance.
const (
	EndedByExpiry    EndReason = "expired"
	EndedByReopening EndReason = "reopened"
	EndedByClosing   EndReason = "closed"
)

// EndReasons is the closed list of what ends an acceptance.
var EndReasons = record.Choices[EndReason](
	[4]string{"expired", "utløpt", "expired", "warning"},
	[4]string{"reopened", "gjenåpnet", "reopened", "neutral"},
	[4]string{"closed", "lukket", "closed", "neutral"},
)

// Acceptance is somebody's decision to live with the risk for a time. The snapshot is what they accepted; Stale says that the
// risk has been assessed anew since, or that its method has changed and no longer says the same of it.
type Acceptance struct {
	ID        string      `json:"id" format:"uuid"`
	By        string      `json:"by" format:"uuid"`
	At        time.Time   `json:"at"`
	Reason    string      `json:"reason"`
	Until     record.Date `json:"until"`
	Level     Level       `json:"level"`
	Stale     bool        `json:"stale"`
	Snapshot  Snapshot    `json:"snapshot"`
	EndedAt   *time.Time  `json:"ended_at"`
	EndedBy   string      `json:"ended_by,omitempty" format:"uuid"`
	EndReason EndReason   `json:"end_reason,omitempty"`
	// Authority is by what right it was accepted; not known of acceptances from before it was kept.
	Authority *record.Authority `json:"authority,omitempty"`
} // @name RiskAcceptance

// Snapshot is what was accepted: the risk's wording, the assessment with the edition of its method, and the treatments as they stood.
type Snapshot struct {
	Title       string      `json:"title"`
	Description string      `json:"description"`
	Assessment  Assessment  `json:"assessment"`
	Treatments  []Treatment `json:"treatments"`
} // @name RiskSnapshot

// NeedsAcceptance tells whether somebody has to live with the risk: opportunities and closed risks need nobody to.
func (r *Risk) NeedsAcceptance() bool { return r.Polarity != Opportunity && r.Status != Closed }

// Accept notes that somebody lives with the risk until a day. Each of the limits is how long its level may be accepted at most, and the
// earliest last day decides; an empty one is no limit.
func (r *Risk) Accept(id, by string, at time.Time, in AcceptanceInput, limits ...record.Duration) error {
	if r.Polarity == Opportunity {
		return fault.New(fault.Conflict, "acceptance_not_needed", "%s is an opportunity, and only risks are accepted", r.Number)
	}
	basis, err := r.Basis()
	if err != nil {
		return err
	}
	if basis.Level != r.Level { // stored by an earlier version, which let other assessments count
		var outdated fault.Blockers
		outdated.Add("level_outdated", "/level", `the level "%s" comes from an assessment that no longer counts; assess the risk again`, r.Level)
		return outdated.Err()
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
	r.Status, r.AcceptedUntil = Accepted, in.Until
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
	s := Snapshot{Title: r.Title, Description: r.Description, Treatments: append([]Treatment{}, r.Treatments...)}
	if i := slices.IndexFunc(r.Assessments, func(a Assessment) bool { return a.ID == basis.AssessmentID }); i >= 0 {
		s.Assessment = r.Assessments[i]
	}
	return s
}

// Expire ends an acceptance whose last day has passed; the risk waits to be accepted again.
func (r *Risk) Expire(by string, at time.Time) error {
	if in := r.inForce(); in == nil || !in.Until.Passed(at) {
		return fault.New(fault.Conflict, "not_expired", "the acceptance of %s has not expired", r.Number)
	}
	r.endAcceptance(by, at, EndedByExpiry)
	r.Status = Assessed
	return nil
}

// acceptanceStale tells of a stored risk whether its acceptance in force is stale. Only an accepted one is looked into.
func acceptanceStale(row *record.Row) (bool, error) {
	if row.Status != string(Accepted) {
		return false, nil
	}
	var r Risk
	if err := row.Decode(&r); err != nil {
		return false, err
	}
	return r.Stale(), nil
}

// Stale tells whether the acceptance in force was given for what no longer holds.
func (r *Risk) Stale() bool {
	in := r.inForce()
	return in != nil && in.Stale
}

// Outdate turns the acceptance in force stale: what it was given for no longer holds.
func (r *Risk) Outdate() error {
	if in := r.inForce(); in != nil {
		in.Stale = true
	}
	return nil
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
	r.AcceptedUntil = ""
}
