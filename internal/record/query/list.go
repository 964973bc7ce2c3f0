// Package query reads lists: pages in an order, filters, search, counts and facets, cursors; and the open tasks of people.
package query

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record/text"

	"github.com/ki-styring/aims/internal/record/internal/conn"

	"github.com/ki-styring/aims/internal/record"
)

// Query asks for a page of a list. Zero values do not narrow.
type Query struct {
	Scope   string              // this scope and all below it
	Filters map[string][]string // field → values, any of them
	Q       string              // every word, as a prefix
	Since   time.Time           // updated since
	Empty   []string            // fields that hold nothing
	Overdue *bool               // past the day it is due, or not; either when nil
	Sort    string              // a field, with - for descending; -created_at when empty
	From    string              // of a text it is sorted by, upwards: the least; leaves out what has none
	Limit   int
	Cursor  string
	Count   bool
	Facets  []string
	Rows    bool // deliver rows, not only their documents' bytes
	Trusted bool // the caller's right was asked of the parent: no branches of its own
}

// Page is one page of a list.
type Page struct {
	Docs   string        // the documents, separated by ",\n", without their marks
	Rows   []*record.Row // when the query asks for rows
	N      int
	Next   string // the cursor of the page after this; empty at the end
	Total  *int64
	Facets map[string]map[string]int64

	meta func(i int) record.Meta // what is kept beside a document, for a kind with marks
}

// List reads a page of what the actor may read.
func List(tx *record.Tx, k *record.Kind, q Query) (*Page, error) {
	s, err := newSelection(tx, k, q)
	if err != nil {
		return nil, err
	}
	p := &Page{}
	if len(s.branches) > 0 {
		if err := s.page(tx, p); err != nil {
			return nil, err
		}
	}
	if err := s.tally(tx, p); err != nil {
		return nil, err
	}
	return p, nil
}

// AtMost is how many records Each decodes at once. Where there may be more, ask for a count, for ids or for pages.
var AtMost = 100000

// Each decodes every record of a list that the rules ask for, whoever acts.
func Each[E any](tx *record.Tx, r record.Repo[E], scope string, filters map[string][]string) ([]*E, error) {
	rows, err := Rows(tx, r.Kind, scope, filters)
	if err != nil {
		return nil, err
	}
	return r.DecodeAll(tx, rows)
}

// Rows reads every record of a list that the rules ask for, whoever acts, without decoding them.
func Rows(tx *record.Tx, k *record.Kind, scope string, filters map[string][]string) ([]*record.Row, error) {
	s, err := all(tx, k, scope, filters)
	if err != nil {
		return nil, err
	}
	where, args := s.where()
	rows, _, err := s.read(tx, `SELECT t.rid, t.rid AS k FROM `+k.Table+` t WHERE `+where+` ORDER BY t.rid LIMIT `+strconv.Itoa(s.query.Limit+1), args)
	if err != nil {
		return nil, err
	}
	if len(rows) > s.query.Limit {
		return nil, fmt.Errorf("record: more than %d %s are asked for at once", s.query.Limit, k.Path)
	}
	return rows, nil
}

// Count tells how many records a list has that the rules ask for, whoever acts.
func Count[E any](tx *record.Tx, r record.Repo[E], scope string, filters map[string][]string) (int, error) {
	s, err := all(tx, r.Kind, scope, filters)
	if err != nil {
		return 0, err
	}
	n, err := s.count(tx)
	return int(n), err
}

// IDs gives the ids of a list that the rules ask for, whoever acts, the oldest first.
func IDs[E any](tx *record.Tx, r record.Repo[E], scope string, filters map[string][]string) ([]string, error) {
	s, err := all(tx, r.Kind, scope, filters)
	if err != nil {
		return nil, err
	}
	where, args := s.where()
	return conn.Texts(tx.Conn(), `SELECT t.id FROM `+r.Table+` t WHERE `+where+` ORDER BY t.rid`, args...)
}

// all selects in a scope and below it, or in scopes alone, each after =.
func all(tx *record.Tx, k *record.Kind, scope string, filters map[string][]string) (*selection, error) {
	s := &selection{postgres: tx.Conn().Postgres(), kind: k, query: Query{Limit: AtMost, Rows: true}, sort: sortKey{col: "rid"}}
	if scope == "" {
		scope = "/"
	}
	s.branches = []record.Branch{{Scope: scope}}
	if exact, ok := strings.CutPrefix(scope, "="); ok {
		s.branches = nil
		for at := range strings.SplitSeq(exact, "=") {
			s.branches = append(s.branches, record.Branch{Scope: at, Exact: true})
		}
	}
	return s, s.filter(tx, filters)
}

type sortKey struct {
	col     string // of the kind's table
	name    string // in JSON
	desc    bool
	numeric bool
	text    bool // by the place in Norwegian order
}

// selection is a query made ready: where the actor may read, narrowed and sorted.
type selection struct {
	postgres bool
	kind     *record.Kind
	query    Query
	branches []record.Branch
	sort     sortKey
	filters  []filter
	after    *mark
}

