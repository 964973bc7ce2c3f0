package sector_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/sector"
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
	standard, err := sector.NewStandard(sector.StandardInput{Key: "prEN 1", Stage: sector.Enquiry}, "kari", now)
	expect(t, err)
	for name, r := range map[string]interface{ Defaults() }{
		"activity": &sector.Activity{}, "application": &sector.Application{}, "need": &sector.Need{},
		"organisation": &sector.Organisation{}, "standard": standard, "topic": &sector.Topic{},
	} {
		if r.Defaults(); len(nilLists("", reflect.ValueOf(r))) > 0 {
			t.Errorf("%s: %v are null", name, nilLists("", reflect.ValueOf(r)))
		}
	}
	for in, want := range map[string]string{"": "", "983544622": "983544622", " 983 544\u00a0622\t": "983544622"} {
		o := sector.NewOrganisation(sector.OrganisationInput{OrgNumber: in})
		if o.Defaults(); o.OrgNumber != want {
			t.Errorf("the number %q is kept as %q", in, o.OrgNumber)
		}
	}
}

func TestNeedFacts(t *testing.T) {
	n := sector.Need{Base: record.Base{CreatedBy: "kari"}}
	if got := (record.Meta{Facts: n.Facts()}).Fact("taken_in_by"); got != "kari" {
		t.Errorf("taken in by %q", got)
	}
}
