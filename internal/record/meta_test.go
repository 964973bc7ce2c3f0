package record_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/ki-styring/aims/internal/record"
)

// What is kept beside a document reads back as it was written.
func TestMetaRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	word := func() string { return fmt.Sprintf("w-%x", r.IntN(1000)) }
	for range 2000 {
		var m record.Meta
		if r.IntN(2) == 0 {
			m.Due = record.Date(fmt.Sprintf("20%02d-0%d-1%d", r.IntN(100), 1+r.IntN(9), r.IntN(10)))
		}
		for range r.IntN(4) {
			m.Facts = append(m.Facts, record.Fact{Name: word(), Value: []string{"", "high", "very high indeed", "h d f 3", "æøå"}[r.IntN(5)]})
		}
		for range r.IntN(6) {
			m.AddAct(record.PriorAct{Action: word(), Person: word(), Seq: r.Int64N(1 << 40), Day: "2026-11-01"})
		}
		if got := record.ParseMeta(m.Encode()); !reflect.DeepEqual(got, m) {
			t.Fatalf("%+v came back as %+v", m, got)
		}
	}
	m := record.Meta{Facts: []record.Fact{{Name: "title", Value: "two\nlines\nh approve x 9"}}}
	if got := record.ParseMeta(m.Encode()); len(got.PriorActs) != 0 || got.Fact("title") != "two lines h approve x 9" {
		t.Errorf("a fact over several lines reads %+v", got)
	}
}

// A hand keeps the newest event of an action by a person.
func TestTouch(t *testing.T) {
	var m record.Meta
	for _, act := range []record.PriorAct{
		{Action: "assess", Person: "kari", Seq: 3, Day: "2026-11-01"},
		{Action: "assess", Person: "ola", Seq: 5},
		{Action: "assess", Person: "kari", Seq: 4, Day: "2026-11-02"},
		{Action: "assess", Person: "ola", Seq: 2},
	} {
		m.AddAct(act)
	}
	if len(m.PriorActs) != 2 || m.Last("assess") != 5 || m.Last("accept") != 0 || m.PriorActs[0].Seq != 4 || m.PriorActs[0].Day != "2026-11-02" {
		t.Errorf("%+v", m)
	}
}

// The basis depends on status, facts, persons, days and the order of acts, but not on the due day or the numbers of events.
func TestBasis(t *testing.T) {
	meta := func(due record.Date, level string, acts ...record.PriorAct) record.Meta {
		return record.Meta{Due: due, Facts: []record.Fact{{Name: "level", Value: level}}, PriorActs: acts}
	}
	act := func(action, person string, seq int64, day record.Date) record.PriorAct {
		return record.PriorAct{Action: action, Person: person, Seq: seq, Day: day}
	}
	const day = record.Date("2026-11-01")
	basis := meta("", "high", act("assess", "kari", 3, day), act("accept", "ola", 5, day)).Basis("assessed")
	for name, c := range map[string]struct {
		status string
		meta   record.Meta
		same   bool
	}{
		"other event numbers":     {"assessed", meta("", "high", act("assess", "kari", 30, day), act("accept", "ola", 31, day)), true},
		"stored in another order": {"assessed", meta("", "high", act("accept", "ola", 5, day), act("assess", "kari", 3, day)), true},
		"another due day":         {"assessed", meta("2026-12-01", "high", act("assess", "kari", 3, day), act("accept", "ola", 5, day)), true},
		"another status":          {"treating", meta("", "high", act("assess", "kari", 3, day), act("accept", "ola", 5, day)), false},
		"another fact":            {"assessed", meta("", "low", act("assess", "kari", 3, day), act("accept", "ola", 5, day)), false},
		"another person":          {"assessed", meta("", "high", act("assess", "ida", 3, day), act("accept", "ola", 5, day)), false},
		"another day":             {"assessed", meta("", "high", act("assess", "kari", 3, "2026-11-02"), act("accept", "ola", 5, day)), false},
		"the other way round":     {"assessed", meta("", "high", act("assess", "kari", 6, day), act("accept", "ola", 5, day)), false},
		"by one event":            {"assessed", meta("", "high", act("assess", "kari", 5, day), act("accept", "ola", 5, day)), false},
	} {
		if got := c.meta.Basis(c.status); (got == basis) != c.same {
			t.Errorf("%s: the same basis is %t", name, !c.same)
		}
	}
}
