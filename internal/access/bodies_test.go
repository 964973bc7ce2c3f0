package access_test

import (
	"testing"

	"github.com/ki-styring/aims/internal/access"
	"github.com/ki-styring/aims/internal/record"
)

func factsOf(pairs ...string) *record.Meta {
	m := &record.Meta{}
	for i := 0; i < len(pairs); i += 2 {
		m.Facts = append(m.Facts, record.Fact{Name: pairs[i], Value: pairs[i+1]})
	}
	return m
}

// One member's call is not a decision of the body, unless the mandate delegates the action to that member's position, for such a record.
func TestWhatABodyDecidesTheBodyDecides(t *testing.T) {
	accept, approve := record.Permission{Object: "risk", Action: "accept"}, record.Permission{Object: "policy", Action: "approve"}
	seat := func(d ...access.Delegation) *access.Person {
		return &access.Person{Holdings: []access.Holding{{
			Role: "ai_council", Scope: "/siv/", Powers: access.Every, Body: "body", Mandate: "MAN-0001", Edition: 2, Position: "lead", Delegated: d,
		}}}
	}
	byRole := holding("project_owner", "/siv/akutt/")
	byRole.Holdings = append(byRole.Holdings, access.Holding{
		Role: "ai_council", Scope: "/siv/akutt/", Powers: access.Every, Body: "body", Mandate: "MAN-0001", Position: "project_owner", Only: true,
		Delegated: []access.Delegation{{Permission: approve, Conditions: []access.Condition{{Fact: "kind", Values: []string{"procedure"}}}}},
	})
	both := seat()
	both.Holdings = append(both.Holdings, holding("line_manager", "/siv/").Holdings...)
	w := &world{
		people: map[string]*access.Person{
			"member": seat(), "both": both, "role": byRole, "manager": holding("line_manager", "/siv/"), "top": holding("top_management", "/siv/"),
			"lead": seat(access.Delegation{Permission: accept, Conditions: []access.Condition{{Fact: "level", Values: []string{"low", "high"}}}, AtMost: "P12M"}),
		},
		deciders: access.Deciders{
			Roles: []string{"ai_council"}, Bodies: []access.Deciding{{ID: "body", Role: "ai_council", Scope: "/siv/"}},
			InPlace: func(record.Permission, string) string { return "top_management" },
		},
	}
	d := newDesk(t, w)
	for _, c := range []struct {
		name, who, kind, action, scope string
		meta                           *record.Meta
		want                           string
	}{
		{"a member alone", "member", "risk", "accept", "/siv/", factsOf("level", "high"), "decision_needed"},
		{"the lead, by the delegation", "lead", "risk", "accept", "/siv/", factsOf("level", "high"), ""},
		{"the lead, beyond the condition", "lead", "risk", "accept", "/siv/", factsOf("level", "moderate"), "decision_needed"},
		{"the lead, beyond the council's authority", "lead", "risk", "accept", "/siv/", factsOf("level", "very_high"), "authority_missing"},
		{"the lead, another action", "lead", "policy", "approve", "/siv/", factsOf("kind", "guideline"), "decision_needed"},
		{"a member who is also a line manager", "both", "risk", "accept", "/siv/", factsOf("level", "high"), ""},
		{"the answer no", "member", "policy", "reject", "/siv/", factsOf("kind", "guideline"), ""},
		{"reading", "member", "risk", "read", "/siv/", nil, ""},
		{"a role, by the delegation", "role", "policy", "approve", "/siv/akutt/", factsOf("kind", "procedure"), ""},
		{"a role, in another unit", "role", "policy", "approve", "/siv/kirurgi/", factsOf("kind", "procedure"), "forbidden"},
		{"a role, beyond the condition", "role", "policy", "approve", "/siv/akutt/", factsOf("kind", "guideline"), "decision_needed"},
		{"a role gets nothing else of the body", "role", "advice", "give", "/siv/akutt/", nil, "forbidden"},
		{"top management, in the place of a body that can decide", "top", "soa", "approve", "/siv/", nil, "authority_missing"},
	} {
		status := map[string]string{"risk": "assessed"}[c.kind]
		if status == "" {
			status = "in_review"
		}
		meta := c.meta
		if meta == nil {
			meta = &record.Meta{}
		}
		if got := d.check(c.who, c.kind, c.action, record.Target{Kind: record.KindOf(c.kind), ID: "1", Scope: c.scope, Status: status, Meta: meta}); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	d.as("lead", func(tx *record.Tx) {
		got, err := d.guard.Check(tx, accept, record.Target{Kind: record.KindOf("risk"), ID: "1", Scope: "/siv/", Status: "assessed", Meta: factsOf("level", "high")})
		if err != nil || got.By.DelegatedTo != "lead" || got.By.AtMost != "P12M" || got.By.Mandate != "MAN-0001" || got.By.Edition != 2 || !got.Kept {
			t.Errorf("the event does not name the delegation: %+v %v", got, err)
		}
	})
}

// Where no body can decide, somebody can: whom the settings name, else top management, after the advice of a body that advises.
func TestWhoDecidesWhereNoBodyCan(t *testing.T) {
	soa := record.Target{Kind: record.KindOf("soa"), ID: "1", Scope: "/siv/akutt/", Status: "in_review", Meta: factsOf("kind", "soa")}
	council := func(b access.Deciding) []access.Deciding {
		b.ID, b.Role = "body", "ai_council"
		return []access.Deciding{b}
	}
	for _, c := range []struct {
		name, who, action string
		bodies            []access.Deciding
		inPlace, advisor  string
		advised           bool
		want              string
	}{
		{name: "no body", who: "top", action: "approve"},
		{name: "no body, the answer no", who: "top", action: "reject"},
		{name: "no body, the line manager", who: "manager", action: "approve", want: "authority_missing"},
		{name: "no body, and the settings name the line manager", who: "manager", action: "approve", inPlace: "line_manager"},
		{name: "no body, the settings name the line manager, and top management still may", who: "top", action: "approve", inPlace: "line_manager"},
		{name: "a body elsewhere", who: "top", action: "approve", bodies: council(access.Deciding{Scope: "/siv/kirurgi/"})},
		{name: "a body whose mandate has ended", who: "top", action: "approve", bodies: council(access.Deciding{Scope: "/siv/", To: "2026-11-20"})},
		{name: "a body whose mandate begins tomorrow", who: "top", action: "approve", bodies: council(access.Deciding{Scope: "/siv/", From: "2026-11-22"})},
		{name: "a body", who: "top", action: "approve", bodies: council(access.Deciding{Scope: "/siv/"}), want: "authority_missing"},
		{name: "a body without quorum for too long", who: "top", action: "approve", bodies: council(access.Deciding{Scope: "/siv/", StoodIn: true})},
		{name: "a body without quorum, the line manager", who: "manager", action: "approve", bodies: council(access.Deciding{Scope: "/siv/", StoodIn: true}), inPlace: "line_manager", want: "authority_missing"},
		{name: "an advising body that has not advised", who: "top", action: "approve", advisor: "BODY-0001", want: "blocked"},
		{name: "an advising body that has advised", who: "top", action: "approve", advisor: "BODY-0001", advised: true},
	} {
		w := &world{people: map[string]*access.Person{"top": holding("top_management", "/siv/"), "manager": holding("line_manager", "/siv/")}, advisor: c.advisor, advised: c.advised}
		w.deciders = access.Deciders{Roles: []string{"ai_council"}, Bodies: c.bodies, InPlace: func(record.Permission, string) string {
			if c.inPlace != "" {
				return c.inPlace
			}
			return "top_management"
		}}
		d := newDesk(t, w)
		if got := d.check(c.who, "soa", c.action, soa); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if c.want != "" {
			continue
		}
		d.as(c.who, func(tx *record.Tx) {
			got, err := d.guard.Check(tx, record.Permission{Object: "soa", Action: c.action}, soa)
			if err != nil || !got.By.InPlace || (got.By.BodyID != "") != (len(c.bodies) > 0 && c.bodies[0].StoodIn) {
				t.Errorf("%s: the event does not say in whose place: %+v %v", c.name, got.By, err)
			}
		})
	}
}
