package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/classify"
	"github.com/ki-styring/aims/internal/demo"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/policy"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/seeding"
	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/policies"
	"github.com/ki-styring/aims/seed"
)

// hospital is the demo hospital in a temporary database. The examples of answers are read from it, through the API.
type hospital struct {
	db     *record.DB
	server http.Handler
	tokens map[string]string         // by username
	chosen map[string]map[string]any // the record of each kind that the examples show, by the path of its collection
}

// password is that of every demo person in the temporary database.
const password = "et langt passord" //nolint:gosec // the database is removed after the run

// fromDemo returns the answers of the reads, by path, and that of POST /sessions. The description is the one that the server gets.
func fromDemo(description []byte, routes []rest.Route) (map[string]any, error) {
	dir, err := os.MkdirTemp("", "aims-demo")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	ctx := context.Background()
	s, err := store.Open(ctx, filepath.Join(dir, "demo.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	defer s.Close() //nolint:errcheck // nothing is kept
	h, err := found(ctx, s, description)
	if err != nil {
		return nil, err
	}
	if err := h.supplement(); err != nil {
		return nil, err
	}
	answers, err := h.answers(routes)
	if err != nil {
		return nil, err
	}
	return stable(answers)
}

// found loads the demo hospital into an empty database and starts its server. The clock stands still on the day after the last step of the demo.
func found(ctx context.Context, s *store.Store, description []byte) (*hospital, error) {
	templates, err := fs.Sub(seed.Files, "templates")
	if err != nil {
		return nil, err
	}
	if err := errors.Join(policy.LoadTemplates(templates), classify.Load(seed.Files), s.Migrate(ctx)); err != nil {
		return nil, err
	}
	guard, err := api.NewGuard(policies.Files)
	if err != nil {
		return nil, err
	}
	now := demo.Begins
	db, err := record.Open(s.Writer, s.Reader, false, guard, func() time.Time { return now }, store.Down)
	if err != nil {
		return nil, err
	}
	hash, err := identity.Hash(ctx, password)
	if err != nil {
		return nil, err
	}
	err = db.Write(ctx, record.System, record.Permission{}, "", func(tx *record.Tx) error {
		if err := seeding.Install(tx, policies.Files, seed.Files); err != nil {
			return err
		}
		carrier, err := api.NewCarrier(guard)
		if err != nil {
			return err
		}
		return demo.Load(tx, seed.Files, guard, carrier, hash, false)
	})
	if err != nil {
		return nil, err
	}
	now = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	if err := db.Confirm(ctx); err != nil {
		return nil, err
	}
	server, err := api.New(api.Config{
		DB: db, Guard: guard, Policies: policies.Files, Identity: api.NewIdentity(db), Log: slog.New(slog.DiscardHandler), Down: store.Down, Describe: description,
	})
	return &hospital{db: db, server: server, tokens: map[string]string{}, chosen: map[string]map[string]any{}}, err
}

// do sends a request as a person, and returns the status and the answer.
func (h *hospital) do(who, method, path string, body any) (int, map[string]any, error) {
	var sent io.Reader = http.NoBody
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return 0, nil, err
		}
		sent = bytes.NewReader(raw)
	}
	r := httptest.NewRequest(method, api.Base+path, sent)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept-Language", "nb")
	if who != "" {
		if h.tokens[who] == "" {
			status, session, err := h.do("", http.MethodPost, "/sessions", map[string]any{"username": who, "password": password})
			if err != nil || status != http.StatusCreated {
				return status, nil, fmt.Errorf("sign in %s: %d %v", who, status, session)
			}
			h.tokens[who] = session["token"].(string)
		}
		r.Header.Set("Authorization", "Bearer "+h.tokens[who])
	}
	if err := h.db.Confirm(context.Background()); err != nil { // a loaded machine may need more than the seconds that access stays confirmed
		return 0, nil, err
	}
	w := httptest.NewRecorder()
	h.server.ServeHTTP(w, r)
	var answer map[string]any
	if strings.Contains(w.Header().Get("Content-Type"), "json") {
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			return w.Code, nil, fmt.Errorf("%s %s: %w", method, path, err)
		}
	}
	return w.Code, answer, nil
}

