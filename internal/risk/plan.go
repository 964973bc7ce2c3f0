package risk

import (
	"slices"
	"strconv"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// PlanStatus is the state of a treatment plan.
type PlanStatus string

// The states of a plan.
const (
	PlanDraft    PlanStatus = "draft"
	PlanInReview PlanStatus = "in_review"
	PlanApproved PlanStatus = "approved"
)

// This registers the closed list of a plan's states.
var _ = record.Choices[PlanStatus](
	[4]string{"draft", "utkast", "draft", "neutral"},
	[4]string{"in_review", "til godkjenning", "in review", "info"},
	[4]string{"approved", "godkjent", "approved", "success"},
)

// PlanInput is what a caller sets.
type PlanInput struct {
	record.Common
	Title   string   `json:"title" validate:"required,filled,max=200" search:"" sort:"" example:"Tiltaksplan for bruddeteksjon 2027"`
	RiskIDs []string `json:"risk_ids" validate:"required,min=1,max=200,unique,dive,uuid" ref:"risk" parent:"" filter:""`
} // @name TreatmentPlanInput

// Plan is the treatment of a set of risks, approved as a whole together with the residual risk (ISO/IEC 42001, 6.1.3).
// Level is the highest residual level among the risks that need acceptance. It decides who may approve the plan.
type Plan struct {
	record.Base
	PlanInput
	Status      PlanStatus `json:"status" filter:""`
	Level       Level      `json:"level,omitempty" filter:""`
	Risks       []PlanItem `json:"risks"` // the risks as they were at approval; empty before it
	SubmittedBy string     `json:"submitted_by,omitempty" format:"uuid" names:"user"`
	SubmittedAt *time.Time `json:"submitted_at"`
	ApprovedBy  string     `json:"approved_by,omitempty" format:"uuid" names:"user"`
	ApprovedAt  *time.Time `json:"approved_at"`
} // @name TreatmentPlan

// PlanItem is a risk at the time the plan was approved.
type PlanItem struct {
	ID         string      `json:"id" format:"uuid"`
	Number     string      `json:"number" example:"RISK-0042"`
	Title      string      `json:"title"`
	Version    int64       `json:"version"`
	Residual   *Summary    `json:"residual"` // the residual risk; the current or inherent one when no treatment changes the risk
	Treatments []Treatment `json:"treatments"`
} // @name TreatmentPlanItem

// Plans reads and writes treatment plans.
var Plans = record.NewRepo[Plan](record.Kind{
	Rules: record.Rules[Plan]{Defaults: (*Plan).Defaults, Facts: (*Plan).Facts},
	Name:  "treatment_plan", Path: "treatment-plans", Prefix: "TP", Label: record.Text{NB: "Tiltaksplan", EN: "Treatment plan"},
	Editable: []string{"draft"}, Removable: []string{"draft"},
	Own: map[string][]string{"withdraw": {"submitted_by"}},
	Workflow: []record.Transition{
		step("submit", "draft", "in_review", "Send til godkjenning", "Submit"),
		step("approve", "in_review", "approved", "Godkjenn", "Approve"),
		step("reject", "in_review", "draft", "Avvis", "Reject", "reason"),
		step("withdraw", "in_review", "draft", "Trekk tilbake", "Withdraw", "reason"),
	},
	Tasks: []record.Task{{
		States: []string{"in_review"}, Action: "approve",
		Label: record.Text{NB: "Tiltaksplan som venter på godkjenning", EN: "Treatment plan waiting for approval"},
	}},
})

// NewPlan creates the draft of a plan.
func NewPlan(in PlanInput) *Plan { return &Plan{PlanInput: in, Status: PlanDraft} }

// Defaults fills empty lists.
func (p *Plan) Defaults() {
	if p.Risks == nil {
		p.Risks = []PlanItem{}
	}
	if p.ExternalRefs == nil {
		p.ExternalRefs = []record.ExternalRef{}
	}
}

// Facts are what access rules need: who submitted the plan and may withdraw it, and the level, which decides who may approve it.
func (p *Plan) Facts() []record.Fact {
	out := []record.Fact{{Name: "submitted_by", Value: p.SubmittedBy}}
	if p.Level != "" {
		out = append(out, record.Fact{Name: "level", Value: string(p.Level)})
	}
	return out
}

// Holds adds a fault for a risk that is not in the plan's scope or below it, because the person who approves the plan may not be allowed to read it.
func (p *Plan) Holds(faults *fault.Fields, r *Risk) {
	if !record.Covers(p.Scope, r.Scope) {
		at := "/risk_ids/" + strconv.Itoa(slices.Index(p.RiskIDs, r.ID))
		faults.Add(at, "outside_scope", "must be a risk in the scope of the plan or below it")
	}
}

// Weigh sets the plan's level: the highest residual level among the risks in its scope. It is empty while no residual level is known.
func (p *Plan) Weigh(risks []*Risk) { p.Level = p.highest(risks) }

// highest returns the highest residual level among the risks that need acceptance and are in the plan's scope or below it.
func (p *Plan) highest(risks []*Risk) Level {
	var out Level
	for _, r := range risks {
		if !record.Covers(p.Scope, r.Scope) {
			continue
		}
		if left := r.remains(); r.NeedsAcceptance() && left != nil && left.Rank > out.Rank() {
			out = left.Level
		}
	}
	return out
}

// remains returns the assessment of the risk that is left after the plan: the residual one while it counts, or the current or inherent one
// when no treatment changes the risk. It is nil while there is no such assessment.
func (r *Risk) remains() *Summary {
	switch {
	case r.residualCounts():
		return r.Residual
	case r.left():
		return r.untreated()
	default:
		return nil
	}
}

// left reports whether the risk has treatments and none of them changes the risk. Cancelled treatments do not count.
func (r *Risk) left() bool {
	return slices.ContainsFunc(r.Treatments, Treatment.stands) && !slices.ContainsFunc(r.Treatments, Treatment.acts)
}

// Submit submits the plan for approval. Every risk must have a treatment that changes it and a residual assessment that is not outdated. If its
// treatments do not change the risk, it must have an assessment. Open treatments that change the risk must have a responsible person and a
// due date.
func (p *Plan) Submit(by string, at time.Time, risks []*Risk) error {
	if err := p.gaps(risks).Err(); err != nil {
		return err
	}
	p.Weigh(risks)
	p.Status, p.SubmittedBy, p.SubmittedAt = PlanInReview, by, &at
	return nil
}

// gaps returns what must be done before the plan can be submitted or approved.
func (p *Plan) gaps(risks []*Risk) fault.Blockers {
	var out fault.Blockers
	for i, r := range risks {
		if !record.Covers(p.Scope, r.Scope) { // moved to another scope since; only its id is shown, because the readers of the plan may no longer read it
			out.Add("outside_scope", "/risk_ids/"+strconv.Itoa(i), "must be a risk in the scope of the plan or below it")
			continue
		}
		add := func(key, format string) {
			to := out.Add(key, "/risk_ids/"+strconv.Itoa(i), format, r.Number)
			to.Link, to.Who = "/api/v1/risks/"+r.ID, r.OwnerID
		}
		left, acting := r.left(), slices.ContainsFunc(r.Treatments, Treatment.acts)
		if left && r.untreated() == nil {
			add("not_assessed/left", "assess %s as it is, since no treatment will change it")
		}
		if !left && r.Residual == nil {
			add("residual_not_assessed", "assess the residual risk of %s")
		}
		if acting && r.Residual != nil && !r.residualCounts() {
			add("residual_outdated", "assess the residual risk of %s again; the risk has been assessed since")
		}
		if !left && !acting {
			add("untreated", "plan a treatment of %s")
		}
		if slices.ContainsFunc(r.Treatments, func(t Treatment) bool { return t.acts() && t.Status != Done && (t.ResponsibleID == "" || t.Due == "") }) {
			add("treatment_incomplete", "every treatment of %s must have a responsible person and a due date")
		}
	}
	return out
}

// Approve approves the plan and stores a copy of its risks as they are. It refuses when the plan has another level than at submission, because
// another person may have to approve it, or when something that Submit requires is missing.
func (p *Plan) Approve(by string, at time.Time, risks []*Risk) error {
	blockers := p.gaps(risks)
	if now := p.highest(risks); now != p.Level && len(blockers) == 0 {
		blockers.Add("level_changed", "/level", `the highest residual level was "%s" at submission and is "%s" now; withdraw the plan and submit it again`, p.Level, now)
	}
	if err := blockers.Err(); err != nil {
		return err
	}
	p.Risks = make([]PlanItem, len(risks))
	for i, r := range risks {
		p.Risks[i] = PlanItem{ID: r.ID, Number: r.Number, Title: r.Title, Version: r.Version, Residual: r.remains(), Treatments: r.Treatments}
	}
	p.Status, p.ApprovedBy, p.ApprovedAt = PlanApproved, by, &at
	return nil
}

// Reject returns the plan to its authors.
func (p *Plan) Reject() error {
	p.Status, p.SubmittedBy, p.SubmittedAt = PlanDraft, "", nil
	return nil
}

// Withdraw makes the plan a draft again. Only the person who submitted it may.
func (p *Plan) Withdraw(by string) error {
	if by != p.SubmittedBy {
		return fault.New(fault.Forbidden, "not_submitter", "only the person who submitted %s can withdraw it", p.Number)
	}
	return p.Reject()
}
