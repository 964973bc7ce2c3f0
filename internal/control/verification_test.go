package control

import (
	"slices"
	"testing"

	"github.com/ki-styring/aims/internal/fault"
)

func verified(t *testing.T) *Control {
	t.Helper()
	c := made("a", "A.2.2", func(c *Control) { included("trengs her")(c); c.ImplementationStatus = Implemented })
	if err := c.Verify(VerificationInput{Method: "Stikkprøve", Result: "I orden"}, []Cited{{EvidenceID: "e", Edition: 1}, {EvidenceID: "f", Edition: 1}}, "nina", noon); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestVerify(t *testing.T) {
	for _, c := range []struct {
		name     string
		a        Applicability
		i        Implementation
		blockers []string
	}{
		{"implemented", Included, Implemented, nil},
		{"verified before", Included, Verified, nil},
		{"not implemented", Included, InProgress, []string{"not_implemented"}},
		{"excluded", Excluded, Implemented, []string{"not_included"}},
		{"neither", Undecided, NotStarted, []string{"not_included", "not_implemented"}},
	} {
		control := made("a", "A.2.2", func(x *Control) { x.Applicability, x.ImplementationStatus = c.a, c.i })
		var got []string
		if f := fault.As(control.Verify(VerificationInput{}, nil, "nina", noon)); f != nil {
			for _, b := range f.Blockers {
				got = append(got, b.Code)
			}
		}
		if !slices.Equal(got, c.blockers) {
			t.Errorf("%s: blockers %q, want %q", c.name, got, c.blockers)
		}
		if fact := control.Facts()[0].Value; (fact == "yes") != (c.blockers == nil) {
			t.Errorf("%s: verifiable is %s", c.name, fact)
		}
	}
}

// A verification lapses when a piece of its evidence no longer holds, and with it the status that it gave.
func TestLapse(t *testing.T) {
	for _, c := range []struct {
		name    string
		id      string
		edition int
		ended   LapseReason
		want    LapseReason
	}{
		{"the evidence as it was", "e", 1, "", ""},
		{"other evidence", "x", 2, EvidenceRetired, ""},
		{"a newer edition", "e", 2, "", EvidenceReplaced},
		{"expired", "f", 1, EvidenceExpired, EvidenceExpired},
		{"retired", "f", 1, EvidenceRetired, EvidenceRetired},
	} {
		v := verified(t)
		if lapsed := v.Lapse(c.id, c.edition, c.ended, noon); lapsed != (c.want != "") || v.Verified.LapsedReason != c.want || (v.Verification == Lapsed) != lapsed ||
			(v.ImplementationStatus == Implemented) != lapsed {
			t.Errorf("%s: %t, %s %s %q", c.name, lapsed, v.Verification, v.ImplementationStatus, v.Verified.LapsedReason)
		}
		if v.Lapse("e", 9, EvidenceRetired, noon) && c.want != "" {
			t.Errorf("%s: lapsed twice", c.name)
		}
	}
}

// A change by hand ends a verification: its evidence is removed, or the control is no longer implemented.
func TestSettle(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Control)
		want   Verification
		status Implementation
	}{
		{"another justification", func(c *Control) { c.Justification = "noe helt annet" }, InForce, Verified},
		{"another description", func(c *Control) { c.Description = "Ingenting er gjort" }, Lapsed, Implemented},
		{"another title", func(c *Control) { c.Title = "Noe annet" }, Lapsed, Implemented},
		{"more evidence", func(c *Control) { c.Evidence = append(c.Evidence, "g") }, InForce, Verified},
		{"less evidence", func(c *Control) { c.Evidence = []string{"e"} }, Lapsed, Implemented},
		{"no longer verified", func(c *Control) { c.ImplementationStatus = Implemented }, Unverified, Implemented},
		{"no longer included", func(c *Control) { c.Applicability = Excluded }, Unverified, Implemented},
		{"no longer implemented", func(c *Control) { c.ImplementationStatus = InProgress }, Unverified, InProgress},
	} {
		v, was := verified(t), verified(t)
		c.change(v)
		v.Settle(was, noon)
		if v.Verification != c.want || v.ImplementationStatus != c.status || (v.Verified == nil) != (c.want == Unverified) {
			t.Errorf("%s: %s, %s, %+v", c.name, v.Verification, v.ImplementationStatus, v.Verified)
		}
	}
	v := verified(t)
	v.Verified.Evidence[0].ValidUntil = "2026-11-20"
	if v.VerifiedOn(noon) != Lapsed || v.Verification != InForce {
		t.Errorf("evidence of yesterday verifies today: %s", v.VerifiedOn(noon))
	}
}
