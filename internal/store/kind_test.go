package store_test

import (
	"errors"
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
			s := openWith(t, storetest.DSN(t, engine), `{{collection "risks" "owner_id:filter" "level:int:sort" "note" "key:filter:unique" "sign:unit" "order:filter:sort"}}`)
			if err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			rid := 0
			insert := func(id string, key any) error {
				rid++
				return s.Writer.Exec(`insert into risks (rid, id, number, scope, version, seq, status, updated_at, meta, owner_id, level, "order", key)
					values (?, ?, ?, '/', 1, 1, 'open', 0, '', ?, 1, '', ?)`, rid, id, id, id, key).Error
			}
			for _, id := range []string{"a", "B", "å"} {
				if err := insert(id, nil); err != nil {
					t.Fatal(err)
				}
			}
			if err := errors.Join(insert("c", "k"), insert("d", "k")); !errors.Is(err, gorm.ErrDuplicatedKey) {
				t.Errorf("a second unique key answers %v", err)
			}
			var owners []string
			if err := s.Reader.Raw("select owner_id from risks order by owner_id").Scan(&owners).Error; err != nil || !slices.Equal(owners, []string{"B", "a", "c", "å"}) {
				t.Errorf("order is %v, %v", owners, err)
			}
			got := strings.Join(indexes(t, s), "\n")
			want := `risks_all_by_level: level rid scope
risks_all_by_order: order rid scope
risks_all_by_updated_at: updated_at rid scope
risks_by_level: scope level
risks_by_order: scope order
risks_by_updated_at: scope updated_at
risks_key_key: key
risks_of_key: key scope
risks_of_order: order scope
risks_of_owner_id: owner_id scope
risks_of_status: status scope
risks_scope: scope
risks_sign_key: sign`
			if engine == store.Postgres {
				want = strings.ReplaceAll(want+"\n", "\n", " rid\n")
				want = strings.TrimSpace(strings.NewReplacer("key_key: key rid", "key_key: key", "rid scope rid", "rid scope", "sign rid", "sign split_part").Replace(want))
			}
			if got != want {
				t.Errorf("indexes:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// indexes returns the risks' named indexes, each with its columns in order.
func indexes(t *testing.T, s *store.Store) []string {
	t.Helper()
	query := `select m.name || ': ' || group_concat(i.name, ' ') from sqlite_master m, pragma_index_info(m.name) i
		where m.type = 'index' and m.name like 'risks%' and m.sql is not null group by m.name order by 1`
	if s.Engine == store.Postgres {
		query = `select c.relname || ': ' || string_agg(a.attname, ' ' order by a.attnum) from pg_class c join pg_attribute a on a.attrelid = c.oid
			where c.relkind = 'i' and c.relname like 'risks%' and c.relname not like '%pkey'
			group by c.relname order by c.relname collate "C"`
	}
	var all []string
	if err := s.Reader.Raw(query).Scan(&all).Error; err != nil {
		t.Fatal(err)
	}
	return all
}

func TestFaultyMigrations(t *testing.T) {
	for _, text := range []string{
		`{{collection "Risks"}}`, `{{collection "risks; drop table x"}}`, `{{collection "a23456789012345678901234567890123456789012345678901234567"}}`,
		`{{collection "risks" "level:float"}}`, `{{collection "risks" "status"}}`, `{{collection "risks" "a" "a"}}`, `{{collection "risks" "a:unique:unique"}}`,
		`{{collection "risks" ""}}`, `{{.Nonsense}}`, `{{appendonly "x y"}}`,
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
