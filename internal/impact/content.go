package impact

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/ki-styring/aims/internal/record"
)

// Content is what the assessments ask: the fields of policies/impact-content.yaml, which a hospital may replace by its own.
type Content struct {
	Sections   []Named   `yaml:"sections" json:"sections"`
	Dimensions []Named   `yaml:"harm_dimensions" json:"harm_dimensions"` // of a harm
	ShortForm  ShortForm `yaml:"short_form" json:"short_form"`
	Fields     []Field   `yaml:"fields" json:"fields"`
} // @name ImpactContent

// Named is a key with its label for people.
type Named struct {
	Key   string      `yaml:"key" json:"key" example:"system"`
	Label record.Text `yaml:"label" json:"label"`
} // @name ImpactNamed

// ShortForm lists the fields that the short form of these kinds asks. The other fields are then optional.
type ShortForm struct {
	Kinds  []Kind   `yaml:"kinds" json:"kinds" example:"aisia"`
	Fields []string `yaml:"fields" json:"fields" example:"sys-1"`
} // @name ImpactShortForm

// Demand says whether a kind of assessment asks a field.
type Demand string

// The needs.
const (
	Required   Demand = "required"
	IfRelevant Demand = "if_relevant"
	NotAsked   Demand = "no"
)

// This registers the closed list of needs.
var _ = record.Choices[Demand](
	[4]string{"required", "må besvares", "required", "warning"},
	[4]string{"if_relevant", "besvares når det er relevant", "if relevant", "neutral"},
	[4]string{"no", "spørres ikke", "not asked", "neutral"},
)

// Sharing says whether the kinds of assessment share the answer to a field.
type Sharing string

// A shared answer is stored once. An offered one is proposed to the other kinds, where a person confirms it.
const (
	Shared  Sharing = "yes"
	Offered Sharing = "offered"
	Own     Sharing = "no"
)

// This registers the closed list.
var _ = record.Choices[Sharing](
	[4]string{"yes", "felles svar", "shared answer", "info"},
	[4]string{"offered", "foreslås for de andre", "proposed to the others", "neutral"},
	[4]string{"no", "eget svar", "own answer", "neutral"},
)

// Source is a part of the assessment that answers a field by itself.
type Source string

// The parts that answer a field.
const (
	BySystem       Source = "system"
	ByAdvice       Source = "advice"
	ByConsultation Source = "prior_consultation"
	ByApproval     Source = "approval"
)

// This registers the closed list of these parts.
var _ = record.Choices[Source](
	[4]string{"system", "systemet som vurderes", "the system that is assessed", "neutral"},
	[4]string{"advice", "personvernombudets råd", "advice of the data protection officer", "neutral"},
	[4]string{"prior_consultation", "forhåndsdrøftelsen", "prior consultation", "neutral"},
	[4]string{"approval", "godkjenningen", "approval", "neutral"},
)

// Confidence says how sure the references of a field are.
type Confidence string

// This registers the closed list of confidence.
var _ = record.Choices[Confidence](
	[4]string{"high", "sikker", "high", "success"},
	[4]string{"medium", "kontrolleres", "to be checked", "warning"},
	[4]string{"low", "usikker, kontrolleres", "unsure, to be checked", "warning"},
)

// Field is one thing that assessments ask.
type Field struct {
	ID      string      `yaml:"id" json:"id" example:"sys-1"`
	Section string      `yaml:"section" json:"section" example:"system"`
	Name    string      `yaml:"field" json:"field" example:"description"`
	Label   record.Text `yaml:"label" json:"label"`
	Type    string      `yaml:"type" json:"type" example:"text"` // which members of an answer the field takes; a plus joins two
	AISIA   Demand      `yaml:"aisia" json:"aisia" validate:"required,choice" example:"required"`
	DPIA    Demand      `yaml:"dpia" json:"dpia" validate:"required,choice" example:"required"`
	FRIA    Demand      `yaml:"fria" json:"fria" validate:"required,choice" example:"required"`
	Sharing Sharing     `yaml:"shared" json:"shared" validate:"required,choice" example:"yes"`
	// A part of the record that answers the field. Then nobody writes an answer.
	AnsweredBy    Source               `yaml:"answered_by" json:"answered_by,omitempty" validate:"omitempty,choice" example:"advice"`
	PrefilledFrom []string             `yaml:"prefilled_from" json:"prefilled_from" example:"system"`
	References    map[Kind]record.Text `yaml:"references" json:"references"`
	Confidence    Confidence           `yaml:"confidence" json:"confidence" validate:"required,choice" example:"high"`
	Note          *record.Text         `yaml:"note" json:"note"`
} // @name ImpactField

// Need returns whether a kind asks the field.
func (f *Field) Need(k Kind) Demand {
	switch k {
	case AISIA:
		return f.AISIA
	case DPIA:
		return f.DPIA
	case FRIA:
		return f.FRIA
	}
	return NotAsked
}

// takes are the members of an answer that a word of a type allows.
var takes = map[string][]string{
	"text": {"text"}, "enum": {"text"}, "reason": {"text"}, "list": {"items"}, "rows": {"rows"}, "date": {"on"}, "ref": {"text", "references"},
}

// Takes returns the members of an answer that the field allows.
func (f *Field) Takes() (out []string) {
	for _, word := range strings.FieldsFunc(f.Type, func(r rune) bool { return r == '+' || r == ' ' }) {
		for _, member := range takes[word] {
			if !slices.Contains(out, member) {
				out = append(out, member)
			}
		}
	}
	return out
}

// ReadContent reads what the assessments ask, and reports every fault in the file.
func ReadContent(files fs.FS) (*Content, error) {
	const name = "impact-content.yaml"
	raw, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, fmt.Errorf("read what impact assessments ask: %w", err)
	}
	c := &Content{}
	if err := yaml.Unmarshal(raw, c); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var faults []error
	report := func(id, format string, args ...any) {
		faults = append(faults, fmt.Errorf("%s: %s: "+format, append([]any{name, id}, args...)...))
	}
	for i := range c.Fields {
		f := &c.Fields[i]
		if !slices.ContainsFunc(c.Sections, func(n Named) bool { return n.Key == f.Section }) {
			report(f.ID, "unknown section %q", f.Section)
		}
		if len(f.Takes()) == 0 {
			report(f.ID, "unknown type %q", f.Type)
		}
		if c.Field(f.ID) != f {
			report(f.ID, "the id is there twice")
		}
		if err := record.Shape(f); err != nil {
			report(f.ID, "%w", err)
		}
	}
	for _, id := range c.ShortForm.Fields {
		if c.Field(id) == nil {
			report(id, "the short form asks a field that is not there")
		}
	}
	return c, errors.Join(faults...)
}

// Field returns the field with that id, or nil.
func (c *Content) Field(id string) *Field {
	for i := range c.Fields {
		if c.Fields[i].ID == id {
			return &c.Fields[i]
		}
	}
	return nil
}

// Of returns what one kind of assessment asks. Without a kind it returns everything.
func (c *Content) Of(k Kind) *Content {
	if k == "" {
		return c
	}
	out := *c
	out.Fields = slices.DeleteFunc(slices.Clone(c.Fields), func(f Field) bool { return f.Need(k) == NotAsked })
	return &out
}

// demands reports whether an assessment must have an answer to the field.
func (c *Content) demands(a *Assessment, f *Field) bool {
	if f.Need(a.Kind) != Required {
		return false
	}
	return a.Form != Short || slices.Contains(c.ShortForm.Fields, f.ID)
}
