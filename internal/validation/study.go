// Package validation has the studies that show whether an AI system works at the hospital (ISO/IEC 42001 A.6.2.4): criteria that are set beforehand,
// results with their uncertainty, and a verdict by somebody who did not record the results.
package validation

import (
	"slices"
	"strconv"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Status is the state of a study.
type Status string

// The states. A concluded study is outdated when the system gets a new release.
const (
	Planned     Status = "planned"
	CriteriaSet Status = "criteria_set"
	Results     Status = "results"
	Concluded   Status = "concluded"
	Outdated    Status = "outdated"
	Cancelled   Status = "cancelled"
)

// This registers the closed list of states.
var _ = record.Choices[Status](
	[4]string{"planned", "planlagt", "planned", "neutral"},
	[4]string{"criteria_set", "kriterier satt", "criteria set", "info"},
	[4]string{"results", "resultater registrert", "results recorded", "info"},
	[4]string{"concluded", "konkludert", "concluded", "success"},
	[4]string{"outdated", "utdatert", "outdated", "danger"},
	[4]string{"cancelled", "avbrutt", "cancelled", "neutral"},
)

// Design is how a study is done.
type Design string

// The designs.
const (
	Retrospective Design = "retrospective"
	Shadow        Design = "shadow"
	FromSite      Design = "accepted_from_site"
	InPilot       Design = "supervised_pilot"
)

// This registers the closed list of designs.
var _ = record.Choices[Design](
	[4]string{"retrospective", "retrospektivt på egne data", "retrospective on own data", "neutral"},
	[4]string{"shadow", "skyggekjøring", "shadow run", "neutral"},
	[4]string{"accepted_from_site", "overtatt fra et lignende sted", "accepted from a like site", "warning"},
	[4]string{"supervised_pilot", "pilot under tilsyn", "supervised pilot", "warning"},
)

// Verdict is the conclusion of a study.
type Verdict string

// The verdicts.
const (
	Met            Verdict = "met"
	NotMet         Verdict = "not_met"
	MetConditional Verdict = "met_with_conditions"
)

// This registers the closed list of verdicts.
var _ = record.Choices[Verdict](
	[4]string{"met", "kriteriene er oppfylt", "criteria met", "success"},
	[4]string{"not_met", "kriteriene er ikke oppfylt", "criteria not met", "danger"},
	[4]string{"met_with_conditions", "oppfylt på vilkår", "met with conditions", "warning"},
)

// Approver is who approves the criteria and concludes.
type Approver string

// The line manager approves where the system has no clinical lead, or where that person did the work.
const (
	Clinical Approver = "clinical"
	Line     Approver = "line"
)

// This registers the closed list of approvers.
var _ = record.Choices[Approver](
	[4]string{"clinical", "klinisk ansvarlig", "clinical lead", "neutral"},
	[4]string{"line", "linjeleder", "line manager", "neutral"},
)

// Input is what a caller sets of a study.
type Input struct {
	record.Common
	SystemID string `json:"system_id" validate:"required,uuid" ref:"ai_system" parent:"within" fixed:"true" filter:"" format:"uuid"`
	Title    string `json:"title" validate:"required,filled,max=300" search:"" sort:"" example:"Lokal validering på 400 bilder"`
	Design   Design `json:"design" validate:"required,choice" filter:"" example:"retrospective"`
	// The release that is studied: the newest one when it is left out. And the place, when the study is about one of them.
	ReleaseID         string      `json:"release_id,omitempty" validate:"omitempty,uuid" filter:"" format:"uuid"`
	DeploymentID      string      `json:"deployment_id,omitempty" validate:"omitempty,uuid" filter:"" format:"uuid"`
	Dataset           string      `json:"dataset" validate:"required,filled,max=5000" example:"CT-bilder av voksne fra 2025, trukket tilfeldig"`
	ReferenceStandard string      `json:"reference_standard" validate:"required,filled,max=2000" example:"To radiologer i enighet, uten tilgang til systemets svar"`
	SampleSize        int         `json:"sample_size" validate:"required,min=1,max=10000000" example:"400"`
	Subgroups         []string    `json:"subgroups" validate:"max=50,unique,dive,filled,max=200" example:"over 80 år"`
	LegalBasis        string      `json:"legal_basis" validate:"required,filled,max=2000" example:"Kvalitetssikring, helsepersonelloven § 26"`
	AcceptedFrom      *OtherStudy `json:"accepted_from"` // only of a study that is accepted from another site
	Evidence          []string    `json:"evidence" validate:"max=50,unique,dive,uuid" ref:"evidence" filter:"" format:"uuid"`
} // @name ValidationInput

// OtherStudy is the study of a like site that the hospital accepts, and why it holds here.
type OtherStudy struct {
	Site      string `json:"site" validate:"required,filled,max=300" example:"Sykehuset Innlandet, Hamar"`
	Reason    string `json:"reason" validate:"required,filled,max=2000" example:"Samme utstyr, samme versjon og lik pasientgruppe."`
	Reference string `json:"reference,omitempty" validate:"max=500" example:"Rapport 2026-04, versjon 2"`
} // @name ValidationOtherStudy

// Study is a validation of an AI system.
type Study struct {
	record.Base
	Input
	Status  Status `json:"status" filter:""`
	OwnerID string `json:"owner_id" ref:"user" filter:"" format:"uuid"` // the owner of the system, who neither approves the criteria nor concludes
	// Who approves the criteria and concludes, and the person, when it is the clinical lead.
	Approver         Approver    `json:"approver,omitempty" filter:""`
	ApproverID       string      `json:"approver_id,omitempty" ref:"user" filter:"" format:"uuid"`
	Criteria         []Criterion `json:"acceptance_criteria"`
	CriteriaSetBy    string      `json:"criteria_set_by,omitempty" format:"uuid" names:"user"`
	CriteriaSetAt    *time.Time  `json:"criteria_set_at"`
	CriteriaApproval *Step       `json:"criteria_approval"`
	Results          []Result    `json:"results"`
	ResultsBy        string      `json:"results_by,omitempty" format:"uuid" names:"user"`
	ResultsAt        *time.Time  `json:"results_at"`
	Verdict          Verdict     `json:"verdict,omitempty" filter:""`
	Conclusion       *Conclusion `json:"conclusion"`
	OutdatedAt       *time.Time  `json:"outdated_at"`
} // @name Validation

// Step says who did something, and when.
type Step struct {
	By string    `json:"by" format:"uuid" names:"user"`
	At time.Time `json:"at"`
} // @name ValidationStep

// Criterion is what a metric must reach for the system to be accepted, of all cases or of one subgroup.
type Criterion struct {
	Metric   string   `json:"metric" validate:"required,filled,max=100" example:"sensitivitet"`
	Subgroup string   `json:"subgroup,omitempty" validate:"max=200" example:"over 80 år"`
	AtLeast  *float64 `json:"at_least" example:"0.9"`
	AtMost   *float64 `json:"at_most"`
} // @name ValidationCriterion

// CriteriaInput is the request that sets the criteria.
type CriteriaInput struct {
	Criteria []Criterion `json:"acceptance_criteria" validate:"required,min=1,max=100,dive"`
} // @name ValidationCriteria

// Result is the value of a metric with its confidence interval, of all cases or of one subgroup.
type Result struct {
	Metric   string   `json:"metric" validate:"required,filled,max=100" example:"sensitivitet"`
	Subgroup string   `json:"subgroup,omitempty" validate:"max=200" example:"over 80 år"`
	Value    *float64 `json:"value" validate:"required" example:"0.93"`
	CILow    *float64 `json:"ci_low" validate:"required" example:"0.89"`
	CIHigh   *float64 `json:"ci_high" validate:"required" example:"0.96"`
	N        int      `json:"n" validate:"required,min=1" example:"212"`
} // @name ValidationResult

// ResultsInput is the request that records the results.
type ResultsInput struct {
	Results []Result `json:"results" validate:"required,min=1,max=500,dive"`
} // @name ValidationResults

// ConclusionInput is the request that concludes a study.
type ConclusionInput struct {
	Verdict    Verdict  `json:"verdict" validate:"required,choice" example:"met_with_conditions"`
	Conditions []string `json:"conditions" validate:"max=30,dive,filled,max=1000" example:"Brukes ikke på barn under 12 år."`
	record.Reason
} // @name ValidationConclusionInput

// Conclusion is the verdict, with who gave it and why.
type Conclusion struct {
	ConclusionInput
	By string    `json:"by" format:"uuid" names:"user"`
	At time.Time `json:"at"`
} // @name ValidationConclusion

// Studies reads and writes the validation studies.
var Studies = record.NewRepo[Study](record.Kind{
	Rules: record.Rules[Study]{Validate: (*Study).Validate, Facts: (*Study).Facts},
	Name:  "validation", Path: "validations", Prefix: "VAL", Label: record.Text{NB: "Valideringsstudie", EN: "Validation study"},
	Editable: []string{"planned"}, Removable: []string{"planned"}, Mine: []string{"owner_id"}, Asks: []string{"approver_id"}, Parts: []string{"reassign"},
	Workflow: []record.Transition{
		{
			Verb: "set-criteria", From: []string{"planned", "criteria_set", "results"}, To: []string{"criteria_set"}, Needs: []string{"acceptance_criteria"},
			Label: record.Text{NB: "Sett akseptkriterier", EN: "Set the acceptance criteria"},
		},
		{Verb: "approve-criteria", From: []string{"criteria_set"}, To: []string{"criteria_set"}, Label: record.Text{NB: "Godkjenn kriteriene", EN: "Approve the criteria"}},
		{
			Verb: "record-results", From: []string{"planned", "criteria_set", "results"}, To: []string{"results"}, Needs: []string{"results"},
			Label: record.Text{NB: "Registrer resultater", EN: "Record the results"},
		},
		{Verb: "conclude", From: []string{"results"}, To: []string{"concluded"}, Needs: []string{"verdict", "reason"}, Label: record.Text{NB: "Konkluder", EN: "Conclude"}},
		{
			Verb: "cancel", From: []string{"planned", "criteria_set", "results"}, To: []string{"cancelled"}, Needs: []string{"reason"},
			Label: record.Text{NB: "Avbryt", EN: "Cancel"},
		},
		{Verb: "outdate", From: []string{"concluded"}, To: []string{"outdated"}, Label: record.Text{NB: "Blir utdatert", EN: "Becomes outdated"}},
	},
	NotApplicable: notApplicable,
	Tasks: []record.Task{
		{
			States: []string{"criteria_set"}, Action: "approve-criteria", Owner: "approver_id", Vacant: true,
			Label: record.Text{NB: "Akseptkriterier som skal godkjennes", EN: "Acceptance criteria to approve"},
		},
		{
			States: []string{"results"}, Action: "conclude", Owner: "approver_id", Vacant: true,
			Label: record.Text{NB: "Validering som skal konkluderes", EN: "Validation to conclude"},
		},
	},
})

// notApplicable reports whether an action does not apply: criteria are approved once and do not change after there are results, which come after approval.
func notApplicable(action string, m record.Meta) bool {
	switch action {
	case "set-criteria":
		return m.Fact("results") == "recorded"
	case "approve-criteria":
		return m.Fact("criteria") == "approved"
	case "record-results":
		return m.Fact("criteria") != "approved"
	}
	return false
}

// Facts give who approves, and what has been done.
func (s *Study) Facts() []record.Fact {
	facts := []record.Fact{{Name: "approver", Value: string(s.Approver)}}
	if s.CriteriaApproval != nil {
		facts = append(facts, record.Fact{Name: "criteria", Value: "approved"})
	}
	if len(s.Results) > 0 {
		facts = append(facts, record.Fact{Name: "results", Value: "recorded"})
	}
	return facts
}

// Validate checks what must hold between the fields of a study.
func (s *Study) Validate() error {
	var f fault.Fields
	switch {
	case s.Design == FromSite && s.AcceptedFrom == nil:
		f.Add("/accepted_from", "required", "is required")
	case s.Design != FromSite && s.AcceptedFrom != nil:
		f.Add("/accepted_from", "not_from_site", "must be left out, because the study is the hospital's own")
	}
	return f.Err()
}

// Asks sets who approves the criteria and concludes: the clinical lead of the system, or the line manager when there is none or that person did the work.
func (s *Study) Asks(leadID, actor string) {
	s.Approver, s.ApproverID = Clinical, leadID
	if leadID == "" || leadID == actor || leadID == s.OwnerID {
		s.Approver, s.ApproverID = Line, ""
	}
}

// knows reports whether a subgroup is one of the study. An empty one means all cases.
func (s *Study) knows(subgroup string) bool {
	return subgroup == "" || slices.Contains(s.Subgroups, subgroup)
}

// SetCriteria sets the criteria, which wait for approval. They cannot change after there are results.
func (s *Study) SetCriteria(in CriteriaInput, by string, at time.Time) error {
	if len(s.Results) > 0 {
		return fault.New(fault.Conflict, "criteria_fixed", "the criteria of %s cannot change after results were recorded; plan a new study", s.Number)
	}
	var f fault.Fields
	for i, c := range in.Criteria {
		to := "/acceptance_criteria/" + strconv.Itoa(i)
		if !s.knows(c.Subgroup) {
			f.Add(to+"/subgroup", "unknown_subgroup", "must be a subgroup of the study")
		}
		switch {
		case c.AtLeast == nil && c.AtMost == nil:
			f.Add(to, "no_limit", "must have at_least, at_most or both")
		case c.AtLeast != nil && c.AtMost != nil && *c.AtLeast > *c.AtMost:
			f.Add(to+"/at_most", "limits_crossed", "must not be below at_least")
		}
		if slices.ContainsFunc(in.Criteria[:i], func(e Criterion) bool { return e.Metric == c.Metric && e.Subgroup == c.Subgroup }) {
			f.Add(to+"/metric", "repeated", "must not have the same value twice")
		}
	}
	if err := f.Err(); err != nil {
		return err
	}
	s.Status, s.Criteria, s.CriteriaSetBy, s.CriteriaSetAt, s.CriteriaApproval = CriteriaSet, in.Criteria, by, &at, nil
	return nil
}

// ApproveCriteria approves the criteria before there are results.
func (s *Study) ApproveCriteria(by string, at time.Time) error {
	if s.CriteriaApproval != nil {
		return fault.New(fault.Conflict, "criteria_approved", "the criteria of %s are approved already", s.Number)
	}
	s.CriteriaApproval = &Step{By: by, At: at}
	return nil
}

// Record stores the results, in the place of earlier ones.
func (s *Study) Record(in ResultsInput, by string, at time.Time) error {
	if s.CriteriaApproval == nil {
		return fault.New(fault.Conflict, "criteria_unapproved", "the criteria of %s must be set and approved before there are results", s.Number)
	}
	var f fault.Fields
	for i, r := range in.Results {
		to := "/results/" + strconv.Itoa(i)
		if !slices.ContainsFunc(s.Criteria, func(c Criterion) bool { return c.Metric == r.Metric }) {
			f.Add(to+"/metric", "unknown_metric", "must be a metric of the acceptance criteria")
		}
		if !s.knows(r.Subgroup) {
			f.Add(to+"/subgroup", "unknown_subgroup", "must be a subgroup of the study")
		}
		if r.Value != nil && r.CILow != nil && r.CIHigh != nil && (*r.Value < *r.CILow || *r.Value > *r.CIHigh) {
			f.Add(to+"/value", "outside_interval", "must lie in its confidence interval")
		}
		if r.N > s.SampleSize {
			f.Add(to+"/n", "above_sample", "must not be above the sample size of the study, %d", s.SampleSize)
		}
		if slices.ContainsFunc(in.Results[:i], func(e Result) bool { return e.Metric == r.Metric && e.Subgroup == r.Subgroup }) {
			f.Add(to+"/metric", "repeated", "must not have the same value twice")
		}
	}
	if err := f.Err(); err != nil {
		return err
	}
	s.Status, s.Results, s.ResultsBy, s.ResultsAt = Results, in.Results, by, &at
	return nil
}

// meets reports whether the results meet a criterion.
func (s *Study) meets(c Criterion) bool {
	return slices.ContainsFunc(s.Results, func(r Result) bool {
		return r.Metric == c.Metric && r.Subgroup == c.Subgroup && (c.AtLeast == nil || *r.Value >= *c.AtLeast) && (c.AtMost == nil || *r.Value <= *c.AtMost)
	})
}

// Conclude gives the verdict. The criteria are met only when the results meet each of them.
func (s *Study) Conclude(in ConclusionInput, by string, at time.Time) error {
	var f fault.Fields
	if in.Verdict == Met {
		for _, c := range s.Criteria {
			if !s.meets(c) {
				f.Add("/verdict", "criterion_missed", "the criteria are not met: %s", c.Metric)
				break
			}
		}
	}
	if in.Verdict == MetConditional && len(in.Conditions) == 0 {
		f.Add("/conditions", "too_few_items/one", "must have at least one item")
	}
	if err := f.Err(); err != nil {
		return err
	}
	s.Status, s.Verdict, s.Conclusion = Concluded, in.Verdict, &Conclusion{ConclusionInput: in, By: by, At: at}
	return nil
}

// Cancel ends a study without a conclusion.
func (s *Study) Cancel() error {
	s.Status = Cancelled
	return nil
}

// Outdate ends that the study counts.
func (s *Study) Outdate(at time.Time) { s.Status, s.OutdatedAt = Outdated, &at }

// Counts reports whether the study shows that the system works: it is concluded, and the criteria are met.
func (s *Study) Counts() bool { return s.Status == Concluded && s.Verdict != NotMet }
