package api_test

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/openapi"
	"github.com/ki-styring/aims/policies"
)

// The version is the ETag. It saves a second read and protects every write.
func TestETags(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		owner := h.as("owner")
		h.id("owner")
		r := owner.post("/risk-registers", m{"scope": fracture, "title": "A"}).ok(201)
		at, tag := "/risk-registers/"+r.id(), r.header.Get("Etag")
		if !strings.HasPrefix(tag, `"1-`) || r.header.Get("Location") != "/api/v1"+at {
			t.Fatalf("headers %v", r.header)
		}
		read := owner.get(at).ok(200)
		if read.header.Get("Etag") != tag || read.header.Get("Cache-Control") != "private, no-cache" || !strings.Contains(strings.Join(read.header.Values("Vary"), ","), "Authorization") {
			t.Errorf("headers %v", read.header)
		}
		for _, have := range []string{tag, "W/" + tag, `"x", ` + tag, "*"} {
			if again := owner.with("If-None-Match", have).get(at).ok(304); len(again.body) != 0 || again.header.Get("Etag") != tag {
				t.Errorf("304 with %s: %v", again.body, again.header)
			}
		}
		owner.with("If-None-Match", `"1"`).get(at).ok(200)
		if h.as("auditor").get(at).header.Get("Etag") == tag {
			t.Error("what depends on the caller is not in the ETag")
		}
		me := owner.get("/me").ok(200)
		owner.with("If-None-Match", me.header.Get("Etag")).get("/me").ok(304)

		owner.do("PATCH", at, m{"title": "B"}, 0).refused(428, "if_match_required")
		for _, bad := range []string{"1", `"x"`, `""`, `"-1"`, `"1`, "*", `"1", "2"`, `"0"`, `"99999999999999999999"`, `"9223372036854775808"`, `"1-"`, `"-"`, `"1-A"`, `"1-a b"`, `"1-a", "1-b"`, `"1-a""`, `"01"`, `"+1"`, `'1'`, `1-a`} {
			owner.with("If-Match", bad).do("PATCH", at, m{"title": "B"}, 0).refused(412, "bad_etag")
		}
		owner.patch(at, 2, m{"title": "B"}).refused(412, "stale_version").is("version", 1)
		h.events("owner risk_register:create")
		owner.with("If-Match", tag).do("PATCH", at, m{"title": "B"}, 0).ok(200)
		owner.with("If-Match", `"2"`).do("PATCH", at, m{"title": "C"}, 0).ok(200)
		owner.with("If-Match", ` W/"3" `).do("PATCH", at, m{"title": "D"}, 0).ok(200)
		owner.with("If-Match", `"4-annet"`).do("POST", at+"/close", nil, 0).ok(200)
		owner.with("If-None-Match", tag).get(at).ok(200).is("version", 5)
		h.events("owner risk_register:update", "owner risk_register:update", "owner risk_register:update", "owner risk_register:close")
	})
}

// A repeated request gets the same answer and is carried out once.
func TestIdempotencyKeys(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		owner := h.as("owner").with("Idempotency-Key", "nøkkel-1")
		body := m{"scope": fracture, "title": "A"}
		h.id("owner")
		owner.post("/risk-registers", m{"scope": fracture}).refused(422, "invalid_content", "/title") // a refusal is not stored
		first := owner.post("/risk-registers", body).ok(201)
		again := owner.post("/risk-registers", body).ok(201)
		if again.id() != first.id() || string(again.body) != string(first.body) || again.header.Get("Location") != first.header.Get("Location") ||
			again.header.Get("Etag") != first.header.Get("Etag") || again.header.Get("Idempotent-Replay") != "true" {
			t.Errorf("replay %v %s", again.header, again.body)
		}
		owner.post("/risk-registers", m{"scope": fracture, "title": "B"}).refused(422, "idempotency_mismatch")
		h.events("owner risk_register:create")

		// A key belongs to the actor and the path.
		h.id("owner2")
		h.id("group")
		if other := h.as("group").with("Idempotency-Key", "nøkkel-1").post("/risk-registers", body).ok(201); other.id() == first.id() {
			t.Error("another's answer")
		}
		owner.post("/risk-registers/"+first.id()+"/comments", m{"text": "Hei"}).ok(201)
		owner.do("PATCH", "/risk-registers/"+first.id(), m{"title": "B"}, 1).refused(400, "no_idempotency_key")
		owner.do("DELETE", "/risk-registers/"+first.id(), nil, 1).refused(400, "no_idempotency_key")
		h.as("").with("Idempotency-Key", "a").post("/sessions", m{"username": "owner", "password": password}).refused(400, "no_idempotency_key")
		h.as("owner").with("Idempotency-Key", strings.Repeat("x", 201)).post("/risk-registers", body).refused(400, "bad_idempotency_key")
		h.events("group risk_register:create", "owner comment:create")

		// The query is part of the request that the key identifies.
		file := "framework: {key: husregler, title: {nb: Husregler, en: Installation rules}, version: \"1\", issuer: SiV, source: Oss}\nrequirements:\n  - {key: \"1\", kind: clause, title: {nb: Regel, en: Rule}}\n"
		admin := h.as("admin").with("Idempotency-Key", "nøkkel-1").with("Content-Type", "application/yaml")
		if dry := admin.post("/frameworks/import?dry_run=true", file); dry.status == 200 {
			admin.post("/frameworks/import", file).refused(422, "idempotency_mismatch")
		} else {
			t.Errorf("dry run: %d %s", dry.status, dry.body)
		}

		// Of requests at the same time, one is carried out, and the others wait for its answer.
		ids, all := make([]string, 6), sync.WaitGroup{}
		for i := range ids {
			all.Go(func() {
				req, _ := http.NewRequest("POST", h.srv.URL+"/api/v1/risk-registers", strings.NewReader(`{"scope":"`+fracture+`","title":"Samtidig"}`))
				req.Header = h.as("owner").with("Idempotency-Key", "samtidig").with("Content-Type", "application/json").header
				res, err := http.DefaultClient.Do(req)
				if err != nil {
					return
				}
				defer res.Body.Close()
				raw, _ := io.ReadAll(res.Body)
				_, rest, _ := strings.Cut(string(raw), `"id":"`)
				ids[i], _, _ = strings.Cut(rest, `"`)
			})
		}
		all.Wait()
		if slices.Sort(ids); ids[0] == "" || ids[0] != ids[5] {
			t.Errorf("ids %v", ids)
		}
		h.events("owner risk_register:create")

		h.set(h.now.Add(23 * time.Hour))
		h.tokens = map[string]string{}
		if late := h.as("owner").with("Idempotency-Key", "nøkkel-1").post("/risk-registers", body).ok(201); late.id() != first.id() {
			t.Error("the answer was kept for less than a day")
		}
		h.set(h.now.Add(2 * time.Hour))
		if late := h.as("owner").with("Idempotency-Key", "nøkkel-1").post("/risk-registers", body).ok(201); late.id() == first.id() {
			t.Error("the answer was kept for more than a day")
		}
		// A caller who has lost the permission does not get the stored answer.
		ends := h.as("admin").get("/assignments?user_id=" + h.id("owner")).ok(200)
		h.as("admin").verb("/assignments/"+ends.str("items.0.id")+"/end", 1, m{"reason": "Bytte"}).ok(200)
		h.as("owner").with("Idempotency-Key", "nøkkel-1").post("/risk-registers", body).refused(403, "forbidden")
		h.id("admin")
		h.events("owner risk_register:create", "admin assignment:end")
	})
}

