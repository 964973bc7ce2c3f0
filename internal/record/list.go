package record

import (
	"cmp"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/ki-styring/aims/internal/fault"
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
	Docs   string // the documents, separated by ",\n"
	Rows   []*Row // when the query asks for rows
	N      int
	Next   string // the cursor of the page after this; empty at the end
	Total  *int64
	Facets map[string]map[string]int64
}

// List reads a page of what the actor may read.
func (tx *Tx) List(k *Kind, q Query) (*Page, error) {
	s, err := tx.selection(k, q)
	if err != nil {
		return nil, err
	}
	p := &Page{}
	if len(s.branches) > 0 {
		if err := s.page(tx, p); err != nil {
			return nil, err
		}
	}
	if q.Count {
		n, err := s.count(tx)
		if err != nil {
			return nil, err
		}
		p.Total = &n
	}
	if len(q.Facets) > 0 {
		p.Facets = map[string]map[string]int64{}
		for _, f := range q.Facets {
			if p.Facets[f], err = s.facet(tx, f); err != nil {
				return nil, err
			}
		}
	}
	return p, nil
}

// Each decodes every record of a list that the rules ask for, whoever acts.
func (r Repo[E]) Each(tx *Tx, scope string, filters map[string][]string) ([]*E, error) {
	s := selection{db: tx.db, kind: r.Kind, query: Query{Limit: 100000, Rows: true}, sort: sortKey{col: "rid"}}
	if scope == "" {
		scope = "/"
	}
	s.branches = []Branch{{Scope: scope}}
	if exact, ok := strings.CutPrefix(scope, "="); ok {
		s.branches = []Branch{{Scope: exact, Exact: true}}
	}
	if err := s.filter(tx, filters); err != nil {
		return nil, err
	}
	rows, err := s.rows(tx)
	if err != nil {
		return nil, err
	}
	out := make([]*E, len(rows))
	for i, row := range rows {
		if out[i], err = r.decode(tx, row); err != nil {
			return nil, err
		}
	}
	return out, nil
}

type sortKey struct {
	col     string // of the nodes table
	name    string // in JSON
	desc    bool
	numeric bool
	parts   bool // by the numbers in it
}

// selection is a query made ready: where the actor may read, narrowed and sorted.
type selection struct {
	db       *DB
	kind     *Kind
	query    Query
	branches []Branch
	sort     sortKey
	where    string // on a row of the nodes, beginning with AND
	args     []any
	words    []string // that the row is searched by
	after    *mark
}

