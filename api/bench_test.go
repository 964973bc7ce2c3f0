package api_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/risk"
	"github.com/ki-styring/aims/internal/store"
)

// The benchmarks run the whole stack over HTTP on loopback - signed in, scope
// filter, access check, allowed actions, events, log, metrics - beside a bare
// net/http and database/sql handler on the same rows. Both run in turns in one
// benchmark, which reports ours divided by bare; below 1 is faster.

// benchHouse is the demo hospital with many risks, and the bare handler beside it.
type benchHouse struct {
	b       *testing.B
	h       *house
	bare    *httptest.Server
	bareDB  *sql.DB
	db      *sql.DB // the installation's, for filling it
	client  *http.Client
	details string // what the bare table's other columns do not hold of a risk
	ids     []string
	project []string // ids in the owner's project
}

const bareColumns = `id, number, scope, version, status, title, description, owner_id, register_id, level, details, updated_at`

type bareRisk struct {
	ID          string `json:"id"`
	Number      string `json:"number"`
	Scope       string `json:"scope"`
	Version     int64  `json:"version"`
	Status      string `json:"status"`
	Title       string `json:"title"`
	Description string `json:"description"`
	OwnerID     string `json:"owner_id"`
	RegisterID  string `json:"register_id"`
	Level       string `json:"level"`
	Details     string `json:"details"` // everything else the record holds, so that both answers carry as much
	UpdatedAt   int64  `json:"updated_at"`
}

func newBenchHouse(b *testing.B, n int) *benchHouse {
	b.Helper()
	x := &benchHouse{b: b, h: houseOn(b, store.SQLite, false)}
	var err error
	if x.db, err = x.h.store.Writer.DB(); err != nil {
		b.Fatal(err)
	}
	if x.bareDB, err = sql.Open("sqlite3", "file:"+filepath.Join(b.TempDir(), "bare.db")+"?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=10000&_txlock=immediate&_stmt_cache_size=32"); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = x.bareDB.Close() })
	x.seat("employee", "/siv/radiologi/bruddeteksjon/", "/siv/akutt/sepsisvarsel/", "/siv/kirurgi/")
	x.assign("admin", "internal_auditor", "/")
	x.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DialContext: (&net.Dialer{}).DialContext}}
	x.fill(n)
	x.serveBare()
	return x
}

// seat makes a person a council member in several scopes, as the system.
func (x *benchHouse) seat(name string, scopes ...string) {
	user := x.h.id(name)
	x.asSystem(func(tx *record.Tx) error {
		for i, scope := range scopes {
			text := record.Text{NB: "Råd", EN: "Council"}
			b, err := governance.Bodies.Create(tx.Follow("body", "create"), governance.NewBody(governance.BodyInput{
				Common: record.Common{Scope: scope}, Key: fmt.Sprintf("rad-%d", i), Kind: governance.Council, Name: text, Purpose: text, MemberRole: "ai_council",
			}))
			if err != nil {
				return err
			}
			m := governance.NewMembership(governance.MembershipInput{Common: record.Common{Scope: scope}, BodyID: b.ID, UserID: user, Position: governance.Member})
			m.Status = governance.MembershipActive
			if _, err := governance.Memberships.Create(tx.Follow("membership", "create"), m); err != nil {
				return err
			}
		}
		return nil
	})
}

// assign gives a person a role, as the system.
func (x *benchHouse) assign(name, role, scope string) {
	user := x.h.id(name)
	x.asSystem(func(tx *record.Tx) error {
		in := org.AssignmentInput{Common: record.Common{Scope: scope}, UserID: user, Role: role}
		_, err := org.Assignments.Create(tx.Follow("assignment", "create"), org.NewAssignment(in))
		return err
	})
}

func (x *benchHouse) asSystem(fn func(*record.Tx) error) {
	x.b.Helper()
	if err := x.h.db.Write(context.Background(), record.System, record.Permission{}, "", fn); err != nil {
		x.b.Fatal(err)
	}
}

func (x *benchHouse) exec(db *sql.DB, q string, args ...any) {
	x.b.Helper()
	if _, err := db.Exec(q, args...); err != nil {
		x.b.Fatalf("%s: %v", q, err)
	}
}

