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

// Party is who a judgement comes from.
type Party string // @name ClauseParty

// The parties.
const (
	WorkingGroup  Party = "working_group"
	InternalAudit Party = "internal_audit"
)

// Parties is the closed list of parties.
var Parties = record.Choices[Party](
	[4]string{"working_group", "arbeidsgruppen", "working group", "neutral"},
	[4]string{"internal_audit", "internrevisjonen", "internal audit", "neutral"},
)

// JudgementInput has the fields of a judgement that a caller sets.
type JudgementInput struct {
	record.Common
	Clause string `json:"clause" validate:"required,max=64" ref:"requirement,prefix=iso-42001:" filter:"" sort:"" fixed:"true" example:"5.2"` // number of a clause of ISO/IEC 42001
	// Who judges. When it is left out, it is the party that the caller may judge for.
	Party     Party   `json:"party,omitempty" validate:"omitempty,choice" filter:"" fixed:"true" example:"internal_audit"`
	Judgement Verdict `json:"judgement" validate:"required,choice" filter:""`
	// What the judgement builds on, besides the records that support the clause.
	Evidence []string `json:"evidence" validate:"max=50,unique" ref:"evidence" filter:""`
	Reasons  string   `json:"reasons" validate:"max=5000" search:"" example:"Policyen er publisert, men ikke kjent i alle klinikker."`
}

// Judgement says how far people judge a clause to be met in a scope. There is at most one per clause, scope and party.
type Judgement struct {
	record.Base
	JudgementInput
	Place  string          `json:"place" unique:"" example:"/siv/:5.2:working_group"` // scope, clause and party
	Status JudgementStatus `json:"status"`
} // @name ClauseJudgement

// Judgements reads and writes judgements.
var Judgements = record.NewRepo[Judgement](record.Kind{
	Rules: record.Rules[Judgement]{Defaults: (*Judgement).Defaults, Validate: (*Judgement).Validate, Facts: (*Judgement).Facts},
	Name:  "clause_judgement", Path: "clause-judgements", Prefix: "CJ", Removable: []string{"active"},
	Label: record.Text{NB: "Vurdering av krav", EN: "Clause judgement"},
})

// NewJudgement returns an active judgement.
func NewJudgement(in JudgementInput) *Judgement {
	return &Judgement{JudgementInput: in, Status: JudgementActive}
}

// Defaults sets Place, and replaces nil lists with empty ones, which JSON shows as [].
func (j *Judgement) Defaults() {
	if j.Party == "" {
		j.Party = WorkingGroup
	}
	j.Place = j.Scope + ":" + j.Clause + ":" + string(j.Party)
	if j.ExternalRefs == nil {
		j.ExternalRefs = []record.ExternalRef{}
	}
	if j.Evidence == nil {
		j.Evidence = []string{}
	}
}

// Facts say for which party the judgement is.
func (j *Judgement) Facts() []record.Fact {
	return []record.Fact{{Name: "party", Value: string(j.Party)}}
}

// Validate requires reasons, unless the verdict is not_assessed.
func (j *Judgement) Validate() error {
	var f fault.Fields
	if j.Judgement != NotAssessed && strings.TrimSpace(j.Reasons) == "" {
		f.Add("/reasons", "required/reasons", "give reasons for the judgement")
	}
	return f.Err()
}