// A replayed answer shows no more than a read would. A record that the caller can no longer read is not found, even if they keep the permission elsewhere.
func TestReplayOutOfReach(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		note := m{"scope": fracture, "title": "Notat", "kind": "note", "text": "Prøvedrift"}
		owner, manager := h.as("owner").with("Idempotency-Key", "a"), h.as("manager")
		h.id("owner")
		h.id("manager")
		risk := aRisk(h, aRegister(h), nil)
		h.seen()
		made := owner.post("/evidence", note).ok(201)
		at := "/evidence/" + made.id()
		batch := m{"items": []m{{"id": risk.id(), "version": 1, "patch": m{"title": "B"}}}}
		owner.post("/risks/batch", batch).ok(200)
		said := owner.post(at+"/comments", m{"text": "Hei"}).ok(201)
		for path, body := range map[string]m{"/evidence": note, "/risks/batch": batch, at + "/comments": {"text": "Hei"}} {
			if r := owner.post(path, body); r.status >= 300 || r.header.Get("Idempotent-Replay") != "true" || r.header.Get("Shows") != "" {
				t.Errorf("%s: %v %s", path, r.header, r.body)
			}
		}
		manager.verb(at+"/transfer", 1, m{"scope": "/siv/akutt/sepsisvarsel/", "reason": "Feil prosjekt"}).ok(200)
		owner.post("/evidence", note).refused(404, "not_found")
		owner.post(at+"/comments", m{"text": "Hei"}).refused(404, "not_found")
		h.as("owner").get("/comments/"+said.id()).refused(404, "not_found")
		owner.with("Idempotency-Key", "b").post("/evidence", note).ok(201)
		h.events("owner evidence:create", "owner risk:update", "owner comment:create", "manager evidence:transfer", "owner evidence:create")

		// For an answer without a record, the permission in the scope of the request is checked again.
		h.assign("owner", "project_owner", "/siv/akutt/", nil).ok(201)
		adopt := m{"scope": fracture, "framework": "iso-42001"}
		owner.post("/controls/adopt", adopt).ok(201)
		if again := owner.post("/controls/adopt", adopt).ok(201); again.header.Get("Idempotent-Replay") != "true" {
			t.Errorf("replay %s", again.body)
		}
		for _, a := range h.as("admin").get("/assignments?status=active&user_id=" + h.id("owner")).ok(200).items() {
			if a["scope"] == fracture {
				h.as("admin").verb("/assignments/"+a["id"].(string)+"/end", 1, m{"reason": "Bytte"}).ok(200)
			}
		}
		h.seen()
		owner.post("/controls/adopt", adopt).refused(403, "forbidden")
		h.events()

		// A caller who could not read the new record at first still gets the stored answer.
		doc := publishedGuideline(h, nil)
		h.seen()
		reader := h.as("employee").with("Idempotency-Key", "a")
		h.id("employee")
		first := reader.post("/policies/"+doc.id()+"/acknowledgements", nil).ok(201)
		if again := reader.post("/policies/"+doc.id()+"/acknowledgements", nil).ok(201); again.id() != first.id() || again.header.Get("Idempotent-Replay") != "true" {
			t.Errorf("replay %s", again.body)
		}
		h.events("employee acknowledgement:create")
	})
}