// fill multiplies one risk: written straight into the tables, with its copies, since n journeys would take hours.
func (x *benchHouse) fill(n int) {
	h := x.h
	var template *record.Row
	err := h.db.Read(context.Background(), record.System, record.Permission{}, func(tx *record.Tx) error {
		p, err := tx.List(risk.Repo.Kind, record.Query{Rows: true, Limit: 200, Filters: map[string][]string{"status": {"identified"}}})
		if err == nil && len(p.Rows) > 0 {
			template = p.Rows[0]
		}
		return err
	})
	if err != nil || template == nil {
		x.b.Fatal("no risk to multiply:", err)
	}
	x.exec(x.bareDB, `CREATE TABLE risks (id TEXT PRIMARY KEY, number TEXT, scope TEXT, version INTEGER, status TEXT, title TEXT, description TEXT,
		owner_id TEXT, register_id TEXT, level TEXT, details TEXT, updated_at INTEGER)`)
	x.exec(x.bareDB, `CREATE TABLE events (seq INTEGER PRIMARY KEY, time INTEGER, actor TEXT, action TEXT, record_id TEXT, doc TEXT)`)
	var indexes []string
	rows, err := x.db.Query(`SELECT sql FROM sqlite_master WHERE type='index' AND tbl_name='risks_nodes' AND sql IS NOT NULL AND name NOT LIKE '%_rid'`)
	if err != nil {
		x.b.Fatal(err)
	}
	for rows.Next() {
		var q string
		_ = rows.Scan(&q)
		indexes = append(indexes, q)
	}
	_ = rows.Close()
	group, owner := h.id("group"), h.id("owner") // before the transaction takes the one writing connection
	tx, err := x.db.Begin()
	if err != nil {
		x.b.Fatal(err)
	}
	bare, err := x.bareDB.Begin()
	if err != nil {
		x.b.Fatal(err)
	}
	for _, q := range indexes {
		name := strings.Fields(strings.ReplaceAll(q, `"`, ""))[2]
		if _, err := tx.Exec(`DROP INDEX ` + name); err != nil {
			x.b.Fatal(err)
		}
	}
	scopes := []string{"/siv/radiologi/bruddeteksjon/", "/siv/akutt/sepsisvarsel/", "/siv/medisin/", "/siv/kirurgi/"}
	var d map[string]any
	if err := json.Unmarshal(template.Doc, &d); err != nil {
		x.b.Fatal(err)
	}
	for f, v := range map[string]string{"level": "low", "owner_id": owner} {
		if d[f] == nil {
			d[f] = v
		}
	}
	x.details = unlisted(d)
	at, name := h.now.Add(-time.Hour).UnixMicro(), d["title"]
	one := func(t *sql.Tx, q string) *sql.Stmt {
		st, err := t.Prepare(q)
		if err != nil {
			x.b.Fatal(err)
		}
		return st
	}
	main := one(tx, `INSERT INTO risks (id, number, scope, version, status, updated_at, doc, meta) VALUES (?,?,?,?,?,?,?,?) RETURNING rid`)
	node := one(tx, `INSERT INTO risks_nodes (node, rid, status, updated_at, register_id, title, polarity, owner_id, level, level_rank, accepted_until) VALUES (?,?,?,?,?,?,?,?,?,?,?)`)
	plain := one(bare, `INSERT INTO risks (`+bareColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)`)
	meta := fmt.Sprintf("f level %s\nf polarity threat\nh create %s 1\nh assess %s 2\n", d["level"], group, group)
	for i := range n {
		id, scope := record.NewID(), scopes[i%len(scopes)]
		number, title := fmt.Sprintf("RISK-%07d", 1000+i), fmt.Sprintf("%07d %s", i*7919%n, name)
		d["id"], d["number"], d["scope"], d["title"] = id, number, scope, title
		d["updated_at"] = time.UnixMicro(at + int64(i)).UTC().Format(time.RFC3339Nano)
		doc, _ := json.Marshal(d)
		var rid int64
		if err := main.QueryRow(id, number, scope, 3, "identified", at+int64(i), string(doc), meta).Scan(&rid); err != nil {
			x.b.Fatal(err)
		}
		for _, at2 := range append(record.Ancestors(scope), "="+scope) {
			if _, err := node.Exec(at2, rid, "identified", at+int64(i), d["register_id"], title, "threat", d["owner_id"], d["level"], 3, ""); err != nil {
				x.b.Fatal(err)
			}
		}
		if _, err := plain.Exec(id, number, scope, 3, "identified", title, d["description"], d["owner_id"], d["register_id"], d["level"], x.details, at+int64(i)); err != nil {
			x.b.Fatal(err)
		}
		if len(x.ids) < 20000 {
			x.ids = append(x.ids, id)
			if i%len(scopes) == 0 {
				x.project = append(x.project, id)
			}
		}
	}
	for _, q := range indexes {
		if _, err := tx.Exec(q); err != nil {
			x.b.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		x.b.Fatal(err)
	}
	if err := bare.Commit(); err != nil {
		x.b.Fatal(err)
	}
	x.exec(x.db, `PRAGMA wal_checkpoint(TRUNCATE)`)
	x.exec(x.bareDB, `PRAGMA wal_checkpoint(TRUNCATE)`)
}

// unlisted is what the bare table's other columns do not hold of a risk.
func unlisted(d map[string]any) string {
	out := map[string]any{}
	for name, v := range d {
		if !strings.Contains(bareColumns, name) {
			out[name] = v
		}
	}
	raw, _ := json.Marshal(out)
	return string(raw)
}

// serveBare is what a careful programmer writes by hand: prepared statements, 12 columns scanned and encoded.
func (x *benchHouse) serveBare() {
	read, err := x.bareDB.Prepare(`SELECT ` + bareColumns + ` FROM risks WHERE id = ?`)
	if err != nil {
		x.b.Fatal(err)
	}
	page, err := x.bareDB.Prepare(`SELECT ` + bareColumns + ` FROM risks ORDER BY id DESC LIMIT 50`)
	if err != nil {
		x.b.Fatal(err)
	}
	scan := func(s interface{ Scan(...any) error }, r *bareRisk) error {
		return s.Scan(&r.ID, &r.Number, &r.Scope, &r.Version, &r.Status, &r.Title, &r.Description, &r.OwnerID, &r.RegisterID, &r.Level, &r.Details, &r.UpdatedAt)
	}
	answer := func(w http.ResponseWriter, v any, err error) {
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /risks/{id}", func(w http.ResponseWriter, r *http.Request) {
		var out bareRisk
		err := scan(read.QueryRow(r.PathValue("id")), &out)
		answer(w, out, err)
	})
	mux.HandleFunc("GET /risks", func(w http.ResponseWriter, _ *http.Request) {
		rows, err := page.Query()
		if err != nil {
			answer(w, nil, err)
			return
		}
		defer rows.Close()
		out := make([]bareRisk, 0, 50)
		for rows.Next() {
			var one bareRisk
			if err := scan(rows, &one); err != nil {
				answer(w, nil, err)
				return
			}
			out = append(out, one)
		}
		answer(w, map[string]any{"items": out}, rows.Err())
	})
	var writing sync.Mutex
	mux.HandleFunc("POST /risks", func(w http.ResponseWriter, r *http.Request) {
		var in bareRisk
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			answer(w, nil, err)
			return
		}
		in.ID, in.Details = record.NewID(), x.details
		doc, _ := json.Marshal(in)
		writing.Lock()
		defer writing.Unlock()
		tx, err := x.bareDB.Begin()
		if err != nil {
			answer(w, nil, err)
			return
		}
		defer func() { _ = tx.Rollback() }()
		_, err = tx.Exec(`INSERT INTO risks (`+bareColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)`, in.ID, in.ID, in.Scope, 1, "identified", in.Title, in.Description, in.OwnerID, in.RegisterID, "", in.Details, 1)
		if err == nil {
			_, err = tx.Exec(`INSERT INTO events (time, actor, action, record_id, doc) VALUES (?,?,?,?,?)`, 1, in.OwnerID, "create", in.ID, string(doc))
		}
		if err == nil {
			err = tx.Commit()
		}
		answer(w, in, err)
	})
	x.bare = httptest.NewServer(mux)
	x.b.Cleanup(x.bare.Close)
}

