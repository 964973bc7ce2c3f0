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
		{Action: "assess", Person: "kari", Seq: 3, Day: "2026-11-01"}, {Action: "assess", Person: "ola", Seq: 5},
		{Action: "assess", Person: "kari", Seq: 4, Day: "2026-11-02"}, {Action: "assess", Person: "ola", Seq: 2},
	} {
		m.AddAct(act)
	}
	if len(m.PriorActs) != 2 || m.Last("assess") != 5 || m.Last("accept") != 0 || m.PriorActs[0].Seq != 4 || m.PriorActs[0].Day != "2026-11-02" {
		t.Errorf("%+v", m)
	}
}
