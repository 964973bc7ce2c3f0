package api_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"

	"github.com/mattn/go-sqlite3"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/internal/store/storetest"
)

// BenchmarkStatements counts the statements that requests run on SQLite, savepoints included and the begin and commit of a transaction not:
// of the access check, the write, its event, and for writes the reading of the caller's session.
func BenchmarkStatements(b *testing.B) {
	dsn := storetest.DSN(b, store.SQLite)
	s, err := store.Open(context.Background(), dsn, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	if err := s.Migrate(context.Background()); err != nil {
		b.Fatal(err)
	}
	var n atomic.Int64
	counted := func(settings string) *gorm.DB {
		pool := sql.OpenDB(&countingConnector{uri: "file:" + dsn + "?_busy_timeout=10000&_foreign_keys=1&" + settings, n: &n})
		pool.SetMaxOpenConns(1)
		db, err := gorm.Open(sqlite.New(sqlite.Config{Conn: pool}), &gorm.Config{SkipDefaultTransaction: true, TranslateError: true, Logger: logger.Discard})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = pool.Close() })
		return db
	}
	h := onDatabase(b, &store.Store{Engine: store.SQLite, Writer: counted("_txlock=immediate"), Reader: counted("_query_only=1")}, true)
	register := h.as("group").post("/risk-registers", m{"scope": benchUnit, "title": "Måling"}).ok(201).id()
	h.as("owner").get("/me").ok(200)
	count := func(what string, ask func() *reply) *reply {
		ask() // fills the caches first, so that they do not change the count
		before := n.Load()
		r := ask()
		b.ReportMetric(float64(n.Load()-before), what)
		return r
	}
	var v int64
	var at string
	count("create", func() *reply {
		r := h.as("group").post("/risks", m{"scope": benchUnit, "register_id": register, "title": "Oversette brudd", "sources": []string{"C.3.4"}}).ok(201)
		at, v = "/risks/"+r.id(), r.version()
		return r
	})
	titles := 0
	count("patch", func() *reply {
		titles++
		r := h.as("group").patch(at, v, m{"title": fmt.Sprint("Oversette brudd ", titles)}).ok(200)
		v = r.version()
		return r
	})
	for range 2 {
		v = h.as("group").verb(at+"/assess", v, judged("current", 2, 2)).ok(200).version()
	}
	// The second acceptance is of another risk: the first is accepted already.
	made := []string{at}
	r := h.as("group").post("/risks", m{"scope": benchUnit, "register_id": register, "title": "Annet"}).ok(201)
	other := h.as("group").verb("/risks/"+r.id()+"/assess", r.version(), judged("current", 2, 2)).ok(200)
	versions := []int64{v, other.version()}
	made = append(made, "/risks/"+r.id())
	i := -1
	count("accept", func() *reply {
		i++
		return h.as("owner").verb(made[i]+"/accept", versions[i], accepted("2027-06-01")).ok(200)
	})
	for what, path := range map[string]string{
		"read": at, "list": "/risks", "list-by-title": "/risks?sort=title", "tasks": "/me/tasks", "notifications": "/me/notifications", "clauses": "/clauses?scope=" + benchUnit,
	} {
		count(what, func() *reply { return h.as("owner").get(path).ok(200) })
	}
	b.ReportMetric(0, "ns/op")
}

// countingConnector opens connections that count their statements.
type countingConnector struct {
	uri string
	n   *atomic.Int64
}

func (c *countingConnector) Connect(context.Context) (driver.Conn, error) {
	conn, err := (&sqlite3.SQLiteDriver{}).Open(c.uri)
	if err != nil {
		return nil, err
	}
	return &countingConn{conn.(*sqlite3.SQLiteConn), c.n}, nil
}

func (c *countingConnector) Driver() driver.Driver { return &sqlite3.SQLiteDriver{} }

type countingConn struct {
	*sqlite3.SQLiteConn
	n *atomic.Int64
}

func (c *countingConn) QueryContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Rows, error) {
	c.n.Add(1)
	return c.SQLiteConn.QueryContext(ctx, q, args)
}

func (c *countingConn) ExecContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Result, error) {
	c.n.Add(1)
	return c.SQLiteConn.ExecContext(ctx, q, args)
}

func (c *countingConn) PrepareContext(ctx context.Context, q string) (driver.Stmt, error) {
	c.n.Add(1)
	return c.SQLiteConn.PrepareContext(ctx, q)
}
