package catalogue

import (
	"strconv"

	"github.com/goccy/go-yaml/ast"

	"github.com/ki-styring/aims/internal/record"
)

// maxRows is the largest number of requirements, units, roles or controls in one file.
const maxRows = 20000

// File is the content of a framework file: the framework, and its requirements in order.
type File struct {
	Name         string
	Framework    Head
	Requirements []Entry
}

// Parse reads a framework file in YAML or JSON. It returns every fault of the file, and no File when there is one.
func Parse(name string, data []byte) (*File, []Problem) {
	r := &reader{file: name}
	f := &File{Name: name}
	root := r.open(data)
	if root == nil {
		return nil, r.problems
	}
	given := map[string]bool{}
	r.object(root, "", map[string]take{
		"framework": func(n ast.Node, path string) {
			given[path] = true
			f.Framework = r.head(n, path)
		},
		"requirements": func(n ast.Node, path string) {
			given[path] = true
			r.list(n, path, maxRows, func(n ast.Node, at string) {
				f.Requirements = append(f.Requirements, r.entry(n, at))
			})
		},
	})
	for _, m := range []string{"/framework", "/requirements"} {
		if !given[m] {
			r.add(1, 1, m, "required", "is required")
		}
	}
	r.tree(f.Requirements)
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return f, nil
}

func (r *reader) head(n ast.Node, path string) Head {
	var h Head
	ok := r.object(n, path, map[string]take{
		"key": r.text(&h.Key), "title": r.words(&h.Title), "version": r.text(&h.Edition), "issuer": r.text(&h.Issuer), "source": r.text(&h.Source),
	})
	if ok {
		r.rule(path, renamed(record.Shape(&h), map[string]string{"/edition": "/version"}))
	}
	return h
}

func (r *reader) entry(n ast.Node, path string) Entry {
	var e Entry
	ok := r.object(n, path, map[string]take{
		"key": r.text(&e.Key), "kind": r.text((*string)(&e.Kind)), "parent": r.text(&e.Parent),
		"title": r.words(&e.Title), "guidance": r.optionalWords(&e.Guidance),
		"instrument": r.optionalWords(&e.Instrument), "ref": r.optionalWords(&e.Ref), "trigger": r.optionalWords(&e.Trigger),
		"due_rule": r.text(&e.DueRule), "recipient": r.optionalWords(&e.Recipient), "confidence": r.text((*string)(&e.Confidence)),
		"source": r.text(&e.Source),
		"roles": func(n ast.Node, path string) {
			r.list(n, path, 20, func(n ast.Node, at string) {
				var role ObligationRole
				r.text((*string)(&role))(n, at)
				e.Roles = append(e.Roles, role)
			})
		},
		"obligations": r.texts(&e.Obligations, 100), "replaced_by": r.texts(&e.ReplacedBy, 20),
		"validity": func(n ast.Node, path string) {
			r.list(n, path, 50, func(n ast.Node, at string) { e.Validity = append(e.Validity, r.validity(n, at)) })
		},
	})
	e.defaults()
	if ok {
		r.rule(path, record.Shape(&e))
		r.rule(path, e.Validate())
	}
	return e
}

func (r *reader) validity(n ast.Node, path string) Validity {
	var v Validity
	r.object(n, path, map[string]take{
		"jurisdiction": r.text((*string)(&v.Jurisdiction)), "status": r.text((*string)(&v.Status)),
		"from": r.date(&v.From), "to": r.date(&v.To),
		"condition": r.optionalWords(&v.Condition), "note": r.optionalWords(&v.Note),
	})
	return v
}

// tree checks that every key is unique, that every parent exists, and that no requirement is below itself.
func (r *reader) tree(list []Entry) {
	parent := make(map[string]string, len(list))
	first := make(map[string]int, len(list))
	for i, e := range list {
		if e.Key == "" {
			continue
		}
		if was, ok := first[e.Key]; ok {
			r.place(i, "key", "duplicate_key", "the key %s is also used on line %d", e.Key, r.line(was, "key"))
			continue
		}
		first[e.Key], parent[e.Key] = i, e.Parent
	}
	settled := make(map[string]bool, len(list))
	for i, e := range list {
		if _, ok := first[e.Parent]; e.Parent != "" && !ok {
			r.place(i, "parent", "unknown_parent", "there is no requirement %s in this file", e.Parent)
		}
		for _, key := range e.ReplacedBy {
			if _, ok := first[key]; !ok || key == e.Key {
				r.place(i, "replaced_by", "unknown_successor", "there is no other requirement %s in this file", key)
			}
		}
		path := map[string]bool{}
		at := e.Key
		for at != "" && !settled[at] && !path[at] {
			path[at] = true
			at = parent[at]
		}
		if path[at] {
			r.place(first[at], "parent", "cycle/requirement", "the requirement %s cannot be below itself", at)
		}
		for k := range path {
			settled[k] = true
		}
	}
}

// place adds a fault of a field of a requirement, at the line of the field, or of the requirement when the field is missing.
func (r *reader) place(row int, member, key, format string, args ...any) {
	path := "/requirements/" + strconv.Itoa(row) + "/" + member
	p := r.at[path]
	if p == nil {
		p = r.at["/requirements/"+strconv.Itoa(row)]
	}
	r.add(p.Line, p.Column, path, key, format, args...)
}

// line returns the line of a field of a requirement.
func (r *reader) line(row int, member string) int {
	return r.at["/requirements/"+strconv.Itoa(row)+"/"+member].Line
}
