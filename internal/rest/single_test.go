package rest_test

import (
	"net/url"
	"testing"

	"github.com/ki-styring/aims/api"
)

// A read with more than one query runs in a snapshot, so that a rule of the kind sees the same state as the record.
func TestReadsThatNeedASnapshot(t *testing.T) {
	s, err := api.New(api.Config{})
	if err != nil {
		t.Fatal(err)
	}
	alone := 0
	for r := range s.Routes() {
		if r.Shape != "read" {
			continue
		}
		if s.HasRule(r.Kind) && r.Single(url.Values{}) {
			t.Errorf("%s asks its kind's rule without a snapshot", r.Path)
		}
		if r.Single(url.Values{"as_of": {"2026-11-21T10:00:00Z"}}) {
			t.Errorf("%s reads the log without a snapshot", r.Path)
		}
		if r.Single(url.Values{}) {
			alone++
		}
	}
	if alone == 0 {
		t.Error("no read goes without")
	}
}
