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
// With same_as it confirms an earlier assessment of the risk: that one gives the stage and the values, which are left out.
type AssessmentInput struct {
	Stage        Stage          `json:"stage,omitempty" validate:"required_without=SameAs,omitempty,choice" example:"inherent"`
	Likelihood   int            `json:"likelihood,omitempty" validate:"required_without=SameAs,omitempty,min=1,max=6" example:"3"`
	Consequences map[string]int `json:"consequences,omitempty" validate:"required_without=SameAs,omitempty,min=1,max=20,dive,min=1,max=6" example:"patient_safety:3,privacy:2"`
	Rationale    string         `json:"rationale" validate:"required,filled,max=10000" example:"To hendelser siste år i prøvedriften."`
	SameAs       string         `json:"same_as,omitempty" validate:"omitempty,uuid" format:"uuid"` // the id of the assessment that is confirmed
} // @name RiskAssessmentInput

// extra adds a fault for each value that the confirmed assessment gives already.
func (in AssessmentInput) extra(faults *fault.Fields) {
	for _, f := range []struct {
		at    string
		given bool
	}{{"/stage", in.Stage != ""}, {"/likelihood", in.Likelihood != 0}, {"/consequences", in.Consequences != nil}} {
		if f.given {
			faults.Add(f.at, "given_by_same_as", "must be left out: the assessment in same_as gives it")
		}
	}
}

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
	SameAs       string         `json:"same_as,omitempty" format:"uuid"` // the earlier assessment that it confirms
	Result
} // @name RiskAssessment

// Summary is a short form of the newest assessment of a stage. It is outdated when what was judged, or the method, has changed since.
type Summary struct {
	AssessmentID string    `json:"assessment_id" format:"uuid"`
	At           time.Time `json:"at"`
	Outdated     *Outdated `json:"outdated"`
	Result
} // @name RiskSummary

// Outdated says since when and why an assessment no longer holds.
type Outdated struct {
	At     time.Time      `json:"at"`
	By     string         `json:"by" format:"uuid" names:"user"`
	Reason OutdatedReason `json:"reason"`
} // @name RiskOutdated

// OutdatedReason is the reason why an assessment no longer holds.
type OutdatedReason string

// What outdates an assessment.
const (
	Edited        OutdatedReason = "edited"
	MethodChanged OutdatedReason = "method_changed"
)

// This registers the closed list of what outdates an assessment.
var _ = record.Choices[OutdatedReason](
	[4]string{"edited", "risikoen er endret etter vurderingen", "the risk has changed since the assessment", "warning"},
	[4]string{"method_changed", "metoden er endret etter vurderingen", "the method has changed since the assessment", "warning"},
)

// maxAssessments limits the size of one risk's document, because lists read whole documents.
const maxAssessments = 500

// Assess adds an assessment. The residual risk can only be assessed when the risk has a treatment. An acceptance in force ends when the level is
// higher than what was accepted; otherwise the person who accepted the risk is asked to look at it.
func (r *Risk) Assess(a Assessment) error {
	if a.Stage == Residual && !slices.ContainsFunc(r.Treatments, Treatment.stands) {
		var blockers fault.Blockers
		blockers.Add("untreated", "/treatments", "plan a treatment of %s", r.Number)
		return blockers.Err()
	}
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
	if in := r.inForce(); in != nil {
		in.Stale = true
		r.lapse(a.By, a.At)
	}
	return nil
}

// assessment returns the assessment with an id, or nil.
func (r *Risk) assessment(id string) *Assessment {
	if i := slices.IndexFunc(r.Assessments, func(a Assessment) bool { return a.ID == id }); i >= 0 {
		return &r.Assessments[i]
	}
	return nil
}

// Outdate marks every assessment that gives a level as outdated, and reports whether anything changed. After an edit an acceptance in force ends,
// because what was accepted is no longer there. After a change of the method it stays in force until the risk is assessed again.
func (r *Risk) Outdate(by string, at time.Time, why OutdatedReason) bool {
	changed := false
	for _, s := range []*Summary{r.Inherent, r.Current, r.Residual} {
		if s != nil && (s.Outdated == nil || why == Edited) {
			s.Outdated, changed = &Outdated{At: at, By: by, Reason: why}, true
		}
	}
	if !changed {
		return false
	}
	r.weigh()
	switch in := r.inForce(); {
	case in == nil:
	case why == Edited:
		r.endAcceptance(by, at, EndedByEdit)
		r.Status = r.waiting()
	default:
		in.Stale = true
	}
	return true
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
	if b := r.basis(); b != nil {
		if a := r.assessment(b.AssessmentID); a != nil {
			return a.By
		}
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
	r.Level, r.LevelRank, r.LevelOutdated = "", 0, nil
	if b := r.basis(); b != nil {
		r.Level, r.LevelRank, r.LevelOutdated = b.Level, b.Rank, b.Outdated
	}
	if in := r.inForce(); in != nil && r.Level != was {
		in.Stale = true
	}
}
