package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/internal/store/storetest"
	"gorm.io/gorm"
)

func TestKind(t *testing.T) {
	for _, engine := range engines {
		t.Run(string(engine), func(t *testing.T) {
			s := openWith(t, storetest.DSN(t, engine),
				`{{kind "risks" "owner_id" "level:int:sort" "note:plain" "key:text:filter:unique" "order"}}`, `{{addcolumn "risks" "due:int" "code:plain:unique"}}`)
			if err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			exec := func(statement string, args ...any) {
				t.Helper()
				if err := s.Writer.Exec(statement, args...).Error; err != nil {
					t.Fatal(err)
				}
			}
			insert := func(id string, key any) error {
				return s.Writer.Exec(`insert into risks (id, number, scope, version, status, updated_at, doc, meta, key) values (?, ?, '/', 1, 'open', 0, '{}', '{}', ?)`, id, id, key).Error
			}
			for _, id := range []string{"a", "B", "å"} {
				if err := insert(id, nil); err != nil {
					t.Fatal(err)
				}
			}
			if err := errors.Join(insert("c", "k"), insert("d", "k")); !errors.Is(err, gorm.ErrDuplicatedKey) {
				t.Errorf("a second unique key answers %v", err)
			}
			exec(`insert into risks_nodes (node, rid, status, updated_at, owner_id, level, note, "order", due) select '/', rid, status, 0, id, 3, 'n', 'o', 1 from risks`)
			if err := s.Writer.Exec("insert into risks_nodes (node, rid, status, updated_at) select '/', rid, status, 0 from risks").Error; !errors.Is(err, gorm.ErrDuplicatedKey) {
				t.Errorf("a second row for one node answers %v", err)
			}
			var owners []string
			if err := s.Reader.Raw("select owner_id from risks_nodes where node = '/' order by owner_id").Scan(&owners).Error; err != nil || !slices.Equal(owners, []string{"B", "a", "c", "å"}) {
				t.Errorf("order is %v, %v", owners, err)
			}
			words, match := "insert into risks_words (docid, words) select rid, 'rød bil' from risks", "select count(*) from risks_words where words match 'rø*'"
			if engine == store.Postgres {
				words, match = "insert into risks_words (rid, words) select rid, to_tsvector('simple', 'rød bil') from risks", "select count(*) from risks_words where words @@ to_tsquery('simple', 'rø:*')"
			}
			count := func(query string, want int64) {
				t.Helper()
				var got int64
				if err := s.Reader.Raw(query).Scan(&got).Error; err != nil || got != want {
					t.Errorf("%s: %d, %v, want %d", query, got, err, want)
				}
			}
			exec(words)
			count(match, 4)
			exec("delete from risks where id = 'a'")
			count(match, 3)

			got := strings.Join(indexes(t, s), "\n")
			want := `risks_code_key: code
risks_key_key: key
risks_nodes_due: node due rid
risks_nodes_key: node key rid
risks_nodes_level: node level rid
risks_nodes_order: node order rid
risks_nodes_owner_id: node owner_id rid
risks_nodes_updated_at: node updated_at rid`
			if got != want {
				t.Errorf("indexes:\n%s", got)
			}
		})
	}
}

// indexes returns the risks' named indexes, each with its columns in order.
func indexes(t *testing.T, s *store.Store) []string {
	t.Helper()
	query := `select m.name || ': ' || group_concat(i.name, ' ') from sqlite_master m, pragma_index_info(m.name) i
		where m.type = 'index' and m.name like 'risks%' and m.sql is not null and m.name not like '%words%' group by m.name order by 1`
	if s.Engine == store.Postgres {
		query = `select c.relname || ': ' || string_agg(a.attname, ' ' order by a.attnum) from pg_class c join pg_attribute a on a.attrelid = c.oid
			where c.relkind = 'i' and c.relname like 'risks%' and c.relname not like '%words%' and c.relname not like '%pkey' and c.relname not in ('risks_id_key', 'risks_number_key')
			group by c.relname order by c.relname collate "C"`
	}
	var all []string
	if err := s.Reader.Raw(query).Scan(&all).Error; err != nil {
		t.Fatal(err)
	}
	return all
}

func TestListsUseTheIndex(t *testing.T) {
	s := openWith(t, storetest.DSN(t, store.SQLite), `{{kind "risks" "level:int:sort"}}`)
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, column := range []string{"updated_at", "level"} {
		for _, direction := range []string{"asc", "desc"} {
			var plan []struct{ Detail string }
			query := fmt.Sprintf("explain query plan select rid from risks_nodes where node = '/' order by %[1]s %[2]s, rid %[2]s limit 50", column, direction)
			if err := s.Reader.Raw(query).Scan(&plan).Error; err != nil {
				t.Fatal(err)
			}
			if len(plan) != 1 || !strings.Contains(plan[0].Detail, "COVERING INDEX risks_nodes_"+column) {
				t.Errorf("%s %s: %v", column, direction, plan)
			}
		}
	}
}

func TestFaultyMigrations(t *testing.T) {
	for _, text := range []string{
		`{{kind "Risks"}}`, `{{kind "risks; drop table x"}}`, `{{kind "a234567890123456789012345678901234567890123456789012345"}}`,
		`{{kind "risks" "level:sort:int"}}`, `{{kind "risks" "level:float"}}`, `{{kind "risks" "status"}}`, `{{kind "risks" "a" "a"}}`, `{{kind "risks" "a:unique:unique"}}`,
		`{{addcolumn "risks" ""}}`, `{{.Nonsense}}`, `{{appendonly "x y"}}`,
	} {
		for _, engine := range engines {
			if out, err := store.Render(text, engine); err == nil {
				t.Errorf("%s was rendered: %s", text, out)
			}
		}
	}
	one := set("select 1;")["migrations/0001_step.sql"]
	for _, name := range []string{"migrations/0002_gap.sql", "migrations/1_short.sql"} {
		files := set()
		files[name] = one
		if _, err := store.OpenWith(t.Context(), storetest.DSN(t, store.SQLite), files); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if _, err := store.OpenWith(t.Context(), storetest.DSN(t, store.SQLite), set()); err == nil {
		t.Error("no migrations were taken")
	}
}
