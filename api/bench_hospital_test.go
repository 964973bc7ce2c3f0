package api_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/text"
	"github.com/ki-styring/aims/internal/risk"
	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/internal/store/storetest"
)

// The hospital of the benchmarks has 20 clinics of 25 units each, and a demo project. In half of the units, all risks of a unit were created
// in one period, so the risks of the first unit are the oldest. In the other units the risks are from any time.
const (
	clinics        = 20
	unitsPerClinic = 25
	spreadUnits    = clinics * unitsPerClinic / 2 // of all; as many have one stretch each
	owners         = 1000
	registers      = clinics
	copiedAtOnce   = 5000
)

// benchUnit is a project, middleScope a clinic, which has 25 units, and oldestScope the unit that has the oldest risks.
const (
	benchUnit   = "/siv/radiologi/bruddeteksjon/"
	middleScope = "/siv/klinikk-07/"
	oldestScope = "/siv/klinikk-00/enhet-00/"
)

// benchHospital is the demo hospital with many units and risks, and the bare handler beside it.
type benchHospital struct {
	b      *testing.B
	h      *installation
	engine store.Engine
	n      int
	db     *sql.DB // the installation's, for filling it
	bareDB *sql.DB
	bare   string // the address of the bare handler
	client *http.Client
	ids    map[string][]string // of risks in a scope, for reading them
	bodies int                 // how many bodies seat has made
}

// benchSize returns the number of risks that AIMS_BENCH_RISKS asks for.
func benchSize(b *testing.B) int {
	b.Helper()
	n := 100_000
	if v := os.Getenv("AIMS_BENCH_RISKS"); v != "" {
		var err error
		if n, err = strconv.Atoi(v); err != nil {
			b.Fatal(err)
		}
	}
	return n
}

// benchEngine is the database that AIMS_BENCH_ENGINE asks for.
func benchEngine() store.Engine {
	if os.Getenv("AIMS_BENCH_ENGINE") == string(store.Postgres) {
		return store.Postgres
	}
	return store.SQLite
}

// newBenchHospital fills a database with n risks, or takes the one that AIMS_BENCH_DATABASE names and an earlier run has filled.
func newBenchHospital(b *testing.B, n int) *benchHospital {
	b.Helper()
	x := &benchHospital{b: b, engine: benchEngine(), n: n, ids: map[string][]string{}}
	dsn := os.Getenv("AIMS_BENCH_DATABASE")
	if dsn == "" {
		dsn = storetest.DSN(b, x.engine)
	}
	s, err := store.Open(context.Background(), dsn, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	if err := s.Migrate(context.Background()); err != nil {
		b.Fatal(err)
	}
	if x.db, err = s.Writer.DB(); err != nil {
		b.Fatal(err)
	}
	x.openBare(dsn)
	x.h = onDatabase(b, s, true)
	x.client = &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64, DialContext: (&net.Dialer{}).DialContext}}
	if x.number(`SELECT COUNT(*) FROM units WHERE path = '`+oldestScope+`'`) == 0 {
		start := time.Now()
		x.people()
		x.fill()
		b.Logf("filled %s with %d risks in %s", x.engine, n, time.Since(start).Round(time.Second))
	}
	x.known()
	x.serveBare()
	return x
}

