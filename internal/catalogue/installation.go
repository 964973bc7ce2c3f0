package catalogue

import (
	"reflect"
	"slices"

	"github.com/goccy/go-yaml/ast"

	"github.com/ki-styring/aims/internal/fault"
)

// Content is the type of a seed file.
type Content int

// The types of a seed file: none, a framework, or sections of an installation.
const (
	NoSeed Content = iota
	FrameworkSeed
	InstallationSeed
)

// Installation is a seed file about one installation. It has sections such as units and people, in any combination. A section is a list of entries.
type Installation struct {
	Name string

	reader  *reader
	entries map[string][]place // by section
}

// place is an entry with its RFC 6901 pointer in the file.
type place struct {
	node ast.Node
	at   string
}

// Contents returns the type of a seed file, which follows from the names of its top-level fields. Sections are the names of the sections of an
// installation. The problems say why a file could not be read.
func Contents(name string, data []byte, sections []string) (Content, []Problem) {
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
		if slices.Contains(sections, n) {
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

// ParseInstallation reads a file with these sections. Its faults are in Problems, and so are those that Each and Check add later.
func ParseInstallation(name string, data []byte, sections []string) *Installation {
	h := &Installation{Name: name, reader: &reader{file: name}, entries: map[string][]place{}}
	r := h.reader
	root := r.open(data)
	if root == nil {
		return h
	}
	members := map[string]take{}
	for _, s := range sections {
		members[s] = func(n ast.Node, path string) {
			r.list(n, path, maxRows, func(n ast.Node, at string) { h.entries[s] = append(h.entries[s], place{n, at}) })
		}
	}
	r.object(root, "", members)
	if !slices.ContainsFunc(sections, func(s string) bool { return r.at["/"+s] != nil }) {
		r.add(1, 1, "", "no_seed", "the file must have a framework, or sections of an installation such as units and people")
	}
	return h
}

// Each reads the entries of a section. For each it calls into with the pointer of the entry, and reads the entry into the struct that into points
// to. Fields gives the JSON name of a field of the struct by its name in the file.
func (h *Installation) Each(section string, fields map[string]string, into func(at string) any) {
	for _, e := range h.entries[section] {
		h.reader.object(e.node, e.at, h.reader.members(reflect.ValueOf(into(e.at)).Elem(), fields))
	}
}

// Given reports whether the file has a value at a pointer. Null counts as left out.
func (h *Installation) Given(at string) bool { return h.reader.given[at] }

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