// supplement creates records of the kinds that the demo lacks.
func (h *hospital) supplement() error {
	type m = map[string]any
	var failed error
	post := func(who, path string, body m) string {
		status, answer, err := h.do(who, http.MethodPost, path, body)
		if err == nil && status != http.StatusCreated {
			err = fmt.Errorf("%s POST %s: %d %v", who, path, status, answer)
		}
		failed = cmp.Or(failed, err)
		id, _ := answer["id"].(string)
		return id
	}
	_, handler, err := h.do("handler", http.MethodGet, "/me", nil)
	if err != nil {
		return err
	}
	_, organisation, err := h.do("admin", http.MethodGet, "/organisations/ahus", nil)
	if err != nil {
		return err
	}
	in := func(title string, more m) m {
		body := m{"scope": "/siv/", "body_id": "ki-arbeidsgruppe-siv", "title": title}
		for name, v := range more {
			body[name] = v
		}
		return body
	}
	_, risks, err := h.do("group", http.MethodGet, "/risks?limit=1&scope=/siv/", nil)
	if err != nil || len(list(risks)) == 0 {
		return fmt.Errorf("the demo has no risk: %w", err)
	}
	risk := list(risks)[0]["id"].(string)
	post("admin", "/api-keys", m{
		"scope": "/siv/", "title": "Kvalitetssystemet", "responsible_id": handler["id"], "expires_on": "2027-06-01",
		"roles": []any{m{"role": "integration", "scope": "/siv/"}},
	})
	post("group", "/risks/"+risk+"/comments", m{"text": "Er terskelen for varsling kontrollert på nattevakt?"})
	post("group", "/clause-judgements", m{"scope": "/siv/", "clause": "10.1", "judgement": "partly", "reasons": "Syklusen er ikke avsluttet."})
	post("group", "/treatment-plans", m{"scope": "/siv/", "title": "Plan for håndtering av risiko i triageprosjektet", "risk_ids": []any{risk}})
	post("group", "/standards", m{
		"scope": "/siv/", "key": "prEN 18228", "title": m{"nb": "Risikostyring", "en": "Risk management"}, "committee": "CEN/CENELEC JTC 21", "stage": "drafting",
		"ai_act_articles": []any{"9"},
	})
	post("group", "/topics", in("Lokal validering av innkjøpte modeller", m{"as_of": "2026-03-01"}))
	post("group", "/needs", in("Felles testdata for norske pasienter", m{"organisation_id": organisation["id"]}))
	post("group", "/activities", in("Følge arbeidet med prEN 18228", m{"kind": "follow", "participants": []any{organisation["id"]}}))
	post("secretariat", "/applications", m{
		"scope": "/siv/", "body_id": "ki-arbeidsgruppe-siv", "organisation_id": organisation["id"], "person_name": "Ola Nordmann", "person_email": "ola.nordmann@example.org",
		"wanted_position": "observer", "motivation": "Vil dele erfaringer fra egen validering.",
	})
	_, group, err := h.do("group", http.MethodGet, "/me", nil)
	if err != nil {
		return err
	}
	h.registers(post, group["id"])
	_, owner, err := h.do("owner", http.MethodGet, "/me", nil)
	if err != nil {
		return err
	}
	_, proofs, err := h.do("group", http.MethodGet, "/evidence?limit=1&scope=/siv/", nil)
	if err != nil || len(list(proofs)) == 0 {
		return fmt.Errorf("the demo has no evidence: %w", err)
	}
	system := post("group", "/ai-systems", m{
		"scope": "/siv/radiologi/", "name": "Lungeknuter på CT", "kind": "predictive", "origin": "bought", "autonomy": "recommends", "owner_id": owner["id"],
		"intended_purpose": "Støtte radiologen i å finne knuter i lungene hos voksne.", "patients_affected": true, "personal_data": true, "patient_data": "used",
		"decides_about_persons": true, "all_output_read": true, "ai_act_roles": []any{"deployer"},
	})
	post("owner", "/gate-items", m{
		"system_id": system, "gate": "concept", "item": "need_and_alternatives", "text": "Radiologene rekker ikke å lese alle bilder samme døgn.",
		"evidence": []any{list(proofs)[0]["id"]},
	})
	device := m{"Q-01": "yes", "Q-20": m{"answer": "yes", "values": []any{"diagnosis"}}, "C-33b": "yes", "C-11a": "yes"}
	post("group", "/qualifications", m{
		"system_id": system, "answers": device, "maker_statement": m{"declared_class": "IIa", "regulation": "MDR", "version": "2.4.1", "stated_on": "2026-05-04"},
	})
	post("group", "/ai-systems/"+system+"/classification", m{"for": "mdr", "answers": device})
	return failed
}

