package api_test

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A word is the same in composed and decomposed form. Lists have Norwegian order, the same on both engines and across pages.
func TestNorwegianText(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		register := aRegister(h)
		ordered := []string{
			"A.2 Krav", "A.10 Krav", "Ånd og arena 2", "Arbeid", "Etikk", "Étikk i bruk", "Zeta", "Ærlighet", "Øvelse", "Åpenhet", "Åpenhet 9", "Åpenhet 10",
		}
		ordered[2] = "Andre krav" // a, not å
		for _, i := range []int{11, 3, 7, 0, 9, 5, 2, 10, 1, 8, 4, 6} {
			aRisk(h, register, m{"title": ordered[i]})
		}
		decomposed := aRisk(h, register, m{"title": "Varseltretthet ved pasientoverva\u030aking", "description": "Cafe\u0301"})
		h.row("a text is stored composed", func() {
			h.as("owner").get("/risks/"+decomposed.id()).ok(200).is("title", "Varseltretthet ved pasientovervåking").is("description", "Café")
		})
		h.row("q finds it without accents, in either form, and by a part of a compound; å is a letter of its own", func() {
			h.seen()
			for q, want := range map[string]int{"cafe": 1, "CAFÉ": 1, "Cafe\u0301": 1, "overvåking": 1, "overva\u030aking": 1, "overvaking": 0, "tretthet": 1, "rett": 1, "ret": 0, "apenhet": 0} {
				if n := len(h.as("owner").get("/risks?q=" + url.QueryEscape(q)).ok(200).items()); n != want {
					t.Errorf("q=%s: want %d, got %d", q, want, n)
				}
			}
		})
		want := append(slices.Clone(ordered[:11]), "Åpenhet 10")
		want = slices.Insert(want, 6, "Varseltretthet ved pasientovervåking")
		for _, sort := range []string{"title", "-title"} {
			h.row("pages follow the order: "+sort, func() {
				var got []string
				for path := "/risks?limit=4&sort=" + sort; path != ""; {
					page := h.as("owner").get(path).ok(200)
					for i := range page.items() {
						got = append(got, page.str("items."+strconv.Itoa(i)+".title"))
					}
					next := page.str("next_cursor")
					if path = ""; next != "" {
						path = "/risks?limit=4&sort=" + sort + "&cursor=" + next
					}
				}
				if sort == "-title" {
					slices.Reverse(got)
				}
				if !slices.Equal(got, want) {
					t.Errorf("order:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
			})
		}
	})
}

// Names and titles are one line, in every kind and part. A line break, a tabulator or another control character is refused with its place.
func TestNamesAreOneLine(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		register := aRegister(h)
		h.seen()
		for _, two := range []string{"En\nto", "En\r\nto", "En\tto", "En\u2028to", "En\x1bto"} {
			h.as("group").post("/risks", m{"scope": "/siv/", "register_id": register, "title": two}).refused(422, "invalid_content", "/title")
		}
		h.as("admin").post("/units", m{"name": "Ny\navdeling", "key": "ny", "parent": "/siv/"}).refused(422, "invalid_content", "/name")
		h.as("group").post("/measures", m{"scope": "/siv/", "title": "Ett", "kind": "other", "milestones": []m{{"title": "A\nB"}}, "executors": []string{"C\nD"}}).
			refused(422, "invalid_content", "/milestones/0/title", "/executors/0")
		h.as("admin").post("/bodies", m{"key": "nytt", "scope": "/siv/", "kind": "working_group", "name": m{"nb": "Nytt\norgan", "en": "New"}}).refused(422, "invalid_content", "/name/nb")
		h.events()
		h.as("group").post("/risks", m{"register_id": register, "title": "En – to", "description": "En\nto"}).ok(201).is("description", "En\nto")
	})
}