// Bodies are JSON and patches are merge patches. The refusal of another media type names the accepted ones.
func TestMediaTypesAndPatches(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		h.id("secretariat")
		in := mandateInput("advise", "decide")
		in["tasks"] = []string{"A", "B"}
		in["cadence"] = m{"min": 3, "max": 4, "per": "P6M", "text": "Ofte"}
		secretariat := h.as("secretariat")
		for _, mt := range []string{"text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data", "application/merge-patch+json", "json", ";;"} {
			secretariat.with("Content-Type", mt).post("/mandates", in).refused(415, "media_type")
		}
		secretariat.post("/mandates", nil).refused(400, "body_required")
		for _, charset := range []string{"utf-16", "UTF-16LE", "iso-8859-1", "us-ascii", `"utf-7"`} {
			secretariat.with("Content-Type", "application/json; charset="+charset).post("/mandates", in).refused(415, "charset")
			h.as("admin").with("Content-Type", "application/yaml; charset="+charset).post("/frameworks/import", "framework: {}\n").refused(415, "charset")
		}
		for _, coding := range []string{"br", "gzip", "deflate", "identity, gzip", "aes128gcm"} {
			if no := secretariat.with("Content-Encoding", coding).post("/mandates", in).refused(415, "content_encoding"); no.header.Get("Accept-Encoding") != "identity" {
				t.Errorf("Accept-Encoding %q", no.header.Get("Accept-Encoding"))
			}
			h.as("").with("Content-Encoding", coding).post("/sessions", m{"username": "owner", "password": password}).refused(415, "content_encoding")
		}
		h.events()
		r := secretariat.with("Content-Type", "application/json; charset=UTF-8").with("Content-Encoding", "identity").post("/mandates", in).ok(201)
		at, v := "/mandates/"+r.id(), int64(1)
		no := secretariat.with("Content-Type", "application/json-patch+json").do("PATCH", at, "[]", 1).refused(415, "media_type")
		if !strings.Contains(no.header.Get("Accept-Patch"), "application/merge-patch+json") {
			t.Errorf("Accept-Patch %q", no.header.Get("Accept-Patch"))
		}
		merge := secretariat.with("Content-Type", "application/merge-patch+json")
		patch := func(body string) *reply {
			t.Helper()
			r := merge.do("PATCH", at, body, v).ok(200)
			v = r.version()
			return r
		}
		patch(`{"tasks":["C"]}`).is("tasks", "[C]").is("title", "Nytt mandat")
		patch(`{"cadence":{"min":2}}`).is("cadence.min", 2).is("cadence.max", 4).is("cadence.per", "P6M").is("cadence.text", "Ofte")
		patch(`{"cadence":{"text":null}}`).is("cadence.text", nil).is("cadence.min", 2)
		patch(`{"cadence":null,"valid_to":null}`).is("cadence", nil).is("valid_to", nil)
		patch(`{"cadence":{"min":1,"per":"P1M"}}`).is("cadence.min", 1).is("cadence.max", 0)
		patch(`{"powers":[]}`).is("powers", "[]")
		patch(`{"tasks":null}`).is("tasks", "[]")
		patch(`{"scope":"/siv/","body_id":"` + r.str("body_id") + `"}`) // a fixed field, with the same value
		patch(`{}`)
		for body, pointer := range map[string]string{
			`{"title":null}`: "/title", `{"cadence":7}`: "/cadence", `{"cadence":{"min":"2"}}`: "/cadence/min", `{"cadence":{"maks":2}}`: "/cadence/maks",
			`{"scope":null}`: "/scope", `{"body_id":"ki-arbeidsgruppe-siv"}`: "/body_id", `{"version":9}`: "/version", `{"status":"adopted"}`: "/status",
			`{"adopted_by":"x"}`: "/adopted_by", `{"id":"x"}`: "/id", `{"tasks":{"0":"A"}}`: "/tasks", `{"cadence":{"min":400,"max":-1}}`: "/cadence/min",
		} {
			merge.do("PATCH", at, body, v).refused(422, "invalid_content", pointer)
		}
		for _, body := range []string{`[]`, `"x"`, `null`, `3`, `[{"op":"remove"}]`} {
			merge.do("PATCH", at, body, v).refused(422, "invalid_content", "")
		}
		if got := secretariat.get(at).ok(200).version(); got != v {
			t.Errorf("version %d after refusals, want %d", got, v)
		}
		h.seen()
	})
}

// pages reads all pages of a list and returns the ids in order.
func (c *client) pages(path string) []string {
	c.h.t.Helper()
	var ids []string
	next := path
	for range 500 {
		r := c.get(next).ok(200)
		for _, item := range r.items() {
			ids = append(ids, item["id"].(string))
		}
		cursor := r.str("next_cursor")
		link := r.header.Get("Link")
		if cursor == "" {
			if link != "" {
				c.h.t.Fatalf("%s: a link after the last page", next)
			}
			return ids
		}
		target, ok := strings.CutSuffix(link, `>; rel="next"`)
		u, err := url.Parse(strings.TrimPrefix(target, "<"))
		if !ok || err != nil || u.Query().Get("cursor") != cursor {
			c.h.t.Fatalf("%s: link %q, cursor %q", next, link, cursor)
		}
		next = strings.TrimPrefix(u.RequestURI(), "/api/v1")
	}
	c.h.t.Fatalf("%s never ends", path)
	return nil
}

