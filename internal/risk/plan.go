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
	PlanStale    PlanStatus = "stale"
)

// This registers the closed list of a plan's states.
var _ = record.Choices[PlanStatus](
	[4]string{"draft", "utkast", "draft", "neutral"},
	[4]string{"in_review", "til godkjenning", "in review", "info"},
	[4]string{"approved", "godkjent", "approved", "success"},
	[4]string{"stale", "foreldet", "stale", "warning"},
)

// PlanInput is what a caller sets.
type PlanInput struct {
	record.Common
	Title   string   `json:"title" validate:"required,filled,max=200" search:"" sort:"" example:"Tiltaksplan for bruddeteksjon 2027"`
	RiskIDs []string `json:"risk_ids" validate:"required,min=1,max=200,unique,dive,uuid" ref:"risk" parent:"" filter:""`
} // @name TreatmentPlanInput

// Plan is the treatment of a set of risks, approved as a whole together with the residual risk (ISO/IEC 42001, 6.1.3). The owner of each risk agrees
// first. Level is the highest residual level, or else current level, among the risks that need acceptance. It decides who may approve the plan.
type Plan struct {
	record.Base
	PlanInput
	Status      PlanStatus  `json:"status" filter:""`
	Level       Level       `json:"level,omitempty" filter:""`
	Drafted     []PlanOwner `json:"drafted"`                        // who owned each risk when it came into the draft
	OwnerIDs    []string    `json:"owner_ids" ref:"user" filter:""` // the owners of its risks, from its submission on
	Agreements  []Agreement `json:"agreements"`                     // of these owners
	Risks       []PlanItem  `json:"risks"`                          // the risks as they were at approval; empty before it
	SubmittedBy string      `json:"submitted_by,omitempty" format:"uuid" names:"user"`
	SubmittedAt *time.Time  `json:"submitted_at"`
	ApprovedBy  string      `json:"approved_by,omitempty" format:"uuid" names:"user"`
	ApprovedAt  *time.Time  `json:"approved_at"`
	// The authority by which it was approved.
	Authority *record.Authority `json:"authority,omitempty"`
	// Since when an approved plan is stale, and the risks whose treatment has changed since.
	StaleAt    *time.Time `json:"stale_at"`
	StaleRisks []string   `json:"stale_risks" names:"risk"`
} // @name TreatmentPlan

// PlanOwner says who owned a risk when it came into the draft. An author of the plan cannot agree for a risk that they have taken over since.
type PlanOwner struct {
	RiskID  string `json:"risk_id" format:"uuid" names:"risk"`
	OwnerID string `json:"owner_id,omitempty" format:"uuid" names:"user"`
} // @name TreatmentPlanOwner

// Agreement is an owner's agreement to the treatment of their risks.
type Agreement struct {
	By      string    `json:"by" format:"uuid" names:"user"`
	At      time.Time `json:"at"`
	RiskIDs []string  `json:"risk_ids" names:"risk"`
} // @name TreatmentPlanAgreement

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
	Parts: []string{takenOver}, PartsIn: map[string][]string{takenOver: {"in_review"}},
	Own: map[string][]string{"withdraw": {"submitted_by"}}, Asks: []string{"owner_ids"}, Judges: judgedRisks,
	Unjudged: []string{"owner_ids", "agreements"},
	Workflow: []record.Transition{
		step("submit", "draft", "in_review", "Send til godkjenning", "Submit"),
		step("agree", "in_review", "in_review", "Si deg enig", "Agree"),
		step("ask", "in_review", "in_review", "Eierne spørres på nytt", "The owners are asked again"),
		step("approve", "in_review", "approved", "Godkjenn", "Approve"),
		step("reject", "in_review", "draft", "Avvis", "Reject", "reason"),
		step("withdraw", "in_review", "draft", "Trekk tilbake", "Withdraw", "reason"),
		step("outdate", "approved", "stale", "Planen blir foreldet", "The plan becomes stale"),
		step("outdate", "stale", "stale", "Planen blir foreldet", "The plan becomes stale"),
		{
			Verb: "revise", From: []string{"approved", "stale"}, To: []string{"draft"}, Needs: []string{"reason"},
			Label: record.Text{NB: "Revider", EN: "Revise"},
		},
	},
	Tasks: []record.Task{
		{
			States: []string{"in_review"}, Action: "approve",
			Label: record.Text{NB: "Tiltaksplan som venter på godkjenning", EN: "Treatment plan waiting for approval"},
		},
		{
			States: []string{"in_review"}, Action: "agree", Owner: "owner_ids", Soon: true, Day: agreeBy,
			Label: record.Text{NB: "Tiltaksplan med risiko du eier", EN: "Treatment plan with a risk you own"},
		},
		{
			States: []string{"stale"}, Action: "revise",
			Label: record.Text{NB: "Tiltaksplan som er foreldet", EN: "Treatment plan that is stale"},
		},
	},
})

