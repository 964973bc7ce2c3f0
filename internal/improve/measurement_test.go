package improve_test

import (
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/improve"
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
		m := improve.NewMeasurement(improve.MeasurementInput{At: at})
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
	one := func(id string, at time.Time, status improve.MeasurementStatus) *improve.Measurement {
		m := improve.NewMeasurement(improve.MeasurementInput{At: at})
		m.ID, m.Status = id, status
		return m
	}
	rows := []struct {
		name string
		list []*improve.Measurement
		want string
	}{
		{"none", nil, ""},
		{"the later, however late the earlier was entered", []*improve.Measurement{one("1", now, improve.Recorded), one("2", now.Add(-time.Hour), improve.Recorded)}, "1"},
		{"of two at one instant the one entered last", []*improve.Measurement{one("2", now, improve.Recorded), one("1", now, improve.Recorded)}, "2"},
		{"a retracted one does not count", []*improve.Measurement{one("1", now, improve.Retracted), one("2", now.Add(-time.Hour), improve.Recorded)}, "2"},
		{"all retracted", []*improve.Measurement{one("1", now, improve.Retracted)}, ""},
	}
	for _, r := range rows {
		got := ""
		if m := improve.Newest(r.list); m != nil {
			got = m.ID
		}
		if got != r.want {
			t.Errorf("%s: %q, want %q", r.name, got, r.want)
		}
	}
}
