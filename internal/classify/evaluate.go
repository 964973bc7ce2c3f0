package classify

import (
	"slices"
	"strings"
)

// truth is the state of a row or a condition: it does not hold, nobody knows yet, or it holds.
type truth int

const (
	no truth = iota
	open
	yes
)

func not(t truth) truth { return yes - t }

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// Facts are known about the system before the questions are asked.
type Facts struct {
	// The class of the device, by its maker or by the rules, with its modifier: IIa, Im. NotDevice when it is no device.
	Class string
	// It is made and used in the hospital under MDR or IVDR Art. 5(5).
	InHouse bool
	// MDR or IVDR.
	Regulation Regulation
}

// NotDevice is the class of a system that is no device.
const NotDevice = "not_device"

// evaluation finds the states of the rows of a table for some answers.
type evaluation struct {
	table   *Table
	answers Answers
	facts   Facts
	missing truth           // the state of a row without an answer
	live    map[string]bool // the sections that are reached
	states  map[string]truth
}

// evaluate reaches the sections that the answers lead to.
func evaluate(t *Table, f For, a Answers, facts Facts, missing truth) *evaluation {
	e := &evaluation{table: t, answers: a, facts: facts, missing: missing, live: map[string]bool{}, states: map[string]truth{}}
	switch f {
	case ForAIAct:
		e.walkAIAct()
	case ForRight:
		e.reach("S")
	case ForStudy:
		e.reach("N")
	default:
		e.walkDevice(f)
	}
	return e
}

// reach makes the rows of a section count.
func (e *evaluation) reach(sections ...string) {
	for _, s := range sections {
		e.live[s] = true
	}
	clear(e.states) // rows of a section that was not reached had no state
}

func (e *evaluation) sectionOf(r *Row) *Section { return &e.table.Sections[r.section] }

// state returns whether a row holds.
func (e *evaluation) state(id string) truth {
	if s, known := e.states[id]; known {
		return s
	}
	e.states[id] = no // rows that need each other do not hold
	r := e.table.rows[id]
	s := min(e.premise(r), e.answered(r))
	e.states[id] = s
	return s
}

// full returns whether a row holds together with the rows that it needs.
func (e *evaluation) full(r *Row) truth {
	s := e.state(r.ID)
	for _, id := range r.With {
		if e.premise(e.table.rows[id]) != no {
			s = min(s, e.state(id))
		}
	}
	return s
}

// answered returns what the answer says, whether or not the row counts.
func (e *evaluation) answered(r *Row) truth {
	switch {
	case r.Effect == Proposed || r.Effect == Steer && !r.asks():
		return no
	case !r.asks():
		return yes // its conditions decide
	}
	a, there := e.answers[r.ID]
	if !there {
		a.Answer = e.fromClass(r)
	}
	switch {
	case r.excepted(a), r.Effect == Suggests && a.Answer == "":
		return no
	case a.Answer == "":
		return e.missing
	case a.Answer == Unknown:
		return open
	}
	return truthOf(r.holds(a))
}

// fromClass returns the answer that the device's class gives to a row. It is empty when the row does not ask about the class, or the class is unknown.
func (e *evaluation) fromClass(r *Row) Choice {
	if len(r.FromClass) == 0 || e.facts.Class == "" && !e.facts.InHouse {
		return ""
	}
	class := e.facts.Class
	if e.facts.InHouse {
		class = "in_house"
	}
	if slices.Contains(r.FromClass, class) {
		return Yes
	}
	return No
}

// premise returns whether a row counts: its section is reached, no row before it has decided, and its conditions are met.
func (e *evaluation) premise(r *Row) truth {
	section := e.sectionOf(r)
	if !e.live[section.Key] {
		return no
	}
	before := yes
	for p, part := range section.Parts[:r.part+1] {
		for _, b := range part.Rows {
			if b == r {
				break
			}
			decides := part.Mode == FirstMatch && (b.leaves() || p == r.part && b.ends())
			if !decides {
				continue
			}
			if s := e.state(b.ID); s == yes {
				return no
			} else if s == open && !r.asks() {
				before = open // what follows when nothing else held is not known yet
			}
		}
	}
	return min(before, e.met(r.When))
}

// met returns whether all words of one of the lists are true. Without lists it is true.
func (e *evaluation) met(when [][]string) truth {
	if len(when) == 0 {
		return yes
	}
	out := no
	for _, all := range when {
		t := yes
		for _, term := range all {
			t = min(t, e.term(term))
		}
		out = max(out, t)
	}
	return out
}

// term returns whether a word of a condition is true.
func (e *evaluation) term(word string) truth {
	if plain, negated := strings.CutPrefix(word, "!"); negated {
		return not(e.term(plain))
	}
	if e.table.rows[word] != nil {
		return e.state(word)
	}
	name, value, _ := strings.Cut(word, ":")
	switch name {
	case "regulation":
		return truthOf(string(e.facts.Regulation) == value)
	case "any":
		return e.anyOf(value, func(r *Row) truth { return e.state(r.ID) })
	case "role":
		return e.role(value)
	case "route":
		return e.route(Route(value))
	case "high_risk":
		return max(e.route(Route61), e.route(RouteAnnexIII))
	case "annex_iii_beyond":
		return min(e.annexIII(func(r *Row) bool { return r.ID != value }), not(e.exempt()))
	case "high":
		return min(e.state(value), not(e.exempt()))
	case "exempt":
		return e.exempt()
	case "class":
		return e.class().is(value)
	case "candidate":
		return e.anyEffect(Candidates)
	case "allowed":
		return e.anyEffect(Allows)
	case "prohibited":
		return e.anyEffect(Prohibits)
	case "high_risk_limited":
		return e.anyEffect(HighRiskLimited)
	case "ai_system":
		return yes // these rows are reached for an AI system only
	}
	return yes // an assumption of the table
}

// knows reports whether conditions may use a word.
func (t *Table) knows(word string) bool {
	name, value, named := strings.Cut(word, ":")
	switch name {
	case "any":
		return slices.ContainsFunc(t.Sections, func(s Section) bool { return s.Key == value })
	case "annex_iii_beyond", "high":
		return t.rows[value] != nil
	case "regulation", "role", "route", "class":
		return value != ""
	case "candidate", "allowed", "high_risk", "exempt", "prohibited", "high_risk_limited", "ai_system":
		return !named
	}
	return t.rows[word] != nil || slices.ContainsFunc(t.Assumptions, func(a Assumption) bool { return a.Key == word })
}

// anyOf returns whether something is true of a row of a section.
func (e *evaluation) anyOf(section string, of func(*Row) truth) truth {
	out := no
	for _, r := range e.table.order {
		if e.sectionOf(r).Key == section {
			out = max(out, of(r))
		}
	}
	return out
}

// anyEffect returns whether a row with that effect holds.
func (e *evaluation) anyEffect(effect Effect) truth {
	out := no
	for _, r := range e.table.order {
		if r.Effect == effect {
			out = max(out, e.full(r))
		}
	}
	return out
}

// reached lists the rows of the sections that are reached, in their order.
func (e *evaluation) reached() []*Row {
	return slices.DeleteFunc(slices.Clone(e.table.order), func(r *Row) bool { return !e.live[e.sectionOf(r).Key] })
}