// With every sort and page size, paging returns each record exactly once.
func TestPaging(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		const sepsis = "/siv/akutt/sepsisvarsel/"
		h.assign("handler", "project_owner", fracture, nil).ok(201)
		h.assign("handler", "project_owner", sepsis, nil).ok(201)
		registers := map[string]string{fracture: aRegister(h), sepsis: h.as("owner2").post("/risk-registers", m{"scope": sepsis, "title": "S"}).ok(201).id()}
		var risks []*reply
		for i, title := range []string{"Å", "a", "B", "Æ", "a", "Ø", "é", "\"", "a b", "zz", "Å", "1", "\\", "a"} {
			scope := []string{fracture, sepsis}[i%2]
			r := h.as("group").post("/risks", m{"scope": scope, "register_id": registers[scope], "title": title + " ", "review_due": []any{nil, "2027-01-01", "2028-01-01"}[i%3]}).ok(201)
			risks = append(risks, r)
			h.set(h.now.Add(time.Second * time.Duration(i%2)))
		}
		for i, j := range []int{3, 1, 9} {
			h.as("group").verb("/risks/"+risks[j].id()+"/assess", 1, judged("inherent", i+1, 3)).ok(200)
		}
		reversed := func(ids []string) []string {
			out := slices.Clone(ids)
			slices.Reverse(out)
			return out
		}
		walk := func(person, path string, want int, limits []int, sorts ...string) {
			t.Helper()
			for _, sort := range sorts {
				var up []string
				for _, dir := range []string{"", "-"} {
					at := path + "sort=" + dir + sort
					full := h.as(person).get(at + "&limit=200").ok(200)
					if len(full.items()) != want {
						t.Fatalf("%s %s: %d of %d", person, at, len(full.items()), want)
					}
					var all []string
					for _, item := range full.items() {
						all = append(all, item["id"].(string))
					}
					if dir == "-" && !slices.Equal(reversed(all), up) {
						t.Errorf("%s %s is not the other way round", person, at)
					}
					up = all
					for _, limit := range limits {
						for _, more := range []string{"", "&include=allowed_actions"} {
							if more != "" && limit != limits[1] {
								continue
							}
							if got := h.as(person).pages(at + "&limit=" + strconv.Itoa(limit) + more); !slices.Equal(got, all) {
								t.Errorf("%s %s by %d: want %v, got %v", person, at, limit, all, got)
							}
						}
					}
				}
			}
		}
		sorts := []string{"created_at", "updated_at", "title", "level_rank", "accepted_until"}
		walk("group", "/risks?", 14, []int{1, 2, 3, 4, 5, 6, 7}, sorts...)
		walk("handler", "/risks?", 14, []int{1, 3, 7}, sorts...)
		walk("owner", "/risks?", 7, []int{1, 3, 7}, sorts...)
		walk("handler", "/risks?status=identified&", 11, []int{1, 4}, "title", "created_at")
		walk("handler", "/risks?scope="+sepsis+"&", 7, []int{2, 3}, "title")
		controls := len(h.as("employee").get("/requirements?framework=iso-42001&kind=control&limit=200").ok(200).items())
		walk("employee", "/requirements?framework=iso-42001&kind=control&", controls, []int{1, 7}, "created_at", "updated_at", "key", "title", "position")
		h.as("group").get("/risks?limit=7&count=true").ok(200).is("total", 14)

		// A cursor belongs to its list: kind, sort, filter, words and scope.
		cursor := h.as("group").get("/risks?limit=3&sort=title").ok(200).str("next_cursor")
		h.as("group").get("/risks?limit=5&sort=title&cursor=" + cursor).ok(200)
		for _, path := range []string{"/risks?", "/risks?sort=-title&", "/risks?sort=title&status=identified&", "/risks?sort=title&q=a&", "/risks?sort=title&scope=/siv/&", "/evidence?sort=title&", "/risk-registers?sort=title&", "/events?", "/users?", "/people?"} {
			h.as("group").get(path+"cursor="+cursor).refusedAs(400, "bad_cursor", 403)
		}

		// So does a cursor of the event log: record, kinds, actions, actors, scope and time.
		one, other := "/risks/"+risks[1].id()+"/events", "/risks/"+risks[5].id()+"/events"
		logs := []string{"/events?", "/events?kind=risk&", "/events?kind=risk&kind=policy&", "/events?action=create&", "/events?actor=" + h.id("group") + "&", "/events?scope=" + sepsis + "&", "/events?from=2026-11-21&", "/events?to=2027-11-21&", one + "?", other + "?"}
		for _, from := range logs[:len(logs)-1] {
			cursor := h.as("group").get(from + "limit=1").ok(200).str("next_cursor")
			for _, to := range logs {
				r := h.as("group").get(to + "limit=2&cursor=" + cursor)
				if to == from {
					r.ok(200)
				} else {
					r.refused(400, "bad_cursor", "?cursor")
				}
			}
			h.as("group").get("/risks?cursor="+cursor).refused(400, "bad_cursor", "?cursor")
		}
	})
}

// Lists count, group, expand and filter. Unknown parameters are refused.
func TestListParameters(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		register := aRegister(h)
		first := aRisk(h, register, m{"owner_id": h.id("owner")})
		h.set(h.now.Add(time.Hour))
		second := aRisk(h, register, m{"title": "Bortfall", "polarity": "opportunity"})
		h.as("group").verb("/risks/"+second.id()+"/assess", 1, judged("inherent", 1, 1)).ok(200)
		owner := h.as("owner")
		h.seen()
		owner.get("/risks?count=true&facets=status,polarity&limit=1").ok(200).is("total", 2).is("facets.status.assessed", 1).is("facets.status.identified", 1).is("facets.polarity.opportunity", 1)
		owner.get("/risks?facets=status,polarity,status&limit=1").ok(200).is("facets.status", "map[assessed:1 identified:1]").is("facets.polarity.opportunity", 1)
		owner.get("/risks?status=identified&count=true&facets=polarity").ok(200).is("total", 1).is("facets.polarity", "map[threat:1]")
		owner.get("/risks?status=identified&status=assessed&count=true").ok(200).is("total", 2)
		owner.get("/risks?owner_id="+h.id("owner")).ok(200).is("items.0.id", first.id())
		owner.get("/risks?updated_since=2026-11-21T10:30:00Z&count=true").ok(200).is("total", 1)
		owner.get("/risks?updated_since=2026-11-21T11:30:00+01:00&count=true").ok(200).is("total", 1)
		got := owner.get("/risks?include=allowed_actions&expand=owner,scope,register&sort=created_at").ok(200)
		owned := "expanded." + h.id("owner")
		got.is(owned+".id", h.id("owner")).is(owned+".kind", "user").is(owned+".title", "Silje Haugerudbråten").is("expanded./siv/radiologi/bruddeteksjon/.title", "Bruddeteksjon på røntgenbilder")
		if !contains(got.strings("items.0.allowed_actions"), "assess") {
			t.Errorf("allowed_actions %s", got.body)
		}
		owner.get("/risks?scope=/siv/").ok(200).is("items.1.id", first.id())
		owner.get("/risks?scope=/siv/akutt/").ok(200).is("items", "[]")
		for query, pointer := range map[string]string{
			"tull=1": "?tull", "Status=identified": "?Status", "limit=0": "?limit", "limit=201": "?limit", "limit=x": "?limit", "limit=": "?limit", "limit=1&limit=2": "?limit",
			"limit=99999999999999999999": "?limit", "sort=body": "?sort", "sort=title,owner": "?sort", "sort=--title": "?sort", "status=ukjent": "?status", "status=identified,assessed": "?status",
			"status=": "?status", "polarity=threat&polarity=sort": "?polarity", "expand=tittel": "?expand", "expand=owner.tull": "?expand", "id=1": "?id", "id=": "?id", "expand=owner,tull": "?expand", "expand=tull&scope=/nasjonalt/": "?expand",
			"include=alt": "?include", "include=alt,allowed_actions": "?include", "facets=tull": "?facets", "facets=title": "?facets", "facets=": "?facets", "facets=status,": "?facets", "cursor=": "?cursor", "expand=": "?expand",
			"count=ja": "?count", "updated_since=": "?updated_since", "owner_id=": "?owner_id", "updated_since=i+dag": "?updated_since", "updated_since=2026-02-30T00:00:00Z": "?updated_since", "cursor=x": "?cursor", "cursor=%20": "?cursor", "cursor=" + strings.Repeat("A", 3000): "?cursor",
			"scope=siv": "?scope", "scope=/si": "?scope", "scope=%3D/siv/": "?scope", "scope=/siv/%25": "?scope", "q=%00": "?q", "q=%ff": "?q", "q=" + strings.Repeat("a", 4001): "?q",
		} {
			r := owner.get("/risks?" + query)
			if r.status != 400 || !strings.Contains(string(r.body), `"pointer":"`+pointer+`"`) {
				t.Errorf("%s: %d %s", query, r.status, r.body)
			}
		}
		// An empty filter is refused. An empty search returns everything.
		owner.get("/risks?q=&count=true").ok(200).is("total", 2)
		for _, path := range []string{
			"/risks?owner_id", "/risks?sources", "/risks?cursor", "/risks?facets", "/risks?expand", "/risks?include", "/risks?updated_since", "/risks?scope", "/risks?sort", "/risks/" + first.id() + "?as_of",
			"/people?can", "/people?role", "/events?from", "/events?to", "/events?actor", "/events?record", "/events?kind", "/events?action", "/events?cursor", "/requirements/x/applicability?on",
			"/risks/" + first.id() + "/events?cursor", "/risks/" + first.id() + "/assessments?cursor", "/risks/" + first.id() + "/eligible?action",
		} {
			_, name, _ := strings.Cut(path, "?")
			owner.get(path+"=").refused(400, "bad_parameter", "?"+name)
		}
		two := owner.get("/risks?tull=1&limit=x&annet=2").ok(400)
		if n := len(two.at("errors").([]any)); n != 3 {
			t.Errorf("%d of three faults: %s", n, two.body)
		}
		for _, query := range []string{"a;b=1", "q=%zz", "%zz=1", "q=a%"} {
			owner.get("/risks?"+query).refused(400, "bad_query")
		}
		h.events()
	})
}

