package setup

import (
	"slices"

	"github.com/ki-styring/aims/internal/control"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/people"
	"github.com/ki-styring/aims/internal/policy"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
	"github.com/ki-styring/aims/internal/risk"
)

// step is one step: who does it, where, after which others, and how to find whether it is done.
type step struct {
	key   string
	title record.Text
	role  string
	link  string
	after []string
	find  func(*survey) (finding, error)
}

// finding is how far a step has come. Waits is the role that must decide, when the step is in its hands.
type finding struct {
	done   bool
	count  int
	waits  string
	people []string // who does the step, when that is not everybody with the role
	link   string
	detail *record.Text
}

func text(nb, en string) record.Text { return record.Text{NB: nb, EN: en} }

func detail(nb, en string) *record.Text { return &record.Text{NB: nb, EN: en} }

// steps are in the order in which they are done.
var steps = []step{
	{
		key: "own_password", title: text("Velg et eget passord", "Choose a password of your own"), role: "employee", link: "/me/password", find: ownPassword,
	},
	{
		key: "units", title: text("Legg inn enhetene, den øverste først", "Add the units, the highest first"), role: "administrator", link: "/units",
		find: func(s *survey) (finding, error) {
			return counted(query.Count(s.tx, org.Units, s.scope, map[string][]string{"status": {string(org.UnitActive)}}))
		},
	},
	{
		key: "people", title: text("Legg inn personene", "Add the people"), role: "administrator", link: "/users", after: []string{"units"},
		find: func(s *survey) (finding, error) {
			return finding{count: len(s.active), done: slices.ContainsFunc(s.active, func(id string) bool { return id != s.tx.Actor.ID })}, nil
		},
	},
	assigned("top_management", "Gi noen rollen toppledelse", "Give somebody the role top management"),
	assigned("secretariat", "Gi noen rollen sekretariat", "Give somebody the role secretariat"),
	{
		key: "council", title: text("Opprett KI-rådet", "Set up the AI council"), role: "secretariat", link: "/bodies", after: []string{"secretariat"},
		find: func(s *survey) (finding, error) {
			return finding{count: len(s.councils), done: len(s.councils) > 0}, nil
		},
	},
	{
		key: "mandate", title: text("Få KI-rådets mandat vedtatt", "Have the mandate of the AI council adopted"), role: "secretariat", link: "/mandates",
		after: []string{"council", "top_management"}, find: mandate,
	},
	{
		key: "members", title: text("Før inn medlemmene i KI-rådet, og få dem bekreftet", "Enter the members of the AI council, and have them confirmed"),
		role: "secretariat", link: "/memberships", after: []string{"council", "people"}, find: members,
	},
	{
		key: "working_group", title: text("Opprett en arbeidsgruppe, eller gi noen rollen", "Set up a working group, or give somebody the role"),
		role: "administrator", link: "/assignments", after: []string{"people"}, find: func(s *survey) (finding, error) { return s.role("working_group") },
	},
	{
		key: "ai_policy", title: text("Få KI-policyen godkjent og publisert", "Have the AI policy approved and published"), role: "working_group",
		link: "/policies?kind=policy", after: []string{"working_group", "top_management"}, find: published(policy.KindPolicy, "top_management"),
	},
	{
		key: "guideline", title: text("Få den første retningslinjen godkjent og publisert", "Have the first guideline approved and published"), role: "working_group",
		link: "/policies?kind=guideline", after: []string{"working_group", "mandate", "members"}, find: published(policy.KindGuideline, "ai_council"),
	},
	{
		key: "risk_method", title: text("Ha en risikometode i kraft", "Have a risk method in force"), role: "working_group", link: "/risk-methods",
		after: []string{"working_group"}, find: riskMethod,
	},
	{
		key: "risk_register", title: text("Åpne det første risikoregisteret", "Open the first risk register"), role: "working_group", link: "/risk-registers",
		after: []string{"working_group", "risk_method"},
		find: func(s *survey) (finding, error) {
			return counted(query.Count(s.tx, risk.Registers, s.scope, map[string][]string{"status": {string(risk.RegisterActive)}}))
		},
	},
	{
		key: "risks", title: text("Legg inn de første risikoene", "Add the first risks"), role: "working_group", link: "/risks", after: []string{"risk_register"},
		find: func(s *survey) (finding, error) { return counted(query.Count(s.tx, risk.Repo, s.scope, nil)) },
	},
	{
		key: "controls", title: text("Ta inn kontrollene i tillegg A", "Adopt the controls of Annex A"), role: "working_group", link: "/controls/adopt",
		after: []string{"working_group"}, find: annexA,
	},
	{
		key: "statement", title: text("Start anvendelseserklæringen", "Start the statement of applicability"), role: "working_group", link: "/statements-of-applicability",
		after: []string{"controls"}, find: func(s *survey) (finding, error) { return counted(query.Count(s.tx, control.Statements, s.scope, nil)) },
	},
	{
		key: "passwords", title: text("Alle har logget inn og valgt et eget passord", "Everybody has signed in and chosen a password"), role: "employee",
		link: "/users", after: []string{"people"}, find: passwords,
	},
}