// people creates the units and the roles: a member of several councils, the manager of a clinic, and a person who can read everything.
func (x *benchHospital) people() {
	unit := func(tx *record.Tx, scope, name string) error {
		in := org.UnitInput{Common: record.Common{Scope: scope}, Kind: "department", Name: name}
		_, err := org.Units.Create(tx.Follow("unit", "create"), org.NewUnit(in))
		return err
	}
	x.asSystem(func(tx *record.Tx) error {
		for c := range clinics {
			clinic := fmt.Sprintf("/siv/klinikk-%02d/", c)
			if err := unit(tx, clinic, fmt.Sprintf("Klinikk %d", c)); err != nil {
				return err
			}
			for u := range unitsPerClinic {
				if err := unit(tx, fmt.Sprintf("%senhet-%02d/", clinic, u), fmt.Sprintf("Enhet %d.%d", c, u)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	x.seat("employee", oldestScope, "/siv/klinikk-11/enhet-03/", "/siv/klinikk-15/enhet-20/")
	x.assign("handler", "line_manager", middleScope)
	x.assign("admin", "internal_auditor", "/")
}

// seat makes a person a council member in several scopes.
func (x *benchHospital) seat(name string, scopes ...string) {
	user := x.h.id(name)
	x.asSystem(func(tx *record.Tx) error {
		for _, scope := range scopes {
			x.bodies++
			text := record.Text{NB: "Råd", EN: "Council"}
			b, err := governance.Bodies.Create(tx.Follow("body", "create"), governance.NewBody(governance.BodyInput{
				Common: record.Common{Scope: scope}, Key: fmt.Sprintf("rad-%d", x.bodies), Kind: governance.Council, Name: text, Purpose: text, MemberRole: "ai_council",
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

// assign gives a person a role.
func (x *benchHospital) assign(name, role, scope string) {
	user := x.h.id(name)
	x.asSystem(func(tx *record.Tx) error {
		in := org.AssignmentInput{Common: record.Common{Scope: scope}, UserID: user, Role: role}
		_, err := org.Assignments.Create(tx.Follow("assignment", "create"), org.NewAssignment(in))
		return err
	})
}

func (x *benchHospital) asSystem(fn func(*record.Tx) error) {
	x.b.Helper()
	if err := x.h.db.Write(context.Background(), record.System, record.Permission{}, "", fn); err != nil {
		x.b.Fatal(err)
	}
}

func (x *benchHospital) exec(db *sql.DB, q string) {
	x.b.Helper()
	if _, err := db.Exec(q); err != nil {
		x.b.Fatalf("%s: %v", q, err)
	}
}

func (x *benchHospital) number(q string) (n int64) {
	x.b.Helper()
	if err := x.db.QueryRow(q).Scan(&n); err != nil {
		x.b.Fatalf("%s: %v", q, err)
	}
	return n
}

func (x *benchHospital) texts(q string) (out []string) {
	x.b.Helper()
	rows, err := x.db.Query(q)
	if err != nil {
		x.b.Fatalf("%s: %v", q, err)
	}
	defer rows.Close() //nolint:errcheck // read only
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			x.b.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

func (x *benchHospital) numbers(q string) (out []int64) {
	for _, s := range x.texts(q) {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			x.b.Fatal(err)
		}
		out = append(out, n)
	}
	return out
}

// known reads the ids that the benchmarks ask for.
func (x *benchHospital) known() {
	stored := fmt.Sprintf(` AND rid < (SELECT MIN(rid) FROM risks) + %d`, min(x.n, bareAtMost)) // by the bare handler too
	for _, scope := range []string{benchUnit, oldestScope, "/siv/klinikk-11/enhet-03/"} {
		x.ids[scope] = x.texts(`SELECT id FROM risks WHERE scope = '` + scope + `'` + stored + ` ORDER BY rid LIMIT 1000`)
	}
	x.ids["/"] = x.texts(`SELECT id FROM risks WHERE rid % 19 = 0` + stored + ` LIMIT 5000`)
}

// benchRisks makes risks one after another, of 1 to 5 kB each.
type benchRisks struct {
	n         int
	random    *rand.Rand
	scopes    []string
	owners    []string
	registers []string
	sources   []int64 // docids of the sources of Annex C.3
	actor     string
	now       time.Time
	rid       int64
	seq       int64 // of the newest event
	number    int64
}

// benchRisk is a risk with the values of its table columns.
type benchRisk struct {
	*risk.Risk
	sources []int64
	rid     int64
	seq     int64
	doc     string
	meta    string
	words   string
}

var benchSentences = strings.Split(`Modellen er trent på voksne og kan overse vekstsonebrudd.|Varselet kommer for sent når vaktskiftet er i gang.
Personalet stoler mer på svaret enn på sin egen vurdering.|Bildene fra det nye apparatet har et annet format.|Leverandøren endrer modellen uten å si fra.
Pasienter med innvandrerbakgrunn er få i treningsdata.|Systemet er nede når nettet mellom husene er brutt.|Ingen følger med på om treffsikkerheten faller over tid.
Meldingen drukner blant alle de andre på skjermen.|Det er uklart hvem som svarer for feil i loggen.|Opplæringen når ikke vikarene i helgene.
Terskelen er satt etter en studie fra et annet land.|Journalnotatet mangler når hendelsen blir gransket.|Svarene lar seg ikke forklare for pasienten.`, "|")

var benchWords = [2][]string{
	strings.Fields("bilde varsel journal pasient vakt svar terskel modell data laboratorie brudd sepsis lunge hjerte hud øye nyre blod fall søvn smerte alarm kø henvisning triage resept dose prøve skjema tale"),
	strings.Fields("tretthet svikt kvalitet feil mangel avvik drift tolkning lekkasje skjevhet belastning forsinkelse overvåking endring tilgang sikring logg kobling styring vurdering"),
}

// newRandom gives the same numbers in each run.
func newRandom() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func (g *benchRisks) word() string {
	return benchWords[0][g.random.IntN(len(benchWords[0]))] + benchWords[1][g.random.IntN(len(benchWords[1]))]
}

func (g *benchRisks) prose(least int) string {
	var b strings.Builder
	for b.Len() < least {
		b.WriteString(benchSentences[g.random.IntN(len(benchSentences))])
		b.WriteByte(' ')
	}
	return b.String()
}

// scope returns the scope of the i-th risk, in the order of creation.
func (g *benchRisks) scope(i int) int {
	if i%2 == 0 {
		return i * spreadUnits / g.n // one stretch each
	}
	return spreadUnits + g.random.IntN(len(g.scopes)-spreadUnits)
}

func (g *benchRisks) next(i int) benchRisk {
	at := g.scope(i)
	clinic := min(at/unitsPerClinic, clinics-1)
	created := g.now.Add(time.Duration(i-g.n) * time.Minute)
	g.rid++
	g.seq++
	g.number++
	r := risk.New(risk.Input{
		Common: record.Common{Scope: g.scopes[at]}, RegisterID: g.registers[clinic], Title: fmt.Sprintf("%s ved %s %d", strings.Title(g.word()), g.word(), i*7919%g.n), //nolint:staticcheck // of letters
		Description: g.prose(150 + g.random.IntN(400)), Clauses: []string{"6.1.2"}, OwnerID: g.owners[(at*2+g.random.IntN(2))%owners],
	})
	r.Defaults()
	if at == 0 { // also at one end of the titles
		r.Title = "Å " + r.Title
	}
	r.ID, r.Number, r.Version = record.NewID(), fmt.Sprintf("RISK-%04d", g.number), 3
	r.CreatedAt, r.CreatedBy, r.UpdatedAt, r.UpdatedBy = created, g.actor, created.Add(time.Duration(g.random.IntN(2000))*time.Minute), g.actor
	switch p := g.random.IntN(10); {
	case p < 3:
		r.Status = risk.Identified
	case p < 6:
		r.Status = risk.Assessed
	case p < 8:
		r.Status = risk.Treating
	default:
		r.Status = risk.Accepted
	}
	if r.Status != risk.Identified {
		levels := []risk.Level{risk.Low, risk.Moderate, risk.High}
		r.LevelRank = 1 + g.random.IntN(3)
		if r.Status == risk.Treating && clinic == clinics-1 { // what no other clinic has
			r.LevelRank = 4
		}
		r.Level = append(levels, risk.VeryHigh)[r.LevelRank-1]
		for range 1 + g.random.IntN(3) {
			r.Assessments = append(r.Assessments, risk.Assessment{
				ID: r.ID, By: g.actor, At: created, Stage: risk.Current, Consequences: map[string]int{"patient_safety": 3, "privacy": 2}, Rationale: g.prose(200 + g.random.IntN(800)),
				Result: risk.Result{MethodID: r.ID, MethodKey: "standard-5x5", MethodEdition: 1, Likelihood: 3, HighestConsequence: 3, Level: r.Level, Rank: r.LevelRank},
			})
		}
	}
	if r.Status == risk.Accepted {
		r.AcceptedUntil = record.DateOf(g.now.AddDate(0, 0, 1+g.random.IntN(700)))
	}
	if p := g.random.IntN(10); p < 1 {
		r.ReviewDue = record.DateOf(g.now.AddDate(0, 0, -1-g.random.IntN(300)))
	} else if p < 6 {
		r.ReviewDue = record.DateOf(g.now.AddDate(0, 0, 1+g.random.IntN(700)))
	}
	out := benchRisk{Risk: r, rid: g.rid, seq: g.seq}
	for j := range 1 + g.random.IntN(2) {
		s := (i + j*3) % (len(g.sources) - 2)
		if clinic == clinics-1 && j == 0 {
			s = len(g.sources) - 2 // what no other clinic has
		}
		r.Sources = append(r.Sources, fmt.Sprintf("C.3.%d", s+1))
		out.sources = append(out.sources, g.sources[s])
	}
	var doc bytes.Buffer
	enc := json.NewEncoder(&doc)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(r)
	out.doc = strings.TrimSpace(doc.String())
	out.meta = "f polarity threat\nf assessed_by " + g.actor + "\nf level " + string(r.Level) + "\nh create " + g.actor + " 1\nh assess " + g.actor + " 2\n"
	if due := r.DueOn(); due != "" {
		out.meta = "d " + string(due) + "\n" + out.meta
	}
	out.words = strings.Join(text.Words(r.Number+" "+r.Title+" "+r.Description), " ")
	return out
}

// fill writes risks directly into the tables, because creating them through the API would take hours.
func (x *benchHospital) fill() {
	g := &benchRisks{n: x.n, random: newRandom(), actor: x.h.id("group"), now: x.h.now, sources: x.numbers(`SELECT rid FROM requirements WHERE key LIKE 'C.3.%' ORDER BY key`)}
	if len(g.sources) < 4 {
		x.b.Fatal("no sources")
	}
	for c := range clinics {
		for u := range unitsPerClinic {
			g.scopes = append(g.scopes, fmt.Sprintf("/siv/klinikk-%02d/enhet-%02d/", c, u))
		}
		g.registers = append(g.registers, record.NewID())
	}
	g.scopes = append(g.scopes, benchUnit)
	for range owners {
		g.owners = append(g.owners, record.NewID())
	}
	g.rid = x.number(`SELECT COALESCE(MAX(docid), 0) FROM records`)
	g.seq = x.number(`SELECT seq FROM log_end`)
	g.number = 1000
	if x.engine == store.SQLite {
		x.exec(x.db, `PRAGMA synchronous = OFF`)
		x.exec(x.db, `PRAGMA cache_size = -200000`)
		x.exec(x.db, `PRAGMA wal_autocheckpoint = 20000`)
	}
	indexes := x.dropIndexes()
	parts := map[string]bool{}
	for from := 0; from < x.n; from += copiedAtOnce {
		var chunk []benchRisk
		for i := from; i < min(from+copiedAtOnce, x.n); i++ {
			chunk = append(chunk, g.next(i))
		}
		x.store(chunk)
		x.storeBare(chunk, from)
		for _, r := range chunk {
			for w := range strings.SplitSeq(r.words, " ") {
				parts[w] = true
			}
		}
	}
	for _, q := range indexes {
		x.exec(x.db, q)
	}
	var endings [][]any
	for w := range parts {
		for _, e := range text.Suffixes(w) {
			endings = append(endings, []any{e, w})
		}
	}
	x.exec(x.db, `DELETE FROM word_parts`)
	x.bulk(x.db, "word_parts", []string{"part", "word"}, endings)
	x.exec(x.db, fmt.Sprintf(`UPDATE log_end SET seq = %d, docid = %d`, g.seq, g.rid))
	x.exec(x.db, fmt.Sprintf(`INSERT INTO counters (kind, next) VALUES ('risk', %d) ON CONFLICT (kind) DO UPDATE SET next = excluded.next`, g.number+1))
	if x.engine == store.Postgres {
		x.exec(x.db, `VACUUM ANALYZE`)
		return
	}
	for _, q := range []string{`PRAGMA synchronous = FULL`, `PRAGMA cache_size = -8000`, `PRAGMA wal_autocheckpoint = 2000`, `PRAGMA wal_checkpoint(TRUNCATE)`} {
		x.exec(x.db, q)
		x.exec(x.bareDB, q)
	}
}

// dropIndexes drops indexes, because creating them at the end is faster. It returns the statements that create them.
func (x *benchHospital) dropIndexes() []string {
	from := `FROM sqlite_master WHERE type = 'index' AND tbl_name IN ('risks', 'refs') AND sql IS NOT NULL`
	names, make := `SELECT name `+from, `SELECT sql `+from
	if x.engine == store.Postgres {
		from = `FROM pg_indexes WHERE schemaname = current_schema() AND tablename IN ('risks', 'refs', 'full_text') AND indexname NOT LIKE '%_pkey'`
		names, make = `SELECT indexname `+from, `SELECT indexdef `+from
	}
	indexes := x.texts(make)
	for _, name := range x.texts(names) {
		x.exec(x.db, `DROP INDEX "`+name+`"`)
	}
	return indexes
}

// store adds risks to every table that has data of risks. Each risk has one event.
func (x *benchHospital) store(risks []benchRisk) {
	var records, rows, events, words, refs [][]any
	at := x.number(`SELECT time FROM log_end`)
	for _, r := range risks {
		var level, due any
		if r.Level != "" {
			level = string(r.Level)
		}
		if d := r.DueOn(); d != "" {
			due = string(d)
		}
		records = append(records, []any{r.rid, r.ID, "risk", r.Number, r.Scope})
		rows = append(rows, []any{
			r.rid, r.ID, r.Number, r.Scope, string(r.Status), r.Version, r.seq, r.UpdatedAt.UnixMicro(), r.RegisterID, text.SortKey(r.Title), "threat", r.OwnerID,
			level, int64(r.LevelRank), string(r.AcceptedUntil), due, r.meta,
		})
		events = append(events, []any{r.seq, record.NewID(), at, r.ID, r.UpdatedBy, "assess", "risk", r.ID, r.Number, r.Scope, string(r.Status), r.Version, 1, r.doc})
		words = append(words, []any{r.rid, r.words})
		for _, s := range r.sources {
			refs = append(refs, []any{r.rid, "sources", s, "risk"})
		}
		refs = append(refs, []any{r.rid, "register_id", r.rid % clinics, "risk"}) // of registers that are not there
	}
	x.bulk(x.db, "records", []string{"docid", "id", "kind", "number", "scope"}, records)
	x.bulk(x.db, "risks", []string{
		"rid", "id", "number", "scope", "status", "version", "seq", "updated_at", "register_id", "title_order", "polarity", "owner_id",
		"level", "level_rank", "accepted_until", "due_on", "meta",
	}, rows)
	x.bulk(x.db, "events", []string{
		"seq", "id", "time", "request_id", "actor", "action", "kind", "record_id", "number", "scope", "status", "version", "schema", "doc",
	}, events)
	x.bulk(x.db, "refs", []string{"docid", "field", "to_docid", "kind"}, refs)
	if x.engine == store.SQLite {
		x.bulk(x.db, "full_text", []string{"docid", "words"}, words)
		return
	}
	x.exec(x.db, `CREATE TABLE IF NOT EXISTS fill_words (docid bigint, words text)`)
	x.bulk(x.db, "fill_words", []string{"docid", "words"}, words)
	x.exec(x.db, `INSERT INTO full_text SELECT docid, array_to_tsvector(string_to_array(words, ' ')) FROM fill_words`)
	x.exec(x.db, `DROP TABLE fill_words`)
}

// bulk adds many rows to a table.
func (x *benchHospital) bulk(db *sql.DB, table string, columns []string, rows [][]any) {
	x.b.Helper()
	ctx := context.Background()
	if x.engine == store.Postgres {
		conn, err := db.Conn(ctx)
		if err != nil {
			x.b.Fatal(err)
		}
		defer conn.Close() //nolint:errcheck // back to the pool
		err = conn.Raw(func(c any) error {
			_, err := c.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows))
			return err
		})
		if err != nil {
			x.b.Fatalf("%s: %v", table, err)
		}
		return
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		x.b.Fatal(err)
	}
	st, err := tx.PrepareContext(ctx, `INSERT INTO `+table+` (`+strings.Join(columns, ", ")+`) VALUES (?`+strings.Repeat(",?", len(columns)-1)+`)`)
	if err != nil {
		x.b.Fatal(err)
	}
	for _, row := range rows {
		if _, err := st.ExecContext(ctx, row...); err != nil {
			x.b.Fatalf("%s: %v", table, err)
		}
	}
	_ = st.Close()
	if err := tx.Commit(); err != nil {
		x.b.Fatal(err)
	}
}
