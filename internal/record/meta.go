package record

import (
	"slices"
	"strconv"
	"strings"
)

// Meta has the values that checks need without the document: the due day, the facts, and the acts of persons on the record.
type Meta struct {
	Due       Date
	Facts     []Fact
	PriorActs []PriorAct
}

// Fact is a property that policies/authorities.csv asks about: level = high.
type Fact struct{ Name, Value string }

// PriorAct is the last act of one person with one action, and the number of its event.
type PriorAct struct {
	Action, Person string
	Seq            int64
}

// Fact returns the value of a fact, or "".
func (m Meta) Fact(name string) string {
	for _, f := range m.Facts {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// AddAct records that a person did an action, by the event with that number.
func (m *Meta) AddAct(action, person string, seq int64) {
	for i := range m.PriorActs {
		if m.PriorActs[i].Action == action && m.PriorActs[i].Person == person {
			m.PriorActs[i].Seq = max(seq, m.PriorActs[i].Seq)
			return
		}
	}
	m.PriorActs = append(m.PriorActs, PriorAct{action, person, seq})
}

// Last returns the number of the newest event of an action on the record, by any person; 0 for none.
func (m Meta) Last(action string) (seq int64) {
	for _, h := range m.PriorActs {
		if h.Action == action {
			seq = max(seq, h.Seq)
		}
	}
	return seq
}

// encode writes one line per entry. Values hold no control character, and only those of facts hold spaces.
func (m Meta) encode() string {
	var b strings.Builder
	if m.Due != "" {
		b.WriteString("d " + string(m.Due) + "\n")
	}
	for _, f := range m.Facts {
		b.WriteString("f " + f.Name + " " + strings.Map(printable, f.Value) + "\n")
	}
	for _, h := range m.PriorActs {
		b.WriteString("h " + h.Action + " " + h.Person + " " + strconv.FormatInt(h.Seq, 10) + "\n")
	}
	return b.String()
}

// printable replaces a control character by a space.
func printable(r rune) rune {
	if r < ' ' {
		return ' '
	}
	return r
}

// ParseMeta reads what is kept beside a document.
func ParseMeta(s string) (m Meta) {
	m.Facts = slices.Grow(m.Facts, countLines(s, "f "))
	m.PriorActs = slices.Grow(m.PriorActs, countLines(s, "h "))
	for s != "" {
		var line string
		line, s, _ = strings.Cut(s, "\n")
		tag, rest, _ := strings.Cut(line, " ")
		switch tag {
		case "d":
			m.Due = Date(rest)
		case "f":
			name, value, _ := strings.Cut(rest, " ")
			m.Facts = append(m.Facts, Fact{name, value})
		case "h":
			action, rest, _ := strings.Cut(rest, " ")
			person, seq, _ := strings.Cut(rest, " ")
			n, _ := strconv.ParseInt(seq, 10, 64)
			m.PriorActs = append(m.PriorActs, PriorAct{action, person, n})
		}
	}
	return m
}

// countLines returns the number of lines that begin with a tag.
func countLines(s, tag string) int {
	n := strings.Count(s, "\n"+tag)
	if strings.HasPrefix(s, tag) {
		n++
	}
	return n
}
