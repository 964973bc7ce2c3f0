package query

import (
	"cmp"
	"database/sql"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/internal/conn"
)

// A facet counts a list's records by the values of a column. It is found in one of these ways:
//
//   - The list has filters, or the actor reads few records: they are read once for all facets.
//   - The column has few values: the index (column, scope) counts the records of each value in each of the actor's branches.
//     PostgreSQL reads records and whole indexes faster than it looks values up, so only SQLite does this.
//   - The actor reads at most manyRows records: they are read.
//   - Otherwise the whole index (column, scope) is read.
const (
	facetValues  = 200  // values that a facet shows: those with most records
	facetLookups = 2000 // values times branches that are counted one by one
)

// facet is a column whose values are counted.
type facet struct {
	name    string
	column  string // in SQL
	boolean bool
	indexed bool // there is an index (column, scope)
}

// counts are the numbers of records by facet and value.
type counts = map[string]map[string]int64

// tally sets the page's total and facets, as the query asks.
func (s *selection) tally(tx *record.Tx, p *Page) error {
	facets, err := s.facets()
	if err != nil {
		return err
	}
	if len(facets) > 0 {
		p.Facets = counts{}
	}
	total := int64(-1)
	switch {
	case len(s.branches) == 0:
		total = 0
		for _, f := range facets {
			p.Facets[f.name] = map[string]int64{}
		}
	case len(facets) > 0:
		if total, err = s.fill(tx, facets, p.Facets); err != nil {
			return fmt.Errorf("facets of %s: %w", s.kind.Path, err)
		}
	}
	if !s.query.Count {
		return nil
	}
	if total < 0 {
		if total, err = s.count(tx); err != nil {
			return err
		}
	}
	p.Total = &total
	return nil
}

// facets returns the columns that the query asks for, each once.
func (s *selection) facets() (out []facet, err error) {
	for _, name := range s.query.Facets {
		f, _, err := filterable(s.kind, name)
		if err != nil || f != nil && f.Type.Kind() == reflect.Slice {
			return nil, badFacet(name)
		}
		if !slices.ContainsFunc(out, func(o facet) bool { return o.name == name }) {
			out = append(out, facet{name, `t.` + conn.Quoted(name), f != nil && f.Type.Kind() == reflect.Bool, f == nil || f.Filter})
		}
	}
	return out, nil
}

func (s *selection) count(tx *record.Tx) (int64, error) {
	if len(s.branches) == 0 {
		return 0, nil
	}
	where, args := s.where()
	n, err := count(tx, `SELECT COUNT(*) FROM `+s.kind.Table+` t WHERE `+where, args...)
	if err != nil {
		return 0, fmt.Errorf("count %s: %w", s.kind.Path, err)
	}
	return n, nil
}

// count gives the number that a statement answers.
func count(tx *record.Tx, q string, args ...any) (n int64, err error) {
	return n, tx.Conn().Row(q, args...).Scan(&n)
}

// fill puts the facets into out. It returns the number of records in the list if the facets tell it, and otherwise -1.
func (s *selection) fill(tx *record.Tx, facets []facet, out counts) (total int64, err error) {
	if len(s.filters) > 0 {
		return s.grouped(tx, facets, out)
	}
	n := int64(manyRows + 1)
	if !s.everything() {
		where, args := reach(s.branches)
		n, err = count(tx, `SELECT COUNT(*) FROM (SELECT 1 FROM `+s.kind.Table+` t WHERE `+where+` LIMIT `+strconv.Itoa(manyRows+1)+`) AS m`, args...)
		if err != nil {
			return 0, err
		}
	}
	if n <= walkedRows || s.postgres && n <= manyRows {
		return s.grouped(tx, facets, out)
	}
	if total = n; n > manyRows {
		total = -1
	}
	for _, f := range facets {
		counted, ok, err := s.byValue(tx, f, out)
		switch {
		case err != nil || ok:
		case n <= manyRows:
			counted, err = s.grouped(tx, []facet{f}, out)
		default:
			counted, err = s.byIndex(tx, f, out)
		}
		if err != nil {
			return 0, err
		}
		if f.name == "status" && len(out[f.name]) < facetValues { // every record has one, and all are counted
			total = counted
		}
	}
	return total, nil
}

