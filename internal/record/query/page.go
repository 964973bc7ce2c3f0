package query

import (
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/record/internal/conn"

	"github.com/ki-styring/aims/internal/record"
)

// A page is found in one of four ways. The first that fits is taken, and each reads a bounded number of rows:
//
//   - Few rows pass a filter, as its index tells: they are read and sorted.
//   - The actor reads all of the list, and nothing narrows it: the index of the order holds the page's rows side by side.
//   - The actor reads few scopes: each has its rows in order in the index (scope, column), and these are merged.
//   - The actor reads many scopes: the index of the order is walked, some way. When the page is not full by then, the rows that pass a
//     filter, or several together, are read and sorted unless they are many, and else the scopes that the page's rows lie in are merged.
const (
	fewRows    = 300     // rows that are read and sorted before anything else is tried
	manyRows   = 100_000 // rows that are not read and sorted
	walkedRows = 3000    // rows that are walked in the order of the list
	fewScopes  = 50      // scopes that are merged without a look at which of them come first
)

// page reads a page of a list.
func (s *selection) page(tx *record.Tx, p *Page) error {
	limit := s.query.Limit
	keys, args, err := s.keys(tx, limit+1)
	if err != nil {
		return fmt.Errorf("list %s: %w", s.kind.Path, err)
	}
	if !s.query.Rows {
		if current, err := s.pageOfDocuments(tx, p, keys, args); current || err != nil {
			return err
		}
	}
	rows, last, err := s.read(tx, keys, args)
	if err != nil {
		return err
	}
	if len(rows) > limit {
		rows = rows[:limit]
		p.Next = s.encode(rows[limit-1].RID, last)
	}
	p.N = len(rows)
	if s.query.Rows {
		p.Rows = rows
		return nil
	}
	docs := make([]string, len(rows))
	for i, r := range rows {
		docs[i] = string(r.Doc)
	}
	p.Docs = strings.Join(docs, separator)
	if s.kind.HasMarks() {
		p.meta = func(i int) record.Meta { return rows[i].Meta }
	}
	return nil
}

// separator stands between the documents of a page. No document has a line break.
const separator = ",\n"

// betweenMetas stands between what is kept beside the documents, which has no such character.
const betweenMetas = "\x1e"

// AppendDocs appends the documents of the page, separated by ",\n", with the marks that answers of the kind show at that time.
func (p *Page) AppendDocs(b []byte, k *record.Kind, now time.Time) []byte {
	if p.meta == nil || p.Docs == "" {
		return append(b, p.Docs...)
	}
	i := 0
	for doc := range strings.SplitSeq(p.Docs, separator) {
		if i > 0 {
			b = append(b, separator...)
		}
		b = append(k.AppendMarks(append(b, doc[:len(doc)-1]...), p.meta(i), now), '}')
		i++
	}
	return b
}

// pageOfDocuments reads a page as one text. It is not current when a document of an earlier schema is among them, which must be converted.
func (s *selection) pageOfDocuments(tx *record.Tx, p *Page, keys string, args []any) (current bool, err error) {
	var docs, rids, metas sql.Null[string]
	var schema sql.Null[int]
	var last any
	if err := tx.Conn().Row(s.documents(keys), args...).Scan(&docs, &rids, &schema, &metas, &last); err != nil {
		return false, fmt.Errorf("list %s: %w", s.kind.Path, err)
	}
	if docs.V == "" {
		return true, nil
	}
	if schema.V < s.kind.Schema {
		return false, nil
	}
	limit := s.query.Limit
	p.Docs, p.N = docs.V, strings.Count(rids.V, ",")+1
	more := p.N > limit
	if more {
		p.N = limit
		p.Docs = p.Docs[:strings.LastIndex(p.Docs, separator)]
	}
	if s.kind.HasMarks() {
		kept := strings.Split(metas.V, betweenMetas)
		p.meta = func(i int) record.Meta { return record.ParseMeta(kept[i]) }
	}
	if !more {
		return true, nil
	}
	kept := rids.V[:strings.LastIndexByte(rids.V, ',')]
	rid, err := strconv.ParseInt(kept[strings.LastIndexByte(kept, ',')+1:], 10, 64)
	if err != nil {
		return false, fmt.Errorf("list %s: %w", s.kind.Path, err)
	}
	p.Next = s.encode(rid, last)
	return true, nil
}

// documents is the SQL of a page: the documents and their rids, each in one text, since a row each would cost more than the query; the oldest
// schema of the documents; what is kept beside them, when marks need it; and the sort key of the page's last row.
func (s *selection) documents(keys string) string {
	if s.sort.col == "rid" { // its own sort key
		return s.joined(`(`+keys+`) AS p`, `NULL`)
	}
	order := "" // SQLite keeps that of the keys, here as in group_concat
	if s.postgres {
		order = s.sort.order("k", "rid")
	}
	return `WITH p AS MATERIALIZED (` + keys + `) ` + s.joined(`p`, `(SELECT k FROM p`+order+` LIMIT 1 OFFSET `+strconv.Itoa(s.query.Limit-1)+`)`)
}