// call sends one request and reads the answer to its end.
func (x *benchHouse) call(method, url, token string, body []byte, want int) {
	var rd io.Reader
	if body != nil {
		rd = bytes.NewReader(body)
	}
	req, err := http.NewRequest(method, url, rd)
	if err != nil {
		x.b.Error(err)
		return
	}
	if token != "" {
		req.Header["Authorization"] = []string{"Bearer " + token}
	}
	if body != nil {
		req.Header["Content-Type"] = []string{"application/json"}
	}
	res, err := x.client.Do(req)
	if err != nil {
		x.b.Error(err)
		return
	}
	_, err = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	if err != nil || res.StatusCode != want {
		x.b.Errorf("%s %s: %d %v", method, url, res.StatusCode, err)
	}
}

// compare runs both in turns, by as many clients as there are processors, and reports ours over bare.
func compare(b *testing.B, clients int, bare, ours func(i int)) {
	b.Helper()
	const turn = 200
	run := func(f func(int), from int) time.Duration {
		start := time.Now()
		var wg sync.WaitGroup
		for c := range clients {
			wg.Go(func() {
				for i := c; i < turn; i += clients {
					f(from + i)
				}
			})
		}
		wg.Wait()
		return time.Since(start)
	}
	run(bare, 0)
	run(ours, 0)
	var tb, to time.Duration
	n := 0
	for b.Loop() {
		tb += run(bare, n)
		to += run(ours, n)
		n += turn
	}
	b.ReportMetric(float64(to)/float64(tb), "x-bare")
	b.ReportMetric(float64(n)/to.Seconds(), "ours/s")
	b.ReportMetric(float64(n)/tb.Seconds(), "bare/s")
	b.ReportMetric(0, "ns/op")
}

