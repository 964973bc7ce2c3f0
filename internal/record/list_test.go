package record_test

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
	"github.com/ki-styring/aims/internal/record/text"
)

// shelf is a naive model of a list: every trial in the order of creation.
type shelf struct {
	l     *lab
	all   []*trial
	words [][]string
}

var (
	shelfTitles = []string{"Alfa", "alfa", "Ære", "Øre", "Åre", "", "Zulu", "a b", "10", "9", "e\u0301clair", "éclair"}
	shelfDays   = []record.Date{"", "2026-01-01", "2026-12-31", "2027-06-01"}
)

func newShelf(l *lab, r *rand.Rand, n int) *shelf {
	s := &shelf{l: l}
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	for i := range n {
		if r.IntN(3) > 0 {
			l.tick(time.Duration(r.IntN(3)) * time.Microsecond) // equal times too
		}
		e := in(pick(scopes), pick(shelfTitles)+".")
		e.Label.NB, e.Due, e.Rank, e.Flag = pick(shelfTitles), shelfDays[r.IntN(len(shelfDays))], r.IntN(4)-1, r.IntN(2) == 0
		e.Status = []trialStatus{"draft", "review", "done"}[r.IntN(3)]
		if r.IntN(2) == 0 {
			e.Owner = l.me.ID
		}
		if i%3 == 0 {
			e.Code = fmt.Sprintf("k%d", i)
		}
		for range r.IntN(3) {
			if p := s.all; len(p) > 0 {
				if to := p[r.IntN(len(p))]; record.Related(to.Scope, e.Scope) && !slices.Contains(e.Peers, to.ID) {
					e.Peers = append(e.Peers, to.ID)
				}
			}
		}
		s.all = append(s.all, l.create(e))
	}
	for i, e := range s.all { // in another order than they were made
		if r.IntN(3) == 0 {
			l.tick(time.Duration(r.IntN(2)) * time.Microsecond)
			s.all[i] = l.change("touch", e, func(t *trial) error { t.Rank = r.IntN(4); return nil })
		}
	}
	for _, e := range s.all {
		s.words = append(s.words, text.Words(e.Number+" "+e.Title+" "+e.Label.NB+" "+e.Label.EN))
	}
	return s
}

func (s *shelf) sees(b record.Branch, e *trial) bool {
	in := record.Covers(b.Scope, e.Scope)
	if b.Exact {
		in = b.Scope == e.Scope
	}
	return in && (len(b.States) == 0 || slices.Contains(b.States, string(e.Status)))
}

// find gives the ids of what a query matches, in its order.
func (s *shelf) find(branches []record.Branch, q query.Query) (found []*trial) {
	for i, e := range s.all {
		exact, alone := strings.CutPrefix(q.Scope, "=")
		ok := slices.ContainsFunc(branches, func(b record.Branch) bool { return s.sees(b, e) }) &&
			(q.Scope == "" || alone && e.Scope == exact || !alone && record.Covers(q.Scope, e.Scope)) &&
			!e.UpdatedAt.Before(q.Since) &&
			(q.Overdue == nil || *q.Overdue == e.Due.Passed(s.l.clock()))
		for name, values := range q.Filters {
			has := slices.ContainsFunc(values, func(v string) bool {
				if name == "peers" {
					return slices.Contains(e.Peers, v)
				}
				return s.value(e, name) == v
			})
			ok = ok && has
		}
		if q.Q != "" {
			words := text.Words(q.Q)
			ok = ok && len(words) > 0
			for _, w := range words {
				ok = ok && slices.ContainsFunc(s.words[i], func(x string) bool { return strings.HasPrefix(x, w) })
			}
		}
		if ok {
			found = append(found, e)
		}
	}
	name, desc := strings.CutPrefix(q.Sort, "-")
	if name == "" {
		name, desc = "created_at", true
	}
	slices.SortStableFunc(found, func(a, b *trial) int {
		switch name {
		case "title":
			return cmp.Compare(text.SortKey(a.Title), text.SortKey(b.Title))
		case "label":
			return cmp.Compare(text.SortKey(a.Label.NB), text.SortKey(b.Label.NB))
		case "due":
			return cmp.Compare(a.Due, b.Due)
		case "rank":
			return cmp.Compare(a.Rank, b.Rank)
		case "updated_at":
			return a.UpdatedAt.Compare(b.UpdatedAt)
		default:
			return 0 // as created
		}
	})
	if desc {
		slices.Reverse(found)
	}
	return found
}

