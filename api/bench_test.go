package api_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/risk"
	"github.com/ki-styring/aims/internal/store"
)

// The benchmarks run the whole stack over HTTP on loopback, signed in and with everything on, beside a bare net/http and database/sql
// handler with rows as large. Both run in turns, and x-bare is our time divided by that of the bare handler: below 1 is faster.
//
//	go test ./api -run '^$' -bench HTTP                 reads, pages, creates, the first screens
//	go test ./api -run '^$' -bench Scale -timeout 60m   pages of every width and order, the slowest list, counts and facets
//	go test ./api -run '^$' -bench Server               file size, memory, seconds of a start
//	go test ./api -run '^$' -bench Statements           statements per request
//
// AIMS_BENCH_RISKS says how many risks there are: 100000 unless set. AIMS_BENCH_ENGINE is sqlite or postgres; for creates on PostgreSQL
// AIMS_TEST_POSTGRES must name a server that writes to the disk at each commit. AIMS_BENCH_DATABASE names a database (a file, or a
// postgres:// address with a ?setting) that is filled by the first run and used again by later ones.

// call sends one request and reads the answer to its end.
func (x *benchHospital) call(method, url, token string, body []byte, want int) {
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

// ours gives what asks our server for a path as somebody.
func (x *benchHospital) ours(name, path string) func(int) {
	at, token := x.h.srv.URL+api.Base+path, x.token(name)
	return func(int) { x.call("GET", at, token, nil, 200) }
}

// barePage asks the bare handler for a page of 50.
func (x *benchHospital) barePage(int) { x.call("GET", x.bare+"/risks", "", nil, 200) }

func (x *benchHospital) token(name string) string {
	x.h.as(name)
	return x.h.tokens[name]
}

// spend runs f n times, shared by clients, and gives the time it took.
func spend(clients, n, from int, f func(i int)) time.Duration {
	start := time.Now()
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			for i := c; i < n; i += clients {
				f(from + i)
			}
		})
	}
	wg.Wait()
	return time.Since(start)
}

// compare runs both in turns of so many requests by so many clients, and reports ours over the other.
func compare(b *testing.B, unit string, clients, turn int, other, ours func(i int)) {
	b.Helper()
	spend(clients, min(turn, 50), 0, other)
	spend(clients, min(turn, 50), 0, ours)
	var to, us, toCPU, usCPU time.Duration
	n := 0
	for b.Loop() {
		began := cpu()
		to += spend(clients, turn, n, other)
		between := cpu()
		us += spend(clients, turn, n, ours)
		toCPU, usCPU = toCPU+between-began, usCPU+cpu()-between
		n += turn
	}
	b.ReportMetric(float64(us)/float64(to), unit)
	b.ReportMetric(float64(usCPU)/float64(toCPU), unit+"-cpu")
	b.ReportMetric(float64(n)/us.Seconds(), "ours/s")
	b.ReportMetric(float64(n)/to.Seconds(), "other/s")
	b.ReportMetric(0, "ns/op")
}

// cpu is the processor time that this process has used, client and both servers: what else runs on the machine disturbs it less.
func cpu() time.Duration {
	var use syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &use)
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// benchPeople are those that the figures are given for, by how much they may read.
var benchPeople = []struct{ width, name string }{{"narrow", "owner"}, {"middle", "handler"}, {"several", "employee"}, {"wide", "admin"}}

// BenchmarkHTTP compares one of each kind of request with the bare handler.
func BenchmarkHTTP(b *testing.B) {
	x := newBenchHospital(b, benchSize(b))
	readable := map[string][]string{"owner": x.ids[benchUnit], "employee": x.ids["/siv/klinikk-11/enhet-03/"], "admin": x.ids["/"]}
	base := x.h.srv.URL + api.Base
	for _, who := range []struct{ label, name string }{{"owner", "owner"}, {"council3", "employee"}, {"administrator", "admin"}} {
		ids, token := readable[who.name], x.token(who.name)
		b.Run("read/"+who.label, func(b *testing.B) {
			compare(b, "x-bare", 2, 200, func(i int) { x.call("GET", x.bare+"/risks/"+ids[i%len(ids)], "", nil, 200) },
				func(i int) { x.call("GET", base+"/risks/"+ids[i%len(ids)], token, nil, 200) })
		})
	}
	for _, who := range benchPeople {
		b.Run("page/"+who.width, func(b *testing.B) { compare(b, "x-bare", 2, 100, x.barePage, x.ours(who.name, "/risks")) })
	}
	x.creates(b)
	x.firstScreens(b)
}

