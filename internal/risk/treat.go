package risk

import (
	"slices"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Option is a kind of treatment (ISO 31000, 6.5.2, and the equivalents for opportunities).
type Option string

// The options: four for threats, four for opportunities.
const (
	Mitigate Option = "mitigate"
	Avoid    Option = "avoid"
	Transfer Option = "transfer"
	Retain   Option = "retain"
	Exploit  Option = "exploit"
	Enhance  Option = "enhance"
	Share    Option = "share"
	Forgo    Option = "forgo"
)

// Options is the closed list of options.
var Options = record.Choices[Option](
	[4]string{"mitigate", "redusere", "mitigate", "info"},
	[4]string{"avoid", "unngå", "avoid", "info"},
	[4]string{"transfer", "overføre", "transfer", "info"},
	[4]string{"retain", "beholde", "retain", "neutral"},
	[4]string{"exploit", "utnytte", "exploit", "info"},
	[4]string{"enhance", "forsterke", "enhance", "info"},
	[4]string{"share", "dele", "share", "info"},
	[4]string{"forgo", "la være", "forgo", "neutral"},
)

// Polarity returns the polarity of the risks that the option applies to.
func (o Option) Polarity() Polarity {
	switch o {
	case Exploit, Enhance, Share, Forgo:
		return Opportunity
	default:
		return Threat
	}
}

// Acts reports whether the option is work with a due day. Retaining and forgoing are not.
func (o Option) Acts() bool { return o != Retain && o != Forgo }

// TreatmentStatus is the state of a treatment.
type TreatmentStatus string

// The states of a treatment.
const (
	Planned    TreatmentStatus = "planned"
	InProgress TreatmentStatus = "in_progress"
	Done       TreatmentStatus = "done"
	Cancelled  TreatmentStatus = "cancelled"
)

// TreatmentStatuses is the closed list of a treatment's states.
var TreatmentStatuses = record.Choices[TreatmentStatus](
	[4]string{"planned", "planlagt", "planned", "neutral"},
	[4]string{"in_progress", "pågår", "in progress", "info"},
	[4]string{"done", "utført", "done", "success"},
	[4]string{"cancelled", "avbrutt", "cancelled", "neutral"},
)

// TreatmentWorkflow is the transitions between a treatment's states.
var TreatmentWorkflow = []record.Transition{
	step("start", "planned", "in_progress", "Start", "Start"),
	step("complete", "in_progress", "done", "Fullfør", "Complete", "outcome"),
	{
		Verb: "cancel", From: []string{"planned", "in_progress"}, To: []string{"cancelled"}, Needs: []string{"reason"},
		Label: record.Text{NB: "Avbryt", EN: "Cancel"},
	},
}

// TreatmentInput is a planned treatment of the risk.
type TreatmentInput struct {
	Option        Option      `json:"option" validate:"required,choice" example:"mitigate"`
	Plan          string      `json:"plan" validate:"required,filled,max=10000" example:"Radiolog kontrollerer alle svar for pasienter under 16 år."`
	Controls      []string    `json:"controls" validate:"max=100,unique,dive,uuid" names:"control"`
	ResponsibleID string      `json:"responsible_id,omitempty" validate:"omitempty,uuid" format:"uuid" names:"user"`
	Due           record.Date `json:"due" example:"2027-02-01"`
} // @name RiskTreatmentInput

// Treatment is one treatment of the risk.
type Treatment struct {
	ID            string          `json:"id" format:"uuid"`
	Option        Option          `json:"option"`
	Plan          string          `json:"plan"`
	Controls      []string        `json:"controls" names:"control"`
	ResponsibleID string          `json:"responsible_id,omitempty" format:"uuid" names:"user" custody:""`
	Due           record.Date     `json:"due"`
	Status        TreatmentStatus `json:"status"`
	Outcome       string          `json:"outcome,omitempty"` // the result, or why it was cancelled
	AddedBy       string          `json:"added_by" format:"uuid" names:"user"`
	AddedAt       time.Time       `json:"added_at"`
	StartedAt     *time.Time      `json:"started_at"`
	EndedAt       *time.Time      `json:"ended_at"`
} // @name RiskTreatment

func (t Treatment) open() bool { return t.Status == Planned || t.Status == InProgress }

// stands reports whether the treatment is not cancelled; acts, whether it also changes the risk.
func (t Treatment) stands() bool { return t.Status != Cancelled }
func (t Treatment) acts() bool   { return t.stands() && t.Option.Acts() }

// Completion is the request that completes a treatment, with its result.
type Completion struct {
	Outcome string `json:"outcome" validate:"required,filled,max=10000" example:"Rutinen er innført og kontrollert på 40 pasienter."`
} // @name RiskTreatmentCompletion

const maxTreatments = 100

// Treat adds a treatment. It returns a fault when the treatment does not fit the risk's polarity, or is due in the past.
func (r *Risk) Treat(id, by string, at time.Time, in TreatmentInput) error {
	if len(r.Treatments) >= maxTreatments {
		return fault.New(fault.Conflict, "too_many/treatments", "%s already has %d treatments, which is the limit", r.Number, maxTreatments)
	}
	var faults fault.Fields
	if in.Option.Polarity() != r.Polarity {
		faults.Add("/option", "wrong_polarity", `"%s" cannot be chosen for this kind of risk`, in.Option)
	}
	if in.Due.Passed(at) {
		faults.Add("/due", "in_the_past", "must not be before today")
	}
	controls := in.Controls
	if controls == nil {
		controls = []string{}
	}
	r.Treatments = append(r.Treatments, Treatment{
		ID: id, Option: in.Option, Plan: in.Plan, Controls: controls, ResponsibleID: in.ResponsibleID, Due: in.Due,
		Status: Planned, AddedBy: by, AddedAt: at,
	})
	r.Status = Treating
	r.relies()
	r.weigh()
	return faults.Err()
}

// StartTreatment records that work on a planned treatment has begun.
func (r *Risk) StartTreatment(id string, at time.Time) error {
	return r.progress(id, "start", func(t *Treatment) { t.Status, t.StartedAt = InProgress, &at })
}

// CompleteTreatment records the result of a treatment that was begun.
func (r *Risk) CompleteTreatment(id string, at time.Time, outcome string) error {
	return r.progress(id, "complete", func(t *Treatment) { t.Status, t.Outcome, t.EndedAt = Done, outcome, &at })
}

// CancelTreatment cancels a treatment that is not completed.
func (r *Risk) CancelTreatment(id string, at time.Time, reason string) error {
	return r.progress(id, "cancel", func(t *Treatment) { t.Status, t.Outcome, t.EndedAt = Cancelled, reason, &at })
}

// fitsTreatments refuses another polarity while the risk has treatments for the former one.
func (r *Risk) fitsTreatments(was Polarity) error {
	var faults fault.Fields
	if r.Polarity != was && slices.ContainsFunc(r.Treatments, func(t Treatment) bool { return t.stands() && t.Option.Polarity() == was }) {
		faults.Add("/polarity", "wrong_polarity/treatments", "the risk has treatments that do not fit; cancel them first")
	}
	return faults.Err()
}

func (r *Risk) progress(id, verb string, to func(*Treatment)) error {
	i := slices.IndexFunc(r.Treatments, func(t Treatment) bool { return t.ID == id })
	if i < 0 {
		return fault.New(fault.NotFound, "not_found/treatment", "there is no such treatment")
	}
	t := &r.Treatments[i]
	if !slices.ContainsFunc(TreatmentWorkflow, func(s record.Transition) bool { return s.Verb == verb && slices.Contains(s.From, string(t.Status)) }) {
		label := TreatmentWorkflow[slices.IndexFunc(TreatmentWorkflow, func(s record.Transition) bool { return s.Verb == verb })].Label
		return fault.New(fault.Conflict, "wrong_state/treatment", `the treatment is "%s", where the action "%s" is not possible`, t.Status, label).
			With("state", string(t.Status))
	}
	to(t)
	r.relies()
	r.weigh()
	return nil
}