func (*shelf) value(e *trial, name string) string {
	return map[string]string{"status": string(e.Status), "rank": fmt.Sprint(e.Rank), "flag": fmt.Sprint(e.Flag), "owner": e.Owner, "code": e.Code}[name]
}

// pages walks a list to its end and gives the ids in order.
func (s *shelf) pages(tx *record.Tx, q query.Query) (ids []string, err error) {
	for {
		p, err := query.List(tx, trials.Kind, q)
		if err != nil {
			return nil, err
		}
		n := 0
		if q.Rows {
			for _, r := range p.Rows {
				ids, n = append(ids, r.ID), n+1
			}
		} else {
			var docs []struct {
				ID string `json:"id"`
			}
			if err := json.Unmarshal([]byte("["+string(p.Docs)+"]"), &docs); err != nil {
				return nil, fmt.Errorf("%w in %s", err, p.Docs)
			}
			for _, d := range docs {
				ids, n = append(ids, d.ID), n+1
			}
		}
		if n != p.N || n > q.Limit || n == 0 && len(ids) > 0 {
			return nil, fmt.Errorf("a page of %d says %d, limit %d", n, p.N, q.Limit)
		}
		if p.Next == "" {
			return ids, nil
		}
		q.Cursor = p.Next
	}
}

func idsOf(list []*trial) (ids []string) {
	for _, e := range list {
		ids = append(ids, e.ID)
	}
	return ids
}