func (x *benchHouse) token(name string) string {
	x.h.as(name)
	return x.h.tokens[name]
}

// people are the three that the figures are given for: a project owner, a council
// member with seats in three scopes, and an administrator who reads everything.
var people = map[string]string{"owner": "owner", "employee": "council3", "admin": "administrator"}

func BenchmarkHTTP(b *testing.B) {
	x := newBenchHouse(b, 10_000)
	base := x.h.srv.URL + api.Base
	for _, name := range []string{"owner", "employee", "admin"} {
		token := x.token(name)
		who := people[name]
		readable := x.ids
		if name != "admin" {
			readable = x.project
		}
		b.Run("read/"+who, func(b *testing.B) {
			compare(b, 2, func(i int) { x.call("GET", x.bare.URL+"/risks/"+readable[i%len(readable)], "", nil, 200) },
				func(i int) { x.call("GET", base+"/risks/"+readable[i%len(readable)], token, nil, 200) })
		})
		b.Run("page/"+who, func(b *testing.B) {
			compare(b, 2, func(int) { x.call("GET", x.bare.URL+"/risks", "", nil, 200) },
				func(int) { x.call("GET", base+"/risks", token, nil, 200) })
		})
	}
	register := x.h.as("owner").get("/risk-registers?limit=1").ok(200).str("items.0.id")
	body, _ := json.Marshal(map[string]any{
		"scope": "/siv/radiologi/bruddeteksjon/", "register_id": register, "title": "Oversette brudd hos barn",
		"description": strings.Repeat("Modellen er trent på voksne. ", 10), "polarity": "threat", "owner_id": x.h.id("owner"), "sources": []string{"C.3.4"},
	})
	token := x.token("owner")
	plain, _ := json.Marshal(map[string]any{
		"scope": "/siv/radiologi/bruddeteksjon/", "register_id": register, "title": "Oversette brudd hos barn",
		"description": strings.Repeat("Modellen er trent på voksne. ", 10), "owner_id": x.h.id("owner"),
	})
	b.Run("create/owner", func(b *testing.B) {
		compare(b, 1, func(int) { x.call("POST", x.bare.URL+"/risks", "", plain, 200) },
			func(int) { x.call("POST", base+"/risks", token, body, 201) })
	})
}

// BenchmarkScale compares a page, at the front and deep inside, and a read, from many risks with the same from a thousand.
// AIMS_BENCH_RISKS says how many; 100,000 when unset.
func BenchmarkScale(b *testing.B) {
	n := 100_000
	if v := os.Getenv("AIMS_BENCH_RISKS"); v != "" {
		if _, err := fmt.Sscan(v, &n); err != nil {
			b.Fatal(err)
		}
	}
	small, big := newBenchHouse(b, 1_000), newBenchHouse(b, n)
	for _, name := range []string{"owner", "employee", "admin"} {
		get := func(x *benchHouse, path string) func(int) {
			url, token := x.h.srv.URL+api.Base+path, x.token(name)
			return func(int) { x.call("GET", url, token, nil, 200) }
		}
		b.Run("page/"+people[name], func(b *testing.B) { compare(b, 2, get(small, "/risks"), get(big, "/risks")) })
		for _, sort := range []string{"-updated_at", "title"} {
			b.Run("deep-"+sort+"/"+people[name], func(b *testing.B) {
				compare(b, 2, get(small, small.deep(name, sort, 4)), get(big, big.deep(name, sort, 200)))
			})
		}
		b.Run("read/"+people[name], func(b *testing.B) {
			compare(b, 2, get(small, "/risks/"+small.project[len(small.project)/2]), get(big, "/risks/"+big.project[len(big.project)/2]))
		})
	}
}

// deep walks some pages into a list and gives the path of the next one.
func (x *benchHouse) deep(name, sort string, pages int) string {
	c, path := x.h.as(name), "/risks?limit=50&sort="+sort
	next := path
	for range pages {
		r := c.get(next).ok(200)
		cursor := r.str("next_cursor")
		if cursor == "" {
			break
		}
		next = path + "&cursor=" + cursor
	}
	return next
}