// takenOver is the action whose separation of duties says who may agree for risks that they took over after the plan was drafted: none of its authors. The
// event is that of an agreement.
const takenOver = "agree-taken-over"

// NewPlan creates the draft of a plan.
func NewPlan(in PlanInput) *Plan { return &Plan{PlanInput: in, Status: PlanDraft} }

// Defaults fills empty lists.
func (p *Plan) Defaults() {
	if p.Risks == nil {
		p.Risks = []PlanItem{}
	}
	if p.Drafted == nil {
		p.Drafted = []PlanOwner{}
	}
	if p.Agreements == nil {
		p.Agreements = []Agreement{}
	}
	for _, l := range []*[]string{&p.OwnerIDs, &p.StaleRisks} {
		if *l == nil {
			*l = []string{}
		}
	}
	if p.ExternalRefs == nil {
		p.ExternalRefs = []record.ExternalRef{}
	}
}

// Facts are what access rules need: who submitted the plan and may withdraw it, who agreed for a risk that they took over after the draft and so does
// not approve it, and the level, which decides who may approve it.
func (p *Plan) Facts() []record.Fact {
	out := []record.Fact{{Name: "submitted_by", Value: p.SubmittedBy}}
	took := p.tookOver()
	for _, person := range took {
		out = append(out, record.Fact{Name: "took_over", Value: person})
	}
	if len(took) == 0 {
		out = append(out, record.Fact{Name: "took_over"})
	}
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

// Weigh sets the plan's level: the highest level among the risks in its scope. It is empty while no level is known.
func (p *Plan) Weigh(risks []*Risk) { p.Level = p.highest(risks) }

// highest returns the highest level among the risks that need acceptance and are in the plan's scope or below it.
func (p *Plan) highest(risks []*Risk) Level {
	var out Level
	for _, r := range risks {
		if record.Covers(p.Scope, r.Scope) && r.NeedsAcceptance() && r.LevelRank > out.Rank() {
			out = r.Level
		}
	}
	return out
}

// left reports whether the risk has treatments and none of them changes the risk. Cancelled treatments do not count.
func (r *Risk) left() bool {
	return slices.ContainsFunc(r.Treatments, Treatment.stands) && !slices.ContainsFunc(r.Treatments, Treatment.acts)
}

// Submit submits the plan for approval. Every risk must have an owner, a treatment that changes it and a residual assessment that is not outdated. If its
// treatments do not change the risk, it must have an assessment. Open treatments that change the risk must have a responsible person and a
// due date.
func (p *Plan) Submit(by string, at time.Time, risks []*Risk) error {
	if err := p.gaps(risks).Err(); err != nil {
		return err
	}
	p.Weigh(risks)
	p.OwnerIDs = owners(risks)
	p.Status, p.SubmittedBy, p.SubmittedAt = PlanInReview, by, &at
	return nil
}

// owners returns the owners of risks, each once.
func owners(risks []*Risk) []string {
	out := []string{}
	for _, r := range risks {
		if r.OwnerID != "" {
			out = append(out, r.OwnerID)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// gaps returns what must be done before the plan can be submitted or approved.
func (p *Plan) gaps(risks []*Risk) fault.Blockers {
	var out fault.Blockers
	for i, r := range risks {
		if !record.Covers(p.Scope, r.Scope) { // moved to another scope since; only its id is shown, because the readers of the plan may no longer read it
			out.Add("outside_scope", "/risk_ids/"+strconv.Itoa(i), "must be a risk in the scope of the plan or below it")
			continue
		}
		add := func(key, format string) { block(&out, i, r, key, format) }
		left, acting := r.left(), slices.ContainsFunc(r.Treatments, Treatment.acts)
		if r.OwnerID == "" {
			add("risk_owner_missing", "give %s an owner, who is to agree to its treatment")
		}
		if left && r.untreated() == nil {
			add("not_assessed/left", "assess %s as it is, since no treatment will change it")
		}
		if !left && r.Residual == nil {
			add("residual_not_assessed", "assess the residual risk of %s")
		}
		if acting && r.Residual != nil && !r.residualCounts() {
			add("residual_outdated", "assess the residual risk of %s again; the risk has been assessed since")
		}
		if r.LevelOutdated != nil {
			add("level_outdated/risk", "assess %s again; its level is outdated")
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

// block adds a blocker about the risk at a place of the plan.
func block(to *fault.Blockers, place int, r *Risk, key, format string) {
	b := to.Add(key, "/risk_ids/"+strconv.Itoa(place), format, r.Number)
	b.Link, b.Who = "/api/v1/risks/"+r.ID, r.OwnerID
}

// keepOwners notes who owns the risks that are new in the draft. A risk that was taken out and put back keeps the owner it had.
func (p *Plan) keepOwners(risks []*Risk) {
	for _, r := range risks {
		if !slices.ContainsFunc(p.Drafted, func(o PlanOwner) bool { return o.RiskID == r.ID }) {
			p.Drafted = append(p.Drafted, PlanOwner{RiskID: r.ID, OwnerID: r.OwnerID})
		}
	}
}

// hadAlready reports whether a person owned a risk when it came into the draft.
func (p *Plan) hadAlready(person, riskID string) bool {
	return slices.Contains(p.Drafted, PlanOwner{RiskID: riskID, OwnerID: person})
}

// tookOver returns the persons who agreed for a risk that they took over after the draft.
func (p *Plan) tookOver() (out []string) {
	for _, a := range p.Agreements {
		if slices.ContainsFunc(a.RiskIDs, func(id string) bool { return !p.hadAlready(a.By, id) }) {
			out = append(out, a.By)
		}
	}
	return out
}

// mine returns the risks for which a person agrees: those that they own, but for an author of the plan not those that they took over after it was drafted.
func (p *Plan) mine(person string, author bool, risks []*Risk) ([]string, error) {
	var out []string
	var taken *Risk
	for _, r := range risks {
		switch {
		case r.OwnerID != person:
		case author && !p.hadAlready(person, r.ID):
			taken = r
		default:
			out = append(out, r.ID)
		}
	}
	if len(out) == 0 && taken != nil {
		return nil, fault.New(fault.Forbidden, "separation_of_duties/taken_over",
			"you wrote %s and took over %s after that; hand it over to somebody who agrees to its treatment", p.Number, taken.Number).With("record_id", taken.ID)
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Forbidden, "not_risk_owner", "only the owner of a risk in %s agrees to its treatment", p.Number)
	}
	return out, nil
}

// Agree records that a person agrees to the treatment of the risks that they own. author says whether they wrote the plan.
func (p *Plan) Agree(by string, at time.Time, author bool, risks []*Risk) error {
	ids, err := p.mine(by, author, risks)
	if err != nil {
		return err
	}
	p.Agreements = append(slices.DeleteFunc(p.Agreements, func(a Agreement) bool { return a.By == by }), Agreement{By: by, At: at, RiskIDs: ids})
	return nil
}

// agreed reports whether the owner of a risk has agreed to its treatment.
func (p *Plan) agreed(r *Risk) bool {
	return slices.ContainsFunc(p.Agreements, func(a Agreement) bool { return a.By == r.OwnerID && slices.Contains(a.RiskIDs, r.ID) })
}

// Ask asks the owners again after a change of a risk: its new owner, about all their risks, or its owner when the treatment or the level has changed. It
// reports whether anything changed.
func (p *Plan) Ask(risks []*Risk, was, now *Risk) bool {
	changed := false
	if list := owners(risks); !slices.Equal(list, p.OwnerIDs) {
		p.OwnerIDs, changed = list, true
	}
	handed := was.OwnerID != now.OwnerID
	if !handed && !was.differs(now.Treatments) && was.Level == now.Level && (was.LevelOutdated == nil) == (now.LevelOutdated == nil) {
		return changed
	}
	for i := range p.Agreements {
		a := &p.Agreements[i]
		if handed && a.By == now.OwnerID {
			a.RiskIDs, changed = nil, true
		}
		if at := slices.Index(a.RiskIDs, now.ID); at >= 0 {
			a.RiskIDs, changed = slices.Delete(a.RiskIDs, at, at+1), true
		}
	}
	p.Agreements = slices.DeleteFunc(p.Agreements, func(a Agreement) bool { return len(a.RiskIDs) == 0 })
	return changed
}

// differs reports whether a list of treatments says another thing than the risk's own: one was added, cancelled or changed. Progress with the work, and
// another responsible person, are no difference.
func (r *Risk) differs(from []Treatment) bool {
	return !slices.EqualFunc(r.Treatments, from, func(a, b Treatment) bool {
		return a.ID == b.ID && a.Option == b.Option && a.Plan == b.Plan && a.Due == b.Due && a.stands() == b.stands() && slices.Equal(a.Controls, b.Controls)
	})
}

// agreeBy returns the day by which an owner answers a plan: two weeks after its submission, and none when the owner has agreed for all their risks.
func agreeBy(plan any, person string) record.Date {
	p := plan.(*Plan)
	if p.SubmittedAt == nil || slices.ContainsFunc(p.Agreements, func(a Agreement) bool { return a.By == person }) {
		return ""
	}
	return record.DateOf(*p.SubmittedAt).Add("P14D")
}

// Approve approves the plan and stores a copy of its risks as they are. It refuses when the plan has another level than at submission, because
// another person may have to approve it, when something that Submit requires is missing, or when the owner of a risk has not agreed.
func (p *Plan) Approve(by string, at time.Time, risks []*Risk) error {
	blockers := p.gaps(risks)
	if now := p.highest(risks); now != p.Level && len(blockers) == 0 {
		blockers.Add("level_changed", "/level", `the highest residual level was "%s" at submission and is "%s" now; withdraw the plan and submit it again`, p.Level, now)
	}
	for i, r := range risks {
		if record.Covers(p.Scope, r.Scope) && r.OwnerID != "" && !p.agreed(r) {
			block(&blockers, i, r, "not_agreed_by_owner", "the owner of %s has not agreed to its treatment")
		}
	}
	if err := blockers.Err(); err != nil {
		return err
	}
	p.Risks = make([]PlanItem, len(risks))
	for i, r := range risks {
		p.Risks[i] = PlanItem{ID: r.ID, Number: r.Number, Title: r.Title, Version: r.Version, Residual: r.basis(), Treatments: r.Treatments}
	}
	p.Status, p.ApprovedBy, p.ApprovedAt = PlanApproved, by, &at
	return nil
}

// Outdate makes an approved plan stale when the treatment of a risk in it is another than at approval, or when the risk itself was edited. It reports
// whether anything changed.
func (p *Plan) Outdate(at time.Time, r *Risk) bool {
	i := slices.IndexFunc(p.Risks, func(x PlanItem) bool { return x.ID == r.ID })
	if i < 0 || slices.Contains(p.StaleRisks, r.ID) {
		return false
	}
	edited := r.LevelOutdated != nil && r.LevelOutdated.Reason == Edited
	if !edited && !r.differs(p.Risks[i].Treatments) {
		return false
	}
	p.StaleRisks = append(p.StaleRisks, r.ID)
	if p.StaleAt == nil {
		p.StaleAt = &at
	}
	p.Status = PlanStale
	return true
}

// Reject returns the plan to its authors.
func (p *Plan) Reject() error {
	p.Status, p.SubmittedBy, p.SubmittedAt = PlanDraft, "", nil
	p.OwnerIDs, p.Agreements = []string{}, []Agreement{}
	return nil
}

// Revise makes an approved or stale plan a draft again, which is agreed to and approved anew. The log keeps what was approved.
func (p *Plan) Revise(risks []*Risk) error {
	p.ApprovedBy, p.ApprovedAt, p.Authority, p.Risks = "", nil, nil, []PlanItem{}
	p.StaleAt, p.StaleRisks, p.Drafted = nil, []string{}, nil
	p.keepOwners(risks)
	p.Weigh(risks)
	return p.Reject()
}

// Withdraw makes the plan a draft again. Only the person who submitted it may.
func (p *Plan) Withdraw(by string) error {
	if by != p.SubmittedBy {
		return fault.New(fault.Forbidden, "not_submitter", "only the person who submitted %s can withdraw it", p.Number)
	}
	return p.Reject()
}
