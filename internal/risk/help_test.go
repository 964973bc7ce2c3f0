package risk

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// seeded reads a method from the folder of seeds.
func seeded(t *testing.T, file string) *Method {
	t.Helper()
	raw, err := os.ReadFile("../../seed/risk-methods/" + file)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := yaml.YAMLToJSON(raw)
	if err != nil {
		t.Fatal(err)
	}
	var in MethodInput
	if err := json.Unmarshal(doc, &in); err != nil {
		t.Fatal(err)
	}
	in.Scope = "/"
	m := NewMethod(in, 1)
	m.ID = record.NewID()
	m.Defaults()
	return m
}

// faults lists "pointer code" of a refusal, for comparison.
func faults(err error) []string {
	f := fault.As(err)
	if f == nil {
		return nil
	}
	out := []string{}
	for _, x := range f.Fields {
		out = append(out, x.Pointer+" "+x.Code)
	}
	for _, b := range f.Blockers {
		out = append(out, b.Pointer+" "+b.Code)
	}
	if len(out) == 0 {
		out = append(out, f.Code)
	}
	return out
}
