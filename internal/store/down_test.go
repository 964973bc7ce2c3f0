package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/internal/store/storetest"
)

// Down distinguishes a database that does not answer from one that refuses a statement.
func TestDown(t *testing.T) {
	for _, engine := range engines {
		t.Run(string(engine), func(t *testing.T) {
			s := schemaOf(t, engine, 1)
			for _, wrong := range []string{
				"select nothing from nowhere", "insert into log_end (id, seq, time, epoch, docid) values (1, 1, 1, 1, 1)", "insert into settings (key, value) values (null, null)", "delete from events",
			} {
				if err := s.Writer.Exec(wrong).Error; store.Down(fmt.Errorf("try: %w", err)) {
					t.Errorf("%s: %v", wrong, err)
				}
			}
		})
	}
	for _, gone := range []error{nil, context.Canceled, context.DeadlineExceeded} {
		if store.Down(gone) {
			t.Errorf("a caller that gave up: %v", gone)
		}
	}
	path := filepath.Join(t.TempDir(), "a.db")
	lite, err := store.Open(t.Context(), path, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lite.Close() }()
	pool, err := lite.Reader.DB()
	if err != nil {
		t.Fatal(err)
	}
	pool.SetMaxIdleConns(0)
	if err := os.RemoveAll(filepath.Dir(path)); err != nil {
		t.Fatal(err)
	}
	if err := lite.Reader.Exec("select 1 from sqlite_master").Error; !store.Down(err) {
		t.Errorf("a file that is gone: %v", err)
	}
	pg, err := store.Open(t.Context(), storetest.DSN(t, store.Postgres), quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pg.Close() }()
	if err := pg.Writer.Exec("select pg_terminate_backend(pg_backend_pid())").Error; !store.Down(err) {
		t.Errorf("a connection that is ended: %v", err)
	}
	if _, err := store.Open(t.Context(), "postgres://nobody@127.0.0.1:1/none?connect_timeout=5", quiet); !store.Down(err) {
		t.Errorf("a server that is not there: %v", err)
	}
}