// Words are found by their beginnings, whatever the case, with æ, ø and å; alike on both engines.
func TestSearch(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		register := aRegister(h)
		for _, title := range []string{"Oversette brudd hos barn", "Ærlighet ved ØRKENVANDRING på åpen gate", "Brudd-deteksjon (v2.1) «kritisk»", "AND OR NOT NEAR", "Straße und İstanbul 你好 漢字", strings.Repeat("langt", 39) + " ord", "x'; DROP TABLE risks; --"} {
			aRisk(h, register, m{"title": title})
		}
		h.seen()
		for q, want := range map[string]int{
			"brudd": 2, "BRUDD": 2, "bru": 2, "brudd barn": 1, "barn brudd": 1, "rudd": 2, "udd": 0, "ærl": 1, "ÆRL": 1, "ørken": 1, "orken": 0, "åpen gate": 1, "apen": 0, "aerlighet": 0,
			"v2": 1, "v2.1": 1, "2.1": 0, "«kritisk»": 1, "deteksjon": 1, "and": 1, "NOT": 1, "or near": 1, "brudd OR barn": 0, "brudd NOT barn": 0, `"brudd barn"`: 1, "brudd*": 2, "*": 0, "'": 0, "\"": 0,
			":*": 0, "&": 0, "!brudd": 2, "-brudd": 2, "brudd:barn": 1, "(brudd": 2, "title:brudd": 0, "straße": 1, "strasse": 1, "你": 1, "漢字": 1, "RISK-0001": 1, "risk": 7, "drop table": 1,
			strings.Repeat("langt", 39): 1, strings.Repeat("b", 3900): 0, strings.Repeat("q ", 1900): 0, strings.Repeat("brudd ", 600): 2, "\\": 0, "' || '": 0, "brudd\n\tbarn": 0,
		} {
			r := h.as("owner").get("/risks?count=true&q=" + url.QueryEscape(q))
			if strings.ContainsAny(q, "\n") {
				r.refused(400, "bad_parameter", "?q")
				continue
			}
			if n := len(r.ok(200).items()); n != want {
				t.Errorf("q=%.40s: want %d, got %d %.300s", q, want, n, r.body)
			}
		}
		h.events()
	})
}

// An earlier version of a record can be read by a person who may read the record both today and in its state at that time.
func TestAsOf(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		r := h.as("group").post("/policies", guidelineInput(h, nil)).ok(201)
		at := "/policies/" + r.id()
		made := h.now
		h.set(h.now.Add(time.Hour))
		r = h.as("group").patch(at, 1, m{"title": "Ny tittel"}).ok(200)
		h.set(h.now.Add(time.Hour))
		h.publishGuideline(r, true)
		h.seen()
		as := func(person string, at2 time.Time) *reply {
			return h.as(person).get(at + "?as_of=" + url.QueryEscape(at2.Format(time.RFC3339)))
		}
		old := as("group", made).ok(200).is("title", "Bruk av språkmodeller").is("version", 1).is("status", "draft")
		if _, there := old.json["allowed_actions"]; there || old.header.Get("Etag") != `"1"` {
			t.Errorf("as it was: %v %s", old.header, old.body)
		}
		as("group", made.Add(90*time.Minute)).ok(200).is("title", "Ny tittel").is("status", "draft")
		as("group", made.Add(24000*time.Hour)).ok(200).is("status", "published")
		as("group", made.Add(-time.Second)).refused(404, "not_found")
		h.as("employee").get(at).ok(200)
		as("employee", made).refused(404, "not_found")
		as("employee", h.now).ok(200).is("status", "published")
		h.as("group").get(at+"?as_of=2026-11-21T11:00:00+01:00").ok(200).is("version", 1)
		for _, bad := range []string{"2026-11-21", "i går", "2026-02-30T00:00:00Z", "2026-11-21T25:00:00Z", "99999-01-01T00:00:00Z", ""} {
			h.as("group").get(at+"?as_of="+url.QueryEscape(bad)).refused(400, "bad_parameter", "?as_of")
		}
		h.events()
	})
}

