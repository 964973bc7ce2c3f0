package store

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"text/template"
)

// tables are those of one kind of record. The document is the truth; the rest are copies for filters, sorts and constraints:
// one row in <kind>_nodes per ancestor scope of the record and one whose node is '=' and the scope itself, and the words that q searches.
// Every index costs an entry per ancestor at every write, so a column that few values fill (a status, a choice) is plain: a filter on it is
// checked along the order of the list. A node's rows are found by node and rid.
// On SQLite <kind>_words is a virtual table, keyed by docid, that no foreign key reaches; a trigger deletes from it instead.
var tables = template.Must(template.New("kind").Parse(`
create table "{{.Kind}}" (
	rid {{if .SQLite}}integer primary key autoincrement{{else}}bigint generated always as identity primary key{{end}},
	id {{.Text}} not null unique,
	number {{.Text}} not null unique,
	scope {{.Text}} not null,
	version bigint not null,
	status {{.Text}} not null,
	updated_at bigint not null,
	doc text not null,
	meta text not null
	{{- range .Columns}}{{if .Unique}},
	"{{.Name}}" {{$.TypeOf .}}{{end}}{{end}}
);
create table "{{.Kind}}_nodes" (
	node {{.Text}} not null,
	rid bigint not null,
	status {{.Text}} not null,
	updated_at bigint not null,
	{{- range .Columns}}
	"{{.Name}}" {{$.TypeOf .}}{{.Filled}},{{end}}
	primary key (node, rid)
){{.Clustered}};
create index "{{.Kind}}_nodes_updated_at" on "{{.Kind}}_nodes" (node, updated_at, rid);
{{if .SQLite -}}
create virtual table "{{.Kind}}_words" using fts4 (words, tokenize=simple, matchinfo=fts3);
create trigger "{{.Kind}}_words_delete" after delete on "{{.Kind}}"
begin delete from "{{.Kind}}_words" where docid = old.rid; end;
{{else -}}
create table "{{.Kind}}_words" (
	rid bigint primary key references "{{.Kind}}" (rid) on delete cascade,
	words tsvector not null
);
create index "{{.Kind}}_words_words" on "{{.Kind}}_words" using gin (words);
{{end -}}
`))

// Tables returns the statements that create the tables of one kind of record, as {{collection}} and {{lean}} do in a migration; tests make kinds of their own.
func Tables(engine Engine, name string, specs ...string) (string, error) {
	d := dialectOf(engine)
	tables, err := d.collection(name, specs...)
	if err != nil {
		return "", err
	}
	var unique []string
	for _, spec := range specs {
		if c, _ := parseColumn(spec); c.Unique {
			unique = append(unique, c.Name)
		}
	}
	lean, err := d.lean(name, unique...)
	return tables + lean, err
}

// lean returns the statements that rid a kind's main table of what a new record need not pay for: an index on the number, which the
// counter alone gives out, and the table in which SQLite keeps the last rid for ever. The unique columns are named.
func (d dialect) lean(kind string, unique ...string) (string, error) {
	if err := checkNames(append(unique, kind)...); err != nil {
		return "", err
	}
	var out strings.Builder
	err := leaner.Execute(&out, struct {
		dialect
		Kind   string
		Unique []string
	}{d, kind, unique})
	return out.String(), err
}

var leaner = template.Must(template.New("lean").Parse(`
{{if .Postgres -}}
alter table "{{.Kind}}" drop constraint "{{.Kind}}_number_key";
{{else -}}
create temp table lean as select * from "{{.Kind}}";
drop table "{{.Kind}}";
create table "{{.Kind}}" (
	rid integer primary key,
	id text not null unique,
	number text not null,
	scope text not null,
	version bigint not null,
	status text not null,
	updated_at bigint not null,
	doc text not null,
	meta text not null
	{{- range .Unique}},
	"{{.}}" text{{end}}
);
insert into "{{.Kind}}" select rid, id, number, scope, version, status, updated_at, doc, meta{{range .Unique}}, "{{.}}"{{end}} from temp.lean order by rid;
drop table temp.lean;
{{range .Unique}}create unique index "{{$.Kind}}_{{.}}_key" on "{{$.Kind}}" ("{{.}}");
{{end -}}
create trigger "{{.Kind}}_words_delete" after delete on "{{.Kind}}"
begin delete from "{{.Kind}}_words" where docid = old.rid; end;
{{end -}}
`))

// collection returns the statements that create the tables of one kind of record, and that in which new ones wait.
func (d dialect) collection(name string, specs ...string) (string, error) {
	tables, err := d.kind(name, specs...)
	if err != nil {
		return "", err
	}
	waiting, err := d.waiting(name)
	return tables + waiting, err
}

// waiting returns the statement that creates the table in which a kind's new records wait to be hung in the tree: a row each, with the
// columns of its nodes and the words it is searched by. It is short, so nothing is indexed.
func (d dialect) waiting(kind string) (string, error) {
	if err := checkNames(kind + "_new"); err != nil {
		return "", err
	}
	if d.Postgres {
		return fmt.Sprintf("create table \"%[1]s_new\" (like \"%[1]s_nodes\", words text);\n", kind), nil
	}
	return fmt.Sprintf("create table \"%[1]s_new\" as select *, '' as words from \"%[1]s_nodes\" limit 0;\n", kind), nil
}

