package catalogue

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Jurisdiction is where an obligation is law.
type Jurisdiction string

// Jurisdictions is the closed list of jurisdictions.
var Jurisdictions = record.Choices[Jurisdiction](
	[4]string{"NO", "Norge", "Norway", "neutral"},
	[4]string{"EU", "EU", "European Union", "neutral"},
)

// LegalStatus is the legal status of an obligation: in force, adopted, or proposed.
type LegalStatus string // @name LegalStatus

// The legal states of an obligation.
const (
	InForce  LegalStatus = "in_force"
	Adopted  LegalStatus = "adopted_not_yet_applicable"
	Proposed LegalStatus = "proposed"
)

// This registers the closed list of the legal states.
var _ = record.Choices[LegalStatus](
	[4]string{"in_force", "gjelder", "in force", "success"},
	[4]string{"adopted_not_yet_applicable", "vedtatt, gjelder ennå ikke", "adopted, not yet applicable", "info"},
	[4]string{"proposed", "foreslått", "proposed", "neutral"},
)

// Validity says from which day to which day, both included, an obligation applies in a jurisdiction, and on what condition. An empty day is open.
type Validity struct {
	Jurisdiction Jurisdiction `json:"jurisdiction" validate:"required,choice"`
	Status       LegalStatus  `json:"status" validate:"required,choice"`
	From         record.Date  `json:"from"`
	To           record.Date  `json:"to"`
	Condition    *record.Text `json:"condition"`
	Note         *record.Text `json:"note"`
} // @name RequirementValidity

// validityFaults reports periods that end before they begin, and proposed rules that have an end.
func validityFaults(list []Validity) (f fault.Fields) {
	for i, v := range list {
		at := "/validity/" + strconv.Itoa(i)
		if v.From != "" && v.To != "" && v.To < v.From {
			f.Add(at+"/to", "before_from", "must not be before from")
		}
		if v.To != "" && v.Status == Proposed {
			f.Add(at+"/to", "proposed_ends", "must not be set while the rule is only proposed")
		}
	}
	return f
}

// at reports whether the obligation binds on that day. An adopted rule binds from its first day on, without a new import.
func (v Validity) at(on record.Date) bool {
	switch v.Status {
	case InForce:
		return (v.From == "" || v.From <= on) && (v.To == "" || on <= v.To)
	case Adopted:
		return v.From != "" && v.From <= on && (v.To == "" || on <= v.To)
	default:
		return false
	}
}

// Answer says whether an obligation applies.
type Answer string // @name ApplicabilityAnswer

// The answers.
const (
	Yes           Answer = "yes"
	Conditionally Answer = "conditionally"
	No            Answer = "no"
)

// Answers is the closed list of answers.
var Answers = record.Choices[Answer](
	[4]string{"yes", "ja", "yes", "success"},
	[4]string{"conditionally", "på vilkår", "conditionally", "warning"},
	[4]string{"no", "nei", "no", "neutral"},
)

// Applicability says whether an obligation applies on a day in a jurisdiction, why, and what comes next.
type Applicability struct {
	On           record.Date  `json:"on"`
	Jurisdiction Jurisdiction `json:"jurisdiction"`
	Applies      Answer       `json:"applies"`
	// Why says in words what Because shows.
	Why record.Text `json:"why"`
	// Because are the entries that bind on that day. When none binds, they are the entries of the jurisdiction, which say why not.
	Because []Validity `json:"because"`
	// Next is the first later day on which an entry begins or ceases to bind, or null.
	Next record.Date `json:"next"`
	// Then says in words what comes next.
	Then record.Text `json:"then"`
	// Check is «kontrolleres» when the source of the obligation has still to be checked.
	Check *record.Text `json:"check"`
} // @name Applicability

// Applies reports whether the obligation applies on a day in a jurisdiction. The answer is conditionally when every entry that binds on
// that day has a condition: only the reader knows whether it is met.
func (e *Entry) Applies(on record.Date, in Jurisdiction) Applicability {
	a := Applicability{On: on, Jurisdiction: in, Applies: No, Because: []Validity{}, Check: e.check()}
	here := []Validity{}
	for _, v := range e.Validity {
		if v.Jurisdiction != in {
			continue
		}
		here = append(here, v)
		a.next(on, v)
		if !v.at(on) {
			continue
		}
		a.Because = append(a.Because, v)
		switch {
		case v.Condition == nil:
			a.Applies = Yes
		case a.Applies == No:
			a.Applies = Conditionally
		}
	}
	if len(a.Because) == 0 {
		a.Because = here
	}
	a.Why, a.Then = a.why(), a.then(here)
	return a
}