// registers creates records of the registers around AI systems.
func (h *hospital) registers(post func(who, path string, body map[string]any) string, group any) {
	type m = map[string]any
	post("group", "/suppliers", m{
		"scope": "/siv/", "name": "Radiolog AS", "delivers": "Bruddeteksjon på røntgenbilder, med drift og oppdateringer.", "contact": "support@radiolog.example",
		"responsibilities": []any{m{"responsibility": "Overvåke ytelsen i drift", "party": "shared", "note": "Sykehuset måler, leverandøren følger opp avvik."}},
		"contracts": []any{m{
			"title": "Rammeavtale for bildediagnostikk", "number": "2026/114", "valid_from": "2026-01-01", "valid_to": "2029-12-31", "change_notice": "P30D",
			"change_terms": "Endringer som påvirker ytelsen, varsles skriftlig.", "processor_agreement": "signed", "transfer": "none",
		}},
	})
	post("group", "/contact-points", m{
		"scope": "/siv/", "person_id": group, "email": "forskning@siv.example", "description": "Råd om utvikling, testing og bruk av KI.",
	})
	post("employee", "/advice-requests", m{
		"scope": "/siv/akutt/", "title": "Kan vi bruke egne bilder til å teste en modell?", "question": "Vi har 400 bilder fra 2024 og vil sammenligne to modeller.",
	})
	post("employee", "/intakes", m{
		"scope": "/siv/akutt/", "tool": "Oppsummering av epikriser", "purpose": "Korte ned tiden på previsitten.", "data_subjects": []any{"patients"}, "needed_by": "2027-02-01",
	})
	post("group", "/allowed-tools", m{
		"scope": "/siv/", "name": "Skriveassistenten", "verdict": "conditional", "conditions": m{"nb": "Ikke legg inn pasientopplysninger.", "en": "Enter no patient data."},
		"reasons": "Leverandøren lagrer ikke det som skrives inn.", "data": []any{"public", "internal"}, "valid_to": "2027-11-21",
		"literacy": m{"nb": "Les alltid gjennom teksten selv.", "en": "Always read the text through yourself."},
	})
	post("group", "/datasets", m{
		"scope": "/siv/", "name": "Håndleddsbilder 2019–2024", "source": "Sykehusets PACS", "categories": []any{"health", "images"}, "owner_id": group,
		"splits": []any{m{
			"kind": "train", "size": 12000, "from": "2019-01-01", "to": "2024-12-31", "source": "Sykehusets PACS", "processing": "Avidentifisert.",
			"representativeness": "Få barn under 12 år.", "bias_measures": "Ytelsen vises per aldersgruppe og kjønn.",
		}},
		"legal_bases": []any{m{"purpose": "development", "basis": "hpl_29", "reference": "Helsedirektoratet 2026/4711", "valid_to": "2027-12-31"}},
	})
}

// answers reads every list, every record that an example shows, and every other read that answers with JSON.
func (h *hospital) answers(routes []rest.Route) (map[string]any, error) {
	out := map[string]any{}
	_, session, err := h.do("", http.MethodPost, "/sessions", map[string]any{"username": "owner", "password": password})
	if err != nil {
		return nil, err
	}
	session["token"] = byName["token"]
	out["/sessions"] = session
	reads := slices.DeleteFunc(slices.Clone(routes), func(r rest.Route) bool { return r.Method != http.MethodGet || r.Out == nil })
	slices.SortStableFunc(reads, func(a, b rest.Route) int { // lists first: they show which records there are
		return cmp.Or(strings.Count(a.Path, "{")-strings.Count(b.Path, "{"), strings.Compare(a.Path, b.Path))
	})
	for _, r := range reads {
		path, ok := h.address(r)
		if !ok {
			continue
		}
		answer, err := h.read(r, path)
		if err != nil {
			return nil, err
		}
		if answer == nil {
			continue
		}
		if items := list(answer); r.Shape == "list" && len(items) > 0 {
			best := slices.MaxFunc(items, func(a, b map[string]any) int { return telling(a) - telling(b) })
			answer["items"], answer["next_cursor"] = []any{best}, nil
			if len(items) > 1 {
				answer["next_cursor"] = byName["next_cursor"]
			}
			h.chosen[r.Path] = best
		}
		out[r.Path] = short(answer)
	}
	return out, nil
}

// people are asked in this order, until one of them may read.
var people = []string{"group", "council", "owner", "manager", "management", "secretariat", "admin", "auditor"}

