package governance_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
)

// nilLists names the lists of a document that JSON would show as null.
func nilLists(path string, v reflect.Value) (out []string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return nilLists(path, v.Elem())
		}
	case reflect.Slice:
		if v.IsNil() {
			return []string{path}
		}
		for i := range v.Len() {
			out = append(out, nilLists(path, v.Index(i))...)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && !strings.Contains(f.Tag.Get("json"), "omitempty") {
				out = append(out, nilLists(path+"."+f.Name, v.Field(i))...)
			}
		}
	}
	return out
}

// A list that a caller left out is an empty list, never null.
func TestDefaults(t *testing.T) {
	for name, r := range map[string]interface{ Defaults() }{
		"body":       &governance.Body{},
		"mandate":    &governance.Mandate{MandateInput: governance.MandateInput{Rules: &governance.Rules{}}},
		"membership": &governance.Membership{},
		"meeting":    &governance.Meeting{Minutes: []governance.Minutes{{Roll: &governance.CorrectedRoll{}}}, Constitution: governance.Constitution{Rules: &governance.Rules{}}},
		"case":       &governance.Case{Conflicts: make([]governance.Conflict, 1)},
		"advice":     &governance.Advice{Resolution: &governance.Resolution{}},
		"proposal":   &governance.Proposal{Resolution: &governance.Resolution{}},
		"decision":   &governance.Decision{Resolution: &governance.Resolution{}},
		"draft":      &governance.Decision{},
	} {
		if r.Defaults(); len(nilLists("", reflect.ValueOf(r))) > 0 {
			t.Errorf("%s: %v are null", name, nilLists("", reflect.ValueOf(r)))
		}
	}
}

// Facts says who may withdraw a record, and whether a mandate was evaluated.
func TestFacts(t *testing.T) {
	base := record.Base{CreatedBy: "author"}
	for _, tc := range []struct {
		name      string
		of        interface{ Facts() []record.Fact }
		evaluated string
	}{
		{"a case", &governance.Case{Base: base, SubmittedBy: "submitter"}, ""},
		{"a mandate", &governance.Mandate{Base: base, SubmittedBy: "submitter"}, ""},
		{"an evaluated mandate", &governance.Mandate{Base: base, SubmittedBy: "submitter", Evaluation: &governance.Evaluated{}}, "yes"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := record.Meta{Facts: tc.of.Facts()}
			if m.Fact("submitted_by") != "submitter" || m.Fact("created_by") != "author" || m.Fact("evaluated") != tc.evaluated {
				t.Errorf("%v", m.Facts)
			}
		})
	}
}
