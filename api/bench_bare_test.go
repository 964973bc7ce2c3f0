package api_test

import (
	"database/sql"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/store"
)

// The bare handler is what a careful programmer writes by hand with net/http and database/sql: prepared statements, and twelve columns that
// are scanned and encoded. Its rows hold as many bytes as our documents.

const bareColumns = `id, number, scope, version, status, title, description, owner_id, register_id, level, details, updated_at`

// bareAtMost is the largest number of rows of the bare handler. With more rows it would be slower, and the comparison easier for us.
const bareAtMost = 100_000

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
	Details     string `json:"details"` // everything else that our document holds
	UpdatedAt   int64  `json:"updated_at"`
}

// openBare opens the bare handler's database: a file beside ours, or a schema in ours on PostgreSQL.
func (x *benchHospital) openBare(dsn string) {
	b := x.b
	var err error
	if x.engine == store.Postgres {
		x.exec(x.db, `CREATE SCHEMA IF NOT EXISTS bare`)
		x.bareDB, err = sql.Open("pgx", dsn+"&search_path=bare")
	} else {
		x.bareDB, err = sql.Open("sqlite3", "file:"+filepath.ToSlash(dsn)+".bare?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=10000&_txlock=immediate&_stmt_cache_size=32")
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = x.bareDB.Close() })
	x.bareDB.SetMaxIdleConns(16)
	serial := `INTEGER`
	if x.engine == store.Postgres {
		serial = `BIGSERIAL`
	}
	x.exec(x.bareDB, `CREATE TABLE IF NOT EXISTS risks (id TEXT PRIMARY KEY, number TEXT, scope TEXT, version BIGINT, status TEXT, title TEXT, description TEXT,
		owner_id TEXT, register_id TEXT, level TEXT, details TEXT, updated_at BIGINT)`)
	x.exec(x.bareDB, `CREATE TABLE IF NOT EXISTS events (seq `+serial+` PRIMARY KEY, time BIGINT, actor TEXT, action TEXT, record_id TEXT, doc TEXT)`)
}

// storeBare adds the same risks to the bare handler's table.
func (x *benchHospital) storeBare(risks []benchRisk, from int) {
	if from >= bareAtMost {
		return
	}
	rows := make([][]any, len(risks))
	for i, r := range risks {
		rows[i] = []any{
			r.ID, r.Number, r.Scope, r.Version, string(r.Status), r.Title, r.Description, r.OwnerID, r.RegisterID, string(r.Level),
			r.details(), r.UpdatedAt.UnixMicro(),
		}
	}
	x.bulk(x.bareDB, "risks", strings.Split(bareColumns, ", "), rows)
}

// details returns the part of a risk that has no column in the bare table.
func (r benchRisk) details() string {
	raw, _ := json.Marshal(map[string]any{
		"created_at": r.CreatedAt, "created_by": r.CreatedBy, "updated_by": r.UpdatedBy, "external_refs": r.ExternalRefs, "polarity": r.Polarity, "sources": r.Sources,
		"objectives": r.Objectives, "clauses": r.Clauses, "review_due": r.ReviewDue, "level_rank": r.LevelRank, "inherent": r.Inherent, "current": r.Current,
		"residual": r.Residual, "controls": r.Controls, "responsible_ids": r.ResponsibleIDs, "assessments": r.Assessments, "treatments": r.Treatments,
		"acceptances": r.Acceptances, "accepted_until": r.AcceptedUntil, "closure": r.Closure,
	})
	return string(raw)
}

// bareHandler answers reads, pages and creates.
type bareHandler struct {
	x       *benchHospital
	writing sync.Mutex
}

func (x *benchHospital) serveBare() {
	h := &bareHandler{x: x}
	read, page := h.prepare(`SELECT `+bareColumns+` FROM risks WHERE id = ?`), h.prepare(`SELECT `+bareColumns+` FROM risks ORDER BY id DESC LIMIT 50`)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /risks/{id}", func(w http.ResponseWriter, r *http.Request) {
		var out bareRisk
		err := out.scan(read.QueryRow(r.PathValue("id")))
		answerBare(w, out, err)
	})
	mux.HandleFunc("GET /risks", func(w http.ResponseWriter, _ *http.Request) {
		out, err := scanBare(page)
		answerBare(w, map[string]any{"items": out}, err)
	})
	mux.HandleFunc("POST /risks", func(w http.ResponseWriter, r *http.Request) {
		var in bareRisk
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			answerBare(w, nil, err)
			return
		}
		answerBare(w, &in, h.create(&in))
	})
	s := httptest.NewServer(mux)
	x.b.Cleanup(s.Close)
	x.bare = s.URL
}

func (h *bareHandler) prepare(q string) *sql.Stmt {
	st, err := h.x.bareDB.Prepare(h.bind(q))
	if err != nil {
		h.x.b.Fatal(err)
	}
	return st
}

// bind writes the parameters in the form that PostgreSQL expects.
func (h *bareHandler) bind(q string) string {
	for i := 1; h.x.engine == store.Postgres && strings.Contains(q, "?"); i++ {
		q = strings.Replace(q, "?", "$"+strconv.Itoa(i), 1)
	}
	return q
}

func (r *bareRisk) scan(row interface{ Scan(...any) error }) error {
	return row.Scan(&r.ID, &r.Number, &r.Scope, &r.Version, &r.Status, &r.Title, &r.Description, &r.OwnerID, &r.RegisterID, &r.Level, &r.Details, &r.UpdatedAt)
}

func scanBare(page *sql.Stmt) ([]bareRisk, error) {
	rows, err := page.Query()
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // read only
	out := make([]bareRisk, 0, 50)
	for rows.Next() {
		var one bareRisk
		if err := one.scan(rows); err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, rows.Err()
}

// create stores a risk and its event, durably.
func (h *bareHandler) create(in *bareRisk) error {
	in.ID, in.Number, in.Version, in.Status, in.UpdatedAt = record.NewID(), "RISK-0001", 1, "identified", 1
	doc, err := json.Marshal(in)
	if err != nil {
		return err
	}
	h.writing.Lock()
	defer h.writing.Unlock()
	tx, err := h.x.bareDB.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	_, err = tx.Exec(h.bind(`INSERT INTO risks (`+bareColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)`),
		in.ID, in.Number, in.Scope, in.Version, in.Status, in.Title, in.Description, in.OwnerID, in.RegisterID, in.Level, in.Details, in.UpdatedAt)
	if err != nil {
		return err
	}
	if _, err = tx.Exec(h.bind(`INSERT INTO events (time, actor, action, record_id, doc) VALUES (?,?,?,?,?)`), in.UpdatedAt, in.OwnerID, "create", in.ID, string(doc)); err != nil {
		return err
	}
	return tx.Commit()
}

func answerBare(w http.ResponseWriter, v any, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// onDatabase serves a database. It loads the demo hospital into an empty one first.
func onDatabase(b testing.TB, s *store.Store, bare bool) *installation {
	b.Helper()
	var records int64
	if err := s.Reader.Raw(`SELECT COUNT(*) FROM records`).Scan(&records).Error; err != nil {
		b.Fatal(err)
	}
	if records == 0 {
		if err := install(s, bare); err != nil {
			b.Fatal(err)
		}
	}
	return serve(b, s)
}