// Refusals are in the language of Accept-Language.
func TestLanguages(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for header, want := range map[string]string{
			"": "nb", "nb": "nb", "nn": "nb", "no": "nb", "nb-NO": "nb", "en": "en", "en-GB,en;q=0.9": "en", "de": "nb", "de, en;q=0.5": "en", "nb;q=0.1, en;q=0.2": "en",
			"en;q=0, nb": "nb", "*": "nb", "en;q=tull": "en", strings.Repeat("x,", 5000): "nb", ";;;,,,": "nb",
		} {
			r := h.as("owner").with("Accept-Language", header).get("/risks/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5").refused(404, "not_found")
			title := map[string]string{"nb": "Finnes ikke", "en": "Not found"}[want]
			if r.header.Get("Content-Language") != want || r.str("title") != title || r.header.Get("Content-Type") != "application/problem+json; charset=utf-8" {
				t.Errorf("%.40q: want %s, got %s %s", header, want, r.header.Get("Content-Language"), r.body)
			}
		}
		h.events()
	})
}

// Browsers on the allowed origins may call the API. Other origins may not.
func TestCORS(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		ask := func(origin, method string) *reply {
			return h.as("").with("Origin", origin).with("Access-Control-Request-Method", method).with("Access-Control-Request-Headers", "authorization,if-match").do("OPTIONS", "/risks", nil, 0)
		}
		yes := ask("https://kvalitet.siv.example", "PATCH").ok(204)
		for name, want := range map[string]string{
			"Access-Control-Allow-Origin": "https://kvalitet.siv.example", "Access-Control-Allow-Methods": "PATCH", "Access-Control-Allow-Headers": "If-Match", "Vary": "Origin",
		} {
			if got := strings.Join(yes.header.Values(name), ","); !strings.Contains(got, want) {
				t.Errorf("%s: %q", name, got)
			}
		}
		for _, origin := range []string{"https://ond.example", "https://kvalitet.siv.example.ond.example", "http://kvalitet.siv.example", "null", "https://kvalitet.siv.example:444"} {
			for _, r := range []*reply{ask(origin, "GET"), h.as("owner").with("Origin", origin).get("/risks")} {
				if r.header.Get("Access-Control-Allow-Origin") != "" || r.header.Get("Access-Control-Allow-Headers") != "" {
					t.Errorf("%s is let in: %v", origin, r.header)
				}
			}
		}
		r := h.as("owner").with("Origin", "https://kvalitet.siv.example").get("/risks").ok(200)
		if r.header.Get("Access-Control-Allow-Origin") == "" || r.header.Get("Access-Control-Allow-Credentials") != "true" || !strings.Contains(r.header.Get("Access-Control-Expose-Headers"), "ETag") {
			t.Errorf("headers %v", r.header)
		}
		h.events()
	})
}

// Longer answers are compressed for a client that asks. The compressed answer has an ETag of its own, which works like the plain one.
func TestCompression(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		owner := h.as("owner")
		gzipped := owner.with("Accept-Encoding", "gzip, deflate, br, zstd")
		register := aRegister(h)
		at := "/risks/" + aRisk(h, register, m{"description": strings.Repeat("Modellen er trent på voksne. ", 40)}).id()
		h.id("owner")
		h.seen()
		for _, path := range []string{"/risks", at, "/risks?facets=status", "/frameworks", "!/openapi.json", at + "/events"} {
			plain, small := owner.get(path).ok(200), gzipped.get(path).ok(200)
			tag := plain.header.Get("Etag")
			if plain.header.Get("Content-Encoding") != "" || small.header.Get("Content-Encoding") != "gzip" || small.header.Get("Content-Length") == plain.header.Get("Content-Length") || string(small.body) != string(plain.body) {
				t.Errorf("%s: plain %v, compressed %v", path, plain.header, small.header)
			}
			for _, r := range []*reply{plain, small} {
				if !strings.Contains(strings.Join(r.header.Values("Vary"), ","), "Accept-Encoding") {
					t.Errorf("%s: Vary %q", r.what, r.header.Values("Vary"))
				}
			}
			if want := strings.TrimSuffix(tag, `"`) + `-gzip"`; tag == "" || small.header.Get("Etag") != want {
				t.Errorf("%s: ETag %s, compressed %s", path, tag, small.header.Get("Etag"))
			}
			for _, have := range []string{tag, small.header.Get("Etag")} {
				for _, who := range []*client{owner, gzipped} {
					r := who.with("If-None-Match", `"x", `+have).get(path).ok(304)
					if r.header.Get("Etag") != have || len(r.body) > 0 || r.header.Get("Content-Encoding") != "" {
						t.Errorf("%s: 304 %v", path, r.header)
					}
				}
			}
			owner.with("If-None-Match", `"x"`).get(path).ok(200)
		}
		for _, accept := range []string{"identity", "gzip;q=0", "br", "*;q=0"} {
			if r := owner.with("Accept-Encoding", accept).get("/risks").ok(200); r.header.Get("Content-Encoding") != "" {
				t.Errorf("%s: %v", accept, r.header)
			}
		}

		// A write takes the tag of a compressed answer.
		changed := gzipped.with("If-Match", gzipped.get(at).ok(200).header.Get("Etag")).do("PATCH", at, m{"title": "B"}, 0).ok(200).is("version", 2)
		gzipped.with("If-Match", `"1-abc-gzip"`).do("PATCH", at, m{"title": "C"}, 0).refused(412, "stale_version")
		gzipped.with("If-Match", `"2-abc-gzip-gzip"`).do("PATCH", at, m{"title": "C"}, 0).refused(412, "bad_etag")
		gzipped.with("If-None-Match", changed.header.Get("Etag")).get(at).ok(304)
		h.events("owner risk:update")

		// Short answers are sent as they are, and so are answers to HEAD and answers that show a secret.
		if r := gzipped.get("/risk-registers?limit=1&q=finnes-ikke").ok(200); r.header.Get("Content-Encoding") != "" {
			t.Errorf("a short answer: %v", r.header)
		}
		if head := h.head("owner", "/api/v1/risks"); head.Header.Get("Content-Encoding") != "" || head.Header.Get("Content-Length") == "" {
			t.Errorf("HEAD: %v", head.Header)
		}
		secrets := h.as("").with("Accept-Encoding", "gzip")
		for _, r := range []*reply{
			secrets.post("/sessions", m{"username": "owner", "password": password}).ok(201), owner.with("Accept-Encoding", "gzip").get("/sessions/current").ok(200),
			owner.get("/sessions/current").ok(200),
		} {
			if r.header.Get("Content-Encoding") != "" || r.header.Get("No-Gzip-Compression") != "" || r.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %v", r.what, r.header)
			}
		}
		h.events()
	})
}

