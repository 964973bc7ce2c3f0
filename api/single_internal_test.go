package api

import (
	"net/url"
	"testing"
)

// A read that asks the database more than once has a snapshot of its own: what the kind's own rule asks belongs to the record it tells of.
func TestReadsThatNeedASnapshot(t *testing.T) {
	s, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	alone := 0
	for _, r := range s.routes {
		if r.Shape != "read" || r.single == nil {
			continue
		}
		if s.bars[r.Kind] != nil && r.single(url.Values{}) {
			t.Errorf("%s asks its kind's rule without a snapshot", r.Path)
		}
		if r.single(url.Values{"as_of": {"2026-11-21T10:00:00Z"}}) {
			t.Errorf("%s reads the log without a snapshot", r.Path)
		}
		if r.single(url.Values{}) {
			alone++
		}
	}
	if alone == 0 {
		t.Error("no read goes without")
	}
}
