package catalogue

import (
	"strings"
	"time"

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
	// The records that supported the clause when it was judged to conform.
	RestsOn  []string  `json:"rests_on" ref:"policy|mandate|measure|role|assignment|body|membership|risk_register|risk|risk_method|treatment_plan|soa|control|objective|cycle|measurement|evidence"`
	JudgedBy string    `json:"judged_by,omitempty" names:"user" filter:"" format:"uuid"`
	JudgedAt time.Time `json:"judged_at"`
	// Why it is stale: something that it rests on has changed since. It is null until then, and again when the clause is judged anew.
	Stale  *Staleness      `json:"stale"`
	Place  string          `json:"place" unique:"" example:"/siv/:5.2:working_group"` // scope, clause and party
	Status JudgementStatus `json:"status"`
} // @name ClauseJudgement

// Staleness says since when a judgement is stale, and which record it no longer rests on.
type Staleness struct {
	At     time.Time `json:"at"`
	Kind   string    `json:"kind" example:"evidence"`
	ID     string    `json:"id" format:"uuid" names:"kind"`
	Number string    `json:"number" example:"EVI-0004"`
	Action string    `json:"action" example:"retire"` // what was done to that record
} // @name ClauseJudgementStaleness

// Judgements reads and writes judgements.
var Judgements = record.NewRepo[Judgement](record.Kind{
	Rules: record.Rules[Judgement]{Defaults: (*Judgement).Defaults, Validate: (*Judgement).Validate, Facts: (*Judgement).Facts},
	Name:  "clause_judgement", Path: "clause-judgements", Prefix: "CJ", Removable: []string{"active"},
	Label: record.Text{NB: "Vurdering av krav", EN: "Clause judgement"},
	Workflow: []record.Transition{
		{Verb: "outdate", From: []string{"active"}, To: []string{"active"}, Needs: []string{}, Label: record.Text{NB: "Vurderingen blir foreldet", EN: "The judgement becomes stale"}},
	},
	Tasks: []record.Task{
		{
			States: []string{"active"}, Action: "update", Owner: "judged_by", Soon: true, Day: staleOn,
			Label: record.Text{NB: "Krav du har vurdert, der grunnlaget er endret", EN: "Clause you judged whose grounds have changed"},
		},
	},
})

// NewJudgement returns an active judgement.
func NewJudgement(in JudgementInput) *Judgement {
	return &Judgement{JudgementInput: in, Status: JudgementActive}
}

// staleOn returns the day a judgement became stale.
func staleOn(j any, _ string) record.Date {
	if s := j.(*Judgement).Stale; s != nil {
		return record.DateOf(s.At)
	}
	return ""
}

// Outdate makes a judgement stale, because of what was done to a record that it rests on. It reports whether anything changed.
func (j *Judgement) Outdate(c record.Change, at time.Time) bool {
	if j.Judgement != Conforms || j.Stale != nil {
		return false
	}
	j.Stale = &Staleness{At: at, Kind: c.Row.Kind.Name, ID: c.Row.ID, Number: c.Row.Number, Action: c.Action}
	return true
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
	for _, l := range []*[]string{&j.Evidence, &j.RestsOn} {
		if *l == nil {
			*l = []string{}
		}
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