func (s *selection) joined(keys, last string) string {
	metas := `NULL`
	if !s.postgres {
		if s.kind.HasMarks() {
			metas = `group_concat(t.meta, char(30))`
		}
		return "SELECT group_concat(e.doc, ',\n'), group_concat(p.rid), MIN(e.schema), " + metas + `, ` + last +
			` FROM ` + keys + ` CROSS JOIN ` + s.kind.Table + ` t ON t.rid = p.rid CROSS JOIN events e ON e.seq = t.seq`
	}
	order := s.sort.order("p.k", "p.rid")
	if s.kind.HasMarks() {
		metas = `string_agg(t.meta, chr(30)` + order + `)`
	}
	return `SELECT string_agg(e.doc, E',\n'` + order + `), string_agg(p.rid::text, ','` + order + `), MIN(e.schema), ` + metas + `, ` + last +
		` FROM ` + keys + ` JOIN ` + s.kind.Table + ` t ON t.rid = p.rid JOIN events e ON e.seq = t.seq`
}

// read reads the rows of a page with what is kept beside their documents, and the sort key of the page's last row.
func (s *selection) read(tx *record.Tx, keys string, args []any) (out []*record.Row, last any, err error) {
	rows, err := tx.Conn().Query(`SELECT `+record.Columns+`, p.k FROM (`+keys+`) AS p JOIN `+
		s.kind.Table+` t ON t.rid = p.rid JOIN events e ON e.seq = t.seq`+s.sort.order("p.k", "p.rid"), args...)
	if err != nil {
		return nil, nil, fmt.Errorf("list %s: %w", s.kind.Path, err)
	}
	defer rows.Close() //nolint:errcheck // read only
	for rows.Next() {
		var key any
		r, err := s.kind.Scan(rows, &key)
		if err != nil {
			return nil, nil, fmt.Errorf("list %s: %w", s.kind.Path, err)
		}
		if out = append(out, r); len(out) == s.query.Limit {
			last = key
		}
	}
	return out, last, rows.Err()
}

// keys is the SQL of a page's rids and sort keys, found in the way that fits.
func (s *selection) keys(tx *record.Tx, limit int) (string, []any, error) {
	if q, args, err := s.passing(tx, limit, fewRows); q != "" || err != nil {
		return q, args, err
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
		q, args := s.walk(limit)
		full, err := count(tx, `SELECT COUNT(*) FROM (`+q+`) AS p`, args...)
		if err != nil || full == int64(limit) {
			return q, args, err
		}
		if q, args, err := s.passing(tx, limit, manyRows); q != "" || err != nil {
			return q, args, err
		}
		if q, args, err := s.common(tx, limit); q != "" || err != nil {
			return q, args, err
		}
		if scopes, err = s.first(tx, lead, limit); err != nil {
			return "", nil, err
		}
	}
	q, args := s.merge(lead, scopes, limit)
	return q, args, nil
}

// passing is the SQL of a page among the rows that pass one of the filters, if one lets no more pass than that; nothing otherwise.
func (s *selection) passing(tx *record.Tx, limit, most int) (string, []any, error) {
	for i := range s.filters {
		few, err := s.few(tx, i, most)
		if err != nil {
			return "", nil, err
		}
		if few {
			q, args := s.sorted(i, limit)
			return q, args, nil
		}
	}
	return "", nil, nil
}

// common is the SQL of a page among the rows that several filters have in common, if these are not too many; nothing otherwise.
func (s *selection) common(tx *record.Tx, limit int) (string, []any, error) {
	one, ok := s.together()
	if !ok {
		return "", nil, nil
	}
	few, err := one.few(tx, len(s.filters), manyRows)
	if err != nil || !few {
		return "", nil, err
	}
	q, args := one.sorted(len(s.filters), limit)
	return q, args, nil
}

// together adds a last filter, which finds the rows that several filters have in common by their indexes. It is not ok for fewer than two.
func (s *selection) together() (one *selection, ok bool) {
	all, n := filter{}, 0
	for _, f := range s.filters {
		if !f.one {
			continue
		}
		if n++; n > 1 {
			all.rids += ` INTERSECT `
		}
		all.rids += `SELECT t.rid AS docid FROM ` + s.kind.Table + ` t` + s.by(f.index) + ` WHERE ` + f.sql
		all.args = append(all.args, f.args...)
	}
	added := *s
	added.filters = append(slices.Clone(s.filters), all)
	return &added, n > 1
}

// few tells whether no more rows than that pass a filter, in the actor's reach if the index holds scopes. Only an index can tell.
func (s *selection) few(tx *record.Tx, i, most int) (bool, error) {
	f := s.filters[i]
	q, args := f.rids, f.args
	switch {
	case f.index != "":
		where, more := reach(s.branches)
		q, args = `SELECT 1 FROM `+s.kind.Table+` t WHERE `+f.sql+` AND `+where, slices.Concat(args, more)
	case f.rids == "":
		return false, nil
	}
	n, err := count(tx, `SELECT COUNT(*) FROM (`+q+` LIMIT `+strconv.Itoa(most+1)+`) AS m`, args...)
	return n <= int64(most), err
}

