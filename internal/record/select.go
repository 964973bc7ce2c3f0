package record

import (
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

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
