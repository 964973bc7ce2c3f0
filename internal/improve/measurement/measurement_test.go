package measurement_test

import (
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/improve/measurement"
)

var now = time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC)

func TestWhen(t *testing.T) {
	rows := []struct {
		name, at, code string
	}{
		{"now", "2026-06-30T12:00:00Z", ""},
		{"a clock may be half a minute ahead", "2026-06-30T12:00:30Z", ""},
		{"two minutes are the future", "2026-06-30T12:02:00Z", "in_the_future"},
		{"an instant of another zone", "2026-06-30T14:00:00+02:00", ""},
		{"a year that UTC cannot write", "0000-01-01T00:00:00+01:00", "too_early"},
	}
	for _, r := range rows {
		at, err := time.Parse(time.RFC3339, r.at)
		if err != nil {
			t.Fatal(err)
		}
		m := measurement.New(measurement.Input{At: at})
		m.CreatedAt = now
		code := ""
		if err := fault.As(m.Validate()); err != nil {
			code = err.Fields[0].Code
		}
		if code != r.code {
			t.Errorf("%s: %q, want %q", r.name, code, r.code)
		}
	}
}

func TestNewest(t *testing.T) {
	one := func(id string, at time.Time, status measurement.Status) *measurement.Measurement {
		m := measurement.New(measurement.Input{At: at})
		m.ID, m.Status = id, status
		return m
	}
	rows := []struct {
		name string
		list []*measurement.Measurement
		want string
	}{
		{"none", nil, ""},
		{"the later, however late the earlier was entered", []*measurement.Measurement{one("1", now, measurement.Recorded), one("2", now.Add(-time.Hour), measurement.Recorded)}, "1"},
		{"of two at one instant the one entered last", []*measurement.Measurement{one("2", now, measurement.Recorded), one("1", now, measurement.Recorded)}, "2"},
		{"a retracted one does not count", []*measurement.Measurement{one("1", now, measurement.Retracted), one("2", now.Add(-time.Hour), measurement.Recorded)}, "2"},
		{"all retracted", []*measurement.Measurement{one("1", now, measurement.Retracted)}, ""},
	}
	for _, r := range rows {
		got := ""
		if m := measurement.Newest(r.list); m != nil {
			got = m.ID
		}
		if got != r.want {
			t.Errorf("%s: %q, want %q", r.name, got, r.want)
		}
	}
}