func (tx *Tx) selection(k *Kind, q Query) (*selection, error) {
	s := &selection{db: tx.db, kind: k, query: q}
	var err error
	if s.sort, err = k.sortBy(q.Sort); err != nil {
		return nil, err
	}
	branches := []Branch{{Scope: "/"}}
	if !k.Global && !q.Trusted {
		if branches, err = tx.Guard().Branches(tx, Permission{k.Name, "read"}); err != nil {
			return nil, err
		}
	}
	s.branches = narrow(branches, q.Scope)
	filters, err := tx.meant(k, q.Filters)
	if err != nil {
		return nil, err
	}
	if err := s.filter(tx, filters); err != nil {
		return nil, err
	}
	for _, name := range q.Empty {
		if _, _, err := k.filterable(name); err != nil {
			return nil, err
		}
		s.where += ` AND ` + quoted(name) + ` IS NULL`
	}
	if !q.Since.IsZero() {
		s.where += ` AND updated_at >= ?`
		s.args = append(s.args, q.Since.UnixMicro())
	}
	if q.Overdue != nil {
		if err := s.overdue(tx, *q.Overdue); err != nil {
			return nil, err
		}
	}
	if q.Q != "" {
		if s.words = Words(q.Q); len(s.words) == 0 {
			s.branches = nil
		}
	}
	if q.From != "" {
		s.after = &mark{text: q.From}
	}
	if q.Cursor != "" {
		if s.after, err = s.decode(q.Cursor); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// DefaultSort is the order of a list whose caller names none.
func (k *Kind) DefaultSort() string { return cmp.Or(k.Order, "-created_at") }

func (k *Kind) sortBy(name string) (sortKey, error) {
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
	for _, f := range k.columns {
		if f.Sort && f.Name == name {
			return sortKey{col: cmp.Or(f.Order, name), name: name, desc: desc, numeric: f.Number, parts: f.Order != ""}, nil
		}
	}
	e := fault.New(fault.Malformed, "unknown_sort", "this list cannot be sorted by %s", name)
	e.Fields = fault.Fields{{Pointer: "?sort", Code: "unknown_sort", Detail: fault.Text{Format: "this list cannot be sorted by %s", Args: []any{name}}}}
	return sortKey{}, e
}

// narrow cuts the branches to a scope and drops those that others cover.
func narrow(branches []Branch, scope string) []Branch {
	if scope == "" {
		scope = "/"
	}
	exact, alone := strings.CutPrefix(scope, "=") // that scope, and none below it
	var out []Branch
	for _, b := range branches {
		switch {
		case alone && (b.Scope == exact || !b.Exact && Covers(b.Scope, exact)):
			b.Scope, b.Exact = exact, true
		case Covers(scope, b.Scope):
		case !b.Exact && Covers(b.Scope, scope):
			b.Scope = scope
		default:
			continue
		}
		out = append(out, b)
	}
	slices.SortStableFunc(out, func(a, b Branch) int { return cmp.Compare(a.narrowness(), b.narrowness()) })
	kept := out[:0:0]
	for _, b := range out {
		if !slices.ContainsFunc(kept, func(o Branch) bool { return o.covers(b) }) {
			kept = append(kept, b)
		}
	}
	return kept
}

// narrowness orders branches so that none covers one before it.
func (b Branch) narrowness() int {
	n := 4 * len(b.Scope)
	if b.Exact {
		n += 2
	}
	if len(b.States) > 0 {
		n++
	}
	return n
}

func (b Branch) covers(o Branch) bool {
	if b.Exact && (!o.Exact || b.Scope != o.Scope) || !Covers(b.Scope, o.Scope) {
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

func (b Branch) node() string {
	if b.Exact {
		return "=" + b.Scope
	}
	return b.Scope
}

// filter narrows by fields. A filter is served by its index in the order of
// creation; in another order it is checked row by row, hence the + that hides
// it from the planner.
func (s *selection) filter(tx *Tx, filters map[string][]string) error {
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
		f, numeric, err := s.kind.filterable(name)
		if err != nil {
			return err
		}
		marks := `(?` + strings.Repeat(`,?`, len(values)-1) + `)`
		hide := tx.db.hide(s.sort.col != "rid" || len(values) > 1)
		linked := f != nil && f.Type.Kind() == reflect.Slice
		if linked {
			s.where += ` AND rid IN (SELECT m.rid FROM links x JOIN ` + s.kind.Table + ` m ON m.id = x.from_id WHERE x.field = '` + name + `' AND x.to_id IN ` + marks + `)`
		} else {
			s.where += ` AND ` + hide + quoted(name) + ` IN ` + marks
		}
		for _, v := range values {
			if linked || f != nil && f.holdsID() {
				v = tx.idOf(*f, v)
			}
			var arg any = v
			if numeric {
				n, err := number(v)
				if err != nil {
					return badFilter(name)
				}
				arg = n
			}
			s.args = append(s.args, arg)
		}
	}
	return nil
}

// overdue narrows to what was due before today, Europe/Oslo, or to all else. It is checked row by row, in whatever order.
func (s *selection) overdue(tx *Tx, yes bool) error {
	if !s.kind.Overdue() {
		return unknownParameter("overdue")
	}
	day := tx.db.hide(s.kind.DueField != "") + quoted(cmp.Or(s.kind.DueField, "due_on"))
	if yes {
		s.where += ` AND ` + day + ` < ? AND ` + day + ` <> ''`
	} else {
		s.where += ` AND (` + day + ` >= ? OR ` + day + ` = '' OR ` + day + ` IS NULL)`
	}
	s.args = append(s.args, string(DateOf(tx.Now)))
	return nil
}

// meant gives filters with what their values mean: what a caller asks of a reference is an id, or the key of a record they read.
func (tx *Tx) meant(k *Kind, filters map[string][]string) (map[string][]string, error) {
	out := make(map[string][]string, len(filters))
	for name, values := range filters {
		f, _, err := k.filterable(name)
		if err != nil {
			return nil, err
		}
		for _, v := range values {
			if f != nil {
				if v, err = tx.meaning(*f, v); err != nil {
					return nil, err
				}
			}
			out[name] = append(out[name], v)
		}
	}
	return out, nil
}

func (tx *Tx) meaning(f Field, v string) (string, error) {
	kind, prefix, free := refTag(f.Ref)
	switch {
	case kind == "" && !f.ID, free:
		return v, nil
	case len(v) == 36 && uuid.Validate(v) == nil:
		return strings.ToLower(v), nil
	}
	k := KindOf(kind)
	if k == nil || k.Key == "" {
		return "", badFilter(f.Name)
	}
	to, err := tx.target(kind, v, prefix)
	if err == nil {
		err = tx.mayRefer(to)
	}
	switch {
	case fault.Is(err, fault.NotFound):
		return "", badFilter(f.Name)
	case err == nil && strings.HasSuffix(f.Name, "_id"):
		return to.ID, nil
	}
	return v, err // kept by its key
}

// hide keeps SQLite from choosing a column's index; PostgreSQL plans by cost and needs no hint.
func (db *DB) hide(yes bool) string {
	if yes && !db.Postgres {
		return "+"
	}
	return ""
}

// quoted keeps a column's name from being read as a word of SQL, such as order.
func quoted(name string) string { return `"` + name + `"` }

func number(v string) (int64, error) {
	switch v {
	case "true":
		return 1, nil
	case "false":
		return 0, nil
	}
	return strconv.ParseInt(v, 10, 64)
}

func badFilter(name string) error {
	e := fault.New(fault.Malformed, "bad_filter", "the filter %s has a value that cannot be", name)
	e.Fields = fault.Fields{{Pointer: "?" + name, Code: "bad_filter", Detail: fault.Text{Format: "the filter %s has a value that cannot be", Args: []any{name}}}}
	return e
}

func (k *Kind) filterable(name string) (*Field, bool, error) {
	if name == "status" {
		return nil, false, nil
	}
	for _, f := range slices.Concat(k.columns, k.linked) {
		if f.Name == name && (f.Filter || f.Unique) {
			return &f, f.Number, nil
		}
	}
	return nil, false, unknownParameter(name)
}

func unknownParameter(name string) error {
	e := fault.New(fault.Malformed, "unknown_parameter", "there is no parameter %s here", name)
	e.Fields = fault.Fields{{Pointer: "?" + name, Code: "unknown_parameter", Detail: e.Text}}
	return e
}
