package impact

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Answers are the answers to the fields of an assessment, by the id of the field.
type Answers map[string]Answer

// Answer is the answer to one field. Which members it has follows from the type of the field.
type Answer struct {
	Text       string      `json:"text,omitempty" validate:"max=20000" example:"Markerer mulige brudd på røntgenbilder før radiologen leser dem."`
	Items      []string    `json:"items" validate:"max=100,dive,filled,max=2000" example:"Voksne pasienter med mistenkt brudd, om lag 12 000 i året"`
	Rows       []Row       `json:"rows" validate:"max=100,dive"`
	On         record.Date `json:"on" format:"date" extensions:"x-nullable" example:"2027-10-01"`
	References []Reference `json:"references" validate:"max=50,dive"`
	// The field is left out for this reason. A field that is required cannot be left out.
	NotRelevantBecause string `json:"not_relevant_because,omitempty" validate:"omitempty,filled,max=2000"`
} // @name ImpactAnswer

// Reference is a document that answers a field or supports the answer.
type Reference struct {
	Title string `json:"title" validate:"required,filled,max=300" example:"Plan for tilsyn med Bruddeteksjon, versjon 2"`
	URL   string `json:"url,omitempty" validate:"omitempty,weburl,max=2000" example:"https://kvalitet.siv.example/dok/4711"`
} // @name ImpactReference

// Row is one line of an answer that is a table: a harm, a right, a failure or a measure.
type Row struct {
	What      string     `json:"what" validate:"required,filled,max=2000" example:"Et brudd blir oversett fordi legen stoler på at systemet fant alt"`
	Who       string     `json:"who,omitempty" validate:"max=500" example:"Pasienter med små brudd"` // who is harmed, or who owns the measure
	How       string     `json:"how,omitempty" validate:"max=2000" example:"Radiologen leser ikke umarkerte bilder like nøye."`
	Dimension string     `json:"dimension,omitempty" validate:"omitempty,slug" example:"safety_and_health"` // of a harm
	Before    *Judgement `json:"before"`                                                                    // the harm before measures
	After     *Judgement `json:"after"`                                                                     // the harm after measures
	// The kinds of assessment in which the row counts; all of them when the list is empty.
	Kinds []Kind      `json:"kinds" validate:"max=3,unique,dive,choice" example:"aisia"`
	DueOn record.Date `json:"due_on" format:"date" extensions:"x-nullable" example:"2027-01-15"` // of a measure
	State string      `json:"state,omitempty" validate:"max=200" example:"gjennomført"`          // of a measure
} // @name ImpactRow

// Judgement says how likely and how bad a harm is, from 1 to 5, and the level that follows by the hospital's risk method.
type Judgement struct {
	Likelihood int   `json:"likelihood" validate:"required,min=1,max=5" example:"2"`
	Severity   int   `json:"severity" validate:"required,min=1,max=5" example:"4"`
	Level      Level `json:"level" validate:"required,choice" example:"moderate"`
} // @name ImpactJudgement

// Level is a level of risk, as in package risk.
type Level string

// The levels. From High on, a risk to privacy calls for prior consultation (GDPR Art. 36).
const (
	Low      Level = "low"
	Moderate Level = "moderate"
	High     Level = "high"
	VeryHigh Level = "very_high"
)

// levels is the closed list of levels, by rank.
var levels = record.Choices[Level](
	[4]string{"low", "lav", "low", "success"},
	[4]string{"moderate", "moderat", "moderate", "warning"},
	[4]string{"high", "høy", "high", "danger"},
	[4]string{"very_high", "svært høy", "very high", "danger"},
)

// rank returns 1 for the lowest level, and 0 for no level.
func (l Level) rank() int {
	return 1 + slices.IndexFunc(levels, func(c record.Choice) bool { return c.Value == string(l) })
}

// counts reports whether the row counts in a kind of assessment.
func (r *Row) counts(k Kind) bool { return len(r.Kinds) == 0 || slices.Contains(r.Kinds, k) }

// has lists the members of the answer that have a value.
func (a *Answer) has() (out []string) {
	for _, m := range []struct {
		name string
		has  bool
	}{
		{"text", strings.TrimSpace(a.Text) != ""}, {"items", len(a.Items) > 0}, {"rows", len(a.Rows) > 0}, {"on", a.On != ""}, {"references", len(a.References) > 0},
	} {
		if m.has {
			out = append(out, m.name)
		}
	}
	return out
}

// in returns the answer as a kind of assessment shows it: with the rows that count there.
func (a Answer) in(k Kind) Answer {
	a.Rows = slices.DeleteFunc(slices.Clone(a.Rows), func(r Row) bool { return !r.counts(k) })
	return a
}

// answered reports whether the field is answered for a kind of assessment. A reason to leave it out is an answer where the field is not required.
func (f *Field) answered(a Answer, demanded bool, k Kind) bool {
	a = a.in(k)
	return len(a.has()) > 0 || !demanded && a.NotRelevantBecause != ""
}

// check returns the faults of answers: fields that are not there, or not asked here, and members that the type of the field does not take.
func (c *Content) check(answers Answers, refused func(at string, f *Field) fault.Fields) (out fault.Fields) {
	for _, id := range slices.Sorted(maps.Keys(answers)) {
		a, at := answers[id], "/answers/"+id
		f := c.Field(id)
		if f == nil {
			out.Add(at, "unknown_field", "there is no field %s in an impact assessment", id)
			continue
		}
		if no := refused(at, f); len(no) > 0 {
			out = append(out, no...)
			continue
		}
		for _, member := range a.has() {
			if !slices.Contains(f.Takes(), member) {
				out.Add(at+"/"+member, "not_of_field", "this field is answered by: %s", strings.Join(f.Takes(), ", "))
			}
		}
		for i, r := range a.Rows {
			if r.Dimension != "" && !slices.ContainsFunc(c.Dimensions, func(n Named) bool { return n.Key == r.Dimension }) {
				out.Add(at+"/rows/"+strconv.Itoa(i)+"/dimension", "not_a_choice", "must be one of: %s", c.dimensions())
			}
		}
	}
	return out
}

func (c *Content) dimensions() string {
	keys := make([]string, len(c.Dimensions))
	for i, d := range c.Dimensions {
		keys[i] = d.Key
	}
	return strings.Join(keys, ", ")
}