func (h *installation) head(name, path string) *http.Response {
	h.t.Helper()
	req, err := http.NewRequest("HEAD", h.srv.URL+path, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header = h.as(name).header
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	_ = res.Body.Close()
	return res
}

// Every answer has the security headers. The routes outside the API answer. An unknown path is a problem with status 404.
func TestServer(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		guard, err := api.NewGuard(policies.Files)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := api.New(api.Config{DB: h.db, Guard: guard, Policies: policies.Files, Identity: api.NewIdentity(h.db), Ready: func() error { return nil }, Describe: openapi.JSON, Docs: http.FS(openapi.Docs())})
		if err != nil {
			t.Fatal(err)
		}
		h.srv.Config.Handler = whole
		owner := h.as("owner")
		h.id("owner")
		for path, want := range map[string]string{"!/livez": "ok", "!/readyz": "ready", "!/metrics": "aims_http_request_duration_seconds", "!/openapi.json": `"openapi"`, "!/docs/": "<html"} {
			r := h.as("").get(path).ok(200)
			if !strings.Contains(strings.ToLower(string(r.body)), want) || r.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: %v %.200s", path, r.header, r.body)
			}
			if head := h.head("", path[1:]); head.StatusCode != 200 {
				t.Errorf("HEAD %s: %d", path, head.StatusCode)
			}
		}
		h.as("").get("!/docs").ok(301)
		h.as("").get("!/").ok(200)
		h.as("").get("!/docs/finnes-ikke.js").ok(404)
		h.as("").get("!/docs/..%2f..%2fgo.mod").ok(404)

		r := owner.get("/me").ok(200)
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
			"Content-Type": "application/json; charset=utf-8",
		} {
			if r.header.Get(name) != want {
				t.Errorf("%s: %q", name, r.header.Get(name))
			}
		}
		for _, path := range []string{"/finnes-ikke", "!/finnes-ikke", "/risks/", "/RISKS", "/risks/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5/finnes-ikke", "!/api/v2/risks", "!//api/v1/me", "!/api/v1/../v1/me", "/./me"} {
			owner.get(path).refused(404, "no_such_path")
		}
		for _, call := range []string{"PUT /risks", "DELETE /risks", "POST /me", "PATCH /risks", "PUT /risks/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5", "TRACE /me", "FOO /me"} {
			method, path, _ := strings.Cut(call, " ")
			if r := owner.do(method, path, nil, 0).refused(405, "no_such_method"); r.header.Get("Allow") == "" {
				t.Errorf("%s: 405 without Allow", call)
			}
		}
		if r := owner.do("OPTIONS", "/risks", nil, 0); r.status >= 500 || !strings.Contains(r.header.Get("Allow"), "POST") {
			t.Errorf("OPTIONS: %d %v", r.status, r.header)
		}
		get, head := owner.get("/risk-registers").ok(200), h.head("owner", "/api/v1/risk-registers")
		if head.StatusCode != 200 || head.Header.Get("Content-Length") != get.header.Get("Content-Length") {
			t.Errorf("HEAD: %d %v, GET: %v", head.StatusCode, head.Header, get.header)
		}
		if head := h.head("", "/api/v1/me"); head.StatusCode != 401 {
			t.Errorf("HEAD, nobody: %d", head.StatusCode)
		}

		made := owner.post("/risk-registers", m{"scope": fracture, "title": "A"}).ok(201)
		event := owner.get("/risk-registers/"+made.id()+"/events").ok(200).is("items.0.action", "create")
		if id := made.header.Get("X-Request-Id"); id == "" || event.str("items.0.request_id") != id {
			t.Errorf("request %q, event %s", id, event.body)
		}
		refused := owner.with("X-Request-Id", "mitt").get("/finnes-ikke").ok(404)
		if id := refused.header.Get("X-Request-Id"); id == "mitt" || refused.str("request_id") != id || refused.str("instance") != "/api/v1/finnes-ikke" {
			t.Errorf("%v %s", refused.header, refused.body)
		}
		h.events("owner risk_register:create")
	})
}

