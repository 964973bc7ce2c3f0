package record_test

import (
	"database/sql"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/internal/store/storetest"
)

// A populated database of every earlier schema survives: what each step found, every later one still holds.
func TestEverySchemaKeepsItsRows(t *testing.T) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			s, err := store.Open(t.Context(), storetest.DSN(t, engine), slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			_, want, err := s.SchemaVersion(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			o := old{t, s, map[string]map[string]string{}}
			for version := int64(1); version <= want; version++ {
				if err := s.MigrateTo(t.Context(), version); err != nil {
					t.Fatal(err)
				}
				o.compare(version)
				o.fill()
			}
			if err := s.Ready(t.Context()); err != nil {
				t.Error(err)
			}
			if len(o.rows) < 40 {
				t.Errorf("only %d tables were filled", len(o.rows))
			}
		})
	}
}

// old is a database on its way through the schemas: table → column → the value in its row.
type old struct {
	*testing.T
	s    *store.Store
	rows map[string]map[string]string
}

func (o old) texts(query string) (out []string) {
	o.Helper()
	if err := o.s.Writer.Raw(query).Scan(&out).Error; err != nil {
		o.Fatal(err)
	}
	return out
}

func (o old) postgres() bool { return o.s.Engine == store.Postgres }

var shadow = regexp.MustCompile(`_words_(content|segments|segdir|docsize|stat)$`)

// tables lists them, a kind's main table before those that refer to it.
func (o old) tables() []string {
	query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name`
	if o.postgres() {
		query = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name`
	}
	return slices.DeleteFunc(o.texts(query), func(name string) bool { return strings.HasPrefix(name, "goose") || shadow.MatchString(name) })
}

// columns lists "name type" but for those the database fills.
func (o old) columns(table string) []string {
	if o.postgres() {
		return o.texts(`SELECT column_name || ' ' || data_type FROM information_schema.columns WHERE table_name = '` + table + `' AND is_identity = 'NO' AND table_schema = current_schema()`)
	}
	if strings.HasSuffix(table, "_words") {
		return []string{"docid bigint", "words text"}
	}
	return o.texts(`SELECT name || ' ' || type FROM pragma_table_info('` + table + `')`)
}

// fill puts a row into every table that has none.
func (o old) fill() {
	o.Helper()
	for _, table := range o.tables() {
		if o.rows[table] != nil {
			continue
		}
		var names, values []string
		for _, column := range o.columns(table) {
			name, kind, _ := strings.Cut(column, " ")
			names = append(names, `"`+name+`"`)
			switch {
			case strings.Contains(strings.ToLower(kind), "int"):
				values = append(values, "1")
			case name == "doc" && table != "events":
				values = append(values, `'{"table":"`+table+`"}'`)
			default:
				values = append(values, "'"+table+"'")
			}
		}
		if n := o.texts(`SELECT COUNT(*) FROM "` + table + `"`); n[0] == "0" {
			statement := fmt.Sprintf(`INSERT INTO "%s" (%s) VALUES (%s)`, table, strings.Join(names, ", "), strings.Join(values, ", "))
			if err := o.s.Writer.Exec(statement).Error; err != nil {
				o.Fatalf("%v: %s", err, statement)
			}
		}
		o.rows[table] = o.row(table)
	}
}

func (o old) row(table string) map[string]string {
	o.Helper()
	var names []string // by name: a statement that PostgreSQL keeps cannot change what * is
	for _, column := range o.columns(table) {
		name, _, _ := strings.Cut(column, " ")
		names = append(names, `"`+name+`"`)
	}
	rows, err := o.s.Writer.Raw(`SELECT ` + strings.Join(names, ", ") + ` FROM "` + table + `"`).Rows()
	if err != nil {
		o.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil || !rows.Next() {
		o.Fatalf("%s is empty: %v", table, err)
	}
	values := make([]sql.NullString, len(columns))
	into := make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	if err := rows.Scan(into...); err != nil {
		o.Fatal(err)
	}
	out := map[string]string{}
	for i, name := range columns {
		out[name] = values[i].String
	}
	if rows.Next() {
		o.Errorf("%s has a second row", table)
	}
	return out
}

// renamed are the columns that a later schema calls otherwise.
var renamed = map[string]string{"memberships_nodes.function": "position", "memberships_new.function": "position"}

// compare holds every table to what it held.
func (o old) compare(version int64) {
	o.Helper()
	for table, was := range o.rows {
		now := o.row(table)
		for name, value := range was {
			if to := renamed[table+"."+name]; to != "" && now[name] == "" {
				name = to
			}
			if name == "doc" && strings.HasPrefix(now[name], strings.TrimSuffix(value, "}")) {
				continue // a document may get what is new in its kind
			}
			if now[name] != value {
				o.Errorf("schema %d: %s.%s is %q, was %q", version, table, name, now[name], value)
			}
		}
	}
}

// Every kind has the columns and indexes that the migration line of its fields would make.
func TestTablesOfKinds(t *testing.T) {
	s, fresh := storetest.Open(t, store.SQLite), storetest.Open(t, store.SQLite)
	shape := func(s *store.Store, table string) (out []string) {
		err := s.Writer.Raw(`SELECT name || ' ' || type || ' ' || "notnull" FROM pragma_table_info(?) UNION ALL
			SELECT l.name || ' ' || l."unique" || ' ' || (SELECT group_concat(name) FROM (SELECT name FROM pragma_index_info(l.name) ORDER BY seqno))
			FROM pragma_index_list(?) l ORDER BY 1`, table, table).Scan(&out).Error
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, k := range record.Kinds() {
		if k.Name == "trial" || k.Name == "desk" {
			continue
		}
		tables, err := store.Tables(store.SQLite, k.Table, k.Columns()...)
		if err != nil {
			t.Fatal(err)
		}
		if err := fresh.Writer.Exec(`DROP TABLE IF EXISTS "` + k.Table + `"; ` + tables).Error; err != nil {
			t.Fatal(err)
		}
		if got, want := shape(s, k.Table), shape(fresh, k.Table); !slices.Equal(got, want) {
			t.Errorf("the table of %s is not that of {{collection %q %q}}:\n got %q\nwant %q", k.Name, k.Table, k.Columns(), got, want)
		}
	}
}
