package authority

import (
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/record"
)

// The right addressees of a case follow from its subject and from whom it concerns. Planned competences come last.
func TestRoute_S2_29(t *testing.T) {
	of := func(key string, in Input) *Authority {
		in.Key, in.Name = key, record.Text{NB: key, EN: key + "-en"}
		a := New(in)
		a.ID = key
		return a
	}
	product := of("b", Input{
		Competences: []Competence{{Subject: "device_product", ActorTypes: []ActorType{"manufacturer"}, Confidence: High}, {Subject: "ai_act", Planned: true, Confidence: "medium"}},
		Excludes:    []Exclusion{{Subject: "procurement", Note: record.Text{NB: "Ikke anskaffelse.", EN: "Not procurement."}}},
	})
	buying := of("c", Input{Competences: []Competence{{Subject: "procurement", Confidence: "low"}}})
	ai := of("d", Input{Competences: []Competence{{Subject: "ai_act", Planned: true}, {Subject: "ai_act", ActorTypes: []ActorType{"ai_provider"}, Confidence: High}}})
	all := []*Authority{product, buying, ai}
	for _, tc := range []struct {
		name    string
		subject Subject
		actor   ActorType
		named   *Authority
		right   string
		warned  bool
	}{
		{"the product", "device_product", "manufacturer", product, "b", false},
		{"the product, from the user", "device_product", "health_service", product, "", true},
		{"the product, for anybody", "device_product", "", nil, "b", false},
		{"procurement", "procurement", "", nil, "c", false},
		{"procurement, to the wrong one", "procurement", "", product, "c", true},
		{"competent today before planned", "ai_act", "ai_provider", nil, "d b", false},
		{"planned only", "ai_act", "ai_deployer", product, "b d", false},
		{"nobody", "security", "", nil, "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			out := route(all, tc.subject, tc.actor, tc.named)
			var right []string
			for _, a := range out.Addressees {
				right = append(right, a.Key)
				if a.ToVerify != (a.Confidence != High) {
					t.Errorf("%s: %q to verify: %t", a.Key, a.Confidence, a.ToVerify)
				}
			}
			if got := strings.Join(right, " "); got != tc.right {
				t.Errorf("%q, want %q", got, tc.right)
			}
			if (out.Warning != nil) != tc.warned {
				t.Fatalf("warning: %v", out.Warning)
			}
			if tc.warned && tc.subject == "procurement" {
				if w := out.Warning.Text; w.NB != "b er ikke rette adressat: anskaffelse. Ikke anskaffelse. Rette adressat: c." ||
					w.EN != "b-en is not the right addressee: procurement. Not procurement. The right addressee: c-en." {
					t.Errorf("%+v", w)
				}
			}
		})
	}
}
