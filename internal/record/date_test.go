package record_test

import (
	"encoding/json"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/record"
)

// The day is the one in Oslo, whatever was asked before, at every hour of the year and by many at once.
func TestDateOf(t *testing.T) {
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(w)))
			for range 5000 {
				at := time.Date(2026, 1, 1, 0, 0, r.IntN(366*24*3600), r.IntN(1e9), time.UTC)
				switch r.IntN(3) {
				case 0: // about midnight
					y, m, d := at.In(record.Oslo).Date()
					at = time.Date(y, m, d, 0, 0, 0, 0, record.Oslo).Add(time.Duration(r.IntN(3)-1) * time.Nanosecond)
				case 1: // about the change of the clock
					at = time.Date(2026, []time.Month{3, 10}[r.IntN(2)], 25+r.IntN(7), r.IntN(24), 0, 0, 0, time.UTC)
				}
				if got, want := record.DateOf(at), record.Date(at.In(record.Oslo).Format(time.DateOnly)); got != want {
					t.Errorf("%v is %s, want %s", at, got, want)
				}
			}
		})
	}
	all.Wait()
}

func TestDates(t *testing.T) {
	for text, ok := range map[string]bool{
		"2026-02-28": true, "2028-02-29": true, "2026-02-29": false, "2026-02-30": false, "2026-2-3": false, "2026-13-01": false, "1899-12-31": false, "9999-01-01": false, "": false, "2026-01-01T00:00:00Z": false,
	} {
		if _, err := record.ParseDate(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, c := range []struct {
		from record.Date
		by   record.Duration
		want record.Date
	}{
		{"2026-01-31", "P1M", "2026-02-28"},
		{"2028-02-29", "P1Y", "2029-02-28"},
		{"2026-11-21", "P30D", "2026-12-21"},
		{"2026-03-28", "P2D", "2026-03-30"},
		{"2026-08-31", "P6M", "2027-02-28"},
		{"2026-12-15", "P1Y2M3W4D", "2028-03-11"},
		{"", "P1Y", ""},
		{"2026-10-24", "P1W", "2026-10-31"},
		{"2026-11-21", "P9999Y", "9998-12-31"},
		{"9998-12-31", "P1D", "9998-12-31"},
	} {
		if got := c.from.Add(c.by); got != c.want {
			t.Errorf("%s and %s is %s, want %s", c.from, c.by, got, c.want)
		}
	}
	for n, want := range []record.Date{"2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"} {
		if got := record.Date("2026-01-31").AddTimes(n, "P1M"); got != want {
			t.Errorf("%d months on it is %s, want %s", n, got, want)
		}
	}
	if got := record.Date("1900-01-01").AddTimes(3_000_000, "P9999Y9999M9999W99999D"); got != "9998-12-31" {
		t.Errorf("far away is %s", got)
	}
	for _, c := range []struct {
		from, to record.Date
		want     int
	}{
		{"2026-11-24", "2026-11-24", 0},
		{"2026-11-24", "2027-04-01", 128}, // an hour is lost on the way
		{"2026-10-24", "2026-10-26", 2},   // and one is won
		{"2027-04-01", "2026-11-24", -128},
		{"1900-01-01", "9998-12-31", 2958098},
	} {
		if got := c.from.DaysUntil(c.to); got != c.want {
			t.Errorf("from %s to %s: %d days, want %d", c.from, c.to, got, c.want)
		}
	}
	for text, ok := range map[string]bool{"P1Y": true, "P30D": true, "P": false, "P1H": false, "PT5M": false, "-P1D": false, "P1D1Y": false, "P123456D": false} {
		if _, err := record.ParseDuration(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
	var d struct {
		Day record.Date     `json:"day"`
		For record.Duration `json:"for"`
	}
	for text, ok := range map[string]bool{
		`{"day":null,"for":null}`: true, `{"day":"2026-01-01","for":"P1D"}`: true, `{"day":"2026-02-30"}`: false, `{"day":1}`: false, `{"day":""}`: false, `{"for":"x"}`: false, `{"for":{}}`: false,
	} {
		if err := json.Unmarshal([]byte(text), &d); (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
	}
}
