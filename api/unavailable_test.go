package api_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/event"
	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/internal/store/storetest"
)

// cut sends a request that creates a register, and cancels it when ctx ends. It reports whether there was an answer.
func cut(ctx context.Context, base string, header http.Header, title string) bool {
	body := fmt.Sprintf(`{"scope":%q,"title":%q}`, fracture, title)
	req, err := http.NewRequestWithContext(ctx, "POST", base+api.Base+"/risk-registers", strings.NewReader(body))
	if err != nil {
		return false
	}
	req.Header = header.Clone()
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return err == nil && res.StatusCode == http.StatusCreated
}

// read lists the registers.
func read(base string, header http.Header) int {
	req, err := http.NewRequest("GET", base+api.Base+"/risk-registers", nil)
	if err != nil {
		return 0
	}
	req.Header = header
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode
}

// Cancelled requests do not disturb other clients: these are answered, no error is logged, and nobody gets "database down".
func TestClientsCutOff(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		const clients, rounds = 16, 6
		owner := h.as("owner").header
		h.level.Set(slog.LevelInfo)
		var arrived, gone sync.WaitGroup // the waiting requests that the server has received, and those that it has ended
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Waits") != "" {
				context.AfterFunc(r.Context(), gone.Done)
				arrived.Done()
			}
			h.srv.Config.Handler.ServeHTTP(w, r)
		}))
		defer front.Close()

		done := make(chan struct{})
		var readers sync.WaitGroup
		for range 4 {
			readers.Go(func() {
				for reads := 0; ; reads++ {
					select {
					case <-done:
						if reads == 0 {
							h.t.Error("nobody read")
						}
						return
					default:
					}
					if status := read(h.srv.URL, owner); status != http.StatusOK {
						h.t.Errorf("another client's GET: %d", status)
					}
				}
			})
		}

		// A request that is cancelled while it waits for the writer is not started.
		began, turn := make(chan struct{}), make(chan struct{})
		var all sync.WaitGroup
		all.Go(func() {
			if err := h.db.Write(h.t.Context(), record.System, record.Permission{}, "", func(*record.Tx) error { close(began); <-turn; return nil }); err != nil {
				h.t.Error(err)
			}
		})
		<-began
		arrived.Add(clients)
		gone.Add(clients)
		ctx, leave := context.WithCancel(h.t.Context())
		waits := owner.Clone()
		waits.Set("Waits", "1")
		for range clients {
			all.Go(func() {
				if cut(ctx, front.URL, waits, "Gikk før sin tur") {
					h.t.Error("a request was answered before its turn")
				}
			})
		}
		arrived.Wait()
		leave()
		gone.Wait()
		close(turn)
		all.Wait()

		// A request that is cancelled while it runs may have written. Every acknowledged write is stored.
		var answered atomic.Int64
		for range rounds {
			for range clients {
				all.Go(func() {
					ctx, leave := context.WithTimeout(h.t.Context(), time.Duration(rand.IntN(12000))*time.Microsecond)
					defer leave()
					if cut(ctx, front.URL, owner, "Gikk underveis") {
						answered.Add(1)
					}
				})
			}
			all.Wait()
		}
		close(done)
		readers.Wait()
		h.as("owner").post("/risk-registers", m{"scope": fracture, "title": "Etterpå"}).ok(201)
		front.Close() // returns when every request has ended

		var there, noted int
		err := h.db.Read(h.t.Context(), record.System, record.Permission{}, func(tx *record.Tx) error {
			events, _, err := event.List(tx, event.Query{Limit: 1000, Kinds: []string{"risk_register"}, Actions: []string{"create"}})
			for _, e := range events {
				switch {
				case strings.Contains(string(e.Document), "Gikk før sin tur"):
					h.t.Error("a request was started whose client had gone")
				case strings.Contains(string(e.Document), "Gikk underveis"):
					noted++
					if _, err := tx.Load(record.KindOf("risk_register"), e.RecordID); err == nil {
						there++
					}
				}
			}
			return err
		})
		if err != nil || there != noted || there < int(answered.Load()) || there > clients*rounds {
			h.t.Errorf("%d acknowledged, %d stored, %d in the log: %v", answered.Load(), there, noted, err)
		}
		cancelled := 0
		for line := range strings.Lines(h.log.String()) {
			var entry struct {
				Level, Msg, Error string
				Status            int
			}
			if err := json.Unmarshal([]byte(line), &entry); err != nil {
				h.t.Fatal(err)
			}
			if entry.Level != "INFO" || strings.Contains(line, "database") {
				h.t.Errorf("logged: %s", line)
			}
			if entry.Msg == "request cancelled" {
				cancelled++
			}
		}
		if cancelled < clients {
			h.t.Errorf("%d requests logged as cancelled, want %d at least", cancelled, clients)
		}
		h.log.Reset()
	})
}