// filter is a condition on a row t of the kind's table.
type filter struct {
	sql  string
	args []any
	// check is the condition as it is asked of one row after another; the same as sql for a column.
	check   string
	checked []any
	// index names the index that finds the rows, without the table's name; empty when rows are checked one by one.
	index string
	// rids is SQL that finds the rows by their rid, in another table; it has the same arguments.
	rids string
	// one tells that the index holds a scope's rows together, in the order of creation.
	one bool
}

func newSelection(tx *record.Tx, k *record.Kind, q Query) (*selection, error) {
	s := &selection{postgres: tx.Conn().Postgres(), kind: k, query: q}
	var err error
	if s.sort, err = sortBy(k, q.Sort); err != nil {
		return nil, err
	}
	branches := []record.Branch{{Scope: "/"}}
	if !k.Global && !q.Trusted {
		if branches, err = tx.Guard().Branches(tx, record.Permission{Object: k.Name, Action: "read"}); err != nil {
			return nil, err
		}
	}
	s.branches = narrow(branches, q.Scope)
	filters, err := meant(tx, k, q.Filters)
	if err != nil {
		return nil, err
	}
	if err := s.filter(tx, filters); err != nil {
		return nil, err
	}
	for _, name := range q.Empty {
		if _, _, err := filterable(k, name); err != nil {
			return nil, err
		}
		s.filters = append(s.filters, onColumn(`t.`+conn.Quoted(name)+` IS NULL`))
	}
	if !q.Since.IsZero() {
		s.filters = append(s.filters, onColumn(`t.updated_at >= ?`, q.Since.UnixMicro()))
	}
	if q.Overdue != nil {
		if err := s.overdue(tx, *q.Overdue); err != nil {
			return nil, err
		}
	}
	if q.Q != "" {
		if err := s.search(tx, q.Q); err != nil {
			return nil, err
		}
	}
	if q.From != "" {
		s.after = s.sort.mark(q.From)
	}
	if q.Cursor != "" {
		if s.after, err = s.decode(q.Cursor); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// search narrows to records that hold every word. A text without any word finds nothing.
func (s *selection) search(tx *record.Tx, q string) error {
	words := text.Words(q)
	if len(words) == 0 {
		s.branches = nil
		return nil
	}
	found, err := searchFor(tx, words)
	if err != nil {
		return err
	}
	f := filter{sql: `t.rid IN (` + matches(tx.Conn().Postgres()) + `)`, args: []any{found.query}, rids: matches(tx.Conn().Postgres())}
	f.check, f.checked = found.check(tx.Conn().Postgres())
	s.filters = append(s.filters, f)
	return nil
}

func sortBy(k *record.Kind, name string) (sortKey, error) {
	if name == "" {
		name = k.DefaultSort()
	}
	name, desc := strings.CutPrefix(name, "-")
	switch name {
	case "created_at":
		return sortKey{col: "rid", name: name, desc: desc, numeric: true}, nil
	case "updated_at":
		return sortKey{col: name, name: name, desc: desc, numeric: true}, nil
	}
	if f := k.Sorted(name); f != nil {
		return sortKey{col: f.Column(), name: name, desc: desc, numeric: f.Number, text: f.IsText()}, nil
	}
	return sortKey{}, fault.New(fault.Malformed, "unknown_sort", "this list cannot be sorted by %s", name).At("?sort")
}

// narrow cuts the branches to a scope and drops those that others cover.
func narrow(branches []record.Branch, scope string) []record.Branch {
	if scope == "" {
		scope = "/"
	}
	exact, alone := strings.CutPrefix(scope, "=") // that scope, and none below it
	var out []record.Branch
	for _, b := range branches {
		switch {
		case alone && (b.Scope == exact || !b.Exact && record.Covers(b.Scope, exact)):
			b.Scope, b.Exact = exact, true
		case record.Covers(scope, b.Scope):
		case !b.Exact && record.Covers(b.Scope, scope):
			b.Scope = scope
		default:
			continue
		}
		out = append(out, b)
	}
	slices.SortStableFunc(out, func(a, b record.Branch) int { return cmp.Compare(narrowness(a), narrowness(b)) })
	kept := out[:0:0]
	for _, b := range out {
		if !slices.ContainsFunc(kept, func(o record.Branch) bool { return covers(o, b) }) {
			kept = append(kept, b)
		}
	}
	return kept
}

// narrowness orders branches so that none covers one before it.
func narrowness(b record.Branch) int {
	n := 8 * len(b.Scope)
	if b.Exact {
		n += 4
	}
	if len(b.States) > 0 {
		n += 2
	}
	if b.Field != "" {
		n++
	}
	return n
}

func covers(b, o record.Branch) bool {
	if b.Exact && (!o.Exact || b.Scope != o.Scope) || !record.Covers(b.Scope, o.Scope) {
		return false
	}
	if b.Field != "" && (b.Field != o.Field || b.Person != o.Person || b.Within != o.Within) {
		return false
	}
	if len(b.States) == 0 {
		return true
	}
	for _, s := range o.States {
		if !slices.Contains(b.States, s) {
			return false
		}
	}
	return len(o.States) > 0
}

// filter narrows by fields.
func (s *selection) filter(tx *record.Tx, filters map[string][]string) error {
	names := make([]string, 0, len(filters))
	for name := range filters {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		values := filters[name]
		if len(values) == 0 {
			continue
		}
		if name == "id" {
			rids := `SELECT docid FROM records WHERE id IN ` + conn.Marks(len(values))
			sql := `t.rid IN (` + rids + `)`
			s.filters = append(s.filters, filter{sql: sql, args: conn.Anys(values), rids: rids, check: sql, checked: conn.Anys(values)})
			continue
		}
		f, numeric, err := filterable(s.kind, name)
		if err != nil {
			return err
		}
		linked := f != nil && f.Type.Kind() == reflect.Slice
		args := make([]any, len(values))
		for i, v := range values {
			if linked || f != nil && f.HoldsID() {
				v = tx.IDOf(*f, v)
			}
			args[i] = v
			if numeric {
				if args[i], err = number(v); err != nil {
					return badNumber(name, f)
				}
			}
		}
		if linked {
			to := `x.to_docid IN (SELECT docid FROM records WHERE id IN ` + conn.Marks(len(args)) + `)`
			rids := `SELECT x.docid FROM refs x WHERE ` + to + ` AND x.kind = '` + s.kind.Name + `' AND x.field = '` + name + `'`
			s.filters = append(s.filters, filter{
				sql: `t.rid IN (` + rids + `)`, args: args, rids: rids, checked: args,
				check: `(SELECT COUNT(*) FROM refs x WHERE x.docid = t.rid AND x.field = '` + name + `' AND ` + to + `) > 0`,
			})
			continue
		}
		by := onColumn(`t.`+conn.Quoted(name)+` IN `+conn.Marks(len(args)), args...)
		by.index, by.one = "of_"+name, len(args) == 1
		if f != nil && !f.Filter {
			by.index, by.one = name+"_key", false
		}
		s.filters = append(s.filters, by)
	}
	return nil
}

// onColumn is a filter that is asked of a row's columns.
func onColumn(sql string, args ...any) filter {
	return filter{sql: sql, args: args, check: sql, checked: args}
}

// overdue narrows to what was due before today, Europe/Oslo, or to all else.
func (s *selection) overdue(tx *record.Tx, yes bool) error {
	if !s.kind.Overdue() {
		return unknownParameter("overdue")
	}
	today := string(record.DateOf(tx.Now))
	day := `t.` + conn.Quoted(cmp.Or(s.kind.DueField, "due_on"))
	if !yes {
		s.filters = append(s.filters, onColumn(`(`+day+` >= ? OR `+day+` = '' OR `+day+` IS NULL)`, today))
		return nil
	}
	f := onColumn(day+` < ? AND `+day+` > ''`, today)
	if s.kind.DueField == "" {
		f.index = "of_due_on"
	}
	s.filters = append(s.filters, f)
	return nil
}

// meant gives filters with what their values mean: what a caller asks of a reference is an id, or the key of a record they read.
func meant(tx *record.Tx, k *record.Kind, filters map[string][]string) (map[string][]string, error) {
	out := make(map[string][]string, len(filters))
	for name, values := range filters {
		if name == "id" {
			for _, v := range values {
				out[name] = append(out[name], strings.ToLower(v))
			}
			continue
		}
		f, _, err := filterable(k, name)
		if err != nil {
			return nil, err
		}
		for _, v := range values {
			v = text.NFC(v)
			if f != nil {
				if v, err = tx.Meaning(*f, v); err != nil {
					return nil, err
				}
			}
			out[name] = append(out[name], v)
		}
	}
	return out, nil
}

func number(v string) (int64, error) {
	switch v {
	case "true":
		return 1, nil
	case "false":
		return 0, nil
	}
	return strconv.ParseInt(v, 10, 64)
}

func badFacet(name string) error {
	return fault.New(fault.Malformed, "bad_filter/facets", "facets cannot count this list by %s", name).At("?facets")
}

func badNumber(name string, f *record.Field) error {
	if f != nil && f.Type.Kind() == reflect.Bool {
		return fault.New(fault.Malformed, "bad_filter/boolean", "the filter %s must be true or false", name).At("?" + name)
	}
	return fault.New(fault.Malformed, "bad_filter/whole", "the filter %s must be a whole number", name).At("?" + name)
}

func filterable(k *record.Kind, name string) (*record.Field, bool, error) {
	if name == "status" {
		return nil, false, nil
	}
	if f := k.Filtered(name); f != nil {
		return f, f.Number, nil
	}
	return nil, false, unknownParameter(name)
}

func unknownParameter(name string) error {
	return fault.New(fault.Malformed, "unknown_parameter", "there is no parameter %s here", name).At("?" + name)
}
