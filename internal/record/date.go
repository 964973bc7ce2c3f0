package record

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	_ "time/tzdata" // dates mean days in Oslo on every machine
)

// Oslo is the zone in which a date is a whole day.
var Oslo = func() *time.Location {
	l, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		panic(err)
	}
	return l
}()

// Date is a calendar day, Europe/Oslo: "2026-11-21". The zero Date is no day, and null in JSON.
type Date string

// lastYear is the last one that a day lies in.
const lastYear = 9998

// ParseDate reads a day that exists in the calendar.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1900 || t.Year() > lastYear {
		return "", fmt.Errorf("%q is no day of the calendar", s)
	}
	return Date(s), nil
}

// DateOf is the day in Oslo at that instant. The last answer is kept: nearly always it is asked about now.
func DateOf(t time.Time) Date {
	at := t.Unix()
	if d := lastDay.Load(); d != nil && d.from <= at && at < d.to {
		return d.date
	}
	y, m, d := t.In(Oslo).Date()
	day := &span{time.Date(y, m, d, 0, 0, 0, 0, Oslo).Unix(), time.Date(y, m, d+1, 0, 0, 0, 0, Oslo).Unix(), Date(t.In(Oslo).Format(time.DateOnly))}
	lastDay.Store(day)
	return day.date
}

var lastDay atomic.Pointer[span]

// span is a day's first second and the one after its last.
type span struct {
	from, to int64
	date     Date
}

// UnmarshalText reads a day; an empty text is no day.
func (d *Date) UnmarshalText(b []byte) error {
	v, err := ParseDate(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// UnmarshalYAML reads a day from a seed file.
func (d *Date) UnmarshalYAML(read func(any) error) error {
	var s string
	if err := read(&s); err != nil {
		return err
	}
	return d.UnmarshalText([]byte(s))
}

// MarshalJSON writes the day, or null for none.
func (d Date) MarshalJSON() ([]byte, error) {
	if d == "" {
		return []byte("null"), nil
	}
	return strconv.AppendQuote(nil, string(d)), nil
}

// UnmarshalJSON reads a day, or null for none.
func (d *Date) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*d = ""
		return nil
	}
	s, err := strconv.Unquote(string(b))
	if err != nil {
		return fmt.Errorf("a date is a text like 2026-11-21")
	}
	return d.UnmarshalText([]byte(s))
}

// Time is the first instant of the day in Oslo.
func (d Date) Time() time.Time {
	t, _ := time.ParseInLocation(time.DateOnly, string(d), Oslo)
	return t
}

// Passed tells whether the whole day lies before that instant; no day never passes.
func (d Date) Passed(at time.Time) bool { return d != "" && d < DateOf(at) }

// DaysUntil counts the days to another one, below 0 when that lies before.
func (d Date) DaysUntil(to Date) int {
	const day = 24 * 3600 // in UTC, where every day has as many hours
	from, _ := time.Parse(time.DateOnly, string(d))
	until, _ := time.Parse(time.DateOnly, string(to))
	return int((until.Unix() - from.Unix()) / day)
}

// Add gives the day a duration later; a day that the target month lacks becomes its last day.
func (d Date) Add(p Duration) Date { return d.AddTimes(1, p) }

// AddTimes gives the day that many durations later, counted at once: a month later twice is not the same, when the month between is short.
// No day lies after the calendar's last.
func (d Date) AddTimes(n int, p Duration) Date {
	if d == "" {
		return ""
	}
	y, m, days := p.parts()
	t := d.Time()
	day := t.Day()
	first := time.Date(t.Year()+n*y, t.Month()+time.Month(n*m), 1, 12, 0, 0, 0, Oslo)
	last := first.AddDate(0, 1, -1).Day()
	then := first.AddDate(0, 0, min(day, last)-1+n*days)
	if then.Year() > lastYear {
		return Date(strconv.Itoa(lastYear) + "-12-31")
	}
	return DateOf(then)
}

// Within tells whether the day at that instant lies in [from, to]; an open end is no bound.
func Within(at time.Time, from, to Date) bool {
	today := DateOf(at)
	return (from == "" || today >= from) && (to == "" || today <= to)
}

// Duration is an ISO 8601 duration of years, months, weeks and days: "P1Y", "P30D".
type Duration string

var durationPattern = regexp.MustCompile(`^P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?$`)

// ParseDuration reads a duration of whole days, weeks, months or years.
func ParseDuration(s string) (Duration, error) {
	if !durationPattern.MatchString(s) || s == "P" {
		return "", fmt.Errorf("%q is no duration like P1Y or P30D", s)
	}
	return Duration(s), nil
}

// UnmarshalText reads a duration.
func (p *Duration) UnmarshalText(b []byte) error {
	v, err := ParseDuration(string(b))
	if err != nil {
		return err
	}
	*p = v
	return nil
}

// UnmarshalYAML reads a duration from a seed file.
func (p *Duration) UnmarshalYAML(read func(any) error) error {
	var s string
	if err := read(&s); err != nil {
		return err
	}
	return p.UnmarshalText([]byte(s))
}

func (p Duration) parts() (years, months, days int) {
	m := durationPattern.FindStringSubmatch(string(p))
	if m == nil {
		return 0, 0, 0
	}
	n := func(i int) int { v, _ := strconv.Atoi(m[i]); return v }
	return n(1), n(2), 7*n(3) + n(4)
}

// UnmarshalJSON reads a duration, or null for none.
func (p *Duration) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*p = ""
		return nil
	}
	s, err := strconv.Unquote(string(b))
	if err != nil {
		return fmt.Errorf("a duration is a text like P1Y")
	}
	return p.UnmarshalText([]byte(s))
}

// MarshalJSON writes the duration, or null for none.
func (p Duration) MarshalJSON() ([]byte, error) {
	if p == "" {
		return []byte("null"), nil
	}
	return strconv.AppendQuote(nil, string(p)), nil
}

// Ancestors lists the scopes a scope lies in, from the root to itself: "/", "/siv/", "/siv/radiologi/".
func Ancestors(scope string) []string {
	out := make([]string, 0, 6)
	for i := range len(scope) {
		if scope[i] == '/' {
			out = append(out, scope[:i+1])
		}
	}
	return out
}

// Covers tells whether inner is the scope outer or lies under it.
func Covers(outer, inner string) bool { return strings.HasPrefix(inner, outer) }

// AfterScope is the end of the scopes below one: 0 comes after /.
func AfterScope(scope string) string { return strings.TrimSuffix(scope, "/") + "0" }

// Related tells whether two scopes are the same, or one lies under the other.
func Related(a, b string) bool { return Covers(a, b) || Covers(b, a) }
