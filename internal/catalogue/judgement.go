package catalogue

import (
	"strings"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Verdict says how far a clause is met.
type Verdict string // @name ClauseVerdict

// The verdicts.
const (
	NotAssessed   Verdict = "not_assessed"
	Conforms      Verdict = "conforms"
	Partly        Verdict = "partly"
	Nonconforming Verdict = "nonconforming"
)

// Verdicts is the closed list of verdicts.
var Verdicts = record.Choices[Verdict](
	[4]string{"not_assessed", "ikke vurdert", "not assessed", "neutral"},
	[4]string{"conforms", "oppfylt", "conforms", "success"},
	[4]string{"partly", "delvis oppfylt", "partly conforms", "warning"},
	[4]string{"nonconforming", "ikke oppfylt", "does not conform", "danger"},
)

// JudgementStatus is the state of a judgement; there is only one.
type JudgementStatus string

// JudgementActive is the state of every judgement.
const JudgementActive JudgementStatus = "active"

// This registers the closed list of a judgement's states.
var _ = record.Choices[JudgementStatus](
	[4]string{"active", "gjelder", "active", "success"},
)

// JudgementInput has the fields of a judgement that a caller sets.
type JudgementInput struct {
	record.Common
	Clause    string  `json:"clause" validate:"required,max=64" ref:"requirement,prefix=iso-42001:" filter:"" sort:"" fixed:"true" example:"5.2"` // number of a clause of ISO/IEC 42001
	Judgement Verdict `json:"judgement" validate:"required,choice" filter:""`
	Reasons   string  `json:"reasons" validate:"max=5000" search:"" example:"Policyen er publisert, men ikke kjent i alle klinikker."`
}

// Judgement says how far people judge a clause to be met in a scope. There is at most one per clause and scope.
type Judgement struct {
	record.Base
	JudgementInput
	Place  string          `json:"place" unique:"" example:"/siv/:5.2"` // scope and clause
	Status JudgementStatus `json:"status"`
} // @name ClauseJudgement

// Judgements reads and writes judgements.
var Judgements = record.NewRepo[Judgement](record.Kind{
	Rules: record.Rules[Judgement]{Defaults: (*Judgement).Defaults, Validate: (*Judgement).Validate},
	Name:  "clause_judgement", Path: "clause-judgements", Prefix: "CJ", Removable: []string{"active"},
	Label: record.Text{NB: "Vurdering av krav", EN: "Clause judgement"},
})

// NewJudgement returns an active judgement.
func NewJudgement(in JudgementInput) *Judgement {
	return &Judgement{JudgementInput: in, Status: JudgementActive}
}

// Defaults sets Place, and replaces nil lists with empty ones, which JSON shows as [].
func (j *Judgement) Defaults() {
	j.Place = j.Scope + ":" + j.Clause
	if j.ExternalRefs == nil {
		j.ExternalRefs = []record.ExternalRef{}
	}
}

// Validate requires reasons, unless the verdict is not_assessed.
func (j *Judgement) Validate() error {
	var f fault.Fields
	if j.Judgement != NotAssessed && strings.TrimSpace(j.Reasons) == "" {
		f.Add("/reasons", "required/reasons", "give reasons for the judgement")
	}
	return f.Err()
}
