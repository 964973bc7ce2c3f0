package classify

import (
	"slices"
	"strings"

	"github.com/ki-styring/aims/internal/record"
)

// Qualification is the answer to the question whether something is a medical device.
type Qualification string // @name QualificationOutcome

// The outcomes of section Q.
const (
	Device               Qualification = "device"
	DeviceNot            Qualification = "not_device"
	NotSoftware          Qualification = "not_software"
	PerModule            Qualification = "per_module"
	QualificationPending Qualification = "undecided"
)

// This registers the closed list of the outcomes.
var _ = record.Choices[Qualification](
	[4]string{"device", "medisinsk utstyr", "medical device", "info"},
	[4]string{"not_device", "ikke medisinsk utstyr", "not a medical device", "neutral"},
	[4]string{"not_software", "ikke programvare", "not software", "neutral"},
	[4]string{"per_module", "avgjøres per modul", "decided per module", "warning"},
	[4]string{"undecided", "ikke avgjort", "undecided", "warning"},
)

// Regulation is the regulation that a device falls under.
type Regulation string // @name DeviceRegulation

// The regulations.
const (
	UnderMDR            Regulation = "MDR"
	UnderIVDR           Regulation = "IVDR"
	RegulationUndecided Regulation = "undecided"
)

// This registers the closed list of regulations.
var _ = record.Choices[Regulation](
	[4]string{"MDR", "MDR", "MDR", "info"},
	[4]string{"IVDR", "IVDR", "IVDR", "info"},
	[4]string{"undecided", "ikke avgjort", "undecided", "warning"},
)

// DeviceResult is what MDR and IVDR say of the answers.
type DeviceResult struct {
	Outcome Qualification `json:"outcome"`
	// What else section Q says: drives_device, accessory, device_by_own_purpose, annex_xvi.
	Categories []string  `json:"categories"`
	Purposes   []Purpose `json:"purposes"`
	// Maker is true when the hospital gives the product its medical purpose, and so becomes its maker.
	Maker      bool       `json:"maker"`
	Regulation Regulation `json:"regulation,omitempty"`
	// Class is the highest class that a row gave. It is null while an open row could give a higher one.
	Class      string      `json:"class,omitempty" example:"IIa"`
	AtLeast    string      `json:"at_least,omitempty" example:"IIa"`
	AtMost     string      `json:"at_most,omitempty" example:"III"`
	Modifiers  []string    `json:"modifiers" example:"Im"`
	Candidates []Candidate `json:"candidates"`
} // @name DeviceResult

// Purpose is a medical purpose that section Q found, with the closed values that the answer gave.
type Purpose struct {
	Row    string   `json:"row" example:"Q-20"`
	Kind   string   `json:"kind" example:"disease"`
	Values []string `json:"values" example:"diagnosis"`
} // @name DevicePurpose

// Candidate is a row that gave a class.
type Candidate struct {
	Row       string      `json:"row" example:"C-11a"`
	Class     string      `json:"class" example:"IIa"`
	Reference record.Text `json:"reference" validate:"-"`
	Wins      bool        `json:"wins"`
} // @name ClassCandidate

// ranks are the classes from the lowest to the highest, of MDR and of IVDR.
var ranks = []string{"I", "IIa", "IIb", "III", "A", "B", "C", "D"}

func rank(class string) int { return slices.Index(ranks, class) }

// KnownClass reports whether a text is a class of a device, with its modifier for class I, or NotDevice.
func KnownClass(class string) bool {
	return rank(class) >= 0 || slices.Contains([]string{"Is", "Im", "Ir", NotDevice}, class)
}

// interval is the lowest and the highest class that the answers leave possible.
type interval struct{ low, high string }

// is returns whether the class is the given one.
func (i interval) is(class string) truth {
	switch {
	case i.low == class && i.high == class:
		return yes
	case rank(i.low) <= rank(class) && rank(class) <= rank(i.high):
		return open
	}
	return no
}

// walkDevice reaches the sections that the answers lead to.
func (e *evaluation) walkDevice(f For) {
	e.reach("Q")
	if e.qualification() != Device {
		return
	}
	e.reach("R")
	switch e.regulation() {
	case UnderMDR:
		e.reach("C")
	case UnderIVDR:
		e.reach("V")
	case RegulationUndecided:
		e.reach(map[bool]string{false: "C", true: "V"}[f == ForIVDR])
	}
}

