package api_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/store"
)

// fuzzed is an installation with a few risks, and a client that calls the handler without a network connection.
func fuzzed(f *testing.F) (*installation, func(path, query string) *httptest.ResponseRecorder) {
	f.Helper()
	h := installationOn(f, store.SQLite, true)
	register := aRegister(h)
	for _, title := range []string{"Å", "a", "B b", "\"", "a"} {
		aRisk(h, register, m{"title": title})
	}
	token := h.as("group").header.Get("Authorization")
	return h, func(path, query string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "/api/v1"+path, nil)
		r.URL.RawQuery = query
		r.Header.Set("Authorization", token)
		w := httptest.NewRecorder()
		h.srv.Config.Handler.ServeHTTP(w, r)
		return w
	}
}

var fuzzedSorts = []string{"", "created_at", "-updated_at", "title", "-title", "level_rank", "-level_rank"}

// A cursor that the list did not return is refused.
func FuzzCursor(f *testing.F) {
	_, get := fuzzed(f)
	marks := map[string][]byte{}
	for i, sort := range fuzzedSorts {
		r := get("/risks", strings.TrimSuffix("limit=2&sort="+sort, "&sort="))
		_, rest, _ := strings.Cut(r.Body.String(), `"next_cursor":"`)
		cursor, _, ok := strings.Cut(rest, `"`)
		raw, err := base64.RawURLEncoding.DecodeString(cursor)
		if !ok || err != nil {
			f.Fatalf("sort %s: %v %s", sort, err, r.Body)
		}
		marks[sort] = raw[:8]
		f.Add(uint8(i), raw[8:], true)
		f.Add(uint8(i), raw, false)
	}
	for _, tail := range []string{"", "\x00", "\x02null", "\x02\"\\u0000\"", "\x02\"\\ud800\"", "\x02{}", "\x02{\"nb\":\"x\"}", "\x02true", "\x021e400", "\x02\"\xff\"", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "\x02" + strings.Repeat("[", 20000)} {
		for i := range fuzzedSorts {
			f.Add(uint8(i), []byte(tail), true)
		}
	}
	f.Fuzz(func(t *testing.T, n uint8, tail []byte, marked bool) {
		sort := fuzzedSorts[int(n)%len(fuzzedSorts)]
		if marked {
			tail = append(append([]byte{}, marks[sort]...), tail...)
		}
		query := url.Values{"sort": {sort}, "limit": {"2"}, "cursor": {base64.RawURLEncoding.EncodeToString(tail)}}
		if sort == "" {
			query.Del("sort")
		}
		if r := get("/risks", query.Encode()); r.Code != http.StatusOK && r.Code != http.StatusBadRequest {
			t.Fatalf("%x: %d %s", tail, r.Code, r.Body)
		}
	})
}

// For every query, a list answers with a page or refuses the invalid parameters.
func FuzzFilter(f *testing.F) {
	_, get := fuzzed(f)
	paths := []string{"/risks", "/policies", "/requirements", "/people", "/events", "/clauses", "/me/tasks", "/controls"}
	for i := range paths {
		for _, q := range []string{
			"", "q=brudd", "q=%C3%85", "q='*\"", "q=" + strings.Repeat("a+", 1000), "status=identified&status=closed", "scope=/siv/&count=true&facets=status", "limit=200&include=allowed_actions&expand=owner,scope",
			"sort=-title&limit=1", "updated_since=2026-01-01T00:00:00Z", "clauses=5.2&clauses=%00", "a;b", "%zz", "level_rank=1", "from=9999-12-31T23:59:59Z&to=0001-01-01T00:00:00Z", "record=x&actor='",
			"framework=iso-42001&kind=control", "owner_id=&register_id=x", "can=risk:accept&scope=/siv/", "role=ai_council&q=a", "edition=9223372036854775807", "cursor=AAAA", "facets=status,status,level",
		} {
			f.Add(uint8(i), q)
		}
	}
	f.Fuzz(func(t *testing.T, n uint8, query string) {
		r := get(paths[int(n)%len(paths)], query)
		if r.Code != http.StatusOK && r.Code != http.StatusBadRequest && r.Code != http.StatusForbidden && r.Code != http.StatusNotFound && r.Code != http.StatusUnprocessableEntity {
			t.Fatalf("%s?%q: %d %s", paths[int(n)%len(paths)], query, r.Code, r.Body)
		}
	})
}
