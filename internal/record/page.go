package record

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// A page is found in one of three ways. None reads much more than the page holds, however many records there are:
//
//   - Few rows pass a filter, which its index tells at once: they are read and sorted.
//   - The list is in the order of creation, and the actor reads much of it: the table is walked in that order, some way.
//   - Otherwise, each scope that holds rows has them in order in the index (scope, column): these are merged.
const (
	fewRows    = 300  // rows that are read and sorted
	walkedRows = 3000 // rows of the table that are walked
	fewScopes  = 50   // scopes that are merged without a look at which of them come first
)

// page reads a page of a list.
func (s *selection) page(tx *Tx, p *Page) error {
	limit := s.query.Limit
	keys, args, err := s.keys(tx, limit+1)
	if err != nil {
		return fmt.Errorf("list %s: %w", s.kind.Path, err)
	}
	if s.query.Rows {
		rows, err := s.read(tx, keys, args)
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
	var docs, rids sql.Null[string]
	if err := tx.row(s.documents(keys), args...).Scan(&docs, &rids); err != nil {
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

// documents is the SQL of a page: the documents and their rids, each in one text, since a row each would cost more than the query.
func (s *selection) documents(keys string) string {
	if !s.db.Postgres {
		return "SELECT group_concat(d.doc, ',\n'), group_concat(d.docid) FROM (" + keys + `) AS p CROSS JOIN documents d ON d.docid = p.rid`
	}
	order := s.sort.order("p.k", "p.rid")
	return `SELECT string_agg(d.doc, E',\n'` + order + `), string_agg(d.docid::text, ','` + order + `) FROM (` + keys + `) AS p JOIN documents d ON d.docid = p.rid`
}

// read reads the rows of a page with what is kept beside their documents.
func (s *selection) read(tx *Tx, keys string, args []any) ([]*Row, error) {
	rows, err := tx.query(`SELECT t.rid, t.id, t.number, t.scope, t.version, t.status, t.updated_at, t.meta, d.doc FROM (`+keys+`) AS p JOIN `+
		s.kind.Table+` t ON t.rid = p.rid JOIN documents d ON d.docid = p.rid`+s.sort.order("p.k", "p.rid"), args...)
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

// keys is the SQL of a page's rids and sort keys, found in the way that fits.
func (s *selection) keys(tx *Tx, limit int) (string, []any, error) {
	for i := range s.filters {
		few, err := s.few(tx, i)
		if err != nil {
			return "", nil, err
		}
		if few {
			q, args := s.sorted(i, limit)
			return q, args, nil
		}
	}
	if s.everything() {
		q, args := s.all(limit)
		return q, args, nil
	}
	lead := s.leading()
	scopes, err := s.scopes(tx, lead, fewScopes+1)
	if err != nil {
		return "", nil, err
	}
	if len(scopes) > fewScopes {
		if s.sort.col == "rid" {
			q, args := s.walk(limit)
			full, err := tx.count(`SELECT COUNT(*) FROM (`+q+`) AS p`, args...)
			if err != nil || full == int64(limit) {
				return q, args, err
			}
		}
		if scopes, err = s.first(tx, lead, limit); err != nil {
			return "", nil, err
		}
	}
	q, args := s.merge(lead, scopes, limit)
	return q, args, nil
}

// few tells whether few rows in the actor's reach pass a filter. Only an index can tell.
func (s *selection) few(tx *Tx, i int) (bool, error) {
	f := s.filters[i]
	q, args := f.rids, f.args
	switch {
	case f.index != "":
		where, more := reach(s.branches)
		q, args = `SELECT 1 FROM `+s.kind.Table+` t WHERE `+f.sql+` AND `+where, slices.Concat(args, more)
	case f.rids == "":
		return false, nil
	}
	n, err := tx.count(`SELECT COUNT(*) FROM (`+q+` LIMIT `+strconv.Itoa(fewRows+1)+`) AS m`, args...)
	return n <= fewRows, err
}

// sorted is the SQL of a page among the few rows that pass a filter.
func (s *selection) sorted(i, limit int) (string, []any) {
	f := s.filters[i]
	reach, args := s.conditions(s.branches)
	from := s.kind.Table + ` t`
	if f.rids != "" {
		from = `(` + f.rids + `) AS m (rid) JOIN ` + s.kind.Table + ` t ON t.rid = m.rid`
		if !s.db.Postgres {
			from = `(` + f.rids + `) AS m CROSS JOIN ` + s.kind.Table + ` t ON t.rid = m.docid`
		}
		args = append(append([]any{}, f.args...), args...)
	} else {
		from += s.by(f.index)
	}
	after, more := s.beyond()
	return `SELECT t.rid, ` + s.key() + ` AS k FROM ` + from + ` WHERE ` + reach + after + s.sort.order(s.key(), "t.rid") + ` LIMIT ` + strconv.Itoa(limit), append(args, more...)
}

// everything tells whether the list is that of all records of the kind, in the order of creation.
func (s *selection) everything() bool {
	return s.sort.col == "rid" && len(s.filters) == 0 && slices.ContainsFunc(s.branches, func(b Branch) bool {
		return b.Scope == "/" && !b.Exact && len(b.States) == 0 && b.Field == ""
	})
}

// all is the SQL of a page of such a list.
func (s *selection) all(limit int) (string, []any) {
	after, args := s.beyond()
	return `SELECT t.rid, t.rid AS k FROM ` + s.kind.Table + ` t WHERE 1 = 1` + after + s.sort.order("t.rid", "t.rid") + ` LIMIT ` + strconv.Itoa(limit), args
}

// walk is the SQL of a page among the next rows in the order of creation.
func (s *selection) walk(limit int) (string, []any) {
	where, args := s.conditions(s.branches)
	after, more := s.beyond()
	from := `SELECT * FROM ` + s.kind.Table + ` t WHERE 1 = 1` + after + s.sort.order("t.rid", "t.rid") + ` LIMIT ` + strconv.Itoa(walkedRows)
	return `SELECT t.rid, t.rid AS k FROM (` + from + `) AS t WHERE ` + where + ` LIMIT ` + strconv.Itoa(limit), append(more, args...)
}

// leading is the filter whose index gives each scope's rows in the order of the list, or -1: then it is the index of the order itself.
func (s *selection) leading() int {
	if s.sort.col != "rid" {
		return -1
	}
	for i, f := range s.filters {
		if f.index != "" && f.one {
			return i
		}
	}
	return -1
}

// index names the index that holds a scope's rows in the order of the list.
func (s *selection) index(lead int) string {
	switch {
	case lead >= 0:
		return s.filters[lead].index
	case s.sort.col == "rid":
		return "scope"
	default:
		return "by_" + s.sort.col
	}
}

// by has SQLite use an index, whatever else it would choose.
func (s *selection) by(index string) string {
	if s.db.Postgres {
		return ""
	}
	return ` INDEXED BY "` + s.kind.Table + `_` + index + `"`
}

// scopes lists the scopes in the actor's reach that hold rows, at most limit of them. Each costs one look into the index.
func (s *selection) scopes(tx *Tx, lead, limit int) (out []string, err error) {
	seen := map[string]bool{}
	for _, b := range s.places() {
		found := []string{b.Scope}
		if !b.Exact {
			if found, err = s.scopesBelow(tx, lead, b.Scope, limit); err != nil {
				return nil, err
			}
		}
		for _, scope := range found {
			if !seen[scope] {
				seen[scope] = true
				out = append(out, scope)
			}
		}
	}
	return out, nil
}

func (s *selection) scopesBelow(tx *Tx, lead int, scope string, limit int) ([]string, error) {
	where, args := "", []any(nil)
	if lead >= 0 {
		where, args = s.filters[lead].sql+` AND `, s.filters[lead].args
	}
	least := `SELECT MIN(t.scope) FROM ` + s.kind.Table + ` t WHERE ` + where
	q := `WITH RECURSIVE found (scope) AS (` + least + `t.scope >= ? AND t.scope < ?
		UNION ALL SELECT (` + least + `t.scope > found.scope AND t.scope < ?) FROM found WHERE found.scope IS NOT NULL)
		SELECT scope FROM found WHERE scope IS NOT NULL LIMIT ` + strconv.Itoa(limit)
	end := afterScope(scope)
	return tx.texts(q, append(append(append(append([]any{}, args...), scope, end), args...), end)...)
}

// first lists, of many scopes, those that the page's rows lie in: each of the first rows of all is the first of its scope, or comes after it.
func (s *selection) first(tx *Tx, lead, limit int) ([]string, error) {
	scopes, err := s.scopes(tx, lead, 1<<30)
	if err != nil {
		return nil, err
	}
	from, list := `json_each(?) s`, any(nil)
	scope := `s.value`
	raw, err := json.Marshal(scopes)
	if err != nil {
		return nil, fmt.Errorf("name scopes: %w", err)
	}
	list = string(raw)
	if s.db.Postgres {
		from, scope = `jsonb_array_elements_text(CAST(? AS jsonb)) s (value)`, `s.value COLLATE "C"`
	}
	where, args := s.conditions(s.places())
	after, more := s.beyond()
	head := `SELECT t.rid FROM ` + s.kind.Table + ` t` + s.by(s.index(lead)) + ` WHERE t.scope = ` + scope + ` AND ` + where + after + s.sort.order(s.key(), "t.rid") + ` LIMIT 1`
	q := `SELECT h.scope FROM (SELECT ` + scope + ` AS scope, (` + head + `) AS rid FROM ` + from + `) AS h JOIN ` + s.kind.Table + ` t ON t.rid = h.rid` +
		s.sort.order(s.key(), "t.rid") + ` LIMIT ` + strconv.Itoa(limit)
	return tx.texts(q, append(append(append([]any{}, args...), more...), list)...)
}

// merge is the SQL of a page out of the rows of each scope, which an index holds in order, and out of those that are the actor's own.
// SQLite merges them row by row, so that each is read no further than the page goes.
func (s *selection) merge(lead int, scopes []string, limit int) (string, []any) {
	after, more := s.beyond()
	var terms []string
	var args []any
	add := func(index string, branches []Branch, first ...any) {
		where, each := s.conditions(branches)
		q := `SELECT t.rid, ` + s.key() + ` AS k FROM ` + s.kind.Table + ` t` + s.by(index) + ` WHERE `
		if len(first) > 0 {
			q += `t.scope = ? AND `
		}
		if q += where + after; s.db.Postgres {
			q = `SELECT rid, k FROM (` + q + s.sort.order(s.key(), "t.rid") + ` LIMIT ` + strconv.Itoa(limit) + `) AS t`
		}
		terms, args = append(terms, q), append(append(append(args, first...), each...), more...)
	}
	for _, scope := range scopes {
		add(s.index(lead), s.places(), scope)
	}
	union := ` UNION ALL `
	for _, b := range s.branches {
		if b.Field != "" {
			union = ` UNION ` // a row may be found in its scope too
			add("of_"+b.Field, []Branch{b})
		}
	}
	if len(terms) == 0 {
		return `SELECT t.rid, t.rid AS k FROM ` + s.kind.Table + ` t WHERE 1 = 0`, nil
	}
	return strings.Join(terms, union) + s.sort.order("2", "1") + ` LIMIT ` + strconv.Itoa(limit), args
}

// places are the actor's branches but for those that reach their own records alone.
func (s *selection) places() (out []Branch) {
	for _, b := range s.branches {
		if b.Field == "" {
			out = append(out, b)
		}
	}
	return out
}

// order is the SQL of the list's order by a key and a rid.
func (k sortKey) order(key, rid string) string {
	dir := ""
	if k.desc {
		dir = " DESC"
	}
	if k.col == "rid" {
		return ` ORDER BY ` + key + dir
	}
	return ` ORDER BY ` + key + dir + `, ` + rid + dir
}

// key is the column that the list is sorted by.
func (s *selection) key() string { return `t.` + quoted(s.sort.col) }

// beyond is the condition that a row comes after the page before, beginning with AND.
func (s *selection) beyond() (string, []any) {
	if s.after == nil {
		return "", nil
	}
	op := ">"
	if s.sort.desc {
		op = "<"
	}
	if s.sort.col == "rid" {
		return ` AND t.rid ` + op + ` ?`, []any{s.after.rid}
	}
	var key any = s.after.text
	if s.sort.numeric {
		key = s.after.number
	}
	return ` AND (` + s.key() + `, t.rid) ` + op + ` (?, ?)`, []any{key, s.after.rid}
}

// reach is the condition that a row lies in one of the branches.
func reach(branches []Branch) (string, []any) {
	if len(branches) == 0 {
		return `1 = 0`, nil
	}
	either := make([]string, len(branches))
	var args []any
	for i, b := range branches {
		all := `t.scope = ?`
		switch {
		case b.Exact:
			args = append(args, b.Scope)
		case b.Scope == "/":
			all = `1 = 1`
		default:
			all = `t.scope >= ? AND t.scope < ?`
			args = append(args, b.Scope, afterScope(b.Scope))
		}
		if len(b.States) > 0 {
			all += ` AND t.status IN ` + marks(len(b.States))
			for _, st := range b.States {
				args = append(args, st)
			}
		}
		if b.Field != "" {
			all += ` AND t.` + quoted(b.Field) + ` = ?`
			args = append(args, b.Person)
		}
		either[i] = all
	}
	if len(either) == 1 {
		return either[0], args
	}
	return `(` + strings.Join(either, ` OR `) + `)`, args
}

// afterScope is the end of the scopes below one: 0 comes after /.
func afterScope(scope string) string { return strings.TrimSuffix(scope, "/") + "0" }

// conditions are all that a row must meet: to lie in one of the branches, and every filter.
func (s *selection) conditions(branches []Branch) (string, []any) {
	q, args := reach(branches)
	for _, f := range s.filters {
		q, args = q+` AND `+f.sql, append(args, f.args...)
	}
	return q, args
}

// where is the same for the whole list; the database chooses how to find the rows.
func (s *selection) where() (string, []any) { return s.conditions(s.branches) }

func (s *selection) count(tx *Tx) (int64, error) {
	if len(s.branches) == 0 {
		return 0, nil
	}
	where, args := s.where()
	n, err := tx.count(`SELECT COUNT(*) FROM `+s.kind.Table+` t WHERE `+where, args...)
	if err != nil {
		return 0, fmt.Errorf("count %s: %w", s.kind.Path, err)
	}
	return n, nil
}

// count gives the number that a statement answers.
func (tx *Tx) count(q string, args ...any) (n int64, err error) {
	return n, tx.row(q, args...).Scan(&n)
}

func (s *selection) facet(tx *Tx, name string) (map[string]int64, error) {
	f, _, err := s.kind.filterable(name)
	if err != nil || f != nil && f.Type.Kind() == reflect.Slice {
		return nil, badFacet(name)
	}
	out := map[string]int64{}
	if len(s.branches) == 0 {
		return out, nil
	}
	where, args := s.where()
	from := s.kind.Table + ` t`
	if len(s.filters) == 0 && (f == nil || f.Filter) {
		from += s.by("of_" + name) // which holds the values in order, with their scopes
	}
	value := `t.` + quoted(name)
	rows, err := tx.query(`SELECT `+value+`, COUNT(*) FROM `+from+` WHERE `+where+` AND `+value+` IS NOT NULL GROUP BY `+value+` ORDER BY 2 DESC LIMIT 200`, args...)
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
