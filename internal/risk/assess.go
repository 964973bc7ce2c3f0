package risk

import (
	"slices"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Stage says which treatments an assessment takes into account.
type Stage string

// The stages: before any treatment, with those in place, and after those planned.
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

// AssessmentInput is an assessment: the likelihood, and the consequence in each dimension of the method. Values are steps of the method's axes.
type AssessmentInput struct {
	Stage        Stage          `json:"stage" validate:"required,choice" example:"inherent"`
	Likelihood   int            `json:"likelihood" validate:"required,min=1,max=6" example:"3"`
	Consequences map[string]int `json:"consequences" validate:"required,min=1,max=20,dive,min=1,max=6" example:"patient_safety:3,privacy:2"`
	Rationale    string         `json:"rationale" validate:"required,filled,max=10000" example:"To hendelser siste år i prøvedriften."`
} // @name RiskAssessmentInput

// Result is the place of an assessed risk in a method's matrix.
type Result struct {
	MethodID           string `json:"method_id" format:"uuid" names:"risk_method"`
	MethodKey          string `json:"method_key" example:"standard-5x5"`
	MethodEdition      int    `json:"method_edition" example:"1"`
	Likelihood         int    `json:"likelihood" example:"3"`
	HighestConsequence int    `json:"highest_consequence" example:"4"`
	Level              Level  `json:"level"`
	Rank               int    `json:"rank" example:"3"`
}

// Assessment is one assessment of the risk by one edition of a method. It never changes.
type Assessment struct {
	ID           string         `json:"id" format:"uuid"`
	By           string         `json:"by" format:"uuid" names:"user"`
	At           time.Time      `json:"at"`
	Stage        Stage          `json:"stage"`
	Consequences map[string]int `json:"consequences" example:"patient_safety:3,privacy:2"`
	Rationale    string         `json:"rationale"`
	Result
} // @name RiskAssessment

// Summary is a short form of the newest assessment of a stage.
type Summary struct {
	AssessmentID string    `json:"assessment_id" format:"uuid"`
	At           time.Time `json:"at"`
	Result
} // @name RiskSummary

// maxAssessments limits the size of one risk's document, because lists read whole documents.
const maxAssessments = 500

// Assess adds an assessment. An acceptance in force becomes stale, because it was given for other values.
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

// At returns the newest assessment of a stage, or nil.
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

// Basis returns the assessment that gives the level: the residual one while it counts, else the current, else the inherent one.
// A risk without an assessment is blocked.
func (r *Risk) Basis() (Summary, error) {
	if b := r.basis(); b != nil {
		return *b, nil
	}
	var missing fault.Blockers
	missing.Add("not_assessed", "/assessments", "assess the risk first; an assessment of the residual risk counts only with a treatment that changes the risk")
	return Summary{}, missing.Err()
}

// assessor returns who made the assessment that gives the level.
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

// residualCounts reports whether the residual assessment gives the level. It assumes that a treatment which acts is carried out.
// A newer assessment of the current risk replaces it, because the treatment may not have had the expected effect.
func (r *Risk) residualCounts() bool {
	if r.Residual == nil || !slices.ContainsFunc(r.Treatments, Treatment.acts) {
		return false
	}
	now := r.untreated()
	return now == nil || !r.Residual.At.Before(now.At)
}

// untreated returns the current assessment, or else the inherent one.
func (r *Risk) untreated() *Summary {
	if r.Current != nil {
		return r.Current
	}
	return r.Inherent
}

// weigh updates the level after a change of assessments or treatments. An acceptance in force becomes stale when the level changes.
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
