package store

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A kind of record has one table. Its columns are what lists filter, sort and hold unique. The document, which is the truth, lies in the
// record's newest event, whose number is seq, so that filters, counts and facets never read it.
//
// Indexes, the same for every kind:
//
//	(scope, rid)         lists in the order of creation
//	(scope, column, rid) lists of few scopes in the order of a column that sorts; (scope, updated_at, rid) for every kind
//	(column, rid, scope) lists of many scopes in that order; (updated_at, rid, scope) for every kind
//	(column, scope, rid) lists narrowed by a column that filters; (status, scope, rid) for every kind
//	(column) unique      keys; (column, top-level unit) for those that each top-level unit has for itself
//
// A SPEC is name[:int][:filter][:sort][:unique|:unit], for example "owner_id:filter", "level_rank:int:sort", "key:unique", "key:unit". Without a
// use the column is kept and not indexed.

// Tables returns the statements that create the table of one kind of record, as {{collection}} does in a migration. Tests use it for kinds of
// their own.
func Tables(engine Engine, name string, specs ...string) (string, error) {
	return dialectOf(engine).collection(name, specs...)
}

// collection returns the statements that create the table of one kind.
func (d dialect) collection(kind string, specs ...string) (string, error) {
	columns, err := parseColumns(kind, specs)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	fmt.Fprintf(&out, "create table \"%s\" (\n\trid %s primary key,\n\tid %s not null,\n\tnumber %[3]s not null,\n\tscope %[3]s not null,\n"+
		"\tstatus %[3]s not null,\n\tversion bigint not null,\n\tseq bigint not null,\n\tupdated_at bigint not null", kind, d.rid(), d.Text)
	for _, c := range columns {
		fmt.Fprintf(&out, ",\n\t\"%s\" %s%s", c.name, d.typeOf(c), c.filled())
	}
	out.WriteString(",\n\tmeta text not null\n);\n")
	index := func(name string, unique bool, parts ...string) {
		if unique {
			fmt.Fprintf(&out, "create unique index \"%s_%s_key\" on \"%[1]s\" (\"%[3]s\");\n", kind, name, strings.Join(parts, `", "`))
			return
		}
		fmt.Fprintf(&out, "create index \"%s_%s\" on \"%[1]s\" (\"%[3]s\");\n", kind, name, strings.Join(append(parts, d.tail()...), `", "`))
	}
	sorted := func(column string) {
		index("by_"+column, false, "scope", column)
		fmt.Fprintf(&out, "create index \"%s_all_by_%s\" on \"%[1]s\" (\"%[2]s\", rid, scope);\n", kind, column)
	}
	index("scope", false, "scope")
	sorted("updated_at")
	index("of_status", false, "status", "scope")
	for _, c := range columns {
		if c.sort {
			sorted(c.name)
		}
		if c.filter {
			index("of_"+c.name, false, c.name, "scope")
		}
		if c.unique {
			index(c.name, true, c.name)
		}
		if c.unit {
			fmt.Fprintf(&out, "create unique index \"%s_%s_key\" on \"%[1]s\" (\"%[2]s\", %[3]s);\n", kind, c.name, d.topUnit())
		}
	}
	return out.String(), nil
}

// rid returns the column type of rid, the row number of a record. The table records assigns it.
func (d dialect) rid() string {
	if d.Postgres {
		return "bigint"
	}
	return "integer"
}

// topUnit returns the expression for the top-level unit of a row's scope. It is the same for all records at the root.
func (d dialect) topUnit() string {
	if d.Postgres {
		return "split_part(scope, '/', 2)"
	}
	return "substr(scope, 1, instr(substr(scope, 2), '/'))"
}

// tail returns the last columns of an index that is not unique. SQLite adds the rid to every index by itself.
func (d dialect) tail() []string {
	if d.Postgres {
		return []string{"rid"}
	}
	return nil
}

type column struct {
	name                            string
	int, filter, sort, unique, unit bool
}

// typeOf returns the SQL type of a column.
func (d dialect) typeOf(c column) string {
	if c.int {
		return "bigint"
	}
	return d.Text
}

// filled returns the constraint NOT NULL for a column that lists sort by. A page continues after the last value of the page before it, and a
// comparison with null matches no row.
func (c column) filled() string {
	if c.sort {
		return " not null"
	}
	return ""
}

// parseColumns parses the SPECs of a kind's columns.
func parseColumns(kind string, specs []string) (columns []column, err error) {
	seen := map[string]bool{}
	for _, spec := range specs {
		c, err := parseColumn(spec)
		if err != nil {
			return nil, err
		}
		if seen[c.name] {
			return nil, fmt.Errorf("column %q of %s is there twice", c.name, kind)
		}
		seen[c.name] = true
		if err := checkNames(kind, kind+"_all_by_"+c.name, kind+"_of_"+c.name, kind+"_"+c.name+"_key"); err != nil {
			return nil, err
		}
		columns = append(columns, c)
	}
	return columns, checkNames(kind + "_all_by_updated_at")
}

// everyKind lists the columns that every kind has.
var everyKind = []string{"rid", "id", "number", "scope", "status", "version", "seq", "updated_at", "meta"}

func parseColumn(spec string) (column, error) {
	parts := strings.Split(spec, ":")
	c := column{name: parts[0]}
	if err := checkNames(c.name); err != nil {
		return c, err
	}
	if slices.Contains(everyKind, c.name) {
		return c, fmt.Errorf("column %q is in every kind already", c.name)
	}
	uses := map[string]*bool{"int": &c.int, "filter": &c.filter, "sort": &c.sort, "unique": &c.unique, "unit": &c.unit}
	for _, part := range parts[1:] {
		use := uses[part]
		if use == nil || *use {
			return c, fmt.Errorf("column %q is not name[:int][:filter][:sort][:unique|:unit]", spec)
		}
		*use = true
	}
	return c, nil
}

// plainName matches names of at most 63 characters. PostgreSQL cuts longer names, which could make two names equal.
var plainName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)

func checkNames(names ...string) error {
	for _, name := range names {
		if !plainName.MatchString(name) {
			return fmt.Errorf("%q is no name for a table, column or index: a-z, 0-9 and _, at most 63", name)
		}
	}
	return nil
}