// qualification returns whether it is a device. A row before the one that decides, whose answer is unknown, leaves it undecided.
func (e *evaluation) qualification() Qualification {
	device, pending := false, false
	for _, r := range e.table.order {
		if e.sectionOf(r).Key != "Q" {
			continue
		}
		s := e.state(r.ID)
		switch {
		case s == open && r.asks() && r.Effect != IsDevice:
			pending = true
		case s != yes:
		case r.Effect == Leaves:
			return QualificationPending
		case r.Effect == Goto, r.Effect == IsDevice:
			device = true
		case pending:
			return QualificationPending
		default:
			return Qualification(r.Gives)
		}
	}
	if !device || pending {
		return QualificationPending
	}
	return Device
}

func (e *evaluation) regulation() Regulation {
	for _, r := range e.table.order {
		if e.sectionOf(r).Key != "R" {
			continue
		}
		switch s := e.state(r.ID); {
		case s == open || s == yes && r.Effect == Leaves:
			return RegulationUndecided
		case s == yes:
			return Regulation(r.Gives)
		}
	}
	return RegulationUndecided
}

// classOf returns the class that a row gives: its own, or that of the device that the software steers.
func (e *evaluation) classOf(r *Row) string {
	if r.SameAsDevice {
		return e.answers[r.ID].Value
	}
	return r.Gives
}

// replaced returns whether another row takes the candidate of a row away.
func (e *evaluation) replaced(r *Row) truth {
	out := no
	for _, x := range e.table.order {
		if x.Effect == Replaces && x.Replaces == r.ID {
			out = max(out, e.state(x.ID))
		}
	}
	return out
}

// class returns the lowest and the highest class that the candidates leave possible. It is empty before a section for classes is reached.
func (e *evaluation) class() interval {
	var certain, possible []string
	for _, r := range e.reached() {
		holds := e.state(r.ID)
		switch r.Effect {
		case Candidates:
			holds = min(holds, not(e.replaced(r)))
		case Replaces, Default:
		default:
			continue
		}
		class := e.classOf(r)
		switch {
		case holds == no:
		case r.SameAsDevice && class == "":
			possible = append(possible, r.Values[0].Key, r.Values[len(r.Values)-1].Key)
		case rank(class) < 0: // a row that gives no class
		case holds == yes:
			certain = append(certain, class)
		default:
			possible = append(possible, class)
		}
	}
	all := slices.Concat(certain, possible)
	if len(all) == 0 {
		return interval{}
	}
	higher := func(a, b string) int { return rank(a) - rank(b) }
	low := slices.MinFunc(all, higher)
	if len(certain) > 0 {
		low = slices.MaxFunc(certain, higher)
	}
	return interval{low: low, high: slices.MaxFunc(all, higher)}
}

// device adds the result of the device rules.
func (e *evaluation) device(r *Result) {
	d := &DeviceResult{Outcome: e.qualification(), Categories: []string{}, Purposes: []Purpose{}, Modifiers: []string{}, Candidates: []Candidate{}}
	r.Device = d
	if d.Outcome == Device {
		d.Regulation = e.regulation()
	}
	c := e.class()
	if d.AtLeast, d.AtMost = c.low, c.high; c.low == c.high {
		d.Class = c.low
	}
	var rests []string
	modifierOpen := false
	for _, row := range e.reached() {
		s := e.state(row.ID)
		modifierOpen = modifierOpen || row.Effect == Modifies && s == open
		if s != yes || row.Effect == Suggests || row.Effect == Steer {
			continue
		}
		switch section := e.sectionOf(row).Key; {
		case row.Effect == Modifies:
			d.Modifiers = append(d.Modifiers, e.answers[row.ID].values()...)
		case section != "Q" && section != "R":
			if e.replaced(row) == yes {
				continue
			}
			wins := e.classOf(row) == d.Class
			d.Candidates = append(d.Candidates, Candidate{Row: row.ID, Class: e.classOf(row), Reference: row.Reference, Wins: wins})
			if !wins {
				continue
			}
		case section == "Q":
			e.qualify(d, row)
		}
		rests = append(rests, row.Confidence)
	}
	r.Undecided = d.Outcome == QualificationPending || d.Outcome == Device && (d.Regulation == RegulationUndecided || d.Class == "") || modifierOpen
	r.restOn(rests...)
}

// qualify adds what a row of section Q says of a device.
func (e *evaluation) qualify(d *DeviceResult, row *Row) {
	d.Maker = d.Maker || row.Role == "manufacturer"
	if row.Effect != IsDevice && row.Effect != Goto {
		return
	}
	if kind, purpose := strings.CutPrefix(row.Gives, "purpose:"); purpose {
		d.Purposes = append(d.Purposes, Purpose{Row: row.ID, Kind: kind, Values: append([]string{}, e.answers[row.ID].values()...)})
		return
	}
	d.Categories = append(d.Categories, row.Gives)
}