// A filter on an id takes an id, or the key of a record that the caller may read. Anything else is refused and does not give an empty page.
func TestFiltersOnIDs(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		owner, group, admin := h.as("owner"), h.as("group"), h.as("admin")
		risk := aRisk(h, aRegister(h), m{"owner_id": h.id("owner")})
		h.id("group")
		h.seen()
		for path, name := range map[string]string{
			"/risks?owner_id=abc": "owner_id", "/risks?register_id=REG-0001": "register_id", "/risks?controls=A.2.2": "controls",
			"/risks?owner_id=" + h.id("owner") + "&owner_id=abc": "owner_id", "/risks?owner_id=urn:uuid:" + h.id("owner"): "owner_id", "/risks?clauses=99": "clauses",
			"/policies?approver_id=me": "approver_id", "/policies?in_force=true&owner_id=me": "owner_id", "/controls?requirement=A.99": "requirement", "/requirements?framework=finnes-ikke": "framework",
			"/memberships?body_id=finnes-ikke": "body_id", "/events?actor=me": "actor", "/events?record=RISK-0001": "record",
		} {
			group.get(path).refused(400, "bad_filter", "?"+name)
		}
		for path, n := range map[string]int{
			"/risks?owner_id=" + h.id("owner"): 1, "/risks?owner_id=" + strings.ToUpper(h.id("owner")): 1, "/risks?owner_id=" + h.id("group"): 0, "/risks?clauses=6.1.2": 1, "/risks?sources=C.3.4": 1,
			"/risks?sources=" + url.QueryEscape("Få barn i treningsdata"): 0, "/risks?register_id=" + risk.str("register_id"): 1, "/controls?requirement=A.2.2": 0, "/requirements?framework=iso-42001&key=5.2": 1,
		} {
			if r := group.get(path).ok(200); len(r.items()) != n {
				t.Errorf("%s: %s", path, r.body)
			}
		}
		body := admin.get("/bodies/ki-rad-siv").ok(200)
		byKey, byID := admin.get("/memberships?body_id=ki-rad-siv").ok(200), admin.get("/memberships?body_id="+body.id()).ok(200)
		if len(byKey.items()) == 0 || string(byKey.body) != string(byID.body) {
			t.Errorf("by key %s, by id %s", byKey.body, byID.body)
		}

		// A day of the log is a day in Oslo.
		begins := func(query string) int { return len(owner.get("/events?record=" + risk.id() + query).ok(200).items()) }
		for query, n := range map[string]int{
			"&from=2026-11-21": 1, "&from=2026-11-22": 0, "&to=2026-11-21": 1, "&to=2026-11-20": 0, "&from=2026-11-21&to=2026-11-21": 1, "&from=2026-11-21T10:00:00Z": 1, "&from=2026-11-21T10:00:01Z": 0,
		} {
			if got := begins(query); got != n {
				t.Errorf("events %s: %d", query, got)
			}
		}
		owner.get("/events?from=2026-02-30").refused(400, "bad_parameter", "?from")
		group.get("/clauses").refused(400, "missing_parameter", "?scope")
		group.get("/clauses?scope=siv").refused(400, "bad_parameter", "?scope")
		h.set(time.Date(2026, 11, 21, 23, 30, 0, 0, time.UTC)) // past midnight in Oslo
		clear(h.tokens)
		owner, group = h.as("owner"), h.as("group")
		group.patch("/risks/"+risk.id(), 1, m{"title": "B"}).ok(200)
		if begins("&from=2026-11-22") != 1 || begins("&to=2026-11-21") != 1 {
			t.Error("the day does not begin at midnight in Oslo")
		}
		h.events("group risk:update")
	})
}

// Lists of kinds with a due date filter on overdue, with the same result as a single read. On the due date in Oslo, a record is not yet overdue.
func TestOverdueLists(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		register := aRegister(h)
		past := aRisk(h, register, m{"title": "Forfalt", "review_due": "2026-11-20"})
		today := aRisk(h, register, m{"title": "I dag", "review_due": "2026-11-21"})
		never := aRisk(h, register, m{"title": "Uten frist"})
		cycle, _ := planCycle(h)
		measure := h.as("owner").post("/measures", m{"scope": fracture, "title": "A", "description": "B", "kind": "method", "due": "2026-11-01", "responsible_id": h.id("owner")})
		doc := publishedGuideline(h, nil)
		h.seen()
		group := h.as("group")
		lists := func(path string, want ...string) {
			t.Helper()
			got := []string{}
			for _, item := range group.get(path).ok(200).items() {
				got = append(got, item["id"].(string))
				read := group.get(path[:strings.Index(path, "?")] + "/" + item["id"].(string)).ok(200)
				if read.at("overdue") != strings.Contains(path, "overdue=true") {
					t.Errorf("%s, and alone %s", path, read.body)
				}
			}
			if strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("%s: want %v, got %v", path, want, got)
			}
		}
		lists("/risks?overdue=true&sort=created_at", past.id())
		lists("/risks?overdue=false&sort=created_at", today.id(), never.id())
		lists("/measures?overdue=true", measure.ok(201).id())
		lists("/objectives?overdue=true&cycle_id=" + cycle.id())
		lists("/policies?overdue=true")
		lists("/policies?overdue=false&in_force=true", doc.id())
		group.get("/risks?overdue=true&count=true&facets=status").ok(200).is("total", 1).is("facets.status.identified", 1)

		// A changed day moves it, as does the passing of midnight in Oslo.
		group.patch("/risks/"+past.id(), 1, m{"review_due": "2027-01-01"}).ok(200).is("overdue", false)
		group.patch("/risks/"+never.id(), 1, m{"review_due": "2026-01-01"}).ok(200).is("overdue", true)
		lists("/risks?overdue=true", never.id())
		at := time.Date(2027, 11, 21, 22, 59, 0, 0, time.UTC)
		for i, want := range [][]string{{}, {doc.id()}} {
			h.set(at.Add(time.Duration(i) * time.Minute))
			clear(h.tokens)
			group = h.as("group")
			lists("/policies?overdue=true", want...)
			lists("/policies?in_force=true&overdue=true", want...)
		}
		lists("/risks?overdue=true&sort=title", past.id(), today.id(), never.id())
		page := group.get("/risks?overdue=true&limit=1").ok(200).str("next_cursor")
		group.get("/risks?overdue=false&limit=1&cursor="+page).refused(400, "bad_cursor", "?cursor")
		group.get("/risks?overdue=ja").refused(400, "bad_parameter", "?overdue")
		group.get("/controls?overdue=true").refused(400, "unknown_parameter", "?overdue")
		h.events("group risk:update", "group risk:update")
	})
}
