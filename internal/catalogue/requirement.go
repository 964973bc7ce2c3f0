package catalogue

import (
	"reflect"
	"regexp"
	"strings"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Kind is the type of a requirement in its framework.
type Kind string // @name RequirementKind

// The kinds of requirement.
const (
	Annex        Kind = "annex"
	Clause       Kind = "clause"
	ControlGroup Kind = "control-group"
	Control      Kind = "control"
	Objective    Kind = "objective"
	RiskSource   Kind = "risk-source"
	Obligation   Kind = "obligation"
	Step         Kind = "step"
	Section      Kind = "section"
)

// Kinds is the closed list of requirement kinds.
var Kinds = record.Choices[Kind](
	[4]string{"annex", "tillegg", "annex", "neutral"},
	[4]string{"clause", "krav", "clause", "neutral"},
	[4]string{"control-group", "kontrollområde", "control group", "neutral"},
	[4]string{"control", "kontroll", "control", "neutral"},
	[4]string{"objective", "mål", "objective", "neutral"},
	[4]string{"risk-source", "risikokilde", "risk source", "neutral"},
	[4]string{"obligation", "plikt", "obligation", "neutral"},
	[4]string{"step", "steg", "step", "neutral"},
	[4]string{"section", "kapittel", "section", "neutral"},
)

// Confidence says how well the source of an obligation has been checked.
type Confidence string

// Confidences is the closed list of confidences.
var Confidences = record.Choices[Confidence](
	[4]string{"high", "høy", "high", "success"},
	[4]string{"medium", "middels", "medium", "info"},
	[4]string{"low", "lav", "low", "warning"},
	[4]string{"memory", "etter hukommelsen", "from memory", "warning"},
)

// RequirementStatus is the state of a requirement.
type RequirementStatus string

// The states of a requirement.
const (
	RequirementActive    RequirementStatus = "active"
	RequirementWithdrawn RequirementStatus = "withdrawn"
)

// This registers the closed list of a requirement's states.
var _ = record.Choices[RequirementStatus](
	[4]string{"active", "gjelder", "active", "success"},
	[4]string{"withdrawn", "trukket", "withdrawn", "neutral"},
)

// RequirementInput has the fields that a caller may set. The other fields come from the imported file.
type RequirementInput struct {
	record.Common
	// LicensedText is the text of the standard itself, for a customer who has a licence. Imports do not change it.
	LicensedText *string `json:"licensed_text" validate:"omitempty,max=20000" example:"Text of the licensed copy."`
}

// Entry is a requirement in a framework file. The fields from instrument on are for obligations.
type Entry struct {
	Key        string           `json:"key" validate:"required,max=64" filter:"" sort:"" fixed:"true" example:"A.6.2.4"`
	Kind       Kind             `json:"kind" validate:"required,choice" filter:""`
	Parent     string           `json:"parent,omitempty" validate:"max=64" filter:"" example:"A.6.2"` // the key of the requirement above it
	Title      record.Text      `json:"title" sort:"" search:""`
	Guidance   *record.Text     `json:"guidance"`
	Instrument *record.Text     `json:"instrument" search:""`
	Ref        *record.Text     `json:"ref" search:""`                                                              // the place in the instrument
	Roles      []ObligationRole `json:"roles" validate:"max=20,unique,dive,required,choice" example:"manufacturer"` // the roles that the obligation binds
	Trigger    *record.Text     `json:"trigger"`
	DueRule    string           `json:"due_rule,omitempty" validate:"max=200" example:"P15D"`
	Recipient  *record.Text     `json:"recipient"`
	Confidence Confidence       `json:"confidence,omitempty" validate:"omitempty,choice"`
	Source     string           `json:"source,omitempty" validate:"max=1000"`
	Validity   []Validity       `json:"validity" validate:"max=50,dive"`
	// Obligations are those that a control helps to meet, by framework and key.
	Obligations []string `json:"obligations" validate:"max=100,unique,dive,required,max=130" names:"requirement" example:"eu-ai-act:AIA-14"`
	// ReplacedBy are the keys in the same framework that a newer edition has put in the place of this one.
	ReplacedBy []string `json:"replaced_by" validate:"max=20,unique,dive,required,max=64" example:"A.6.2.9"`
} // @name FrameworkFileRequirement

// Requirement is one clause, control, obligation or step of a framework.
type Requirement struct {
	record.Base
	RequirementInput
	Entry
	Check     *record.Text      `json:"check"`                         // «kontrolleres» when the source of the obligation has still to be checked
	Due       *record.Text      `json:"due"`                           // the due rule in words
	Gates     []Gate            `json:"gates" example:"pilot"`         // the gates before which the obligation is checked
	Position  int               `json:"position" sort:"" example:"42"` // the place in the framework, from 1
	Framework string            `json:"framework" validate:"required" ref:"framework" filter:"" fixed:"true" example:"iso-42001"`
	RefKey    string            `json:"ref_key" unique:"" example:"iso-42001:A.6.2.4"` // framework and key; paths take it instead of the id
	Status    RequirementStatus `json:"status" filter:""`
} // @name Requirement

// Requirements reads and writes requirements. Paths take the id, or framework and key together: iso-42001:A.6.2.4.
var Requirements = record.NewRepo[Requirement](record.Kind{
	Rules: record.Rules[Requirement]{Defaults: (*Requirement).Defaults, Validate: (*Requirement).Validate},
	Name:  "requirement", Path: "requirements", Prefix: "REQ", Key: "ref_key", Order: "position", Global: true,
	Label: record.Text{NB: "Krav", EN: "Requirement"},
	Workflow: []record.Transition{
		{
			Verb: "withdraw", From: []string{"active"}, To: []string{"withdrawn"}, Needs: []string{"reason"},
			Label: record.Text{NB: "Trekk", EN: "Withdraw"},
		},
		{
			Verb: "reinstate", From: []string{"withdrawn"}, To: []string{"active"}, Needs: []string{"reason"},
			Label: record.Text{NB: "Ta i bruk igjen", EN: "Reinstate"},
		},
	},
})

// NewRequirement returns an active requirement with the fields of a file entry. The position is its place in the file, from 1.
func NewRequirement(framework string, position int, e Entry) *Requirement {
	return &Requirement{
		RequirementInput: RequirementInput{Common: record.Common{Scope: "/"}},
		Entry:            e, Position: position, Framework: framework, RefKey: framework + ":" + e.Key, Status: RequirementActive,
	}
}

// Withdraw takes the requirement out of use. Records that refer to it do not change.
func (r *Requirement) Withdraw() error {
	r.Status = RequirementWithdrawn
	return nil
}

// Reinstate makes the requirement active again.
func (r *Requirement) Reinstate() error {
	r.Status = RequirementActive
	return nil
}

// Applies is Entry.Applies, except that a withdrawn requirement never applies.
func (r *Requirement) Applies(on record.Date, in Jurisdiction) Applicability {
	if r.Status == RequirementWithdrawn {
		return Applicability{
			On: on, Jurisdiction: in, Applies: No, Because: []Validity{}, Check: r.check(),
			Why:  record.Text{NB: "Kravet er trukket tilbake.", EN: "The requirement is withdrawn."},
			Then: record.Text{NB: "Det kan tas i bruk igjen.", EN: "It can be reinstated."},
		}
	}
	return r.Entry.Applies(on, in)
}

// Defaults replaces nil lists with empty ones, which JSON shows as [], and sets what follows from the entry.
func (r *Requirement) Defaults() {
	if r.ExternalRefs == nil {
		r.ExternalRefs = []record.ExternalRef{}
	}
	r.Entry.defaults()
	due, _ := words.due(r.DueRule)
	r.Check, r.Due, r.Gates = r.check(), due.Text, due.Gates
}

// check says that the source of an obligation has still to be checked: its confidence is not high.
func (e *Entry) check() *record.Text {
	if e.Confidence == "" || e.Confidence == "high" {
		return nil
	}
	return &record.Text{NB: "kontrolleres", EN: "to be checked"}
}

func (e *Entry) defaults() {
	if e.Roles == nil {
		e.Roles = []ObligationRole{}
	}
	if e.Validity == nil {
		e.Validity = []Validity{}
	}
	if e.Obligations == nil {
		e.Obligations = []string{}
	}
	if e.ReplacedBy == nil {
		e.ReplacedBy = []string{}
	}
}

// keyPattern matches keys that fit into paths: no colon, slash or blank.
var keyPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// Validate checks that the key fits into paths, and that an obligation has instrument, ref, due rule, confidence, roles and validity.
func (e *Entry) Validate() error {
	var f fault.Fields
	if e.Key != "" && !keyPattern.MatchString(e.Key) {
		f.Add("/key", "bad_key/dotted", "must be a key of letters, digits, full stops and hyphens")
	}
	if e.Kind == Obligation {
		for _, m := range []struct {
			at    string
			given bool
		}{
			{"/instrument", e.Instrument != nil}, {"/ref", e.Ref != nil}, {"/due_rule", strings.TrimSpace(e.DueRule) != ""}, {"/confidence", e.Confidence != ""},
		} {
			if !m.given {
				f.Add(m.at, "required", "is required")
			}
		}
		if len(e.Roles) == 0 {
			f.Add("/roles", "required", "is required")
		}
		if len(e.Validity) == 0 {
			f.Add("/validity", "required", "is required")
		}
	}
	if _, unknown := words.due(e.DueRule); unknown != "" {
		f.Add("/due_rule", "bad_due_rule", "must have parts such as before:first_use, P15D, review:P1Y, with:GDPR-35 or continuous; %s is none of them", unknown)
	}
	f = append(f, validityFaults(e.Validity)...)
	return f.Err()
}

// Differences returns the JSON names of the fields in which the entry of a file differs from the requirement.
func (r *Requirement) Differences(position int, e Entry) []string {
	was := r.Entry
	was.defaults()
	e.defaults()
	out := differences(was, e)
	if r.Position != position {
		out = append(out, "position")
	}
	if due, _ := words.due(r.DueRule); !reflect.DeepEqual(Due{r.Gates, r.Due}, due) && r.DueRule == e.DueRule {
		out = append(out, "due") // the words of due rules have changed
	}
	return out
}

// Differences returns the JSON names of the fields in which a file differs from the framework.
func (f *Framework) Differences(h Head) []string { return differences(f.Head, h) }

// differences returns the JSON names of the fields in which two structs differ.
func differences[T any](a, b T) []string {
	out := []string{}
	va, vb := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range va.NumField() {
		if !reflect.DeepEqual(va.Field(i).Interface(), vb.Field(i).Interface()) {
			name, _, _ := strings.Cut(va.Type().Field(i).Tag.Get("json"), ",")
			out = append(out, name)
		}
	}
	return out
}
