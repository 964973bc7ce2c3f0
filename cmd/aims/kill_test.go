package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/event"
	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/internal/store/storetest"
)

// child is the program, run as a separate process.
type child struct {
	*exec.Cmd
	base   string
	errors bytes.Buffer // its error log
}

// spawn starts the server and returns when it is ready.
func spawn(t *testing.T, binary, database, password string) *child {
	t.Helper()
	addr := free(t)
	c := &child{Cmd: exec.Command(binary, "serve", "--demo"), base: "http://" + addr}
	c.Env = append(os.Environ(), "AIMS_ADDR="+addr, "AIMS_DATABASE="+database, "AIMS_DEMO_PASSWORD="+password, "AIMS_LOG=error")
	c.Stderr = &c.errors
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.kill)
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		res, err := http.Get(c.base + "/readyz")
		if err != nil {
			continue
		}
		_ = res.Body.Close()
		if res.StatusCode == http.StatusOK {
			return c
		}
	}
	c.kill()
	t.Fatalf("the server is not ready: %s", &c.errors)
	return nil
}

// kill ends the process with SIGKILL, which stops it as suddenly as a power cut.
func (c *child) kill() {
	_ = c.Process.Kill()
	_ = c.Wait()
}

// sent records what the clients know of each title: acknowledged with an id, refused, or unanswered.
type sent struct {
	sync.Mutex
	stored  map[string]string // title → id
	refused []string
	unknown map[string]bool // there was no answer
}

// create creates a register with its title as the Idempotency-Key, and records the answer.
func (s *sent) create(base, token, scope, title string) error {
	body, err := json.Marshal(map[string]string{"scope": scope, "title": title})
	if err != nil {
		return err
	}
	req, err := http.NewRequest("POST", base+api.Base+"/risk-registers", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header = http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}, "Idempotency-Key": {title}}
	res, err := http.DefaultClient.Do(req)
	var raw []byte
	if err == nil {
		raw, err = io.ReadAll(res.Body)
		_ = res.Body.Close()
	}
	s.Lock()
	defer s.Unlock()
	if err != nil {
		s.unknown[title] = true
		return nil //nolint:nilerr // the server was killed
	}
	var answer struct{ ID string }
	switch err = json.Unmarshal(raw, &answer); {
	case err == nil && res.StatusCode == http.StatusCreated:
		s.stored[title] = answer.ID
		delete(s.unknown, title)
	case err == nil && res.StatusCode == http.StatusUnprocessableEntity:
		s.refused = append(s.refused, title)
	default:
		return fmt.Errorf("%s: %d %s", title, res.StatusCode, raw)
	}
	return nil
}

// A server that is killed repeatedly under load has every acknowledged write, and none that it refused.
// A write without an answer is complete or absent. Sent again with the same key, it is stored once.
func TestKilledUnderLoad(t *testing.T) {
	const password = "et passord for alle sammen"
	const scope = "/siv/radiologi/bruddeteksjon/"
	binary := filepath.Join(t.TempDir(), "aims")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for engine, rounds := range map[store.Engine]int{store.SQLite: 12, store.Postgres: 6} {
		t.Run(string(engine), func(t *testing.T) {
			s := &settings{Database: storetest.DSN(t, engine), Log: "error"}
			all := &sent{stored: map[string]string{}, unknown: map[string]bool{}}
			server := spawn(t, binary, s.Database, password)
			token := signIn(t, server.base, "owner", password)
			for round := range rounds {
				var clients sync.WaitGroup
				for c := range 8 {
					clients.Go(func() {
						for n := 0; ; n++ {
							where, title := scope, fmt.Sprintf("Register %d-%d-%d", round, c, n)
							if n%4 == 1 {
								where, title = "/siv/finnes-ikke/", "Avvist "+title
							}
							if err := all.create(server.base, token, where, title); err != nil {
								t.Error(err)
								return
							}
							all.Lock()
							over := all.unknown[title]
							all.Unlock()
							if over {
								return
							}
						}
					})
				}
				time.Sleep(time.Duration(20+rand.IntN(250)) * time.Millisecond) // the kill comes at a random moment
				server.kill()
				clients.Wait()
				if strings.Contains(server.errors.String(), "level=ERROR") {
					t.Errorf("round %d logged: %s", round, &server.errors)
				}
				server = spawn(t, binary, s.Database, password)
				for title := range all.unknown {
					if strings.HasPrefix(title, "Avvist") {
						all.refused = append(all.refused, title)
					} else if err := all.create(server.base, token, scope, title); err != nil {
						t.Error(err)
					}
				}
				clear(all.unknown)
			}
			server.kill()
			if len(all.stored) == 0 || len(all.refused) == 0 {
				t.Fatalf("%d acknowledged, %d refused: no load", len(all.stored), len(all.refused))
			}
			t.Logf("%d acknowledged, %d refused", len(all.stored), len(all.refused))
			inside(t, s, func(i *installation) { all.check(t, i) })
		})
	}
}

