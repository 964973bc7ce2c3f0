package catalogue

import (
	"strconv"

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

// Applicability says whether an obligation applies on a day in a jurisdiction.
type Applicability struct {
	On           record.Date  `json:"on"`
	Jurisdiction Jurisdiction `json:"jurisdiction"`
	Applies      Answer       `json:"applies"`
	// Because are the entries that bind on that day.
	Because []Validity `json:"because"`
	// Next is the first later day on which an entry begins or ceases to bind, or null.
	Next record.Date `json:"next"`
} // @name Applicability

// Applies reports whether the obligation applies on a day in a jurisdiction. The answer is conditionally when every entry that binds on
// that day has a condition: only the reader knows whether it is met.
func (e *Entry) Applies(on record.Date, in Jurisdiction) Applicability {
	a := Applicability{On: on, Jurisdiction: in, Applies: No, Because: []Validity{}}
	for _, v := range e.Validity {
		if v.Jurisdiction != in {
			continue
		}
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