// creates compares creates with their events: by one client with the bare handler, and by sixteen with one.
func (x *benchHospital) creates(b *testing.B) {
	if x.engine == store.Postgres {
		var fsync string
		if err := x.db.QueryRow(`SHOW fsync`).Scan(&fsync); err != nil || fsync != "on" {
			b.Log("the server does not write to the disk at each commit: creates are left out")
			return
		}
	}
	c, token := x.h.as("owner"), x.token("owner")
	in := map[string]any{
		"scope": benchUnit, "register_id": c.post("/risk-registers", m{"scope": benchUnit, "title": "Måling"}).ok(201).id(), "title": "Oversette brudd hos barn",
		"description": strings.Repeat("Modellen er trent på voksne. ", 10), "owner_id": x.h.id("owner"),
	}
	in["details"] = benchRisk{Risk: risk.New(risk.Input{})}.details()
	plain, _ := json.Marshal(in)
	delete(in, "details")
	in["polarity"], in["sources"] = "threat", []string{"C.3.4"}
	body, _ := json.Marshal(in)
	at := x.h.srv.URL + api.Base + "/risks"
	ours := func(int) { x.call("POST", at, token, body, 201) }
	b.Run("create/one", func(b *testing.B) {
		compare(b, "x-bare", 1, 100, func(int) { x.call("POST", x.bare+"/risks", "", plain, 200) }, ours)
	})
	b.Run("create/sixteen", func(b *testing.B) {
		var one, many time.Duration
		n := 0
		spend(16, 64, 0, ours)
		for b.Loop() {
			one += spend(1, 160, n, ours)
			many += spend(16, 160, n, ours)
			n += 160
		}
		b.ReportMetric(float64(one)/float64(many), "x-one")
		b.ReportMetric(float64(n)/many.Seconds(), "sixteen/s")
		b.ReportMetric(float64(n)/one.Seconds(), "one/s")
		b.ReportMetric(0, "ns/op")
	})
}

// BenchmarkScale compares pages of every width and order with the bare handler, looks for the slowest list, and times counts and facets.
func BenchmarkScale(b *testing.B) {
	x := newBenchHospital(b, benchSize(b))
	for _, sort := range []string{"", "?sort=-updated_at", "?sort=title"} {
		for _, who := range benchPeople {
			b.Run("page"+sort+"/"+who.width, func(b *testing.B) { compare(b, "x-bare", 2, 100, x.barePage, x.ours(who.name, "/risks"+sort)) })
		}
	}
	b.Run("slowest", func(b *testing.B) { x.slowest(b) })
	for _, who := range benchPeople {
		b.Run("count and facets/"+who.width, func(b *testing.B) {
			ask := x.ours(who.name, "/risks?limit=1&count=true&facets=status,level,owner_id")
			var took []time.Duration
			for b.Loop() {
				took = append(took, spend(1, 1, 0, ask))
			}
			b.ReportMetric(ms(median(took)), "ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func median(d []time.Duration) time.Duration { return slices.Sorted(slices.Values(d))[len(d)/2] }

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// benchFilters narrow lists. What is in "nothing" no risk has. What is in "elsewhere" many risks have, all of one clinic. "weak" filters
// leave much, alone and together. No risk has both of what "disjoint" filters ask for, though many have one.
func (x *benchHospital) benchFilters() map[string][]string {
	nobody := url.QueryEscape(x.h.id("owner2"))
	far := x.texts(`SELECT register_id FROM risks WHERE scope = '/siv/klinikk-19/enhet-09/' LIMIT 1`)[0]
	return map[string][]string{
		"none": {""},
		"nothing": {
			"status=closed", "level=very_high&status=closed", "owner_id=" + nobody, "register_id=" + nobody, "sources=C.3.7", "q=finnesikke",
			"overdue=true&status=closed", "overdue=false&status=closed",
		},
		"elsewhere": {"level=very_high", "register_id=" + far, "sources=C.3.6"},
		"weak": {
			"status=accepted", "status=accepted&status=assessed", "level=low", "sources=C.3.1", "q=modellen", "q=varseltretthet", "q=tretthet", "overdue=true", "overdue=false",
			"status=assessed&level=low", "overdue=true&level=high", "q=modellen&status=treating",
		},
		"disjoint": {"status=identified&level=low", "level=very_high&status=assessed", "q=modellen&status=closed", "sources=C.3.1&level=very_high"},
	}
}

// slowest asks for a page in every width, order and filter, and reports the slowest of each set of filters.
func (x *benchHospital) slowest(b *testing.B) {
	type case_ struct {
		took time.Duration
		set  string
		what string
	}
	var all []case_
	places := map[string][2]string{
		"narrow": {"owner", ""}, "oldest": {"admin", "scope=" + oldestScope}, "middle": {"handler", ""}, "several": {"employee", ""}, "wide": {"admin", ""},
	}
	sorts := []string{"created_at", "-created_at", "updated_at", "-updated_at", "title", "-title", "-level_rank"}
	for b.Loop() {
		all = all[:0]
		for set, filters := range x.benchFilters() {
			for _, filter := range filters {
				for width, place := range places {
					for _, sort := range sorts {
						path := "/risks?sort=" + sort
						for _, more := range []string{place[1], filter} {
							if more != "" {
								path += "&" + more
							}
						}
						ask := x.ours(place[0], path)
						took := []time.Duration{spend(1, 1, 0, ask)}
						for len(took) < 6 && (len(took) < 3 || took[1] < 100*time.Millisecond) {
							took = append(took, spend(1, 1, 0, ask))
						}
						all = append(all, case_{median(took[1:]), set, width + " by " + sort + " " + filter})
					}
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b case_) int { return cmp.Compare(b.took, a.took) })
	var lines strings.Builder
	shown := map[string]int{}
	for _, c := range all {
		if shown[c.set]++; shown[c.set] == 1 {
			b.ReportMetric(ms(c.took), c.set+"-ms")
		}
		if shown[c.set] <= 6 {
			fmt.Fprintf(&lines, "\n%8.1f ms  %-9s %s", ms(c.took), c.set, c.what)
		}
	}
	b.ReportMetric(0, "ns/op")
	b.Logf("the slowest of %d lists:%s", len(all), lines.String())
}