// check compares the database with what the clients know, and its tables with each other.
func (s *sent) check(t *testing.T, i *installation) {
	t.Helper()
	count := func(what, query string, want int64, args ...any) {
		t.Helper()
		var n int64
		if err := i.store.Reader.Raw(query, args...).Scan(&n).Error; err != nil || n != want {
			t.Errorf("%s: %d, want %d: %v", what, n, want, err)
		}
	}
	registers := record.KindOf("risk_register")
	there, logged := map[string]int{}, map[string]int{} // rows and events of each title
	title := func(doc []byte) string {
		var d struct{ Title string }
		if err := json.Unmarshal(doc, &d); err != nil {
			t.Error(err)
		}
		return d.Title
	}
	err := i.db.Read(context.Background(), record.System, record.Permission{}, func(tx *record.Tx) error {
		for name, id := range s.stored {
			row, err := tx.Load(registers, id)
			if err != nil {
				return fmt.Errorf("acknowledged and lost: %s: %w", name, err)
			}
			if title(row.Doc) != name {
				t.Errorf("%s reads %s", name, row.Doc)
			}
		}
		for before := int64(0); ; {
			events, next, err := event.List(tx, event.Query{Limit: 1000, Kinds: []string{"risk_register"}, Actions: []string{"create"}, Before: before})
			if err != nil {
				return err
			}
			for _, e := range events {
				name := title(e.Document)
				logged[name]++
				if id, ok := s.stored[name]; ok && id != e.RecordID {
					t.Errorf("%s was stored twice", name)
				}
			}
			if before = next; before == 0 {
				return nil
			}
		}
	})
	if err != nil {
		t.Error(err)
	}
	var docs []string
	if err := i.store.Reader.Raw("SELECT e.doc FROM risk_registers t JOIN events e ON e.seq = t.seq").Scan(&docs).Error; err != nil {
		t.Error(err)
	}
	for _, d := range docs {
		there[title([]byte(d))]++
	}
	for name := range s.stored {
		if there[name] != 1 || logged[name] != 1 {
			t.Errorf("%s: %d records, %d events", name, there[name], logged[name])
		}
	}
	for _, name := range s.refused {
		if there[name]+logged[name] > 0 {
			t.Errorf("%s was refused: %d records, %d events", name, there[name], logged[name])
		}
	}
	count("gaps in the log", "SELECT MAX(seq) - COUNT(*) + MIN(seq) - 1 FROM events", 0)
	count("the end of the log", "SELECT seq - (SELECT MAX(seq) FROM events) FROM log_end", 0)
	count("words without a record", "SELECT COUNT(*) FROM full_text WHERE docid NOT IN (SELECT docid FROM records)", 0)
	count("registers without words", "SELECT COUNT(*) FROM risk_registers WHERE rid NOT IN (SELECT docid FROM full_text)", 0)
	for _, k := range record.Kinds() {
		count("records of "+k.Name, "SELECT COUNT(*) FROM records r WHERE kind = ? AND NOT EXISTS (SELECT 1 FROM "+k.Table+" k WHERE k.rid = r.docid AND k.id = r.id AND k.number = r.number)", 0, k.Name)
		count("records of "+k.Name+" that are not in their newest event", "SELECT COUNT(*) FROM "+k.Table+" k WHERE k.seq <> (SELECT MAX(e.seq) FROM events e WHERE e.record_id = k.id AND e.doc IS NOT NULL)", 0)
		count("rows of "+k.Name, "SELECT COUNT(*) FROM "+k.Table+" k WHERE NOT EXISTS (SELECT 1 FROM records r WHERE k.rid = r.docid AND r.kind = ?)", 0, k.Name)
	}
	if i.store.Engine == store.SQLite {
		var verdict string
		err := errors.Join(i.store.Reader.Raw("PRAGMA integrity_check").Scan(&verdict).Error,
			i.store.Writer.Exec("INSERT INTO full_text (full_text) VALUES ('integrity-check')").Error)
		if err != nil || verdict != "ok" {
			t.Errorf("the file is %s: %v", verdict, err)
		}
	}
}
