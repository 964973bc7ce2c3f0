package api_test

import (
	"slices"
	"testing"
)

// candidates returns the ids that the refusal of an ambiguous key lists, sorted.
func candidates(r *reply) (ids []string) {
	r.t.Helper()
	list, _ := r.at("candidates").([]any)
	for _, c := range list {
		ids = append(ids, c.(map[string]any)["id"].(string))
	}
	slices.Sort(ids)
	return ids
}

// Two hospitals have bodies and standards with the same keys. A key means the own hospital's record, and no answer tells of the other one. Whoever reads
// both without belonging to either gives the id. A national record is found by its key from a hospital that has none with that key.
func TestKeysOfEachHospital(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		admin := h.as("admin")
		for _, unit := range []string{"/annet/", "/tredje/"} {
			admin.post("/units", m{"scope": unit, "kind": "hospital", "name": unit}).ok(201)
		}
		admin.post("/units", m{"scope": "/siv/lab/", "kind": "department", "name": "Laboratoriet"}).ok(201)
		for who, unit := range map[string]string{"sekretar": "/annet/", "gruppe": "/annet/", "fagmedarbeider": "/siv/", "tredjemann": "/tredje/", "drift": "/", "tilsyn": "/"} {
			h.member(who, unit)
		}
		h.assign("sekretar", "secretariat", "/annet/", nil).ok(201)
		h.assign("gruppe", "working_group", "/annet/", nil).ok(201)
		h.assign("fagmedarbeider", "working_group", "/siv/", nil).ok(201)
		h.assign("tredjemann", "secretariat", "/tredje/", nil).ok(201)
		h.assign("drift", "administrator", "/", nil).ok(201)
		h.assign("tilsyn", "internal_auditor", "/", nil).ok(201)
		named := func(scope, key string) m {
			return m{"scope": scope, "key": key, "kind": "committee", "name": m{"nb": scope, "en": scope}, "purpose": m{"nb": "Prøve", "en": "Trial"}}
		}
		standard := func(scope, key string) m {
			return m{"scope": scope, "key": key, "title": m{"nb": scope, "en": scope}, "committee": "CEN/CENELEC JTC 21", "stage": "drafting"}
		}
		for _, k := range []struct {
			path, key, here, there, third, root string
			form                                func(scope, key string) m
		}{
			{"/bodies", "felles", "secretariat", "sekretar", "tredjemann", "drift", named},
			{"/standards", "prEN 99001", "fagmedarbeider", "gruppe", "", "tilsyn", standard},
		} {
			at := k.path + "/" + map[string]string{"/bodies": "felles", "/standards": "prEN%2099001"}[k.path]
			var siv, annet *reply
			h.row("each makes its own of "+k.path, func() {
				siv = h.as(k.here).post(k.path, k.form("/siv/", k.key)).ok(201)
				h.as(k.there).post(k.path+"?dry_run=true", k.form("/annet/", k.key)).ok(200)
				h.as(k.there).get(at).refused(404, "not_found")
				h.seen()
				annet = h.as(k.there).post(k.path, k.form("/annet/", k.key)).ok(201)
				h.as(k.there).post(k.path, k.form("/annet/", k.key)).refused(409, "duplicate")
				h.as(k.here).post(k.path, k.form("/siv/lab/", k.key)).refused(409, "duplicate")
				h.as(k.here).post(k.path+"?dry_run=true", k.form("/siv/lab/", k.key)).refused(409, "duplicate")
				h.events(k.there + " " + map[string]string{"/bodies": "body", "/standards": "standard"}[k.path] + ":create")
			})
			h.row("each reads, changes and lists its own of "+k.path, func() {
				for who, own := range map[string][2]string{k.here: {siv.id(), annet.id()}, k.there: {annet.id(), siv.id()}} {
					c := h.as(who)
					r := c.get(at).ok(200).is("id", own[0])
					c.get(k.path+"/"+own[1]).refused(404, "not_found")
					c.get(at+"/events").ok(200).is("items.0.record_id", own[0])
					for _, item := range c.get(k.path + "?limit=200").ok(200).items() {
						if item["id"] == own[1] {
							t.Errorf("%s lists the other hospital's", who)
						}
					}
					c.patch(at, r.version(), m{"external_refs": []m{{"system": "sak", "id": "1"}}}).ok(200).is("id", own[0])
					c.verb(at+"/comments", 0, m{"text": "Vår egen."}).ok(201).is("on_id", own[0])
				}
			})
			h.row("who reads both of "+k.path+" gives the id", func() {
				c := h.as(k.root)
				want := []string{siv.id(), annet.id()}
				slices.Sort(want)
				for _, path := range []string{at, at + "/events", at + "/links"} {
					if got := candidates(c.get(path).refused(409, "ambiguous_key")); !slices.Equal(got, want) {
						t.Errorf("candidates %v, not %v", got, want)
					}
				}
				c.get(k.path + "/" + annet.id()).ok(200)
			})
		}
		siv, annet := h.as("secretariat").get("/bodies/felles").ok(200), h.as("sekretar").get("/bodies/felles").ok(200)
		h.row("references and filters", func() {
			for who, own := range map[string]*reply{"secretariat": siv, "sekretar": annet} {
				c := h.as(who)
				c.post("/mandates", m{"body_id": "felles", "title": "Mandat", "purpose": "Prøve", "powers": []string{"advise"}, "valid_from": "2026-02-01"}).ok(201).
					is("body_id", own.id()).is("scope", own.str("scope"))
				c.get("/mandates?body_id=felles&count=true").ok(200).is("total", 1).is("items.0.body_id", own.id())
			}
			drift := h.as("drift")
			drift.get("/mandates?body_id=felles").refused(409, "ambiguous_key", "?body_id")
			drift.patch("/bodies/felles", 1, m{"contact": "x"}).refused(409, "ambiguous_key")
			under := merged(named("/siv/", "under-felles"), m{"parent_id": "felles"})
			refused := drift.post("/bodies", under).refused(409, "ambiguous_key", "/parent_id")
			if got := candidates(refused); len(got) != 2 {
				t.Errorf("candidates %v", got)
			}
			h.as("secretariat").post("/bodies", under).ok(201).is("parent_id", siv.id())
		})
		h.row("a third hospital learns of neither", func() {
			c := h.as("tredjemann")
			c.get("/bodies/felles").refused(404, "not_found")
			c.get("/mandates?body_id=felles").refused(400, "bad_filter", "?body_id")
			for _, key := range []string{"felles", "finnes-ikke"} {
				c.post("/bodies", merged(named("/tredje/", "under"), m{"parent_id": key})).refused(422, "invalid_content", "/parent_id").is("errors.0.code", "unknown_reference")
			}
			c.post("/bodies", named("/tredje/", "felles")).ok(201)
		})
		h.row("the national one is found from a hospital", func() {
			national := h.as("secretariat").post("/bodies", named("/nasjonalt/", "landsraad")).ok(201)
			h.as("sekretar").get("/bodies/landsraad").refused(404, "not_found")
			h.assign("sekretar", "secretariat", "/nasjonalt/", nil).ok(201)
			read := h.as("sekretar").get("/bodies/landsraad").ok(200).is("id", national.id())
			h.as("secretariat").post("/bodies", named("/siv/", "landsraad")).ok(201)
			h.as("sekretar").get("/bodies/landsraad").ok(200).is("id", national.id())
			h.as("drift").get("/bodies/landsraad").ok(200).is("id", national.id())
			own := h.as("sekretar").post("/bodies", named("/annet/", "landsraad")).ok(201)
			h.as("sekretar").with("If-None-Match", read.header.Get("ETag")).get("/bodies/landsraad").ok(200).is("id", own.id())
		})
	})
}