// kind returns the statements that create a kind's tables as migrations before 0008 do.
func (d dialect) kind(name string, specs ...string) (string, error) {
	if err := checkNames(name + "_nodes_updated_at"); err != nil {
		return "", err
	}
	columns, err := parseColumns(name, specs)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	err = tables.Execute(&out, struct {
		dialect
		Kind    string
		Columns []column
	}{d, name, columns})
	for _, c := range columns {
		out.WriteString(c.indexes(name))
	}
	return out.String(), err
}

// widen returns the statements that add columns to a kind that is there, and to where its new records wait.
func (d dialect) widen(kind string, specs ...string) (string, error) {
	columns, err := d.addColumn(kind, specs...)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for _, spec := range specs {
		c, _ := parseColumn(spec)
		fmt.Fprintf(&out, "alter table \"%s_new\" add column \"%s\" %s%s;\n", kind, c.Name, d.TypeOf(c), c.Filled())
	}
	return columns + out.String(), nil
}

// addColumn returns the statements that add columns to a kind's nodes, each with the index (node, column, rid) unless it is plain.
// A unique column is also added to the main table. The column may be null, and is in every row that exists, unless it sorts: a page
// ends at a value, and nothing comes after null.
func (d dialect) addColumn(kind string, specs ...string) (string, error) {
	columns, err := parseColumns(kind, specs)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for _, c := range columns {
		fmt.Fprintf(&out, "alter table \"%s_nodes\" add column \"%s\" %s%s;\n", kind, c.Name, d.TypeOf(c), c.Filled())
		if c.Unique {
			fmt.Fprintf(&out, "alter table \"%s\" add column \"%s\" %s;\n", kind, c.Name, d.TypeOf(c))
		}
		out.WriteString(c.indexes(kind))
	}
	return out.String(), nil
}

type column struct {
	Name                          string
	number, plain, sorted, Unique bool
}

// parseColumns reads the SPECs of a kind's columns.
func parseColumns(kind string, specs []string) (columns []column, err error) {
	seen := map[string]bool{}
	for _, spec := range specs {
		c, err := parseColumn(spec)
		if err != nil {
			return nil, err
		}
		if seen[c.Name] {
			return nil, fmt.Errorf("column %q of %s is there twice", c.Name, kind)
		}
		seen[c.Name] = true
		if err := checkNames(kind, kind+"_nodes_"+c.Name, kind+"_"+c.Name+"_key"); err != nil {
			return nil, err
		}
		columns = append(columns, c)
	}
	return columns, nil
}

// TypeOf is the type of a column.
func (d dialect) TypeOf(c column) string {
	if c.number {
		return "bigint"
	}
	return d.Text
}

// Filled says what a column that sorts holds in rows that were there before it.
func (c column) Filled() string {
	switch {
	case !c.sorted:
		return ""
	case c.number:
		return " not null default 0"
	default:
		return " not null default ''"
	}
}

// indexes returns the statements that index a column.
func (c column) indexes(kind string) (out string) {
	if !c.plain {
		out = fmt.Sprintf("create index \"%[1]s_nodes_%[2]s\" on \"%[1]s_nodes\" (node, \"%[2]s\", rid);\n", kind, c.Name)
	}
	if c.Unique {
		out += fmt.Sprintf("create unique index \"%[1]s_%[2]s_key\" on \"%[1]s\" (\"%[2]s\");\n", kind, c.Name)
	}
	return out
}

// own columns are in every kind's tables.
var own = []string{"rid", "id", "number", "scope", "version", "status", "updated_at", "doc", "meta", "node"}

func parseColumn(spec string) (column, error) {
	parts := strings.Split(spec, ":")
	c := column{Name: parts[0]}
	if err := checkNames(c.Name); err != nil {
		return c, err
	}
	if slices.Contains(own, c.Name) {
		return c, fmt.Errorf("column %q is in every kind already", c.Name)
	}
	order := -1 // type, then usage, then unique; each once
	for _, part := range parts[1:] {
		place := 0
		switch part {
		case "text":
		case "int":
			c.number = true
		case "filter":
			place = 1
		case "sort":
			place, c.sorted = 1, true
		case "plain":
			place, c.plain = 1, true
		case "unique":
			place, c.Unique = 2, true
		default:
			place = -1
		}
		if place <= order {
			return c, fmt.Errorf("column %q is not name[:text|int][:sort|filter|plain][:unique]", spec)
		}
		order = place
	}
	return c, nil
}

// PostgreSQL cuts a longer name off, and two names may then be one.
var plainName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)

func checkNames(names ...string) error {
	for _, name := range names {
		if !plainName.MatchString(name) {
			return fmt.Errorf("%q is no name for a table, column or index: a-z, 0-9 and _, at most 63", name)
		}
	}
	return nil
}
