package record

import (
	"database/sql"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// hung is the SQL of one branch in the tree: the keys of its rows, which an index holds in order.
func (s *selection) hung(b Branch) (string, []any) {
	q, args := `SELECT rid, `+quoted(s.sort.col)+` AS k FROM `+s.kind.Table+`_nodes n WHERE node = ?`, []any{b.node()}
	if len(b.States) > 0 {
		hide := s.db.hide(s.sort.col != "rid" || len(b.States) > 1)
		q += ` AND ` + hide + `status IN (?` + strings.Repeat(`,?`, len(b.States)-1) + `)`
		for _, st := range b.States {
			args = append(args, st)
		}
	}
	own, person := b.own(s.db.hide(s.sort.col != "rid"))
	match, words := s.kind.match(s.db, s.words)
	return s.seek(q+own+s.where+match, slices.Concat(args, person, s.args, words))
}

// fresh is the SQL of what the branches hold of the records that wait to be hung: a few, read one by one.
func (s *selection) fresh() (string, []any) {
	where, args := s.anywhere()
	match, words := s.kind.matchNew(s.db, s.words)
	return s.seek(`SELECT rid, `+quoted(s.sort.col)+` AS k FROM `+s.kind.Table+`_new w WHERE `+where+s.where+match, slices.Concat(args, s.args, words))
}

// anywhere is the condition that a waiting record lies in one of the branches.
func (s *selection) anywhere() (string, []any) {
	var either []string
	var args []any
	for _, b := range s.branches {
		where := `node = ?`
		args = append(args, b.Scope)
		if !b.Exact { // the scopes that begin so, as 0 comes after /
			where = `node >= ? AND node < ?`
			args = append(args, strings.TrimSuffix(b.Scope, "/")+"0")
		}
		if len(b.States) > 0 {
			where += ` AND status IN (?` + strings.Repeat(`,?`, len(b.States)-1) + `)`
			for _, st := range b.States {
				args = append(args, st)
			}
		}
		own, person := b.own("")
		where, args = where+own, append(args, person...)
		either = append(either, where)
	}
	return `(` + strings.Join(either, ` OR `) + `)`, args
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
		return q + ` AND rid ` + op + ` ?`, append(args, s.after.rid)
	}
	var key any = s.after.text
	if s.sort.numeric {
		key = s.after.number
	}
	return q + ` AND (` + quoted(s.sort.col) + `, rid) ` + op + ` (?, ?)`, append(args, key, s.after.rid)
}

// keys is the SQL of a page's keys. The branches and what waits are merged row by row, so that each is read no further than the page goes;
// on SQLite, a limit of its own would have each of them sorted again.
func (s *selection) keys(limit int) (string, []any) {
	var parts []string
	var args []any
	add := func(q string, more []any) {
		if s.db.Postgres { // which would read and sort them whole
			q = `(` + s.first(q, "k", "rid", limit) + `)`
		}
		parts, args = append(parts, q), append(args, more...)
	}
	for _, b := range s.branches {
		add(s.hung(b))
	}
	add(s.fresh())
	return s.first(strings.Join(parts, s.union()), "2", "1", limit), args
}

// union joins the branches. Rows are told apart only where two branches may hold the same one: some of the states here, others above, or
// one's own.
func (s *selection) union() string {
	if len(s.branches) > 1 && slices.ContainsFunc(s.branches, func(b Branch) bool { return len(b.States) > 0 || b.Field != "" }) {
		return ` UNION `
	}
	return ` UNION ALL `
}

// first orders rows by their key and row number, and stops.
func (s *selection) first(q, k, rid string, limit int) string {
	dir := ""
	if s.sort.desc {
		dir = " DESC"
	}
	q += ` ORDER BY ` + k + dir
	if s.sort.col != "rid" {
		q += `, ` + rid + dir
	}
	return q + ` LIMIT ` + strconv.Itoa(limit)
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
	q, args := s.documents(s.keys(limit + 1))
	var docs, rids sql.Null[string]
	if err := tx.row(q, args...).Scan(&docs, &rids); err != nil {
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
	kept := rids.V[:strings.LastIndexByte(rids.V, ',')]
	rid, err := strconv.ParseInt(kept[strings.LastIndexByte(kept, ',')+1:], 10, 64)
	if err != nil {
		return fmt.Errorf("list %s: %w", s.kind.Path, err)
	}
	p.Next = s.encode([]byte(p.Docs[strings.LastIndexByte(p.Docs, '\n')+1:]), rid)
	return nil
}

// documents is the SQL of a page: the documents and their row numbers, each in one text, since a row each would cost more than the query.
func (s *selection) documents(keys string, args []any) (string, []any) {
	t := s.kind.Table
	if !s.db.Postgres {
		return "SELECT group_concat(d.doc, ',\n'), group_concat(d.rid) FROM (" + keys + `) AS p CROSS JOIN ` + t + ` d ON d.rid = p.rid`, args
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
	for _, b := range s.branches {
		q := `SELECT rid` + column + ` FROM ` + s.kind.Table + `_nodes n WHERE node = ?`
		args = append(args, b.node())
		if len(b.States) > 0 {
			q += ` AND status IN (?` + strings.Repeat(`,?`, len(b.States)-1) + `)`
			for _, st := range b.States {
				args = append(args, st)
			}
		}
		own, person := b.own("")
		match, words := s.kind.match(s.db, s.words)
		parts = append(parts, q+own+s.where+match)
		args = slices.Concat(args, person, s.args, words)
	}
	where, more := s.anywhere()
	match, words := s.kind.matchNew(s.db, s.words)
	parts = append(parts, `SELECT rid`+column+` FROM `+s.kind.Table+`_new w WHERE `+where+s.where+match)
	return strings.Join(parts, s.union()), slices.Concat(args, more, s.args, words)
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
	q, args := s.matching(", " + quoted(name) + " AS v")
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
