package catalogue

import (
	"github.com/goccy/go-yaml/ast"

	"github.com/ki-styring/aims/internal/record"
)

// ClauseSupport lists which records support a clause: records that help to show that the clause is met. It is read from
// seed/clause-support.yaml.
type ClauseSupport struct {
	Clause string
	Lines  []SupportLine
}

// SupportLine is one kind of record that supports a clause while a record of it is in one of the states.
type SupportLine struct {
	Kind   string      `json:"kind" validate:"required,max=60"`
	States []string    `json:"states" validate:"required,max=20,dive,required,max=60"`
	Where  []Condition `json:"where" validate:"max=10"` // values that fields of the record must also have
	Partly bool        `json:"partly"`                  // the clause asks for more than these records show
	Text   record.Text `json:"text"`
}

// Condition is a value that a field must have. Of several conditions on one field, one must hold.
type Condition struct{ Field, Value string }

// ParseSupport reads the file that says which records support which clause. It returns every fault of the file, and no list when there is one.
func ParseSupport(name string, data []byte) ([]ClauseSupport, []Problem) {
	r := &reader{file: name}
	root := r.open(data)
	if root == nil {
		return nil, r.problems
	}
	var out []ClauseSupport
	seen := map[string]bool{}
	r.list(root, "", 500, func(n ast.Node, path string) {
		var c ClauseSupport
		r.object(n, path, map[string]take{
			"clause": r.text(&c.Clause),
			"supports": func(n ast.Node, path string) {
				r.list(n, path, 50, func(n ast.Node, at string) { c.Lines = append(c.Lines, r.supportLine(n, at)) })
			},
		})
		if c.Clause == "" || seen[c.Clause] {
			r.fault(n, path+"/clause", "bad_clause", "every entry must name a clause, and each clause may be there only once")
		}
		seen[c.Clause] = true
		out = append(out, c)
	})
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return out, nil
}

var support []ClauseSupport

// Support returns the list that Load read.
func Support() []ClauseSupport { return support }

func (r *reader) supportLine(n ast.Node, path string) SupportLine {
	var l SupportLine
	r.object(n, path, map[string]take{
		"kind": r.text(&l.Kind), "states": r.texts(&l.States, 20), "partly": r.bool(&l.Partly), "text": r.words(&l.Text),
		"where": func(n ast.Node, path string) {
			m, ok := n.(ast.MapNode)
			if !ok {
				r.fault(n, path, "wrong_type/object", "must be an object")
				return
			}
			for it := m.MapRange(); it.Next(); {
				var field string
				r.text(&field)(it.Key(), path)
				for _, v := range r.oneOrMore(it.Value(), path+"/"+field) {
					l.Where = append(l.Where, Condition{field, v})
				}
			}
		},
	})
	r.rule(path, record.Shape(&l))
	return l
}

// oneOrMore reads a text or a list of at most 10 texts.
func (r *reader) oneOrMore(n ast.Node, path string) (out []string) {
	if _, list := n.(*ast.SequenceNode); list {
		r.texts(&out, 10)(n, path)
		return out
	}
	out = make([]string, 1)
	r.text(&out[0])(n, path)
	return out
}
