package catalogue

import (
	"slices"
	"strconv"

	"github.com/goccy/go-yaml/ast"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Content is the type of a seed file.
type Content int

// The types of a seed file: none, a framework, or units, roles and controls of the installation.
const (
	NoSeed Content = iota
	FrameworkSeed
	InstallationSeed
)

// Installation is the content of a seed file about one installation: its units, its own roles and its own controls, in any combination.
type Installation struct {
	Name     string
	Units    []InstallationUnit
	Roles    []InstallationRole
	Controls []InstallationControl

	reader *reader
}

// InstallationUnit is a unit in a seed file. At is its RFC 6901 pointer in the file.
type InstallationUnit struct{ At, Path, Kind, Name string }

// InstallationRole is a role of the installation in a seed file. At is its pointer in the file.
type InstallationRole struct {
	At, Key                                      string
	Title, Responsibility, Authority, Competence record.Text
	Grants                                       []InstallationGrant
}

// InstallationGrant is a grant of a role in a seed file.
type InstallationGrant struct {
	Object, Action, Reach, Power string
	States                       []string
}

// InstallationControl is a control of the installation in a seed file. Key identifies it in the file, and At is its pointer there.
type InstallationControl struct{ At, Scope, Key, Title, Description string }

// Contents returns the type of a seed file, which follows from the names of its top-level fields. The problems say why a file could not be read.
func Contents(name string, data []byte) (Content, []Problem) {
	r := &reader{file: name}
	root := r.open(data)
	m, ok := root.(ast.MapNode)
	if !ok {
		return NoSeed, r.problems
	}
	var names []string
	for it := m.MapRange(); it.Next(); {
		name := ""
		if key, ok := it.Key().(*ast.StringNode); ok {
			name = key.Value
		}
		names = append(names, name)
	}
	known := 0
	for _, n := range names {
		if n == "units" || n == "roles" || n == "controls" {
			known++
		}
	}
	switch {
	case slices.Contains(names, "framework") || slices.Contains(names, "requirements"):
		return FrameworkSeed, nil
	case known > 0 && 2*known >= len(names): // reading the file reports the unknown names as mistyped
		return InstallationSeed, nil
	}
	return NoSeed, nil
}

// ParseInstallation reads a file of units, roles and controls. Its faults are in Problems, and so are those that Check adds later.
func ParseInstallation(name string, data []byte) *Installation {
	h := &Installation{Name: name, reader: &reader{file: name}}
	r := h.reader
	root := r.open(data)
	if root == nil {
		return h
	}
	r.object(root, "", map[string]take{
		"units": r.each(func(n ast.Node, at string) { h.Units = append(h.Units, r.installationUnit(n, at)) }),
		"roles": r.each(func(n ast.Node, at string) { h.Roles = append(h.Roles, r.installationRole(n, at)) }),
		"controls": r.each(func(n ast.Node, at string) {
			h.Controls = append(h.Controls, r.installationControl(n, at))
		}),
	})
	if r.at["/units"] == nil && r.at["/roles"] == nil && r.at["/controls"] == nil {
		r.add(1, 1, "", "no_seed", "the file must have a framework, or units, roles and controls")
	}
	once(r, "/units/", "path", h.Units, func(u InstallationUnit) string { return u.Path })
	once(r, "/roles/", "key", h.Roles, func(x InstallationRole) string { return x.Key })
	once(r, "/controls/", "key", h.Controls, func(c InstallationControl) string { return c.Scope + " " + c.Key })
	return h
}

// Problems returns the faults found so far.
func (h *Installation) Problems() []Problem { return h.reader.problems }

// Check adds the faults in err to the problems of the file, at the lines of the entry with the pointer at. The map names gives the file's name
// of a field where it differs from the record's. An error that is not a fault is returned.
func (h *Installation) Check(at string, err error, names map[string]string) error {
	f := fault.As(err)
	if f == nil {
		return err
	}
	if len(f.Fields) == 0 {
		p := h.reader.at[at]
		h.reader.note(p.Line, p.Column, fault.Field{Pointer: at, Code: f.Code, Detail: f.Text})
		return nil
	}
	h.reader.rule(at, renamed(err, names))
	return nil
}

// each returns a function that reads a list of at most maxRows items.
func (r *reader) each(row func(n ast.Node, at string)) take {
	return func(n ast.Node, path string) { r.list(n, path, maxRows, row) }
}

func (r *reader) installationUnit(n ast.Node, at string) InstallationUnit {
	u := InstallationUnit{At: at}
	r.object(n, at, map[string]take{"path": r.text(&u.Path), "kind": r.text(&u.Kind), "name": r.text(&u.Name)})
	return u
}

func (r *reader) installationRole(n ast.Node, at string) InstallationRole {
	x := InstallationRole{At: at}
	r.object(n, at, map[string]take{
		"key": r.text(&x.Key), "title": r.words(&x.Title), "responsibility": r.words(&x.Responsibility),
		"authority": r.words(&x.Authority), "competence": r.words(&x.Competence),
		"grants": func(n ast.Node, path string) {
			r.list(n, path, 200, func(n ast.Node, at string) {
				var g InstallationGrant
				r.object(n, at, map[string]take{
					"object": r.text(&g.Object), "action": r.text(&g.Action), "reach": r.text(&g.Reach),
					"states": r.texts(&g.States, 20), "power": r.text(&g.Power),
				})
				x.Grants = append(x.Grants, g)
			})
		},
	})
	return x
}

func (r *reader) installationControl(n ast.Node, at string) InstallationControl {
	c := InstallationControl{At: at}
	r.object(n, at, map[string]take{
		"scope": r.text(&c.Scope), "key": r.text(&c.Key), "title": r.text(&c.Title), "description": r.text(&c.Description),
	})
	return c
}

// once checks that no two entries of a list have the same key.
func once[E any](r *reader, list, member string, entries []E, key func(E) string) {
	seen := map[string]bool{}
	for i, e := range entries {
		k, path := key(e), list+strconv.Itoa(i)+"/"+member
		if p := r.at[path]; p != nil && seen[k] {
			r.add(p.Line, p.Column, path, "duplicate_key/entry", "%s is here twice", k)
		}
		seen[k] = true
	}
}

// renamed replaces the pointers in the faults of err by the names that the file uses.
func renamed(err error, names map[string]string) error {
	if f := fault.As(err); f != nil {
		for i, x := range f.Fields {
			if name, ok := names[x.Pointer]; ok {
				f.Fields[i].Pointer = name
			}
		}
	}
	return err
}
