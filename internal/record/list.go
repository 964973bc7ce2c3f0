package record

import (
	"cmp"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
)

// Query asks for a page of a list. Zero values do not narrow.
type Query struct {
	Scope   string              // this scope and all below it
	Filters map[string][]string // field → values, any of them
	Q       string              // every word, as a prefix
	Since   time.Time           // updated since
	Sort    string              // a field, with - for descending; -created_at when empty
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
}

// selection is a query made ready: where the actor may read, narrowed and sorted.
type selection struct {
	db       *DB
	kind     *Kind
	query    Query
	branches []Branch
	sort     sortKey
	where    string // on the nodes row n, beginning with AND
	args     []any
	after    *mark
}

// mark is where a page ended.
type mark struct {
	text   string
	number int64
	rid    int64
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
	if err := s.filter(tx, q.Filters); err != nil {
		return nil, err
	}
	if !q.Since.IsZero() {
		s.where += ` AND n.updated_at >= ?`
		s.args = append(s.args, q.Since.UnixMicro())
	}
	if q.Q != "" {
		cond, arg := k.match(tx, q.Q)
		s.where += ` AND ` + cond
		if arg != nil {
			s.args = append(s.args, arg)
		}
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
			return sortKey{col: name, name: name, desc: desc, numeric: f.Number}, nil
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
	sort.SliceStable(out, func(i, j int) bool { return len(out[i].Scope) < len(out[j].Scope) })
	kept := out[:0:0]
	for _, b := range out {
		if !slices.ContainsFunc(kept, func(o Branch) bool { return o.covers(b) }) {
			kept = append(kept, b)
		}
	}
	return kept
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
			s.where += ` AND n.rid IN (SELECT m.rid FROM refs x JOIN ` + s.kind.Table + ` m ON m.id = x.from_id WHERE x.field = '` + name + `' AND x.to_id IN ` + marks + `)`
		} else {
			s.where += ` AND ` + hide + `n.` + quoted(name) + ` IN ` + marks
		}
		for _, v := range values {
			if linked {
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
	e := fault.New(fault.Malformed, "unknown_parameter", "there is no parameter %s here", name)
	e.Fields = fault.Fields{{Pointer: "?" + name, Code: "unknown_parameter", Detail: fault.Text{Format: "there is no parameter %s here", Args: []any{name}}}}
	return nil, false, e
}

// branch is the SQL of one branch: the keys of its next rows, in order, off an index.
func (s *selection) branch(b Branch, limit int) (string, []any) {
	q := `SELECT n.rid, n.` + quoted(s.sort.col) + ` AS k FROM ` + s.kind.Table + `_nodes n WHERE n.node = ?`
	args := []any{b.node()}
	if len(b.States) > 0 {
		hide := s.db.hide(s.sort.col != "rid" || len(b.States) > 1)
		q += ` AND ` + hide + `n.status IN (?` + strings.Repeat(`,?`, len(b.States)-1) + `)`
		for _, st := range b.States {
			args = append(args, st)
		}
	}
	q += s.where
	args = append(args, s.args...)
	q, args = s.seek(q, args)
	dir := ""
	if s.sort.desc {
		dir = " DESC"
	}
	q += ` ORDER BY n.` + quoted(s.sort.col) + dir
	if s.sort.col != "rid" {
		q += `, n.rid` + dir
	}
	return q + ` LIMIT ` + strconv.Itoa(limit), args
}

func (s *selection) seek(q string, args []any) (string, []any) {
	if s.after == nil {
		return q, args
	}
	op := ">"
	if s.sort.desc {
		op = "<"
	}
	if s.sort.col == "rid" {
		return q + ` AND n.rid ` + op + ` ?`, append(args, s.after.rid)
	}
	var key any = s.after.text
	if s.sort.numeric {
		key = s.after.number
	}
	return q + ` AND (n.` + quoted(s.sort.col) + `, n.rid) ` + op + ` (?, ?)`, append(args, key, s.after.rid)
}

// keys is the SQL of the merged branches: each limited, then the first of all.
func (s *selection) keys(limit int) (string, []any) {
	if len(s.branches) == 1 {
		return s.branch(s.branches[0], limit)
	}
	var parts []string
	var args []any
	for _, b := range s.branches {
		q, a := s.branch(b, limit)
		parts = append(parts, `SELECT rid, k FROM (`+q+`) AS b`+strconv.Itoa(len(parts)))
		args = append(args, a...)
	}
	dir := ""
	if s.sort.desc {
		dir = " DESC"
	}
	return strings.Join(parts, ` UNION `) + ` ORDER BY 2` + dir + `, 1` + dir + ` LIMIT ` + strconv.Itoa(limit), args
}

func (s *selection) page(tx *Tx, p *Page) error {
	limit := s.query.Limit
	if s.query.Rows {
		rows, err := s.rows(tx)
		if err != nil {
			return err
		}
		if len(rows) > limit {
			rows = rows[:limit]
			p.Next = s.encode(rows[limit-1].Doc, rows[limit-1].RID)
		}
		p.Rows, p.N = rows, len(rows)
		return nil
	}
	q, args := s.documents(limit + 1)
	rows, err := tx.query(q, args...)
	if err != nil {
		return fmt.Errorf("list %s: %w", s.kind.Path, err)
	}
	defer rows.Close() //nolint:errcheck // read only
	if !rows.Next() {
		return errors.Join(rows.Err(), errors.New("list: no answer"))
	}
	var docs, rids sql.Null[string]
	if err := rows.Scan(&docs, &rids); err != nil {
		return fmt.Errorf("list %s: %w", s.kind.Path, err)
	}
	if p.Docs = docs.V; p.Docs == "" {
		return nil
	}
	p.N = strings.Count(rids.V, ",") + 1
	if p.N <= limit {
		return nil
	}
	p.N = limit
	p.Docs = p.Docs[:strings.LastIndex(p.Docs, ",\n")]
	ids := strings.Split(rids.V, ",")
	rid, err := strconv.ParseInt(ids[limit-1], 10, 64)
	if err != nil {
		return fmt.Errorf("list %s: %w", s.kind.Path, err)
	}
	p.Next = s.encode([]byte(p.Docs[strings.LastIndexByte(p.Docs, '\n')+1:]), rid)
	return nil
}

// documents is the SQL of a page: the documents and their row numbers, each in one text.
func (s *selection) documents(limit int) (string, []any) {
	keys, args := s.keys(limit)
	t := s.kind.Table
	if !s.db.Postgres {
		return `SELECT group_concat(doc, ',' || char(10)), group_concat(rid) FROM (SELECT d.doc, d.rid FROM (` + keys + `) AS p CROSS JOIN ` + t + ` d ON d.rid = p.rid)`, args
	}
	order := ` ORDER BY p.k, p.rid`
	if s.sort.desc {
		order = ` ORDER BY p.k DESC, p.rid DESC`
	}
	return `SELECT string_agg(d.doc, E',\n'` + order + `), string_agg(d.rid::text, ','` + order + `) FROM (` + keys + `) AS p JOIN ` + t + ` d ON d.rid = p.rid`, args
}

func (s *selection) rows(tx *Tx) ([]*Row, error) {
	keys, args := s.keys(s.query.Limit + 1)
	dir := ""
	if s.sort.desc {
		dir = " DESC"
	}
	rows, err := tx.query(`SELECT d.rid, d.id, d.number, d.scope, d.version, d.status, d.updated_at, d.meta, d.doc FROM (`+keys+`) AS p JOIN `+
		s.kind.Table+` d ON d.rid = p.rid ORDER BY p.k`+dir+`, p.rid`+dir, args...)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", s.kind.Path, err)
	}
	defer rows.Close() //nolint:errcheck // read only
	var out []*Row
	for rows.Next() {
		r := &Row{Kind: s.kind}
		var meta string
		if err := rows.Scan(&r.RID, &r.ID, &r.Number, &r.Scope, &r.Version, &r.Status, &r.UpdatedAt, &meta, &r.Doc); err != nil {
			return nil, fmt.Errorf("list %s: %w", s.kind.Path, err)
		}
		r.Meta = parseMeta(meta)
		out = append(out, r)
	}
	return out, rows.Err()
}

// matching is the SQL of everything selected, each row once, for counting.
func (s *selection) matching(column string) (string, []any) {
	var parts []string
	var args []any
	after := s.after
	s.after = nil
	for _, b := range s.branches {
		q := `SELECT n.rid` + column + ` FROM ` + s.kind.Table + `_nodes n WHERE n.node = ?`
		args = append(args, b.node())
		if len(b.States) > 0 {
			q += ` AND n.status IN (?` + strings.Repeat(`,?`, len(b.States)-1) + `)`
			for _, st := range b.States {
				args = append(args, st)
			}
		}
		parts = append(parts, q+s.where)
		args = append(args, s.args...)
	}
	s.after = after
	return strings.Join(parts, ` UNION `), args
}

func (s *selection) count(tx *Tx) (n int64, err error) {
	if len(s.branches) == 0 {
		return 0, nil
	}
	q, args := s.matching("")
	if err := tx.row(`SELECT COUNT(*) FROM (`+q+`) AS m`, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count %s: %w", s.kind.Path, err)
	}
	return n, nil
}

func (s *selection) facet(tx *Tx, name string) (map[string]int64, error) {
	f, _, err := s.kind.filterable(name)
	if err != nil || f != nil && f.Type.Kind() == reflect.Slice {
		return nil, badFilter("facets")
	}
	out := map[string]int64{}
	if len(s.branches) == 0 {
		return out, nil
	}
	q, args := s.matching(", n." + quoted(name) + " AS v")
	rows, err := tx.query(`SELECT v, COUNT(*) FROM (`+q+`) AS m WHERE v IS NOT NULL GROUP BY v ORDER BY 2 DESC LIMIT 200`, args...)
	if err != nil {
		return nil, fmt.Errorf("facet %s: %w", name, err)
	}
	defer rows.Close() //nolint:errcheck // read only
	for rows.Next() {
		var v string
		var n int64
		if err := rows.Scan(&v, &n); err != nil {
			return nil, fmt.Errorf("facet %s: %w", name, err)
		}
		if f != nil && f.Type.Kind() == reflect.Bool {
			v = strconv.FormatBool(v == "1")
		}
		out[v] = n
	}
	return out, rows.Err()
}

// print identifies a list: a cursor of another one is refused.
func (s *selection) print() uint64 {
	h := sha256.New()
	fmt.Fprintf(h, "%s|%s|%v|%q|%q|%d|", s.kind.Name, s.sort.name, s.sort.desc, s.query.Scope, s.query.Q, s.query.Since.UnixMicro())
	names := make([]string, 0, len(s.query.Filters))
	for n := range s.query.Filters {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		fmt.Fprintf(h, "%q=%q;", n, s.query.Filters[n])
	}
	return binary.BigEndian.Uint64(h.Sum(nil))
}

// encode makes the cursor after a document.
func (s *selection) encode(doc []byte, rid int64) string {
	b := binary.BigEndian.AppendUint64(nil, s.print())
	b = binary.AppendVarint(b, rid)
	switch s.sort.name {
	case "created_at":
	case "updated_at":
		var d struct {
			At time.Time `json:"updated_at"`
		}
		_ = json.Unmarshal(doc, &d)
		b = binary.AppendVarint(b, d.At.UnixMicro())
	default:
		var d map[string]json.RawMessage
		_ = json.Unmarshal(doc, &d)
		if d[s.sort.name] == nil {
			d[s.sort.name] = json.RawMessage("null")
		}
		b = append(b, d[s.sort.name]...)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func (s *selection) decode(cursor string) (*mark, error) {
	bad := fault.New(fault.Malformed, "bad_cursor", "the cursor does not belong to this list")
	bad.Fields = fault.Fields{{Pointer: "?cursor", Code: "bad_cursor", Detail: bad.Text}}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(b) < 9 || binary.BigEndian.Uint64(b) != s.print() {
		return nil, bad
	}
	rid, n := binary.Varint(b[8:])
	if n <= 0 {
		return nil, bad
	}
	m := &mark{rid: rid}
	rest := b[8+n:]
	switch s.sort.name {
	case "created_at":
		return m, nil
	case "updated_at":
		if m.number, n = binary.Varint(rest); n <= 0 {
			return nil, bad
		}
		return m, nil
	}
	return m, s.decodeKey(m, rest, bad)
}

func (s *selection) decodeKey(m *mark, raw []byte, bad error) error {
	var text Text
	switch {
	case s.sort.numeric && json.Unmarshal(raw, &m.number) == nil:
	case s.sort.numeric && json.Unmarshal(raw, new(bool)) == nil:
		if string(raw) == "true" {
			m.number = 1
		}
	case json.Unmarshal(raw, &m.text) == nil:
	case json.Unmarshal(raw, &text) == nil:
		m.text = text.NB
	default:
		return bad
	}
	if strings.ContainsRune(m.text, 0) { // no text holds one, and PostgreSQL takes none
		return bad
	}
	return nil
}