// assigned is the step that gives somebody a role. The administrator must give it to other people, because an administrator neither enters members nor
// adopts mandates.
func assigned(role, nb, en string) step {
	return step{
		key: role, title: text(nb, en), role: "administrator", link: "/assignments", after: []string{"people"},
		find: func(s *survey) (finding, error) { return s.role(role) },
	}
}

// counted is done when there is at least one.
func counted(n int, err error) (finding, error) { return finding{count: n, done: n > 0}, err }

// survey is what several steps look at.
type survey struct {
	tx          *record.Tx
	scope       string
	active      []string           // the people of the scope whose accounts are active
	assignments []*org.Assignment  // those of the roles that steps name, which hold today
	bodies      []*governance.Body // in use
	councils    []*governance.Body // those of them whose members decide as the KI-råd
	seats       []*governance.Membership
}

func read(tx *record.Tx, scope string) (*survey, error) {
	s := &survey{tx: tx, scope: scope}
	var err error
	if s.active, err = query.IDs(tx, org.Users, scope, map[string][]string{"status": {string(org.UserActive)}}); err != nil {
		return nil, err
	}
	assigned := map[string][]string{"status": {string(org.AssignmentActive)}, "role": {"administrator", "secretariat", "top_management", "working_group"}}
	if s.assignments, err = query.Each(tx, org.Assignments, scope, assigned); err != nil {
		return nil, err
	}
	s.assignments = slices.DeleteFunc(s.assignments, func(a *org.Assignment) bool { return !record.Within(tx.Now, a.ValidFrom, a.ValidTo) })
	if s.bodies, err = query.Each(tx, governance.Bodies, scope, map[string][]string{"status": {string(governance.BodyActive)}}); err != nil {
		return nil, err
	}
	for _, b := range s.bodies {
		if b.MemberRole == "ai_council" {
			s.councils = append(s.councils, b)
		}
	}
	s.seats, err = query.Each(tx, governance.Memberships, scope, map[string][]string{
		"status": {string(governance.MembershipActive), string(governance.MembershipProposed)},
	})
	return s, err
}

// holders returns the people who have a role in the scope, below it, or above it.
func (s *survey) holders(role string) ([]string, error) {
	var out []string
	for _, a := range s.assignments {
		if a.Role == role {
			out = append(out, a.UserID)
		}
	}
	for _, b := range s.bodies {
		for _, m := range s.seats {
			if m.BodyID == b.ID && m.UserID != "" && m.Counts(s.tx.Now) && b.RoleOf(m.Position) == role {
				out = append(out, m.UserID)
			}
		}
	}
	above, err := people.Holding(s.tx, []string{role}, s.scope)
	out = append(out, above...)
	slices.Sort(out)
	return slices.Compact(out), err
}

// role is done when somebody has the role.
func (s *survey) role(role string) (finding, error) {
	ids, err := s.holders(role)
	return finding{count: len(ids), done: len(ids) > 0}, err
}

// ofCouncils reports whether a body is one of the councils of the scope.
func (s *survey) ofCouncils(bodyID string) bool {
	return slices.ContainsFunc(s.councils, func(b *governance.Body) bool { return b.ID == bodyID })
}