// read asks for a path, as somebody whom the answer offers an action when there is such a person. It returns nil if nobody gets JSON.
func (h *hospital) read(r rest.Route, path string) (map[string]any, error) {
	var first map[string]any
	asked := people
	if r.Shape == "list" {
		asked = []string{"auditor", "admin"}
	}
	for _, who := range asked {
		status, answer, err := h.do(who, http.MethodGet, path, nil)
		if err != nil {
			return nil, err
		}
		if status >= http.StatusInternalServerError { // a slow machine: without the answer the examples would be made up
			return nil, fmt.Errorf("GET %s: %d %v; try again", path, status, answer["code"])
		}
		if status != http.StatusOK || answer == nil || r.Shape == "list" && len(list(answer)) == 0 {
			continue
		}
		if first == nil {
			first = answer
		}
		if actions, _ := answer["allowed_actions"].([]any); r.Shape != "read" || len(actions) > 0 {
			return answer, nil
		}
	}
	return first, nil
}

// address fills in the path and the required parameters of a read. It reports false if no record fits.
func (h *hospital) address(r rest.Route) (string, bool) {
	collection := "/" + strings.Split(r.Path, "/")[1]
	chosen, id := h.chosen[collection], ""
	if chosen != nil {
		id, _ = chosen["id"].(string)
	}
	if strings.Contains(r.Path, "{id}") && id == "" {
		return "", false
	}
	path := strings.NewReplacer("{id}", id, "{kind}", "policy", "{sub}", "1").Replace(r.Path)
	mark := "?"
	for _, p := range r.Query {
		value := ""
		switch {
		case p.Name == "limit":
			value = "200"
		case p.Required && len(p.Enum) > 0:
			value = p.Enum[0]
		case p.Required:
			value = map[string]string{"scope": "/siv/", "year": "2026"}[p.Name]
		}
		if value != "" {
			path, mark = path+mark+p.Name+"="+value, "&"
		}
	}
	return path, !strings.Contains(path, "{")
}

func list(answer map[string]any) []map[string]any {
	items, _ := answer["items"].([]any)
	out := make([]map[string]any, 0, len(items))
	for _, item := range items {
		if object, ok := item.(map[string]any); ok {
			out = append(out, object)
		}
	}
	return out
}

// telling measures how much of its kind a record shows: the number of its members with a value, unless it is very long.
func telling(item map[string]any) int {
	n := 0
	for _, v := range item {
		switch x := v.(type) {
		case nil:
			continue
		case string:
			if x == "" {
				continue
			}
		case []any:
			if len(x) == 0 {
				continue
			}
		}
		n++
	}
	if raw, err := json.Marshal(item); err != nil || len(raw) > 20000 {
		return 0
	}
	return n
}

const (
	maxText  = 300 // runes that an example shows of a text
	maxItems = 2   // and entries that it shows of a list
)

// short cuts long texts and lists.
func short(v any) any {
	switch x := v.(type) {
	case map[string]any:
		for name := range x {
			x[name] = short(x[name])
		}
		return x
	case []any:
		x = x[:min(len(x), maxItems)]
		for i := range x {
			x[i] = short(x[i])
		}
		return x
	case string:
		if runes := []rune(x); len(runes) > maxText {
			return string(runes[:maxText]) + "…"
		}
	}
	return v
}

var (
	anyID   = regexp.MustCompile(`\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b`)
	anyHash = regexp.MustCompile(`\b[0-9a-f]{64}\b`)
	anyETag = regexp.MustCompile(`\\"(\d+)-[0-9a-f]+\\"`)
)

// stable replaces what differs from run to run: ids, by numbered ones in the order of their appearance, and the hashes.
func stable(answers map[string]any) (map[string]any, error) {
	raw, err := json.Marshal(answers) // maps are written in the order of their keys
	if err != nil {
		return nil, err
	}
	known := map[string]string{}
	text := anyID.ReplaceAllStringFunc(string(raw), func(id string) string {
		if known[id] == "" {
			known[id] = fmt.Sprintf("%s%012x", exampleID[:24], 0x2f6d0b8e4a10+len(known))
		}
		return known[id]
	})
	text = anyHash.ReplaceAllString(text, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
	text = anyETag.ReplaceAllString(text, `\"$1-5f1d7a84\"`)
	var out map[string]any
	err = json.Unmarshal([]byte(text), &out)
	return out, err
}
