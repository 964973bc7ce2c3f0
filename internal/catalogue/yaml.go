package catalogue

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// The limits of a file.
const (
	MaxBytes    = 5 << 20
	maxDepth    = 32
	maxMembers  = 1000 // in one object: the parser's time grows with the square of their number
	maxProblems = 1000
)

// reader reads values from the nodes of a file and collects its faults.
type reader struct {
	file     string
	problems []Problem
	at       map[string]*token.Position // the place of a node, by its path
	faulty   map[string]bool            // the paths that have a fault
	given    map[string]bool            // the paths that have a value
}

func (r *reader) add(line, column int, path, key, format string, args ...any) {
	r.note(line, column, fault.NewField(path, key, format, args...))
}

// note adds a fault, whose text also names the line. After maxProblems faults it adds no more.
func (r *reader) note(line, column int, f fault.Field) {
	r.faulty[f.Pointer] = true
	if len(r.problems) < maxProblems {
		r.problems = append(r.problems, Problem{r.file, line, column, f.Pointer, f.Code, fault.NewText("line", "line %d: %s", line, f.Detail)})
	}
}

// fault adds a fault at the line of a node.
func (r *reader) fault(n ast.Node, path, key, format string, args ...any) {
	p := position(n)
	r.add(p.Line, p.Column, path, key, format, args...)
}

// rule adds the field faults of err, each at the line of the field, or of the nearest node above it.
func (r *reader) rule(path string, err error) {
	f := fault.As(err)
	if f == nil {
		return
	}
	for _, x := range f.Fields {
		at := path + x.Pointer
		if r.faulty[at] {
			continue // a field that could not be read is not also reported as missing
		}
		near := at
		for near != "" && r.at[near] == nil {
			near = near[:strings.LastIndexByte(near, '/')]
		}
		p := r.at[near]
		if p == nil {
			p = &token.Position{Line: 1, Column: 1}
		}
		x.Pointer = at
		r.note(p.Line, p.Column, x)
	}
}

// open parses a file and returns the root of its only YAML document, or nil when it has a fault.
func (r *reader) open(data []byte) (root ast.Node) {
	r.at, r.faulty, r.given = map[string]*token.Position{}, map[string]bool{}, map[string]bool{}
	if len(data) > MaxBytes {
		r.add(1, 1, "", "file_too_large", "the file must be at most %d bytes", MaxBytes)
		return nil
	}
	if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		r.add(1, 1, "", "bad_yaml/encoding", "the file must be text in UTF-8")
		return nil
	}
	// The parser of the library has panicked on invalid input before.
	defer func() {
		if recover() != nil {
			r.add(1, 1, "", "bad_yaml", "the file is not valid YAML")
			root = nil
		}
	}()
	tokens := lexer.Tokenize(string(bytes.TrimPrefix(data, []byte("\ufeff"))))
	if !r.plain(tokens) {
		return nil
	}
	doc, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.unreadable(err)
		return nil
	}
	if len(doc.Docs) != 1 || doc.Docs[0].Body == nil {
		r.add(1, 1, "", "bad_yaml/documents", "the file must have exactly one YAML document")
		return nil
	}
	return doc.Docs[0].Body
}

// unreadable adds the fault for a syntax error, at its line when the parser gives one.
func (r *reader) unreadable(err error) {
	var syntax yaml.Error
	if errors.As(err, &syntax) && syntax.GetToken() != nil {
		p := syntax.GetToken().Position
		r.add(p.Line, p.Column, "", "bad_yaml", "the file is not valid YAML")
		return
	}
	r.add(1, 1, "", "bad_yaml", "the file is not valid YAML")
}

// plain refuses what seed files do not need and what could take unbounded time or memory: anchors, aliases, tags, complex keys,
// more than maxDepth levels, and objects with more than maxMembers fields.
func (r *reader) plain(tokens token.Tokens) bool {
	flow, entries, line := 0, 0, 0
	members := map[int]int{} // the number of members of each open block object, by its column
	for _, t := range tokens {
		p := t.Position
		if p.Line != line {
			line, entries = p.Line, 0
		}
		block := flow == 0
		switch t.Type {
		case token.AnchorType, token.AliasType, token.TagType, token.MergeKeyType, token.DirectiveType, token.MappingKeyType:
			r.add(p.Line, p.Column, "", "not_plain", "anchors, aliases, tags, merge keys, complex keys and directives cannot be used here")
			return false
		case token.SequenceStartType, token.MappingStartType:
			flow++
		case token.SequenceEndType, token.MappingEndType:
			flow--
		case token.SequenceEntryType:
			if block {
				entries++
				count(members, p.Column, 0)
			}
		case token.MappingValueType:
			if block {
				entries++
				count(members, column(t), 1)
			}
		default: // scalars
		}
		if flow > maxDepth || entries > maxDepth || len(members) > maxDepth {
			r.add(p.Line, p.Column, "", "too_deep", "must have at most %d levels", maxDepth)
			return false
		}
		if members[column(t)] > maxMembers {
			r.add(p.Line, p.Column, "", "too_many_members", "must have at most %d fields", maxMembers)
			return false
		}
	}
	return true
}

