package seeding

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/ki-styring/aims/internal/accounts"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rights"
)

// sections returns the sections of seed files in the order in which they are loaded: a record comes after those that it refers to.
func sections() []part {
	return []part{units, people, roles, assignments, bodies, mandates, members, unitSettings, methods, registers, risks, policies, controls}
}

var units = section[org.UnitInput, org.Unit]{
	title: "units", fields: "path=scope kind name", repo: org.Units,
	key:    func(u *org.UnitInput) string { return u.Scope },
	stored: func(u *org.Unit) string { return u.Path },
	form:   func(u *org.UnitInput) *org.Unit { return org.NewUnit(*u) },
	order:  func(a, b *org.UnitInput) int { return strings.Compare(a.Scope, b.Scope) }, // the unit above comes first
	create: func(l *loader, u *org.UnitInput) (*org.Unit, error) {
		return org.OpenUnit(l.tx.Follow("unit", "create"), *u)
	},
	change: unguarded(org.Units.Change),
}

// person is a person in a file, with the person's roles.
type person struct {
	org.UserInput
	Assignments []assignment `json:"assignments"`
}

// assignment is a role of a person in a file. DeputyFor is a username.
type assignment struct {
	Role      string      `json:"role"`
	Scope     string      `json:"scope"`
	ValidFrom record.Date `json:"valid_from"`
	ValidTo   record.Date `json:"valid_to"`
	DeputyFor string      `json:"deputy_for"`
}

var people = section[person, org.User]{
	title: "people", fields: "username name title email language unit=scope assignments", repo: org.Users,
	key:    func(p *person) string { return usernameOf(p.Username) },
	stored: func(u *org.User) string { return u.Username },
	form:   func(p *person) *org.User { return org.NewUser(p.UserInput) },
	create: func(l *loader, p *person) (*org.User, error) {
		hash, ok := l.hashes[usernameOf(p.Username)]
		if !ok {
			return nil, ErrMeanwhile
		}
		return accounts.New(l.tx, p.UserInput, hash, true)
	},
	change: unguarded(accounts.Change),
}

// usernameOf returns a username as it is stored.
func usernameOf(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

var roles = section[org.RoleInput, org.Role]{
	title: "roles", fields: "key title responsibility authority competence grants", repo: org.Roles,
	key:    func(r *org.RoleInput) string { return r.Key },
	stored: func(r *org.Role) string { return r.Key },
	hidden: func(r *org.Role) bool { return r.BuiltIn },
	form: func(r *org.RoleInput) *org.Role {
		in := *r
		in.Scope = "/"
		return org.NewRole(in)
	},
	create: func(l *loader, r *org.RoleInput) (*org.Role, error) {
		in := *r
		in.Scope = "/"
		return rights.MakeRole(l.tx.Follow("role", "create"), in, l.guard)
	},
	change: func(tx *record.Tx, ref record.Ref, apply func(*org.Role) error, guard Guard) (*org.Role, error) {
		return org.Roles.Change(tx, ref, func(r *org.Role) error {
			if err := r.Change(); err != nil {
				return err
			}
			if err := apply(r); err != nil {
				return err
			}
			tx.AddFaults(r.Ungrantable(guard)...)
			return nil
		})
	},
}

func assignmentKey(a *org.AssignmentInput) string {
	return strings.TrimSpace(a.UserID + " " + a.Role + " " + a.Scope + " " + a.DeputyFor)
}

// assignments are the roles of the people in a file.
var assignments = section[org.AssignmentInput, org.Assignment]{
	title: "assignments", fields: "role scope valid_from valid_to deputy_for person=user_id", repo: org.Assignments,
	from: func(f *File) (out []entry[org.AssignmentInput]) {
		for _, p := range f.entries["people"].([]entry[person]) {
			for i, a := range p.in.Assignments {
				in := org.AssignmentInput{
					Common: record.Common{Scope: a.Scope}, Role: a.Role, UserID: usernameOf(p.in.Username), ValidFrom: a.ValidFrom, ValidTo: a.ValidTo, DeputyFor: usernameOf(a.DeputyFor),
				}
				out = append(out, entry[org.AssignmentInput]{f, p.at + "/assignments/" + strconv.Itoa(i), &in})
			}
		}
		return out
	},
	key:    assignmentKey,
	stored: func(a *org.Assignment) string { return assignmentKey(&a.AssignmentInput) },
	byIDs:  true,
	form:   func(a *org.AssignmentInput) *org.Assignment { return org.NewAssignment(*a) },
	order: func(a, b *org.AssignmentInput) int {
		return cmp.Compare(min(len(a.DeputyFor), 1), min(len(b.DeputyFor), 1))
	}, // deputies come last
	create: func(l *loader, a *org.AssignmentInput) (*org.Assignment, error) {
		return rights.Assign(l.tx.Follow("assignment", "create"), *a, l.guard)
	},
	change: func(tx *record.Tx, ref record.Ref, apply func(*org.Assignment) error, guard Guard) (*org.Assignment, error) {
		return rights.ChangeAssignment(tx, ref, apply, guard)
	},
}

// SeedSystem is the system of the external reference that a record from a seed file has. Its id is the key in the file.
const SeedSystem = "seed"

// seeded returns the common fields of a record from a seed file.
func seeded(scope, key string) record.Common {
	return record.Common{Scope: scope, ExternalRefs: []record.ExternalRef{{System: SeedSystem, ID: key}}}
}

// seedKey returns the key in its file of a record from a seed file, and "" for any other record.
func seedKey(c record.Common) string {
	for _, r := range c.ExternalRefs {
		if r.System == SeedSystem {
			return r.ID
		}
	}
	return ""
}

// unguarded adapts a change that asks no guard.
func unguarded[R any](change func(*record.Tx, record.Ref, func(*R) error) (*R, error)) func(*record.Tx, record.Ref, func(*R) error, Guard) (*R, error) {
	return func(tx *record.Tx, ref record.Ref, apply func(*R) error, _ Guard) (*R, error) {
		return change(tx, ref, apply)
	}
}
