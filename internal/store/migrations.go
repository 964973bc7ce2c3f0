package store

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
	"text/template"
)

// A migration is a file migrations/NNNN_name.sql. It is SQL for both engines, rendered as a text/template. Statements end with a semicolon.
// The engine itself finds the ends, so triggers and functions need no markers. One file is one transaction. There are no down migrations,
// and a released file never changes.
//
//	{{.SQLite}}, {{.Postgres}}   true for that engine, for {{if}}
//	{{.Text}}                    the type of a text that is compared byte by byte: text, or text collate "C"
//	{{.Clustered}}               follows a table that is stored in the order of its primary key: " without rowid", or nothing
//	{{appendonly "events"}}      triggers that refuse UPDATE, DELETE and TRUNCATE (migration 0001 defines the function that they call)
//	{{collection "risks" SPEC...}}  the table of one kind of record with its indexes; see kind.go for what a SPEC is
type migration struct {
	version int64
	name    string
	text    string
}

//go:embed migrations/*.sql
var embedded embed.FS

var fileName = regexp.MustCompile(`^(\d{4})_[a-z0-9_]+\.sql$`)

// readMigrations returns the migrations in order, numbered from 1 without a gap.
func readMigrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var all []migration
	for _, name := range names {
		base := path.Base(name)
		parts := fileName.FindStringSubmatch(base)
		if parts == nil {
			return nil, fmt.Errorf("migration %s is not called NNNN_name.sql", base)
		}
		version, _ := strconv.ParseInt(parts[1], 10, 64)
		if version != int64(len(all)+1) {
			return nil, fmt.Errorf("migration %s should be number %04d", base, len(all)+1)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		all = append(all, migration{version, strings.TrimSuffix(base, ".sql"), string(text)})
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("there are no migrations")
	}
	return all, nil
}

// render returns the migration's SQL for one engine.
func (m migration) render(engine Engine) (string, error) {
	d := dialectOf(engine)
	t, err := template.New(m.name).Option("missingkey=error").Funcs(template.FuncMap{
		"appendonly": d.appendOnly, "collection": d.collection,
	}).Parse(m.text)
	if err != nil {
		return "", fmt.Errorf("migration %s: %w", m.name, err)
	}
	var out strings.Builder
	if err := t.Execute(&out, d); err != nil {
		return "", fmt.Errorf("migration %s: %w", m.name, err)
	}
	return out.String(), nil
}

// dialect has the fields and functions that a migration's template can use.
type dialect struct {
	SQLite, Postgres bool
	Text, Clustered  string
}

func dialectOf(engine Engine) dialect {
	if engine == Postgres {
		return dialect{Postgres: true, Text: `text collate "C"`}
	}
	return dialect{SQLite: true, Text: "text", Clustered: " without rowid"}
}

// appendOnly returns the triggers that refuse UPDATE and DELETE on a table, and on PostgreSQL also TRUNCATE.
func (d dialect) appendOnly(table string) (string, error) {
	if err := checkNames(table); err != nil {
		return "", err
	}
	if d.Postgres {
		return fmt.Sprintf(`create trigger %[1]s_append_only before update or delete or truncate on %[1]s
for each statement execute function refuse_change();
`, table), nil
	}
	var out strings.Builder
	for _, verb := range []string{"update", "delete"} {
		fmt.Fprintf(&out, `create trigger %[1]s_no_%[2]s before %[2]s on %[1]s
begin select raise(abort, '%[1]s is append-only: %[3]s is refused'); end;
`, table, verb, strings.ToUpper(verb))
	}
	return out.String(), nil
}
