package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/internal/store/storetest"
)

var engines = []store.Engine{store.SQLite, store.Postgres}

// set is a set of migrations, numbered as they stand.
func set(texts ...string) fstest.MapFS {
	files := fstest.MapFS{}
	for i, text := range texts {
		files["migrations/000"+string(rune('1'+i))+"_step.sql"] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

func openWith(t *testing.T, dsn string, texts ...string) *store.Store {
	t.Helper()
	s, err := store.OpenWith(t.Context(), dsn, set(texts...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// schemaOf opens a database that has this program's schema up to a version.
func schemaOf(t *testing.T, engine store.Engine, version int64) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), storetest.DSN(t, engine), quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.MigrateTo(t.Context(), version); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestMigrateFromNothing(t *testing.T) {
	for _, engine := range engines {
		t.Run(string(engine), func(t *testing.T) {
			s, err := store.Open(t.Context(), storetest.DSN(t, engine), quiet)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			state := func(empty bool, ready error, current int64) {
				t.Helper()
				if got, err := s.Empty(t.Context()); err != nil || got != empty {
					t.Errorf("empty is %v, %v", got, err)
				}
				if err := s.Ready(t.Context()); !errors.Is(err, ready) {
					t.Errorf("ready is %v", err)
				}
				got, want, err := s.SchemaVersion(t.Context())
				if current < 0 {
					current = want
				}
				if err != nil || got != current || want < 1 {
					t.Errorf("schema is %d of %d, %v", got, want, err)
				}
			}
			state(true, store.ErrOldSchema, 0)
			if err := s.MigrateTo(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := s.Migrate(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			state(false, nil, -1)
			if err := s.MigrateTo(t.Context(), 9999); err == nil {
				t.Error("schema 9999 exists")
			}
		})
	}
}

func TestFailedMigrationLeavesNothing(t *testing.T) {
	for _, engine := range engines {
		t.Run(string(engine), func(t *testing.T) {
			dsn := storetest.DSN(t, engine)
			s := openWith(t, dsn, "create table a (x int);", "create table b (x int); insert into nowhere values (1);")
			if err := s.Migrate(t.Context()); err == nil {
				t.Fatal("the migration succeeded")
			}
			if current, _, err := s.SchemaVersion(t.Context()); err != nil || current != 1 {
				t.Errorf("schema is %d, %v", current, err)
			}
			if err := openWith(t, dsn, "create table a (x int);", "create table b (x int);").Migrate(t.Context()); err != nil {
				t.Error(err)
			}
			if err := openWith(t, dsn, "create table a (x int);").Migrate(t.Context()); !errors.Is(err, store.ErrNewSchema) {
				t.Errorf("an older program migrates: %v", err)
			}
		})
	}
}

func TestRebuiltTableKeepsReferringRows(t *testing.T) {
	s := openWith(t, storetest.DSN(t, store.SQLite),
		"create table a (id int primary key); create table b (a int references a (id) on delete cascade); insert into a values (1); insert into b values (1);",
		"create table n (id bigint primary key); insert into n select id from a; drop table a; alter table n rename to a;",
		"delete from a;")
	if err := s.MigrateTo(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	var rows int
	if err := s.Reader.Raw("select count(*) from b").Scan(&rows).Error; err != nil || rows != 1 {
		t.Errorf("%d rows are left, %v", rows, err)
	}
	if err := s.Migrate(t.Context()); err == nil || !strings.Contains(err.Error(), "refers to nothing") {
		t.Errorf("a broken reference was committed: %v", err)
	}
}

func TestBackupBeforeMigrating(t *testing.T) {
	steps := []string{`create table epochs (value int); insert into epochs values (1); {{kind "risks"}}`, "create table b (x int);", "create table c (x int);"}
	path := storetest.DSN(t, store.SQLite)
	copies := func() []string {
		t.Helper()
		found, err := filepath.Glob(path + ".*")
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	s := openWith(t, path, steps...)
	for _, version := range []int64{1, 2} {
		if err := s.MigrateTo(t.Context(), version); err != nil {
			t.Fatal(err)
		}
	}
	if got := copies(); len(got) > 0 {
		t.Fatalf("a copy of an empty database: %v", got)
	}
	if err := os.WriteFile(path+".v2.bak", []byte("from an earlier attempt"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Writer.Exec("insert into b values (7)").Error; err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := copies(); len(got) != 1 || got[0] != path+".v2.bak" {
		t.Fatalf("copies: %v", got)
	}
	info, err := os.Stat(path + ".v2.bak")
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy has mode %v, %v", info.Mode(), err)
	}
	restored := openWith(t, path+".v2.bak", steps...)
	var x int
	if err := restored.Reader.Raw("select x from b").Scan(&x).Error; err != nil || x != 7 {
		t.Errorf("the copy holds %d, %v", x, err)
	}
	if current, _, err := restored.SchemaVersion(t.Context()); err != nil || current != 2 {
		t.Errorf("the copy has schema %d, %v", current, err)
	}
	if err := restored.Migrate(t.Context()); err != nil {
		t.Error(err)
	}
}

// A control's document gives up the key it was kept apart by, which the column goes on holding; the due day of a record becomes a column.
func TestMovedColumns(t *testing.T) {
	for _, engine := range engines {
		t.Run(string(engine), func(t *testing.T) {
			s := schemaOf(t, engine, 8)
			run := func(statement string) {
				t.Helper()
				if err := s.Writer.Exec(statement).Error; err != nil {
					t.Fatal(err)
				}
			}
			run(`insert into controls (id, number, scope, version, status, updated_at, doc, meta, adoption) values ('a', 'C-1', '/siv/', 1, 'active', 0, '{"status":"active","adoption":"/siv/:A.2.2","deciding_id":"æ"}', '', '/siv/:A.2.2')`)
			for i, meta := range []string{"d 2026-12-01\nf level high\n", "f level high\n"} {
				id := string(rune('a' + i))
				run(`insert into risks (id, number, scope, version, status, updated_at, doc, meta) values ('` + id + `', '` + id + `', '/', 1, '', 0, '{}', '` + meta + `')`)
			}
			run(`insert into risks_nodes (node, rid, status, updated_at) select '/', rid, '', 0 from risks`)
			if err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			var got []string
			if err := s.Reader.Raw(`select doc || adoption from controls union all select coalesce(due_on, 'none') from (select due_on from risks_nodes order by rid) n`).Scan(&got).Error; err != nil {
				t.Fatal(err)
			}
			if want := `{"status":"active","deciding_id":"æ"}/siv/:A.2.2 2026-12-01 none`; strings.Join(got, " ") != want {
				t.Errorf("got %q", got)
			}
		})
	}
}

// Documents get the member in which a publication waits, also those that editions hold; a first edition is known by its meta, and the words of
// editions are left to the program where there are any.
func TestScheduledPublications(t *testing.T) {
	for _, engine := range engines {
		t.Run(string(engine), func(t *testing.T) {
			s := schemaOf(t, engine, 13)
			for id, row := range map[string][2]string{
				"a": {"policies", `{"body":"\"first_published_at\":null","first_published_at":"2026-11-21T10:00:00Z"}`},
				"b": {"policies", `{"first_published_at":null}`},
				"c": {"policy_editions", `{"title":"æ}}","document":{"title":"æ"}}`},
			} {
				statement := fmt.Sprintf("insert into %s (id, number, scope, version, status, updated_at, doc, meta) values ('%s', '%[2]s', '/', 1, '', 0, '%[3]s', 'f kind policy\n')", row[0], id, row[1])
				if err := s.Writer.Exec(statement).Error; err != nil {
					t.Fatal(err)
				}
			}
			if err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			var got []string
			if err := s.Reader.Raw("select doc || ' ' || meta from (select id, doc, meta from policies union all select id, doc, meta from policy_editions) r order by id").Scan(&got).Error; err != nil {
				t.Fatal(err)
			}
			want := []string{
				`{"body":"\"first_published_at\":null","first_published_at":"2026-11-21T10:00:00Z","scheduled":null} ` + "f kind policy\n",
				`{"first_published_at":null,"scheduled":null} ` + "f kind policy\nf first_edition yes\n",
				`{"title":"æ}}","document":{"title":"æ","scheduled":null}} ` + "f kind policy\n",
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %q", got)
			}
			var left int
			if err := s.Reader.Raw("select count(*) from settings where key = 'reword'").Scan(&left).Error; err != nil || left != 1 {
				t.Errorf("%d notes for the program, %v", left, err)
			}
		})
	}
}

// Controls get their place in Annex A, and a running cycle the hands of those who worked on what it holds.
func TestOrderAndHands(t *testing.T) {
	for _, engine := range engines {
		t.Run(string(engine), func(t *testing.T) {
			s := schemaOf(t, engine, 13)
			run := func(statement string) {
				t.Helper()
				if err := s.Writer.Exec(statement).Error; err != nil {
					t.Fatal(err)
				}
			}
			for i, number := range []string{"A.10.2", "", "A.2.2", "A.6.2.10"} {
				run(fmt.Sprintf(`insert into controls_nodes (node, rid, status, updated_at, requirement, title) values ('/', %d, 'active', 0, '%s', '')`, i, number))
				run(fmt.Sprintf(`insert into controls_new (node, rid, status, updated_at, requirement, title) values ('/siv/', %d, 'active', 0, '%s', '')`, i, number))
			}
			for id, status := range map[string]string{"c1": "act", "c2": "closed"} {
				run(`insert into improvement_cycles (id, number, scope, version, status, updated_at, doc, meta) values ('` + id + `', '` + id + `', '/', 1, '` + status + `', 0, '{}', 'h create u 1
')`)
			}
			for i, of := range []string{"'objective', 'create', 'c1'", "'objective', 'measure', 'c1'", "'objective', 'measure', 'c1'", "'measure', 'decide', 'c1'", "'objective', 'measure', 'c2'", "'cycle', 'update', 'c1'"} {
				kind, rest, _ := strings.Cut(of, ", ")
				action, cycle, _ := strings.Cut(rest, ", ")
				run(fmt.Sprintf(`insert into events (seq, id, time, request_id, actor, action, kind, record_id, number, scope, status, version, schema, doc)
					values (%d, 'e', 0, 'q', 'u', %s, %s, 'r', 'R', '/', '', 1, 1, '{"cycle_id":"%s"}')`, i+2, action, kind, strings.Trim(cycle, "'")))
			}
			if err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, table := range []string{"controls_nodes", "controls_new"} {
				var got []string
				if err := s.Reader.Raw(`select requirement_order from ` + table + ` order by requirement_order`).Scan(&got).Error; err != nil {
					t.Fatal(err)
				}
				if want := " A.002.002 A.006.002.010 A.010.002"; strings.Join(got, " ") != want {
					t.Errorf("%s: %q", table, got)
				}
			}
			for id, want := range map[string]string{"c1": "h create u 1,h create u 2,h decide u 5,h measure u 4", "c2": "h create u 1"} {
				var meta string
				if err := s.Reader.Raw(`select meta from improvement_cycles where id = ?`, id).Scan(&meta).Error; err != nil {
					t.Fatal(err)
				}
				got := strings.Split(strings.TrimSuffix(meta, "\n"), "\n")
				slices.Sort(got)
				if strings.Join(got, ",") != want {
					t.Errorf("%s: %q", id, got)
				}
			}
		})
	}
}

// Which events tell of a record was an index of the log; the upgrade notes those that scopes know of, and leaves the rest to the next time.
func TestEventsOfRecords(t *testing.T) {
	for _, engine := range engines {
		t.Run(string(engine), func(t *testing.T) {
			s := schemaOf(t, engine, 12)
			for seq, of := range []string{"'r1', null", "'r2', 'r1'", "'r1', 'r1'", "'r3', 'r1'"} {
				statement := fmt.Sprintf(`insert into events (seq, id, time, request_id, actor, action, kind, record_id, subject_id, number, scope, status, version, schema)
					values (%d, 'e%[1]d', 0, 'q', 'u', 'create', 'risk', %s, 'R', '/', 'draft', 1, 1)`, seq+1, of)
				if err := s.Writer.Exec(statement).Error; err != nil {
					t.Fatal(err)
				}
			}
			if err := s.Writer.Exec("insert into event_nodes (node, seq) values ('/', 1), ('/', 2), ('/', 3)").Error; err != nil {
				t.Fatal(err)
			}
			if err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			var got []string
			if err := s.Reader.Raw("select node || ' ' || seq from event_nodes where node <> '/' order by 1").Scan(&got).Error; err != nil {
				t.Fatal(err)
			}
			if want := "* 3,r1 1,r1 2,r1 3,r2 2"; strings.Join(got, ",") != want {
				t.Errorf("got %q", got)
			}
			for _, change := range []string{"update events set actor = 'x'", "delete from events"} {
				if err := s.Writer.Exec(change).Error; err == nil {
					t.Errorf("%s is not refused", change)
				}
			}
		})
	}
}

func TestMigrateAtOnce(t *testing.T) {
	for _, engine := range engines {
		t.Run(string(engine), func(t *testing.T) {
			dsn := storetest.DSN(t, engine)
			var all sync.WaitGroup
			for range 4 {
				s := openWith(t, dsn, atOnce...)
				all.Go(func() {
					if err := s.Migrate(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			for range 3 {
				all.Go(func() {
					cmd := exec.Command(os.Args[0])
					cmd.Env = append(os.Environ(), otherProcess+"="+other(dsn))
					if out, err := cmd.CombinedOutput(); err != nil {
						t.Errorf("the other process: %v\n%s", err, out)
					}
				})
			}
			all.Wait()
			var notes int
			s := openWith(t, dsn, "", "", "")
			if err := s.Reader.Raw("select count(*) from goose_db_version").Scan(&notes).Error; err != nil || notes != 4 {
				t.Errorf("%d versions are noted, %v", notes, err)
			}
		})
	}
}

// other is a second database beside the first for SQLite, so that three processes meet on a file that none has opened.
func other(dsn string) string {
	if strings.Contains(dsn, "://") {
		return dsn
	}
	return dsn + "-other"
}

// otherProcess names the database that this program migrates instead of running tests.
const otherProcess = "AIMS_TEST_OTHER_PROCESS"

// atOnce are the steps that several processes apply at once.
var atOnce = []string{
	`{{kind "risks"}} insert into risks (id, number, scope, version, status, updated_at, doc, meta) values ('a', 'R-1', '/', 1, '', 0, '{}', '{}');`,
	`{{kind "needs"}}`, `{{kind "measures"}}`,
}

func migrateAsOther(dsn string) {
	ctx := context.Background()
	s, err := store.OpenWith(ctx, dsn, set(atOnce...))
	if err == nil {
		err = errors.Join(s.Migrate(ctx), s.Close())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
