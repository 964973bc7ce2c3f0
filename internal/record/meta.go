package record

import (
	"strconv"
	"strings"
)

// Meta is what is kept beside a document for decisions that must not read it:
// the facts authorities ask about, the day something is due, and the hands on the record.
type Meta struct {
	Due   Date
	Facts []Fact
	Hands []Hand
}

// Fact is a property that policies/authorities.csv asks about: level = high.
type Fact struct{ Name, Value string }

// Hand says that a person last did an action on the record, and by which event.
type Hand struct {
	Action, Person string
	Seq            int64
}

// Fact gives a fact's value.
func (m Meta) Fact(name string) string {
	for _, f := range m.Facts {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// Touch notes that a person did an action by that event.
func (m *Meta) Touch(action, person string, seq int64) {
	for i := range m.Hands {
		if m.Hands[i].Action == action && m.Hands[i].Person == person {
			m.Hands[i].Seq = max(seq, m.Hands[i].Seq)
			return
		}
	}
	m.Hands = append(m.Hands, Hand{action, person, seq})
}

// Last gives the newest event of an action on the record, whoever did it; 0 for none.
func (m Meta) Last(action string) (seq int64) {
	for _, h := range m.Hands {
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
	for _, h := range m.Hands {
		b.WriteString("h " + h.Action + " " + h.Person + " " + strconv.FormatInt(h.Seq, 10) + "\n")
	}
	return b.String()
}

// printable puts a space in place of a control character.
func printable(r rune) rune {
	if r < ' ' {
		return ' '
	}
	return r
}

// ParseMeta reads what is kept beside a document.
func ParseMeta(s string) (m Meta) {
	if n := strings.Count(s, "\nh ") + 1; n > 1 || strings.HasPrefix(s, "h ") {
		m.Hands = make([]Hand, 0, n)
	}
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
			m.Hands = append(m.Hands, Hand{action, person, n})
		}
	}
	return m
}
