package api_test

import (
	"context"
	"testing"

	"github.com/ki-styring/aims/internal/dataset"
	"github.com/ki-styring/aims/internal/record"
)

// bruddeteksjon is the scope of the owner's project.
const bruddeteksjon = "/siv/radiologi/bruddeteksjon/"

// A data set says where its splits come from and by which right it is used. The line manager grants access to it, for as long as its legal bases last.
func TestDatasets(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		owner, manager := h.as("owner"), h.as("manager")
		for _, who := range []string{"owner", "manager", "group", "management"} {
			h.id(who)
		}
		guideline := publishedGuideline(h, m{"document_number": "1.10.3.2"}).id()
		decision := owner.post("/evidence", m{"scope": bruddeteksjon, "kind": "note", "title": "Dispensasjon", "text": "Gitt."}).ok(201).id()
		split := m{"kind": "train", "size": 12000, "from": "2019-01-01", "to": "2024-12-31", "source": "PACS", "processing": "Avidentifisert", "representativeness": "Få barn", "bias_measures": "Per aldersgruppe"}
		basis := m{"purpose": "development", "basis": "hpl_29", "reference": "2026/4711", "valid_to": "2027-06-30", "evidence_ids": []string{decision}}
		body := m{"scope": bruddeteksjon, "name": "Håndleddsbilder", "source": "PACS", "splits": []m{split}, "legal_bases": []m{basis}, "categories": []string{"health", "images"}, "owner_id": h.id("owner")}
		h.seen()

		// S2.23: source, processing, representativeness and measures against bias, per split.
		for _, who := range []string{"employee", "council", "auditor", "privacy", "owner2"} {
			if r := h.as(who).post("/datasets", body); r.status != 403 && r.status != 422 {
				t.Errorf("%s: %d %s", who, r.status, r.body)
			}
		}
		owner.post("/datasets", m{"scope": bruddeteksjon, "name": " ", "source": "", "splits": []m{{"kind": "prøve", "size": -1}}, "legal_bases": []m{{"purpose": "lek"}}, "categories": []string{"alt"}, "system_ids": []string{"x"}}).
			refused(422, "invalid_content", "/name", "/source", "/splits/0/kind", "/splits/0/size", "/legal_bases/0/purpose", "/legal_bases/0/basis", "/categories/0", "/system_ids/0")
		for pointer, wrong := range map[string]m{
			"/splits/0/to":                  {"splits": []m{merged(split, m{"to": "2018-12-31"})}},
			"/legal_bases/0/basis":          {"legal_bases": []m{merged(basis, m{"basis": "hpl_26"})}},
			"/legal_bases/0/reference":      {"legal_bases": []m{merged(basis, m{"reference": " "})}},
			"/legal_bases/0/evidence_ids/0": {"legal_bases": []m{merged(basis, m{"evidence_ids": []string{nobody}})}},
			"/system_ids/0":                 {"system_ids": []string{nobody}},
			"/guideline_id":                 {"guideline_id": nobody},
		} {
			owner.post("/datasets", merged(body, wrong)).refused(422, "invalid_content", pointer)
		}
		h.events()
		r := owner.post("/datasets", body).ok(201).is("status", "described").is("splits.0.bias_measures", "Per aldersgruppe").is("system_ids", "[]").is("access", nil).is("access_over", false)
		at := "/datasets/" + r.id()
		h.as("owner2").get(at).refused(404, "not_found")

		// S2.9: data for development follow the guideline on access, and each data set links its decision.
		yes := m{"reference": "2026/118", "evidence_ids": []string{decision}, "valid_to": "2027-01-31"}
		owner.verb(at+"/grant-access", 1, yes).refused(403, "forbidden")
		h.as("group").verb(at+"/grant-access", 1, yes).refused(403, "forbidden")
		manager.verb(at+"/grant-access", 1, yes).refused(409, "no_guideline")
		owner.patch(at, 1, m{"guideline_id": guideline}).ok(200)
		manager.verb(at+"/grant-access", 2, m{"reference": " "}).refused(422, "invalid_content", "/reference", "/valid_to")
		manager.verb(at+"/grant-access", 2, merged(yes, m{"valid_to": "2027-07-01"})).refused(422, "invalid_content", "/valid_to")
		manager.verb(at+"/grant-access", 2, merged(yes, m{"valid_to": "2026-11-20"})).refused(422, "invalid_content", "/valid_to")
		manager.verb(at+"/grant-access", 2, merged(yes, m{"evidence_ids": []string{nobody}})).refused(422, "invalid_content", "/evidence_ids/0")
		manager.verb(at+"/grant-access", 1, yes).refused(412, "stale_version")
		manager.verb(at+"/grant-access", 2, yes).ok(200).is("status", "access_granted").is("access.reference", "2026/118").is("access.by", h.id("manager")).is("access_until", "2027-01-31").is("overdue", false)
		h.as("group").get("/policies/"+guideline+"/links").ok(200).is("items.0.id", r.id())
		h.events("owner dataset:create", "owner dataset:update", "manager dataset:grant-access")

		// What the decision rests on does not change under it.
		owner.patch(at, 3, m{"legal_bases": []m{}, "categories": []string{"genetic"}}).refused(422, "invalid_content", "/legal_bases", "/categories")
		owner.patch(at, 3, m{"description": "Håndledd hos voksne"}).ok(200)
		own := "/datasets/" + manager.post("/datasets", merged(body, m{"guideline_id": guideline})).ok(201).id()
		manager.verb(own+"/grant-access", 1, yes).refused(403, "separation_of_duties")
		h.as("management").verb(own+"/grant-access", 1, yes).ok(200)
		manager.verb(own+"/end-access", 2, m{}).refused(422, "invalid_content", "/reason")
		manager.verb(own+"/end-access", 2, m{"reason": "Prosjektet er stanset"}).ok(200).is("status", "access_ended").is("access_over", true)
		empty := "/datasets/" + owner.post("/datasets", m{"scope": bruddeteksjon, "name": "Uten hjemmel", "source": "PACS"}).ok(201).id()
		manager.verb(empty+"/grant-access", 1, yes).refused(409, "no_legal_basis")
		h.seen()

		// When the access has ended, the data set is marked and its owner gets a task.
		h.later(80)
		err := h.db.Write(context.Background(), record.System, record.Permission{Object: "dataset", Action: "expire"}, "", dataset.ExpireAccess)
		if err != nil {
			t.Fatal(err)
		}
		h.again("owner").get(at).ok(200).is("status", "access_ended").is("access_over", true).is("access.reference", "2026/118")
		h.events("system dataset:expire")
		tasked(h, "owner", "retire", at, true)
		h.as("owner").get("/datasets?status=access_ended&count=true").ok(200).is("total", 2)
		h.as("manager").verb(at+"/grant-access", 5, merged(yes, m{"valid_to": "2027-06-30"})).ok(200).is("access_over", false)
		tasked(h, "owner", "retire", at, false)
		h.as("owner").verb(at+"/retire", 6, m{"reason": "Slettet"}).ok(200).is("status", "retired").is("overdue", false)
		h.as("owner").patch(at, 7, m{"name": "A"}).refused(409, "wrong_state")
		h.as("owner").delete(empty, 1).ok(204)
		h.events("manager dataset:grant-access", "owner dataset:retire", "owner dataset:delete")
	})
}