// sorted is the SQL of a page among the few rows that pass a filter.
func (s *selection) sorted(i, limit int) (string, []any) {
	f := s.filters[i]
	from, args := s.kind.Table+` t`, []any(nil)
	if f.rids != "" {
		from, args = `(`+f.rids+`) AS m (rid) JOIN `+s.kind.Table+` t ON t.rid = m.rid`, f.args
		if !s.postgres {
			from = `(` + f.rids + `) AS m CROSS JOIN ` + s.kind.Table + ` t ON t.rid = m.docid`
		}
	} else {
		from += s.by(f.index)
	}
	where, more := reach(s.branches)
	args = slices.Concat(args, more)
	for j, o := range s.filters {
		if j != i || f.rids == "" {
			where, args = where+` AND `+o.check, slices.Concat(args, o.checked)
		}
	}
	after, more := s.beyond()
	return `SELECT t.rid, ` + s.key() + ` AS k FROM ` + from + ` WHERE ` + where + after + s.sort.order(s.key(), "t.rid") + ` LIMIT ` + strconv.Itoa(limit), append(args, more...)
}

// everything tells whether the list is that of all records of the kind.
func (s *selection) everything() bool {
	return len(s.filters) == 0 && slices.ContainsFunc(s.branches, func(b record.Branch) bool {
		return b.Scope == "/" && !b.Exact && len(b.States) == 0 && b.Field == ""
	})
}

// all is the SQL of a page of such a list.
func (s *selection) all(limit int) (string, []any) {
	after, args := s.beyond()
	return `SELECT t.rid, ` + s.key() + ` AS k FROM ` + s.ordered() + ` WHERE 1 = 1` + after + s.sort.order(s.key(), "t.rid") + ` LIMIT ` + strconv.Itoa(limit), args
}

// walk is the SQL of a page among the next rows in the order of the list.
func (s *selection) walk(limit int) (string, []any) {
	where, args := s.conditions(s.branches)
	after, more := s.beyond()
	from := `SELECT * FROM ` + s.ordered() + ` WHERE 1 = 1` + after + s.sort.order(s.key(), "t.rid") + ` LIMIT ` + strconv.Itoa(walkedRows)
	return `SELECT t.rid, ` + s.key() + ` AS k FROM (` + from + `) AS t WHERE ` + where + ` LIMIT ` + strconv.Itoa(limit), append(more, args...)
}

// ordered is the kind's table as it is read in the order of the list: the order of creation is that of the table itself.
func (s *selection) ordered() string {
	if s.sort.col == "rid" {
		return s.kind.Table + ` t`
	}
	return s.kind.Table + ` t` + s.by("all_by_"+s.sort.col)
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
	if s.postgres || index == "" {
		return ""
	}
	return ` INDEXED BY "` + s.kind.Table + `_` + index + `"`
}

// ofField names the index that holds the records of a branch for the actor's own records. There is none for a path to another record.
func ofField(b record.Branch) string {
	if len(b.Hops) > 0 {
		return ""
	}
	return "of_" + b.Field
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
func (s *selection) key() string { return `t.` + conn.Quoted(s.sort.col) }

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
func reach(branches []record.Branch) (string, []any) {
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
			args = append(args, b.Scope, record.AfterScope(b.Scope))
		}
		if len(b.States) > 0 {
			all += ` AND t.status IN ` + conn.Marks(len(b.States))
			for _, st := range b.States {
				args = append(args, st)
			}
		}
		switch {
		case b.Within != "":
			all += ` AND ` + record.Leads(b.Hops, `t.rid`, `SELECT docid FROM records WHERE scope >= ? AND scope < ?`)
			args = append(args, b.Within, record.AfterScope(b.Within))
		case len(b.Hops) > 0:
			all += ` AND ` + record.Leads(b.Hops, `t.rid`, `SELECT docid FROM records WHERE id = ?`)
			args = append(args, b.Person)
		case b.Field != "":
			all += ` AND t.` + conn.Quoted(b.Field) + ` = ?`
			args = append(args, b.Person)
		}
		either[i] = all
	}
	if len(either) == 1 {
		return either[0], args
	}
	return `(` + strings.Join(either, ` OR `) + `)`, args
}

// conditions are all that a row must meet, each row by itself: to lie in one of the branches, and every filter.
func (s *selection) conditions(branches []record.Branch) (string, []any) {
	q, args := reach(branches)
	for _, f := range s.filters {
		q, args = q+` AND `+f.check, append(args, f.checked...)
	}
	return q, args
}

// where is the same for the whole list; the database chooses how to find the rows.
func (s *selection) where() (string, []any) {
	q, args := reach(s.branches)
	for _, f := range s.filters {
		q, args = q+` AND `+f.sql, append(args, f.args...)
	}
	return q, args
}
