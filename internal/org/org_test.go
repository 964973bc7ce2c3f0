package org_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
)

// expect checks the codes of a refusal: one for each field, or the code of the refusal itself. Without codes there must be no refusal.
func expect(t *testing.T, err error, want ...string) {
	t.Helper()
	var got []string
	if f := fault.As(err); f != nil {
		for _, x := range f.Fields {
			got = append(got, x.Pointer+" "+x.Code)
		}
		if got == nil {
			got = []string{f.Code}
		}
	} else if err != nil {
		t.Fatalf("not a refusal: %v", err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// workflow checks which actions each state of a kind allows.
func workflow(t *testing.T, kind string, actions []string, rows map[string][]string) {
	t.Helper()
	k := record.KindOf(kind)
	for _, state := range k.States() {
		want, ok := rows[state]
		if !ok {
			t.Errorf("%s: no row for the state %s", kind, state)
			continue
		}
		for _, action := range actions {
			if got := k.Fits(action, state); got != slices.Contains(want, action) {
				t.Errorf("%s %s in the state %s: %t", action, kind, state, got)
			}
		}
	}
}

func TestParentOf(t *testing.T) {
	for scope, want := range map[string]string{"/": "/", "/siv/": "/", "/siv/radiologi/": "/siv/", "/siv/radiologi/brudd/": "/siv/radiologi/"} {
		if got := org.ParentOf(scope); got != want {
			t.Errorf("%s lies in %s, want %s", scope, got, want)
		}
		u := org.NewUnit(org.UnitInput{Common: record.Common{Scope: scope}})
		if u.Path != scope || u.Parent != want {
			t.Errorf("the unit %s has the path %s and the parent %s", scope, u.Path, u.Parent)
		}
	}
}

func TestUnitStates(t *testing.T) {
	u := org.NewUnit(org.UnitInput{Common: record.Common{Scope: "/siv/"}})
	if u.Status != org.UnitActive {
		t.Errorf("a new unit is %s", u.Status)
	}
	expect(t, u.Close())
	if u.Status != org.UnitClosed {
		t.Errorf("closed: %s", u.Status)
	}
	expect(t, u.Reopen())
	if u.Status != org.UnitActive {
		t.Errorf("reopened: %s", u.Status)
	}
	workflow(t, "unit", []string{"update", "delete", "close", "reopen"}, map[string][]string{"active": {"update", "close"}, "closed": {"reopen"}})
}

func TestUserValidate(t *testing.T) {
	for _, tc := range []struct {
		name           string
		username, full string
		status         org.UserStatus
		want           []string
	}{
		{"a person", "kari", "Kari Nordmann", org.UserActive, nil},
		{"nobody", "", "", org.UserActive, []string{"/username required", "/name required"}},
		{"a name of blanks", "kari", " ", org.UserActive, []string{"/name required"}},
		{"a deactivated person without a name", "kari", "", org.UserInactive, []string{"/name required"}},
		{"an erased person", "", "", org.UserErased, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			u := org.User{UserInput: org.UserInput{Username: tc.username, Name: tc.full}, Status: tc.status}
			expect(t, u.Validate(), tc.want...)
		})
	}
}

func TestNewUser(t *testing.T) {
	for in, want := range map[string]string{"kari": "kari", "Kari.Nordmann": "kari.nordmann", " kari\t": "kari", "": ""} {
		u := org.NewUser(org.UserInput{Username: in})
		u.Defaults()
		if u.Username != want || u.Status != org.UserActive || u.Language != "nb" {
			t.Errorf("%q became %q, %s, %s", in, u.Username, u.Status, u.Language)
		}
	}
	u := org.NewUser(org.UserInput{Language: "en"})
	if u.Defaults(); u.Language != "en" {
		t.Errorf("reads %s, want en", u.Language)
	}
}

func TestUserStates(t *testing.T) {
	u := org.NewUser(org.UserInput{
		Username: "kari", Name: "Kari Nordmann", Title: "Overlege", Email: "kari@example.org", Language: "en",
		Common: record.Common{Scope: "/siv/", ExternalRefs: []record.ExternalRef{{System: "hr", ID: "1"}}},
	})
	expect(t, u.PasswordReset())
	expect(t, u.Deactivate())
	if u.Status != org.UserInactive {
		t.Errorf("deactivated: %s", u.Status)
	}
	expect(t, u.Activate())
	if u.Status != org.UserActive || u.Name != "Kari Nordmann" {
		t.Errorf("activated: %+v", u)
	}
	expect(t, u.Erase())
	if u.Status != org.UserErased || u.Username+u.Name+u.Title+u.Email != "" || len(u.ExternalRefs) > 0 {
		t.Errorf("erased: %+v", u)
	}
	if u.Scope != "/siv/" {
		t.Errorf("the scope of an erased person is %q", u.Scope)
	}
	workflow(t, "user", []string{"update", "delete", "transfer", "deactivate", "activate", "reset-password", "erase"}, map[string][]string{
		"active":   {"update", "transfer", "deactivate", "reset-password"},
		"inactive": {"update", "transfer", "activate", "erase"},
		"erased":   {},
	})
}

func TestRoleValidate(t *testing.T) {
	grant := func(object, action string, states ...string) org.RoleInput {
		return org.RoleInput{Key: "fagansvarlig", Grants: []org.Grant{{Object: object, Action: action, States: states}}}
	}
	for _, tc := range []struct {
		name string
		in   org.RoleInput
		want []string
	}{
		{"without grants", org.RoleInput{Key: "fagansvarlig"}, nil},
		{"reads units", grant("unit", "read"), nil},
		{"changes units", grant("unit", "update"), nil},
		{"in states that exist", grant("unit", "read", "active", "closed"), nil},
		{"in a state that does not exist", grant("unit", "read", "active", "approved"), []string{"/grants/0/states/1 not_a_choice"}},
		{"a kind that does not exist", grant("unicorn", "read"), []string{"/grants/0/object not_a_choice"}},
		{"every kind", grant("*", "read"), []string{"/grants/0/object not_a_choice"}},
		{"every action", grant("unit", "*"), []string{"/grants/0/action reserved_grant"}},
		{"reads what gives rights", grant("assignment", "read"), nil},
		{"writes what gives rights", grant("assignment", "create"), []string{"/grants/0/action reserved_grant"}},
		{"writes people", grant("user", "update"), []string{"/grants/0/action reserved_grant"}},
		{"a key that stands for several roles", org.RoleInput{Key: "practitioner"}, []string{"/key reserved_key"}},
		{
			"every fault at once",
			org.RoleInput{Key: "practitioner", Grants: []org.Grant{{Object: "unit", Action: "read"}, {Object: "role", Action: "retire", States: []string{"gone"}}, {Object: "unicorn"}}},
			[]string{"/key reserved_key", "/grants/1/action reserved_grant", "/grants/1/states/0 not_a_choice", "/grants/2/object not_a_choice"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := org.NewRole(tc.in)
			expect(t, r.Validate(), tc.want...)
			r.BuiltIn = true
			expect(t, r.Validate()) // the grants of a built-in role are in files and are not checked
		})
	}
}

// permissions has the permissions that routes ask for. The value is true if the permission decides on the work of others.
type permissions map[string]bool

func (p permissions) Asked(x record.Permission) bool    { _, ok := p[x.String()]; return ok }
func (p permissions) Deciding(x record.Permission) bool { return p[x.String()] }

func TestUngrantable(t *testing.T) {
	of := permissions{"unit:read": false, "unit:update": false, "unit:close": true, "role:read": false}
	for _, tc := range []struct {
		name, object, action string
		want                 []string
	}{
		{"a route asks for it", "unit", "update", nil},
		{"no route asks for it", "unit", "paint", []string{"/grants/0/action not_a_choice"}},
		{"it decides on the work of others", "unit", "close", []string{"/grants/0/action reserved_grant"}},
		{"what every write refuses already: a kind that does not exist", "unicorn", "read", nil},
		{"what every write refuses already: what gives rights", "role", "retire", nil},
		{"what every write refuses already: every action", "unit", "*", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := org.NewRole(org.RoleInput{Grants: []org.Grant{{Object: tc.object, Action: tc.action}}})
			expect(t, r.Ungrantable(of).Err(), tc.want...)
		})
	}
}

func TestRoleStates(t *testing.T) {
	for _, builtIn := range []bool{false, true} {
		t.Run("built in: "+strconv.FormatBool(builtIn), func(t *testing.T) {
			r := org.NewRole(org.RoleInput{Key: "fagansvarlig"})
			r.BuiltIn = builtIn
			if r.Status != org.RoleActive || r.By != org.ByAssignment {
				t.Errorf("a new role: %s, by %s", r.Status, r.By)
			}
			status, want := org.RoleRetired, []string(nil)
			if builtIn {
				status, want = org.RoleActive, []string{"built_in"}
			}
			expect(t, r.Change(), want...)
			expect(t, r.Retire(), want...)
			if r.Status != status {
				t.Errorf("retired: %s", r.Status)
			}
		})
	}
	workflow(t, "role", []string{"update", "delete", "retire"}, map[string][]string{"active": {"update", "retire"}, "retired": {}})
}
