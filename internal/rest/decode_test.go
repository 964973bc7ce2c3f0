package rest

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/risk"
)

const (
	someID   = "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"
	someRisk = `{"scope":"/siv/","register_id":"` + someID + `","title":"Oversette brudd","sources":["C.3.4"],"review_due":"2027-03-01","external_refs":[{"system":"eqs","id":"1"}]}`
)

// seeds are bodies near the limits of the decoder.
var seeds = []string{
	someRisk, "", "null", "[]", "{}", `{"title":null}`, `{"title":"\ud800"}`, `{"title":"\ud83d\ude00"}`, `{"title":"\u0000"}`, `{"title":"A","title":"B"}`, `{"Title":"A"}`,
	`{"sources":[null]}`, `{"sources":[[[[]]]]}`, `{"review_due":"2026-02-30"}`, `{"review_due":null}`, `{"external_refs":[{"synced_at":"2026-01-01T00:00:00Z"}]}`, `{"a/b":1,"a~b":2}`,
	strings.Repeat("[", 40), `{"polarity":1e400}`, "\ufeff{}", `{"title":"A"} `, `{"title":"A"}x`, "{\"title\":\"\xff\"}", `{"owner_id":"` + someID + `","clauses":["5.2","5.2"]}`,
}

// checkRefusal checks that each fault of a refusal has a place and a reason.
func checkRefusal(t *testing.T, err error) {
	t.Helper()
	f := fault.As(err)
	if f == nil || f.Kind != fault.Malformed && f.Kind != fault.Invalid || f.Code == "" {
		t.Fatalf("no refusal a caller can read: %v", err)
	}
	if f.Kind == fault.Invalid && len(f.Fields) == 0 {
		t.Fatalf("a refusal without a place: %v", err)
	}
	for _, x := range f.Fields {
		if x.Code == "" || x.Detail.Format == "" || x.Pointer != "" && x.Pointer[0] != '/' {
			t.Fatalf("fault %+v", x)
		}
	}
}

// A decoded body satisfies the rules, has no text that a database refuses, and survives a round trip. A refused body gets reasons.
func FuzzDecode(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var in risk.Input
		if err := decodeInto(body, &in); err != nil {
			checkRefusal(t, err)
			return
		}
		if err := record.Shape(&in); err != nil {
			t.Fatalf("taken against the rules: %v", err)
		}
		raw, err := json.Marshal(in)
		if err != nil || !utf8.Valid(raw) || strings.Contains(string(raw), `\u0000`) {
			t.Fatalf("%v: %s", err, raw)
		}
		var again risk.Input
		if err := decodeInto(raw, &again); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if twice, err := json.Marshal(again); err != nil || string(twice) != string(raw) {
			t.Fatalf("read differently again: %s %s", raw, twice)
		}
	})
}

// A patch is refused, or gives a valid record. Applying it twice gives the same record. Fixed and server-set members do not change.
func FuzzMergePatch(f *testing.F) {
	for _, s := range append(seeds, `{"cadence":{"min":2}}`, `{"cadence":null}`, `{"cadence":{"per":null}}`, `{"tasks":["A"]}`, `{"scope":"/siv/"}`, `{"scope":null}`, `{"source":{"title":null}}`, `{"powers":["decide",""]}`) {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		patch(t, body, risk.Repo.Kind, func() any {
			r := &risk.Risk{Status: risk.Identified}
			if err := decodeInto([]byte(someRisk), &r.Input); err != nil {
				t.Fatal(err)
			}
			r.ID, r.Version = someID, 3
			r.Defaults()
			return r
		})
		patch(t, body, governance.Mandates.Kind, func() any {
			m := governance.NewMandate(governance.MandateInput{
				Common: record.Common{Scope: "/siv/"}, BodyID: someID, Title: "Mandat", Powers: []governance.Power{governance.Advise}, ValidFrom: "2026-01-01",
				Cadence: &governance.Cadence{Min: 1, Max: 2, Per: "P6M"}, Source: &governance.Source{Title: "Vedtak"},
			}, 1)
			m.Defaults()
			return m
		})
	})
}

func patch(t *testing.T, body []byte, k *record.Kind, fresh func() any) {
	t.Helper()
	tree := func() map[string]any {
		v, _, err := parse(body)
		if err != nil {
			checkRefusal(t, err)
			return nil
		}
		m, _ := v.(map[string]any)
		return m
	}
	if tree() == nil {
		return
	}
	was, e := fresh(), fresh()
	faults, err := apply(k, e, tree())
	if err != nil {
		checkRefusal(t, err)
		return
	}
	if len(faults) > 0 {
		checkRefusal(t, faults.Err())
		return
	}
	if err := record.Shape(k.Input(reflect.ValueOf(e).Elem()).Addr().Interface()); err != nil {
		t.Fatalf("taken against the rules: %v", err)
	}
	once, err := json.Marshal(e)
	if err != nil || !utf8.Valid(once) {
		t.Fatalf("%v: %s", err, once)
	}
	if again, err := apply(k, e, tree()); err != nil || len(again) > 0 {
		t.Fatalf("the second time: %v %v", again, err)
	}
	if twice, err := json.Marshal(e); err != nil || string(twice) != string(once) {
		t.Fatalf("once %s\ntwice %s", once, twice)
	}
	input := k.Input(reflect.ValueOf(e).Elem())
	for _, f := range k.Fields() {
		mine := fieldOf(input, f.Name).IsValid()
		a, b := reflect.ValueOf(was).Elem().FieldByIndex(f.Index).Interface(), reflect.ValueOf(e).Elem().FieldByIndex(f.Index).Interface()
		if (f.Fixed || !mine) && !reflect.DeepEqual(a, b) {
			t.Fatalf("%s was %v and is %v", f.Name, a, b)
		}
	}
}
