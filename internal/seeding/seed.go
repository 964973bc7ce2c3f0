package seeding

import (
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/ki-styring/aims/internal/applicability"
	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/control"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// Seeded lists what seed files changed in one section: What is units, roles, controls, or the key of a framework.
type Seeded struct {
	What      string
	Added     []string
	Changed   []catalogue.ImportChange
	Unchanged int
	LeftAlone []catalogue.LeftAlone
}

// SeedSystem is the system of the external reference that a control from a seed file has. Its id is the key in the file.
const SeedSystem = "seed"

// The names that seed files use for fields of units and controls, by the pointer of the field.
var (
	seedUnitNames    = map[string]string{"/scope": "/path"}
	seedControlNames = map[string]string{"/external_refs/0/id": "/key"}
)

// ReadInstallation reads a seed file of units, roles and controls, and checks every entry by the rules of its kind. Faults of the file are in
// Installation.Problems.
func ReadInstallation(name string, data []byte) (*catalogue.Installation, error) {
	h := catalogue.ParseInstallation(name, data)
	var failed []error
	for _, u := range h.Units {
		in := unitOf(u)
		failed = append(failed, h.Check(u.At, record.Shape(&in), seedUnitNames))
	}
	for _, x := range h.Roles {
		r := roleOfSeed(x)
		failed = append(failed, h.Check(x.At, record.Shape(&r.RoleInput), nil), h.Check(x.At, r.Validate(), nil))
	}
	for _, x := range h.Controls {
		c := controlOf(x)
		failed = append(failed, h.Check(x.At, record.Shape(&c.Input), seedControlNames), h.Check(x.At, c.Validate(), nil))
	}
	return h, errors.Join(failed...)
}

func unitOf(u catalogue.InstallationUnit) org.UnitInput {
	return org.UnitInput{Common: record.Common{Scope: u.Path}, Kind: org.UnitKind(u.Kind), Name: u.Name}
}

func roleOfSeed(x catalogue.InstallationRole) *org.Role {
	in := org.RoleInput{
		Common: record.Common{Scope: "/"}, Key: x.Key, Title: x.Title,
		Responsibility: x.Responsibility, Authority: x.Authority, Competence: x.Competence,
	}
	for _, g := range x.Grants {
		in.Grants = append(in.Grants, org.Grant{Object: g.Object, Action: g.Action, Reach: g.Reach, States: g.States, Power: g.Power})
	}
	r := org.NewRole(in)
	r.Defaults()
	return r
}

func controlOf(x catalogue.InstallationControl) *control.Control {
	common := record.Common{Scope: x.Scope, ExternalRefs: []record.ExternalRef{{System: SeedSystem, ID: x.Key}}}
	c := control.New(control.Input{Common: common, Title: x.Title, Description: x.Description})
	c.Defaults()
	return c
}

// Seed creates and updates units, roles and controls as the files say. It writes only what differs. Records that are in no file do not
// change. Faults of entries are in Installation.Problems; the caller must roll back when there are any.
func Seed(tx *record.Tx, installations []*catalogue.Installation, grantable org.Permissions) ([]*Seeded, error) {
	roles := func(tx *record.Tx, installations []*catalogue.Installation) (*Seeded, error) {
		return seedRoles(tx, installations, grantable)
	}
	var out []*Seeded
	for _, section := range []func(*record.Tx, []*catalogue.Installation) (*Seeded, error){seedUnits, roles, seedControls} {
		s, err := section(tx, installations)
		if err != nil {
			return nil, err
		}
		if s != nil {
			out = append(out, s)
		}
	}
	return out, nil
}

// field is a field of an entry: its stored value, and its value in the file.
type field struct {
	name    string
	was, is any
}

// apply creates an entry that is new, changes one that differs, and counts one that is the same.
func (s *Seeded) apply(key string, known bool, fields []field, create, change func() error) error {
	if !known {
		s.Added = append(s.Added, key)
		return create()
	}
	var differ []string
	for _, f := range fields {
		if !reflect.DeepEqual(f.was, f.is) {
			differ = append(differ, f.name)
		}
	}
	if differ == nil {
		s.Unchanged++
		return nil
	}
	s.Changed = append(s.Changed, catalogue.ImportChange{Key: key, Fields: differ})
	return change()
}

// leaveAlone notes a record that is in no file.
func (s *Seeded) leaveAlone(key string) {
	s.LeftAlone = append(s.LeftAlone, catalogue.LeftAlone{Key: key, Reason: "not_in_file"})
}

// from is an entry and its file.
type from[E any] struct {
	installation *catalogue.Installation
	entry        E
}

func entries[E any](installations []*catalogue.Installation, of func(*catalogue.Installation) []E) (out []from[E]) {
	for _, h := range installations {
		for _, e := range of(h) {
			out = append(out, from[E]{h, e})
		}
	}
	return out
}

func seedUnits(tx *record.Tx, installations []*catalogue.Installation) (*Seeded, error) {
	list := entries(installations, func(h *catalogue.Installation) []catalogue.InstallationUnit { return h.Units })
	here, err := query.Each(tx, org.Units, "/", nil)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	slices.SortStableFunc(list, func(a, b from[catalogue.InstallationUnit]) int { return strings.Compare(a.entry.Path, b.entry.Path) }) // the unit above comes first
	s, left := &Seeded{What: "units"}, byKeyOf(here, func(u *org.Unit) string { return u.Path })
	known := byKeyOf(here, func(u *org.Unit) string { return u.Path })
	for _, x := range list {
		in, was := unitOf(x.entry), known[x.entry.Path]
		delete(left, x.entry.Path)
		var fields []field
		if was != nil {
			fields = []field{{"kind", was.Kind, in.Kind}, {"name", was.Name, in.Name}}
		}
		err := s.apply(in.Scope, was != nil, fields, func() error {
			u, err := org.OpenUnit(tx.Follow("unit", "create"), in)
			known[in.Scope] = u
			return err
		}, func() error {
			_, err := org.Units.Change(tx.Follow("unit", "update"), record.Ref{ID: was.ID, Version: record.AnyVersion}, func(u *org.Unit) error {
				u.Kind, u.Name = in.Kind, in.Name
				return nil
			})
			return err
		})
		if err := x.installation.Check(x.entry.At, err, seedUnitNames); err != nil {
			return nil, err
		}
	}
	for _, u := range here {
		if left[u.Path] != nil {
			s.leaveAlone(u.Path)
		}
	}
	return s, nil
}

func seedRoles(tx *record.Tx, installations []*catalogue.Installation, grantable org.Permissions) (*Seeded, error) {
	list := entries(installations, func(h *catalogue.Installation) []catalogue.InstallationRole { return h.Roles })
	here, err := query.Each(tx, org.Roles, "/", nil)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	s, known := &Seeded{What: "roles"}, byKeyOf(here, func(r *org.Role) string { return r.Key })
	left := byKeyOf(here, func(r *org.Role) string { return r.Key })
	for _, x := range list {
		is, was := roleOfSeed(x.entry), known[x.entry.Key]
		delete(left, is.Key)
		var fields []field
		if was != nil {
			fields = []field{
				{"title", was.Title, is.Title},
				{"responsibility", was.Responsibility, is.Responsibility},
				{"authority", was.Authority, is.Authority},
				{"competence", was.Competence, is.Competence},
				{"grants", was.Grants, is.Grants},
			}
		}
		err := s.apply(is.Key, was != nil, fields, func() error {
			tx.AddFaults(is.Ungrantable(grantable)...)
			r, err := org.Roles.Create(tx.Follow("role", "create"), is)
			known[is.Key] = r
			return err
		}, func() error {
			_, err := org.Roles.Change(tx.Follow("role", "update"), record.Ref{ID: was.ID, Version: record.AnyVersion}, func(r *org.Role) error {
				is.Common = r.Common
				r.RoleInput = is.RoleInput
				tx.AddFaults(is.Ungrantable(grantable)...)
				return was.Change()
			})
			return err
		})
		if err := x.installation.Check(x.entry.At, err, nil); err != nil {
			return nil, err
		}
	}
	for _, r := range here {
		if left[r.Key] != nil && !r.BuiltIn {
			s.leaveAlone(r.Key)
		}
	}
	return s, nil
}

func seedControls(tx *record.Tx, installations []*catalogue.Installation) (*Seeded, error) {
	list := entries(installations, func(h *catalogue.Installation) []catalogue.InstallationControl { return h.Controls })
	here, err := query.Each(tx, control.Repo, "/", nil)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	here = slices.DeleteFunc(here, func(c *control.Control) bool { return seededAs(c) == "" })
	s, known, left := &Seeded{What: "controls"}, byKeyOf(here, seededAs), byKeyOf(here, seededAs)
	for _, x := range list {
		is := controlOf(x.entry)
		key := seededAs(is)
		was := known[key]
		delete(left, key)
		var fields []field
		if was != nil {
			fields = []field{{"title", was.Title, is.Title}, {"description", was.Description, is.Description}}
		}
		err := s.apply(key, was != nil, fields, func() error {
			c, err := applicability.CreateControl(tx.Follow("control", "create"), is.Input)
			known[key] = c
			return err
		}, func() error {
			_, err := applicability.ChangeControl(tx.Follow("control", "update"), record.Ref{ID: was.ID, Version: record.AnyVersion}, func(c *control.Control) error {
				c.Title, c.Description = is.Title, is.Description
				return nil
			})
			return err
		})
		if err := x.installation.Check(x.entry.At, err, seedControlNames); err != nil {
			return nil, err
		}
	}
	for _, c := range here {
		if key := seededAs(c); left[key] != nil {
			s.leaveAlone(key)
		}
	}
	return s, nil
}

// seededAs returns scope:key of a control from a seed file, and "" for any other control.
func seededAs(c *control.Control) string {
	for _, r := range c.ExternalRefs {
		if r.System == SeedSystem {
			return c.Scope + ":" + r.ID
		}
	}
	return ""
}

func byKeyOf[E any](list []*E, key func(*E) string) map[string]*E {
	out := make(map[string]*E, len(list))
	for _, e := range list {
		out[key(e)] = e
	}
	return out
}
