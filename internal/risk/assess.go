package risk

import (
	"slices"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Stage says which measures an assessment counts in.
type Stage string

// The stages: before any measure, with those in place, and after those planned.
const (
	Inherent Stage = "inherent"
	Current  Stage = "current"
	Residual Stage = "residual"
)

// Stages is the closed list of stages.
var Stages = record.Choices[Stage](
	[4]string{"inherent", "iboende risiko", "inherent risk", "neutral"},
	[4]string{"current", "nåværende risiko", "current risk", "neutral"},
	[4]string{"residual", "restrisiko", "residual risk", "neutral"},
)

// AssessmentInput is what somebody judges: how likely, and how bad in each dimension of the method. Values are steps of the method's axes.
type AssessmentInput struct {
	Stage        Stage          `json:"stage" validate:"required,choice" example:"inherent"`
	Likelihood   int            `json:"likelihood" validate:"required,min=1,max=6" example:"3"`
	Consequences map[string]int `json:"consequences" validate:"required,min=1,max=20,dive,min=1,max=6" example:"patient_safety:3,privacy:2"`
	Rationale    string         `json:"rationale" validate:"required,filled,max=10000" example:"To hendelser siste år i prøvedriften."`
} // @name RiskAssessmentInput

// Result is where an assessment places the risk in a method's matrix.
type Result struct {
	MethodID           string `json:"method_id" format:"uuid"`
	MethodKey          string `json:"method_key" example:"standard-5x5"`
	MethodEdition      int    `json:"method_edition" example:"1"`
	Likelihood         int    `json:"likelihood" example:"3"`
	HighestConsequence int    `json:"highest_consequence" example:"4"`
	Level              Level  `json:"level"`
	Rank               int    `json:"rank" example:"3"`
}

// Assessment is one judgement of the risk by one edition of a method. It is kept as it was made.
type Assessment struct {
	ID           string         `json:"id" format:"uuid"`
	By           string         `json:"by" format:"uuid"`
	At           time.Time      `json:"at"`
	Stage        Stage          `json:"stage"`
	Consequences map[string]int `json:"consequences" example:"patient_safety:3,privacy:2"`
	Rationale    string         `json:"rationale"`
	Result
} // @name RiskAssessment

// Summary is the newest assessment of a stage, in short.
type Summary struct {
	AssessmentID string    `json:"assessment_id" format:"uuid"`
	At           time.Time `json:"at"`
	Result
} // @name RiskSummary

// maxAssessments keeps one risk's document to a size that pages of risks can carry.
const maxAssessments = 500

// Assess keeps a new assessment. An acceptance in force turns stale: it was given for other values.
func (r *Risk) Assess(a Assessment) error {
	if len(r.Assessments) >= maxAssessments {
		return fault.New(fault.Conflict, "too_many/assessments", "%s already has %d assessments, which is the limit", r.Number, maxAssessments)
	}
	r.Assessments = append(r.Assessments, a)
	s := &Summary{AssessmentID: a.ID, At: a.At, Result: a.Result}
	switch a.Stage {
	case Inherent:
		r.Inherent = s
	case Current:
		r.Current = s
	case Residual:
		r.Residual = s
	}
	r.weigh()
	if r.Status == Identified {
		r.Status = Assessed
	}
	return r.Outdate()
}

// At gives the newest assessment of a stage, or nil.
func (r *Risk) At(s Stage) *Summary {
	switch s {
	case Inherent:
		return r.Inherent
	case Current:
		return r.Current
	case Residual:
		return r.Residual
	}
	return nil
}

// Basis is what the level rests on: the residual assessment while it counts, else the current, else the inherent one. A risk
// without any is blocked.
func (r *Risk) Basis() (Summary, error) {
	if b := r.basis(); b != nil {
		return *b, nil
	}
	var missing fault.Blockers
	missing.Add("not_assessed", "/assessments", "assess the risk first; an assessment of the residual risk counts only with a treatment that changes the risk")
	return Summary{}, missing.Err()
}

// assessor is who made the assessment that the level rests on.
func (r *Risk) assessor() string {
	b := r.basis()
	if i := slices.IndexFunc(r.Assessments, func(a Assessment) bool { return b != nil && a.ID == b.AssessmentID }); i >= 0 {
		return r.Assessments[i].By
	}
	return ""
}

func (r *Risk) basis() *Summary {
	if r.residualCounts() {
		return r.Residual
	}
	return r.untreated()
}

// residualCounts tells whether the residual assessment decides the level. It is a promise of what treatment will bring: without a
// treatment that acts nobody is to keep it, and a newer look at the risk as it is may have found the promise broken.
func (r *Risk) residualCounts() bool {
	if r.Residual == nil || !slices.ContainsFunc(r.Treatments, Treatment.acts) {
		return false
	}
	now := r.untreated()
	return now == nil || !r.Residual.At.Before(now.At)
}

// untreated is the risk as it is today, as far as anybody has judged it.
func (r *Risk) untreated() *Summary {
	if r.Current != nil {
		return r.Current
	}
	return r.Inherent
}

// weigh keeps the level in step with assessments and treatments. An acceptance in force turns stale with the level: it was given for another.
func (r *Risk) weigh() {
	was := r.Level
	r.Level, r.LevelRank = "", 0
	if b := r.basis(); b != nil {
		r.Level, r.LevelRank = b.Level, b.Rank
	}
	if in := r.inForce(); in != nil && r.Level != was {
		in.Stale = true
	}
}
