package record_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/record"
)

type inner struct {
	Note string `json:"note,omitempty"`
}

type sample struct {
	inner
	Title    string            `json:"title" validate:"required"`
	Optional string            `json:"optional" validate:"max=20"`
	Plain    string            `json:"plain"`
	Count    int               `json:"count"`
	Rank     int               `json:"rank,omitempty"`
	Yes      bool              `json:"yes,omitempty"`
	Day      record.Date       `json:"day"`
	At       time.Time         `json:"at,omitzero"`
	Later    *time.Time        `json:"later"`
	Parts    []inner           `json:"parts,omitempty"`
	Words    map[string]string `json:"words"`
	Total    *int              `json:"total,omitempty" extra:""`
	Raw      json.RawMessage   `json:"raw"`
	hidden   string
	Hidden   string `json:"-"`
}

// Every member is there, whatever its value: null for no value, [] for no items. Only an extra is left out.
func TestEncode(t *testing.T) {
	one := 1
	for name, c := range map[string]struct {
		value any
		want  string
	}{
		"nothing":         {nil, `null`},
		"a nil pointer":   {(*sample)(nil), `null`},
		"escapes":         {"a\"b\\c\n<æ>\u2028", `"a\"b\\c\n<æ>\u2028"`},
		"wrong UTF-8":     {"a\xff", `"a\ufffd"`},
		"a map, in order": {map[string]any{"b": 1, "a": []string(nil)}, `{"a":[],"b":1}`},
		"no values": {
			&sample{Title: "t", Raw: json.RawMessage("null")},
			`{"note":null,"title":"t","optional":null,"plain":"","count":0,"rank":null,"yes":false,"day":null,"at":null,"later":null,"parts":[],"words":{},"raw":null}`,
		},
		"all values": {
			sample{
				inner{"n"},
				"t", "o", "p", 2, 3, true, "2026-11-21", time.Date(2026, 11, 21, 10, 0, 0, 5000, time.UTC), nil,
				[]inner{{}},
				map[string]string{"k": "v"},
				&one, json.RawMessage(`{"a":1}`), "h", "H",
			},
			`{"note":"n","title":"t","optional":"o","plain":"p","count":2,"rank":3,"yes":true,"day":"2026-11-21","at":"2026-11-21T10:00:00.000005Z","later":null,` +
				`"parts":[{"note":null}],"words":{"k":"v"},"total":1,"raw":{"a":1}}`,
		},
	} {
		got, err := record.Encode(c.value)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %v\n%s\nwant\n%s", name, err, got, c.want)
		}
		if !json.Valid(got) {
			t.Errorf("%s: not JSON: %s", name, got)
		}
	}
	if _, err := record.Encode(time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)); err == nil {
		t.Error("a year of five digits is written")
	}
}

type mentioning struct {
	OwnerID string   `json:"owner_id" names:"user"`
	Key     string   `json:"requirement" ref:"requirement,prefix=iso-42001:,free"`
	OnKind  string   `json:"on_kind"`
	OnID    string   `json:"on_id" names:"on_kind"`
	Rows    []subRow `json:"rows"`
}

type subRow struct {
	Evidence []string `json:"evidence" ref:"evidence"`
	Rows     []subRow `json:"rows"`
}

// The records that a document names are found in parts and in recursive parts too, with the kind that stands beside them.
func TestMentions(t *testing.T) {
	m := record.MentionsOf(reflect.TypeFor[[]mentioning]())
	if got := fmt.Sprint(m.Names()); got != "[evidence on owner requirement]" {
		t.Errorf("names %s", got)
	}
	if got := fmt.Sprint(m.KindsOf("evidence"), m.KindsOf("on")); got != "[evidence] []" {
		t.Errorf("kinds %s", got)
	}
	var found []string
	m.In([]byte(`[{"owner_id":"u1","requirement":"A.2","on_kind":"risk","on_id":"r1","rows":[{"evidence":["e1","e2"],"rows":[{"evidence":["e3"],"rows":[]}]}]},{"owner_id":null}]`),
		func(x record.Mentioned) {
			found = append(found, strings.Join([]string{x.Path, strings.Join(x.Kinds, "|"), x.Value, x.Key}, " "))
		})
	want := []string{
		"owner_id user u1 u1", "requirement requirement A.2 iso-42001:A.2", "on_id risk r1 r1", "rows.evidence evidence e1 e1", "rows.evidence evidence e2 e2",
		"rows.rows.evidence evidence e3 e3",
	}
	if !reflect.DeepEqual(found, want) {
		t.Errorf("found %q", found)
	}
	if record.MentionsOf(reflect.TypeFor[inner]()) != nil {
		t.Error("a type that names nothing has mentions")
	}
}
