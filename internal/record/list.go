package record

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record/text"
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

// eachAtMost is how many records the rules decode at once; who may meet more asks for a count, for ids or for pages.
var eachAtMost = 100000

// Each decodes every record of a list that the rules ask for, whoever acts.
func (r Repo[E]) Each(tx *Tx, scope string, filters map[string][]string) ([]*E, error) {
	s, err := r.all(tx, scope, filters)
	if err != nil {
		return nil, err
	}
	where, args := s.where()
	rows, err := s.read(tx, `SELECT t.rid, t.rid AS k FROM `+r.Table+` t WHERE `+where+` ORDER BY t.rid LIMIT `+strconv.Itoa(s.query.Limit+1), args)
	if err != nil {
		return nil, err
	}
	if len(rows) > s.query.Limit {
		return nil, fmt.Errorf("record: more than %d %s are asked for at once", s.query.Limit, r.Path)
	}
	private, err := r.privateOf(tx, rows)
	if err != nil {
		return nil, err
	}
	out := make([]*E, len(rows))
	for i, row := range rows {
		if out[i], err = r.decodeWith(row, private); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Count tells how many records a list has that the rules ask for, whoever acts.
func (r Repo[E]) Count(tx *Tx, scope string, filters map[string][]string) (int, error) {
	s, err := r.all(tx, scope, filters)
	if err != nil {
		return 0, err
	}
	n, err := s.count(tx)
	return int(n), err
}

// IDs gives the ids of a list that the rules ask for, whoever acts, the oldest first.
func (r Repo[E]) IDs(tx *Tx, scope string, filters map[string][]string) ([]string, error) {
	s, err := r.all(tx, scope, filters)
	if err != nil {
		return nil, err
	}
	where, args := s.where()
	return tx.texts(`SELECT t.id FROM `+r.Table+` t WHERE `+where+` ORDER BY t.rid`, args...)
}

// all selects in a scope and below it, or in a scope alone after =.
func (r Repo[E]) all(tx *Tx, scope string, filters map[string][]string) (*selection, error) {
	s := &selection{db: tx.db, kind: r.Kind, query: Query{Limit: eachAtMost, Rows: true}, sort: sortKey{col: "rid"}}
	if scope == "" {
		scope = "/"
	}
	s.branches = []Branch{{Scope: scope}}
	if exact, ok := strings.CutPrefix(scope, "="); ok {
		s.branches = []Branch{{Scope: exact, Exact: true}}
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
	db       *DB
	kind     *Kind
	query    Query
	branches []Branch
	sort     sortKey
	filters  []filter
	after    *mark
}

// filter is a condition on a row t of the kind's table.
type filter struct {
	sql  string
	args []any
	// index names the index that finds the rows, without the table's name; empty when rows are checked one by one.
	index string
	// rids is SQL that finds the rows by their rid, in another table; it has the same arguments.
	rids string
	// one tells that the index holds a scope's rows together, in the order of creation.
	one bool
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
		s.filters = append(s.filters, filter{sql: `t.` + quoted(name) + ` IS NULL`})
	}
	if !q.Since.IsZero() {
		s.filters = append(s.filters, filter{sql: `t.updated_at >= ?`, args: []any{q.Since.UnixMicro()}})
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
func (s *selection) search(tx *Tx, q string) error {
	words := text.Words(q)
	if len(words) == 0 {
		s.branches = nil
		return nil
	}
	found, err := tx.search(words)
	if err != nil {
		return err
	}
	s.filters = append(s.filters, filter{sql: `t.rid IN (` + tx.db.matches() + `)`, args: []any{found}, rids: tx.db.matches()})
	return nil
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
	for _, f := range k.stored {
		if f.Sort && f.Name == name {
			return sortKey{col: f.order, name: name, desc: desc, numeric: f.Number, text: f.isText()}, nil
		}
	}
	return sortKey{}, fault.New(fault.Malformed, "unknown_sort", "this list cannot be sorted by %s", name).At("?sort")
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

func (b Branch) covers(o Branch) bool {
	if b.Exact && (!o.Exact || b.Scope != o.Scope) || !Covers(b.Scope, o.Scope) {
		return false
	}
	if b.Field != "" && (b.Field != o.Field || b.Person != o.Person) {
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
		linked := f != nil && f.Type.Kind() == reflect.Slice
		args := make([]any, len(values))
		for i, v := range values {
			if linked || f != nil && f.holdsID() {
				v = tx.idOf(*f, v)
			}
			args[i] = v
			if numeric {
				if args[i], err = number(v); err != nil {
					return badNumber(name, f)
				}
			}
		}
		if linked {
			rids := `SELECT r.docid FROM refs x JOIN records r ON r.id = x.from_id WHERE x.to_id IN ` + marks(len(args)) +
				` AND x.from_kind = '` + s.kind.Name + `' AND x.field = '` + name + `'`
			s.filters = append(s.filters, filter{sql: `t.rid IN (` + rids + `)`, args: args, rids: rids})
			continue
		}
		by := filter{sql: `t.` + quoted(name) + ` IN ` + marks(len(args)), args: args, index: "of_" + name, one: len(args) == 1}
		if f != nil && !f.Filter {
			by.index, by.one = name+"_key", false
		}
		s.filters = append(s.filters, by)
	}
	return nil
}

// marks are the parameters of a list: (?,?,?).
func marks(n int) string { return `(?` + strings.Repeat(`,?`, n-1) + `)` }

// overdue narrows to what was due before today, Europe/Oslo, or to all else.
func (s *selection) overdue(tx *Tx, yes bool) error {
	if !s.kind.Overdue() {
		return unknownParameter("overdue")
	}
	today := []any{string(DateOf(tx.Now))}
	day := `t.` + quoted(cmp.Or(s.kind.DueField, "due_on"))
	if !yes {
		s.filters = append(s.filters, filter{sql: `(` + day + ` >= ? OR ` + day + ` = '' OR ` + day + ` IS NULL)`, args: today})
		return nil
	}
	f := filter{sql: day + ` < ? AND ` + day + ` > ''`, args: today}
	if s.kind.DueField == "" {
		f.index = "of_due_on"
	}
	s.filters = append(s.filters, f)
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
		return "", fault.New(fault.Malformed, "bad_filter/id", "the filter %s must be an id such as 0192f0c1-2a3b-7c4d-8e5f-60718293a4b5", f.Name).At("?" + f.Name)
	}
	to, err := tx.target(kind, v, prefix)
	if err == nil {
		err = tx.mayRefer(to)
	}
	switch {
	case fault.Is(err, fault.NotFound):
		return "", fault.New(fault.Malformed, "bad_filter/reference", "the filter %s must be the key or id of a record that you can read: %s", f.Name, fault.Word{Kind: kind}).
			At("?" + f.Name)
	case err == nil && strings.HasSuffix(f.Name, "_id"):
		return to.ID, nil
	}
	return v, err // kept by its key
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

func badNumber(name string, f *Field) error {
	if f != nil && f.Type.Kind() == reflect.Bool {
		return fault.New(fault.Malformed, "bad_filter/boolean", "the filter %s must be true or false", name).At("?" + name)
	}
	return fault.New(fault.Malformed, "bad_filter/whole", "the filter %s must be a whole number", name).At("?" + name)
}

func (k *Kind) filterable(name string) (*Field, bool, error) {
	if name == "status" {
		return nil, false, nil
	}
	for _, f := range slices.Concat(k.stored, k.linked) {
		if f.Name == name && (f.Filter || f.Unique) {
			return &f, f.Number, nil
		}
	}
	return nil, false, unknownParameter(name)
}

func unknownParameter(name string) error {
	return fault.New(fault.Malformed, "unknown_parameter", "there is no parameter %s here", name).At("?" + name)
}