// losing is a connection to PostgreSQL that may be lost at COMMIT, before it or after it.
type losing struct {
	driver.Connector
	at *atomic.Pointer[string]
}

func (l losing) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := l.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return losingConn{c.(*stdlib.Conn), l.at}, nil
}

type losingConn struct {
	*stdlib.Conn
	at *atomic.Pointer[string]
}

func (c losingConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	tx, err := c.Conn.BeginTx(ctx, o)
	return losingTx{tx, c}, err
}

type losingTx struct {
	driver.Tx
	conn losingConn
}

func (t losingTx) Commit() error {
	lost := t.conn.at.Swap(nil)
	if lost != nil && *lost == "before" {
		_ = t.conn.Conn.Close()
		return io.ErrUnexpectedEOF
	}
	err := t.Tx.Commit()
	if lost != nil {
		_ = t.conn.Conn.Close()
		return io.ErrUnexpectedEOF
	}
	return err
}

// If the connection is lost at COMMIT, the caller is told that the outcome is unknown. A repeat with the same key gives the outcome.
func TestOutcomeUnknown(t *testing.T) {
	s := storetest.Filled(t, store.Postgres, "bare_true", func(s *store.Store) error { return install(s, true) })
	pool, err := s.Writer.DB()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pool.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var config *pgx.ConnConfig
	err = conn.Raw(func(c any) error { config = c.(*stdlib.Conn).Conn().Config(); return nil })
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	var at atomic.Pointer[string]
	loses := sql.OpenDB(losing{stdlib.GetConnector(*config), &at})
	t.Cleanup(func() { _ = loses.Close() })
	beside := *s
	if beside.Writer, err = gorm.Open(postgres.New(postgres.Config{Conn: loses}), s.Writer.Config); err != nil {
		t.Fatal(err)
	}
	h := serve(t, &beside)
	for _, when := range []string{"before", "after"} {
		ask := func() (int, http.Header, string, string) {
			req, err := http.NewRequest("POST", h.srv.URL+api.Base+"/risk-registers", strings.NewReader(fmt.Sprintf(`{"scope":%q,"title":%q}`, fracture, when)))
			if err != nil {
				t.Fatal(err)
			}
			req.Header = h.as("owner").with("Idempotency-Key", when).with("Content-Type", "application/json").header
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			var out struct{ Code, ID string }
			if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
				t.Fatal(err)
			}
			return res.StatusCode, res.Header, out.Code, out.ID
		}
		h.id("owner")
		h.seen()
		at.Store(&when)
		if status, header, code, _ := ask(); status != http.StatusServiceUnavailable || code != "outcome_unknown" || header.Get("Retry-After") == "" {
			t.Errorf("lost %s the commit: %d %s %v", when, status, code, header)
		}
		if !strings.Contains(h.log.String(), "outcome_unknown") || !strings.Contains(h.log.String(), "unexpected EOF") {
			t.Errorf("logged: %s", h.log)
		}
		h.log.Reset()
		status, header, code, id := ask()
		if replayed := header.Get("Idempotent-Replay") == "true"; status != http.StatusCreated || replayed != (when == "after") {
			t.Errorf("asked again, lost %s the commit: %d %s, replayed %v", when, status, code, replayed)
		}
		h.as("owner").get("/risk-registers/"+id).ok(200).is("title", when)
		h.events("owner risk_register:create")
	}
}