// grouped reads the records of the list once for these facets. It returns their number.
func (s *selection) grouped(tx *record.Tx, facets []facet, out counts) (total int64, err error) {
	columns := make([]string, len(facets))
	for i, f := range facets {
		columns[i] = f.column
	}
	by := strings.Join(columns, ", ")
	where, args := s.where()
	total, _, err = s.add(tx, facets, out, `SELECT COUNT(*), `+by+` FROM `+s.kind.Table+` t WHERE `+where+` GROUP BY `+by, args)
	return total, err
}

// byValue counts the records of each value in each branch. That takes an index, branches that have no record in common, and few values;
// ok is false otherwise. It returns how many records have a value.
func (s *selection) byValue(tx *record.Tx, f facet, out counts) (total int64, ok bool, err error) {
	overlap := func(b record.Branch) bool { return len(b.States) > 0 || b.Field != "" }
	if s.postgres || !f.indexed || len(s.branches) > 1 && slices.ContainsFunc(s.branches, overlap) {
		return 0, false, nil
	}
	var args []any
	each := make([]string, len(s.branches))
	for i := range s.branches {
		where, more := reach(s.branches[i : i+1])
		each[i] = `(SELECT COUNT(*) FROM ` + s.kind.Table + ` t` + s.by("of_"+f.name) + ` WHERE ` + f.column + ` = v.x AND ` + where + `)`
		args = append(args, more...)
	}
	least := `SELECT MIN(` + f.column + `) FROM ` + s.kind.Table + ` t` // each value is looked up after the one before it
	limit := facetLookups / len(s.branches)
	total, values, err := s.add(tx, []facet{f}, out, `WITH RECURSIVE v (x) AS (`+least+` UNION ALL SELECT (`+least+` WHERE `+f.column+` > v.x) FROM v WHERE v.x IS NOT NULL)
		SELECT `+strings.Join(each, ` + `)+`, x FROM v WHERE x IS NOT NULL LIMIT `+strconv.Itoa(limit+1), args)
	return total, values <= limit, err
}

// byIndex reads the whole index. It returns how many records have the values that the facet shows.
func (s *selection) byIndex(tx *record.Tx, f facet, out counts) (int64, error) {
	from := s.kind.Table + ` t`
	if f.indexed {
		from += s.by("of_" + f.name)
	}
	where, args := s.where()
	q := `SELECT COUNT(*), ` + f.column + ` FROM ` + from + ` WHERE ` + where + ` AND ` + f.column + ` IS NOT NULL GROUP BY ` + f.column +
		` ORDER BY 1 DESC, 2 LIMIT ` + strconv.Itoa(facetValues)
	total, _, err := s.add(tx, []facet{f}, out, q, args)
	return total, err
}

// add reads rows of a number of records and their values, and adds them to the facets. It returns the number of all records, and that of rows.
func (s *selection) add(tx *record.Tx, facets []facet, out counts, q string, args []any) (total int64, read int, err error) {
	rows, err := tx.Conn().Query(q, args...)
	if err != nil {
		return 0, 0, err
	}
	defer rows.Close() //nolint:errcheck // read only
	var n int64
	values, into := make([]sql.NullString, len(facets)), []any{&n}
	for i, f := range facets {
		out[f.name] = map[string]int64{}
		into = append(into, &values[i])
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return 0, 0, err
		}
		total, read = total+n, read+1
		for i, f := range facets {
			v := values[i]
			if !v.Valid || n == 0 {
				continue
			}
			if f.boolean {
				v.String = strconv.FormatBool(v.String == "1")
			}
			out[f.name][v.String] += n
		}
	}
	for _, f := range facets {
		keepMost(out[f.name])
	}
	return total, read, rows.Err()
}

// keepMost keeps the values that most records have.
func keepMost(facet map[string]int64) {
	if len(facet) <= facetValues {
		return
	}
	values := slices.SortedFunc(maps.Keys(facet), func(a, b string) int {
		return cmp.Or(cmp.Compare(facet[b], facet[a]), strings.Compare(a, b))
	})
	for _, v := range values[facetValues:] {
		delete(facet, v)
	}
}