// Lists answer as a naive model does: whatever the branches, filters, words, order and size of the page.
func TestListsAgainstModel(t *testing.T) {
	each(t, func(l *lab) {
		seed := rand.New(rand.NewPCG(42, 1))
		s := newShelf(l, seed, 300)
		sorts := []string{"", "created_at", "-created_at", "updated_at", "-updated_at", "title", "-title", "label", "-label", "due", "-due", "rank", "-rank"}
		kinds := map[string]int{}
		for i := range 260 {
			r := rand.New(rand.NewPCG(7, uint64(i)))
			var branches []record.Branch
			for range r.IntN(5) {
				b := record.Branch{Scope: scopes[r.IntN(len(scopes))], Exact: r.IntN(3) == 0}
				for _, st := range []string{"draft", "review", "done"} {
					if r.IntN(4) == 0 {
						b.States = append(b.States, st)
					}
				}
				branches = append(branches, b)
			}
			q := query.Query{Sort: sorts[i%len(sorts)], Limit: 1 + r.IntN(40), Rows: r.IntN(3) == 0, Count: true, Facets: []string{"status", "rank", "owner", "flag"}, Filters: map[string][]string{}}
			if r.IntN(3) == 0 {
				q.Scope = scopes[r.IntN(len(scopes))]
				if r.IntN(3) == 0 {
					q.Scope = "=" + q.Scope
				}
			}
			for name, values := range map[string][]string{
				"status": {"draft", "review", "done"}, "rank": {"-1", "0", "1", "2", "7"}, "owner": {l.me.ID, record.System.ID}, "flag": {"true", "false"}, "code": {"k3", "k6", "none"},
				"peers": {s.all[r.IntN(20)].ID, s.all[r.IntN(60)].ID},
			} {
				if r.IntN(8) == 0 {
					for range 1 + r.IntN(2) {
						q.Filters[name] = append(q.Filters[name], values[r.IntN(len(values))])
					}
				}
			}
			if r.IntN(6) == 0 {
				q.Q = []string{"alf", "ær", "try 00", "a B", "1", ".", "øre å", "éc"}[r.IntN(8)]
			}
			if r.IntN(6) == 0 {
				yes := r.IntN(2) == 0
				q.Overdue = &yes
			}
			if r.IntN(8) == 0 {
				q.Since = s.all[r.IntN(len(s.all))].UpdatedAt
			}
			l.guard.branches = append([]record.Branch{}, branches...)
			want := s.find(branches, q)
			if len(want) > 0 {
				kinds["some"]++
			}
			l.read(func(tx *record.Tx) error {
				got, err := s.pages(tx, q)
				if err != nil || !slices.Equal(got, idsOf(want)) {
					l.Fatalf("query %d: %+v over %+v: %v\ngot  %v\nwant %v", i, q, branches, err, numbers(s, got), numbers(s, idsOf(want)))
				}
				p, err := query.List(tx, trials.Kind, q)
				if err != nil {
					return err
				}
				if *p.Total != int64(len(want)) {
					l.Fatalf("query %d: %+v over %+v: total %d, want %d", i, q, branches, *p.Total, len(want))
				}
				for _, name := range q.Facets {
					facet := map[string]int64{}
					for _, e := range want {
						if v := s.value(e, name); v != "" {
							facet[v]++
						}
					}
					if !reflect.DeepEqual(p.Facets[name], facet) {
						l.Fatalf("query %d: %+v: facet %s is %v, want %v", i, q, name, p.Facets[name], facet)
					}
				}
				ways, err := query.FacetWays(tx, trials.Kind, q)
				if err != nil {
					return err
				}
				for way, facets := range ways {
					for name, facet := range facets {
						kinds[way]++
						if !reflect.DeepEqual(facet, p.Facets[name]) {
							l.Fatalf("query %d: %+v over %+v: facet %s %s is %v, want %v", i, q, branches, name, way, facet, p.Facets[name])
						}
					}
				}
				return nil
			})
		}
		if kinds["by index"] < 100 || kinds["by value"] < 50 && !l.db.Postgres {
			l.Errorf("facets were found in these ways: %v", kinds)
		}
		if kinds["some"] < 100 {
			l.Errorf("only %d queries found anything", kinds["some"])
		}
		l.read(func(tx *record.Tx) error {
			for _, scope := range append([]string{""}, scopes...) {
				for _, exact := range []string{"", "="} {
					got, err := query.Each(tx, trials, exact+scope, map[string][]string{"status": {"review", "done"}})
					want := s.find([]record.Branch{{Scope: "/"}}, query.Query{Scope: exact + scope, Sort: "created_at", Filters: map[string][]string{"status": {"review", "done"}}})
					if err != nil || scope != "" && !slices.Equal(idsOf(got), idsOf(want)) {
						l.Errorf("each of %q: %v, %v", exact+scope, err, idsOf(got))
					}
					ids, err := query.IDs(tx, trials, exact+scope, map[string][]string{"status": {"review", "done"}})
					n, err2 := query.Count(tx, trials, exact+scope, map[string][]string{"status": {"review", "done"}})
					if errors.Join(err, err2) != nil || !slices.Equal(ids, idsOf(got)) || n != len(got) {
						l.Errorf("ids of %q: %v, %v, counted %d: %v", exact+scope, err, ids, n, err2)
					}
				}
			}
			return nil
		})
	})
}

// What is too much to decode at once is an error, and never a part of it.
func TestEachIsWhole(t *testing.T) {
	each(t, func(l *lab) {
		for range 3 {
			l.create(in("/siv/", "Prøve"))
		}
		for most, want := range map[int]int{3: 3, 2: 0} {
			back := eachAtMost(most)
			l.read(func(tx *record.Tx) error {
				got, err := query.Each(tx, trials, "/siv/", nil)
				if len(got) != want || (err == nil) != (want > 0) {
					l.Errorf("at most %d: %d, %v", most, len(got), err)
				}
				return nil
			})
			back()
		}
	})
}