// next sets Next to the first day after on when v begins or has ended, if that is earlier than the present Next.
func (a *Applicability) next(on record.Date, v Validity) {
	if v.Status == Proposed {
		return
	}
	for _, d := range []record.Date{v.From, v.To.Add("P1D")} {
		if d > on && (a.Next == "" || d < a.Next) {
			a.Next = d
		}
	}
}

// why puts the entries of Because into words.
func (a *Applicability) why() record.Text {
	if len(a.Because) == 0 {
		return record.Text{NB: "Ingen regel er registrert for denne jurisdiksjonen.", EN: "No rule is recorded for this jurisdiction."}
	}
	return sentences(a.Because, func(v Validity) record.Text { return v.state(a.On) })
}

// then puts into words what begins or ends on Next, or that no day is known.
func (a *Applicability) then(here []Validity) record.Text {
	if a.Next != "" {
		changes := slices.DeleteFunc(slices.Clone(here), func(v Validity) bool {
			return v.Status == Proposed || v.From != a.Next && v.To.Add("P1D") != a.Next
		})
		return sentences(changes, func(v Validity) record.Text {
			if v.From == a.Next {
				return dated("Fra %s gjelder plikten", "From %s the obligation applies", v.From)
			}
			return dated("Siste dag er %s", "The last day is %s", v.To)
		})
	}
	undated := func(v Validity) bool { return v.Status == Proposed || v.Status == Adopted && v.From == "" }
	if slices.ContainsFunc(here, undated) {
		return record.Text{NB: "Ingen dato er fastsatt; følg med på rettstilstanden.", EN: "No day is fixed; watch the state of the law."}
	}
	return record.Text{NB: "Ingen endring er kjent.", EN: "No change is known."}
}

// state says in words whether the entry binds on a day, and from and to which day.
func (v Validity) state(on record.Date) record.Text {
	switch {
	case v.Status == Proposed:
		return record.Text{NB: "Bare foreslått", EN: "Only proposed"}
	case v.Status == Adopted && v.From == "":
		return record.Text{NB: "Vedtatt, men uten fastsatt dato", EN: "Adopted, but no day is fixed"}
	case v.From > on:
		return dated("Vedtatt; gjelder fra %s", "Adopted; applies from %s", v.From)
	case v.To != "" && v.To < on:
		return dated("Gjaldt til og med %s", "Applied until %s", v.To)
	case v.From != "" && v.To != "":
		return dated("Gjelder fra %s til og med %s", "Applies from %s until %s", v.From, v.To)
	case v.From != "":
		return dated("Gjelder fra %s", "Applies from %s", v.From)
	case v.To != "":
		return dated("Gjelder til og med %s", "Applies until %s", v.To)
	default:
		return record.Text{NB: "Gjelder", EN: "Applies"}
	}
}

// dated puts days into a sentence in both languages.
func dated(nb, en string, days ...record.Date) record.Text {
	var inNB, inEN []any
	for _, d := range days {
		inNB, inEN = append(inNB, d.In("nb")), append(inEN, d.In("en"))
	}
	return record.Text{NB: fmt.Sprintf(nb, inNB...), EN: fmt.Sprintf(en, inEN...)}
}

// sentences writes one sentence for each entry, with its condition, and its note after it.
func sentences(list []Validity, begin func(Validity) record.Text) record.Text {
	var nb, en []string
	for _, v := range list {
		t := begin(v)
		if v.Condition != nil {
			t.NB += " på dette vilkåret: " + v.Condition.In("nb")
			t.EN += " on this condition: " + v.Condition.In("en")
		}
		nb, en = append(nb, t.NB+"."), append(en, t.EN+".")
		if v.Note != nil {
			nb, en = append(nb, strings.TrimSuffix(v.Note.In("nb"), ".")+"."), append(en, strings.TrimSuffix(v.Note.In("en"), ".")+".")
		}
	}
	return record.Text{NB: strings.Join(nb, " "), EN: strings.Join(en, " ")}
}