// column returns the column where a member begins. The token is the colon after its name.
func column(t *token.Token) int {
	if t.Type == token.MappingValueType && t.Prev != nil && t.Prev.Position.Line == t.Position.Line {
		return t.Prev.Position.Column
	}
	return t.Position.Column
}

// count adds n members to the object at a column. Objects that begin further to the right have ended.
func count(members map[int]int, at, n int) {
	for c := range members {
		if c > at {
			delete(members, c)
		}
	}
	members[at] += n
}

func position(n ast.Node) *token.Position {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position
	}
	return &token.Position{Line: 1, Column: 1}
}

// take reads the value of one member.
type take func(n ast.Node, path string)

// object reads a mapping. Unknown and duplicate members are faults, and null counts as left out. It returns false when n is not a mapping.
func (r *reader) object(n ast.Node, path string, members map[string]take) bool {
	if r.at[path] == nil {
		r.at[path] = position(n)
	}
	m, ok := n.(ast.MapNode)
	if !ok {
		r.fault(n, path, "wrong_type/object", "must be an object")
		return false
	}
	seen := map[string]bool{}
	for it := m.MapRange(); it.Next(); {
		name, ok := it.Key().(*ast.StringNode)
		if !ok {
			r.fault(it.Key(), path, "wrong_type/name", "the name of a field must be a text")
			continue
		}
		at := path + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name.Value)
		fn, known := members[name.Value]
		switch {
		case !known:
			r.fault(name, at, "unknown_member", "there is no field %s here", name.Value)
			continue
		case seen[name.Value]:
			r.fault(name, at, "duplicate_member", "the field %s is here twice", name.Value)
			continue
		}
		seen[name.Value] = true
		r.at[at] = position(name)
		if v := it.Value(); v.Type() != ast.NullType {
			r.given[at] = true
			fn(v, at)
		}
	}
	return true
}

// list reads a sequence of at most most items.
func (r *reader) list(n ast.Node, path string, most int, each take) {
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		r.fault(n, path, "wrong_type/list", "must be a list")
		return
	}
	if len(s.Values) > most {
		r.fault(n, path, "too_many_items", "must have at most %s items", strconv.Itoa(most))
		return
	}
	for i, v := range s.Values {
		at := path + "/" + strconv.Itoa(i)
		r.at[at] = position(v)
		each(v, at)
	}
}

// text returns a function that reads a text.
func (r *reader) text(into *string) take {
	return func(n ast.Node, path string) {
		switch v := n.(type) {
		case *ast.StringNode:
			*into = v.Value
		case *ast.LiteralNode:
			*into = v.Value.Value
		default:
			r.fault(n, path, "wrong_type/quoted", "must be a text; put a number or true in quotation marks")
			return
		}
		if !utf8.ValidString(*into) || strings.ContainsRune(*into, 0) {
			r.fault(n, path, "bad_text", "holds characters that cannot be stored")
		}
	}
}

// texts returns a function that reads a list of at most most texts.
func (r *reader) texts(into *[]string, most int) take {
	return func(n ast.Node, path string) {
		r.list(n, path, most, func(n ast.Node, at string) {
			var s string
			r.text(&s)(n, at)
			*into = append(*into, s)
		})
	}
}

func (r *reader) bool(into *bool) take {
	return func(n ast.Node, path string) {
		b, ok := n.(*ast.BoolNode)
		if !ok {
			r.fault(n, path, "wrong_type/boolean", "must be true or false")
			return
		}
		*into = b.Value
	}
}

func (r *reader) date(into *record.Date) take {
	return parsed(r, into, record.ParseDate, func(n ast.Node, path string) {
		r.fault(n, path, "bad_date", "must be a date such as 2026-11-21")
	})
}

// words returns a function that reads a text in two languages or one. The validation of the value reports a text without any.
func (r *reader) words(into *record.Text) take {
	return func(n ast.Node, path string) {
		r.object(n, path, map[string]take{"nb": r.text(&into.NB), "en": r.text(&into.EN)})
	}
}

func (r *reader) optionalWords(into **record.Text) take {
	return func(n ast.Node, path string) {
		*into = &record.Text{}
		r.words(*into)(n, path)
	}
}