func numbers(s *shelf, ids []string) (out []string) {
	for _, id := range ids {
		i := slices.IndexFunc(s.all, func(e *trial) bool { return e.ID == id })
		out = append(out, strings.TrimPrefix(s.all[i].Number, "TRY-"))
	}
	return out
}

// A page goes on where it ended although rows came, went and changed in between.
func TestPagingWhileWriting(t *testing.T) {
	each(t, func(l *lab) {
		var all []*trial
		for i := range 10 {
			all = append(all, l.create(in("/siv/", fmt.Sprint("t", i))))
		}
		q := query.Query{Sort: "title", Limit: 4}
		page := func() (titles []string) {
			l.read(func(tx *record.Tx) error {
				p, err := query.List(tx, trials.Kind, q)
				if err != nil {
					return err
				}
				for doc := range strings.SplitSeq(string(p.Docs), ",\n") {
					var e trial
					if err := json.Unmarshal([]byte(doc), &e); err != nil {
						return err
					}
					titles = append(titles, e.Title)
				}
				q.Cursor = p.Next
				return nil
			})
			return titles
		}
		if got := page(); !slices.Equal(got, []string{"t0", "t1", "t2", "t3"}) {
			l.Error(got)
		}
		l.write("trial", "delete", func(tx *record.Tx) error { return tx.Remove(trials.Kind, record.Ref{ID: all[3].ID, Version: 1}) })
		l.create(in("/siv/", "t3.5"))
		l.change("update", all[4], titled("a"))
		if got := page(); !slices.Equal(got, []string{"t3.5", "t5", "t6", "t7"}) {
			l.Error(got)
		}
		if got := page(); !slices.Equal(got, []string{"t8", "t9"}) || q.Cursor != "" {
			l.Error(got, q.Cursor)
		}
	})
}

