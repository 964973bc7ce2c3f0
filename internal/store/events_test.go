package store_test

import (
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/internal/store/storetest"
)

const insertEvent = `insert into events (seq, id, time, request_id, actor, action, kind, record_id, number, scope, status, version, schema)
	values (1, 'e1', 0, 'q', 'u', 'create', 'risk', 'r', 'RISK-0001', '/', 'draft', 1, 1)`

func TestEventsAreAppendOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if err := s.Writer.Exec(insertEvent).Error; err != nil {
			t.Fatal(err)
		}
		refused := []string{
			"update events set actor = 'x'",
			"update events set actor = 'x' where seq = 1",
			"delete from events",
			"delete from events where seq = 1",
			insertEvent + " on conflict (seq) do update set actor = 'x'",
		}
		if s.Engine == store.Postgres {
			refused = append(refused, "truncate events", "truncate events cascade")
		} else {
			refused = append(refused, "insert or replace"+strings.TrimPrefix(insertEvent, "insert"))
		}
		for _, statement := range refused {
			err := s.Writer.Exec(statement).Error
			if err == nil || !strings.Contains(err.Error(), "is append-only") {
				t.Errorf("%s: %v", statement, err)
			}
		}
		var actors string
		if err := s.Reader.Raw("select actor from events").Scan(&actors).Error; err != nil || actors != "u" {
			t.Errorf("actor is %q, %v", actors, err)
		}
	})
}

func TestCoreTakesLongPrivateValues(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var long strings.Builder // that does not compress
		for i := range 20000 {
			long.WriteRune(rune(0x100 + i*7919%20000))
		}
		err := s.Writer.Exec("insert into private_values (kind, record_id, field, value) values ('concern', 'c', 'text', ?)", long.String()).Error
		if err != nil {
			t.Error(err)
		}
		var epoch int
		if err := s.Reader.Raw("select epoch from log_end").Scan(&epoch).Error; err != nil || epoch != 1 {
			t.Errorf("access epoch is %d, %v", epoch, err)
		}
	})
}
