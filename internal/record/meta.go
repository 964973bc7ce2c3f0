package record

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
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

// PriorAct is the last act of one person with one action, with the number and the day of its event.
type PriorAct struct {
	Action, Person string
	Seq            int64
	Day            Date
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

// AddAct adds an act. Of several acts of one person with one action, it keeps the newest.
func (m *Meta) AddAct(act PriorAct) {
	for i, known := range m.PriorActs {
		if known.Action == act.Action && known.Person == act.Person {
			if act.Seq > known.Seq {
				m.PriorActs[i] = act
			}
			return
		}
	}
	m.PriorActs = append(m.PriorActs, act)
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
		b.WriteString("h " + h.Action + " " + h.Person + " " + strconv.FormatInt(h.Seq, 10) + " " + string(h.Day) + "\n")
	}
	return b.String()
}

// basis identifies what a person's rights to a record depend on, beside its kind and scope: its status, its facts, and its prior acts with their
// days and their order. Records with equal bases get the same answer. Event numbers are left out, because only their order counts.
func (m Meta) basis(status string) string {
	m.Due = ""
	m.PriorActs = slices.Clone(m.PriorActs)
	slices.SortFunc(m.PriorActs, func(a, b PriorAct) int {
		return cmp.Or(cmp.Compare(a.Seq, b.Seq), strings.Compare(a.Action, b.Action), strings.Compare(a.Person, b.Person))
	})
	var last, place int64
	for i := range m.PriorActs {
		if seq := m.PriorActs[i].Seq; seq != last {
			last, place = seq, place+1
		}
		m.PriorActs[i].Seq = place // acts of one event share a place
	}
	sum := sha256.Sum256([]byte(status + "\n" + m.encode()))
	return base64.RawStdEncoding.EncodeToString(sum[:16])
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
			person, rest, _ := strings.Cut(rest, " ")
			seq, day, _ := strings.Cut(rest, " ")
			n, _ := strconv.ParseInt(seq, 10, 64)
			m.PriorActs = append(m.PriorActs, PriorAct{action, person, n, Date(day)})
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