// A cursor belongs to one list: the kind, the order, the scope, the words, the filters, since when.
func TestCursorOfAnotherList(t *testing.T) {
	each(t, func(l *lab) {
		for i := range 3 {
			l.create(in("/siv/", fmt.Sprint("t", i)))
		}
		first := query.Query{Sort: "title", Limit: 1, Scope: "/siv/", Q: "t", Filters: map[string][]string{"status": {"draft"}}, Since: l.clock().Add(-time.Hour)}
		var next string
		ask := func(k *record.Kind, q query.Query) (err error) {
			l.read(func(tx *record.Tx) error {
				var p *query.Page
				if p, err = query.List(tx, k, q); err == nil {
					next = p.Next
				}
				return nil
			})
			return err
		}
		if err := ask(trials.Kind, first); err != nil || next == "" {
			l.Fatal(err, next)
		}
		first.Cursor = next
		same := first
		same.Limit, same.Count, same.Rows = 2, true, true
		if err := ask(trials.Kind, same); err != nil {
			l.Errorf("another size of page: %v", err)
		}
		refused := map[string]query.Query{}
		for name, change := range map[string]func(*query.Query){
			"order": func(q *query.Query) { q.Sort = "-title" }, "sort": func(q *query.Query) { q.Sort = "label" }, "scope": func(q *query.Query) { q.Scope = "/" },
			"words": func(q *query.Query) { q.Q = "x" }, "filter": func(q *query.Query) { q.Filters = map[string][]string{"status": {"done"}} },
			"no filter": func(q *query.Query) { q.Filters = nil }, "since": func(q *query.Query) { q.Since = time.Time{} },
			"garbage": func(q *query.Query) { q.Cursor = "x" }, "no base64": func(q *query.Query) { q.Cursor = "%%%" }, "cut": func(q *query.Query) { q.Cursor = q.Cursor[:12] },
		} {
			q := first
			change(&q)
			refused[name] = q
		}
		raw, _ := base64.RawURLEncoding.DecodeString(first.Cursor)
		_, n := binary.Varint(raw[8:])
		for name, tail := range map[string]string{"a NUL": "\x02t\x00", "no UTF-8": "\x01\xff", "nothing": "", "too little": "\x02t", "too much": "\x01tt"} {
			q := first
			q.Cursor = base64.RawURLEncoding.EncodeToString([]byte(string(raw[:8+n]) + tail))
			refused[name] = q
		}
		for name, q := range refused {
			if err := ask(trials.Kind, q); !fault.Is(err, fault.Malformed) || fault.As(err).Code != "bad_cursor" {
				l.Errorf("%s: %v", name, err)
			}
		}
		if err := ask(record.KindOf("unit"), query.Query{Limit: 1, Sort: "-created_at", Cursor: first.Cursor}); !fault.Is(err, fault.Malformed) {
			l.Errorf("another kind: %v", err)
		}
		for name, q := range map[string]query.Query{
			"unknown_sort": {Sort: "code"}, "unknown_parameter": {Filters: map[string][]string{"title": {"x"}}}, "bad_filter": {Filters: map[string][]string{"rank": {"x"}}},
		} {
			q.Limit = 1
			if err := ask(trials.Kind, q); !fault.Is(err, fault.Malformed) || fault.As(err).Code != name {
				l.Errorf("%s: %v", name, err)
			}
		}
		for _, v := range []string{"", "nobody", "urn:uuid:" + record.System.ID} {
			if err := ask(trials.Kind, query.Query{Limit: 1, Filters: map[string][]string{"owner": {v}}}); !fault.Is(err, fault.Malformed) || fault.As(err).Code != "bad_filter" {
				l.Errorf("owner %q: %v", v, err)
			}
		}
		for _, name := range []string{"peers", "title", "unknown"} {
			if err := ask(trials.Kind, query.Query{Limit: 1, Facets: []string{name}}); !fault.Is(err, fault.Malformed) {
				l.Errorf("facet %s: %v", name, err)
			}
		}
	})
}

// q finds every word as a prefix, and from four letters on as a part of a compound, without case and accents, on both engines alike.
// Nothing in it is an operator.
func TestWords(t *testing.T) {
	titles := []string{
		"Ærlig ØVELSE på Ås", "ærfugl", "arlig ovelse pa As", "Risiko OR mulighet", "risiko og mulighet", "near miss", "risikonær", "ikke NOT sant",
		"v2.1 (beta)", "2.10", "ISO/IEC 42001:2023", "it's a \"quoted\" word", "bindestrek-ord", "semi;kolon & og | rør ! utrop", "back\\slash", "数据 质量", "Straße", "İstanbul", "٣٤",
		"x" + strings.Repeat("y", 300), "100%_ok", "words:title", "e\u0301clair", "éclair", "🙂 smil", "Varseltretthet", "Pasientoverva\u030aking",
	}
	queries := map[string]string{
		"ær": "0 1", "ÆR": "0 1", "ar": "2", "øv ås": "0", "as ov": "2", "or": "3 12", "risiko or": "3", "risiko OR mulighet": "3", "risiko AND mulighet": "", "risiko og": "4",
		"NEAR": "5", "near/2 miss": "", "risiko NEAR mulighet": "", "not": "7", "sant NOT ikke": "7", "2": "9 10", "2.1": "9", "2.10": "9", "v2": "8", "(beta)": "8", "beta)": "8", "iso/iec": "10",
		"42001": "10", "42001:2023": "10", "it's": "11", "'": "", `"`: "", `"quoted word"`: "11", `"word quoted"`: "11", "*": "", "ris*": "3 4 6", "*ris": "3 4 6", "-risiko": "3 4 6", "bindestrek ord": "12", "bindestrek-ord": "12",
		"ord-binde": "12", "&": "", "|": "", "!utrop": "13", "semi|kolon": "13", "back\\sla": "14", "数": "15", "质 数": "15", "straße": "16", "strasse": "16", "İst": "17", "istanbul": "17", "٣": "18",
		"x" + strings.Repeat("y", 250): "19", strings.Repeat("z", 3000): "", "100%": "20", "ok 100": "20", "_": "", "words": "21", "words:title": "21", "title:words": "21",
		"éc": "22 23", "e\u0301c": "22 23", "ec": "22 23", "🙂": "", "smi 🙂": "24", "try-0003": "2", "try 3": "", "'; DROP TABLE trials": "", "risiko:*": "3 4 6", "risiko <-> og": "4", "^ris": "3 4 6", "a": "2 11", "   ": "", "\x00": "", "null": "", "ris null": "",
		"tretthet": "25", "Trett": "25", "eltret": "25", "ret": "", "varsel": "25", "varsel tretthet": "25", "tretthet risiko": "", "øvelse": "0", "overvåking": "26", "våking": "26", "vaking": "",
	}
	each(t, func(l *lab) {
		s := &shelf{l: l}
		for _, title := range titles {
			e := in("/siv/", "x")
			e.Label.NB, e.Title = title, "tittel"
			s.all = append(s.all, l.create(e))
			s.words = append(s.words, text.Words(e.Number+" tittel "+title))
		}
		ask := func(q string) (got string) {
			l.read(func(tx *record.Tx) error {
				ids, err := s.pages(tx, query.Query{Q: q, Sort: "created_at", Limit: 7})
				var at []string
				for _, id := range ids {
					at = append(at, fmt.Sprint(slices.IndexFunc(s.all, func(e *trial) bool { return e.ID == id })))
				}
				got = strings.Join(at, " ")
				return err
			})
			return got
		}
		for q, want := range queries {
			if strings.TrimSpace(q) == "" && strings.Trim(q, " ") == q {
				continue
			}
			if got := ask(q); got != want {
				l.Errorf("q=%.40q finds %q, want %q", q, got, want)
			}
		}
		// Random strings of words and signs find what the model finds.
		parts := []string{"ris", "OR", "AND", "NOT", "NEAR", "NEAR/3", "og", "\"", "'", "*", "-", "(", ")", ":", "words:", "æ", "É", "\\", "&", "|", "!", "<->", ":*", "2", "42", " ", "\t", "\n", "ikke", "%", "\u00a0", "\u0301"}
		for i := range 300 {
			r := rand.New(rand.NewPCG(3, uint64(i)))
			var q string
			for range 1 + r.IntN(6) {
				q += parts[r.IntN(len(parts))]
			}
			var want []string
			for j, e := range s.all {
				ok := len(text.Words(q)) > 0
				for _, w := range text.Words(q) {
					ok = ok && slices.ContainsFunc(s.words[j], func(x string) bool { return strings.HasPrefix(x, w) })
				}
				if ok && e != nil {
					want = append(want, fmt.Sprint(j))
				}
			}
			if got := ask(q); len(q) > 0 && got != strings.Join(want, " ") {
				l.Errorf("q=%q finds %q, want %q", q, got, want)
			}
		}
		// The words follow the record.
		l.change("update", s.all[0], func(t *trial) error { t.Label.NB = "noe annet"; return nil })
		if got := ask("ærl"); got != "" {
			l.Errorf("an old word finds %s", got)
		}
		if got := ask("annet"); got != "0" {
			l.Errorf("a new word finds %s", got)
		}
		l.change("update", s.all[1], func(t *trial) error { t.Label.EN = "zebra"; return nil }) // nothing else of it is copied
		if got := ask("zeb"); got != "1" {
			l.Errorf("a word that alone is new finds %q", got)
		}
	})
}
