package record

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	_ "time/tzdata" // dates are days in Oslo, also on a machine without time zones
)

// Oslo is the time zone of dates.
var Oslo = func() *time.Location {
	l, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		panic(err)
	}
	return l
}()

// Date is a calendar day in Europe/Oslo: "2026-11-21". The zero Date means no day, and is null in JSON.
type Date string

// lastYear is the last year of a Date.
const lastYear = 9998

// ParseDate parses a day that exists in the calendar, from the year 1900 to 9998.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1900 || t.Year() > lastYear {
		return "", fmt.Errorf("%q is no day of the calendar", s)
	}
	return Date(s), nil
}

// DateOf returns the day in Oslo at an instant. It caches the last answer, because most calls are about now.
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

// span has the first second of a day, and the first second after it.
type span struct {
	from, to int64
	date     Date
}

// UnmarshalText parses a day. An empty text is an error.
func (d *Date) UnmarshalText(b []byte) error {
	v, err := ParseDate(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// UnmarshalYAML parses a day in a seed file.
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

// Time returns the first instant of the day in Oslo.
func (d Date) Time() time.Time {
	t, _ := time.ParseInLocation(time.DateOnly, string(d), Oslo)
	return t
}

// In writes the day for people: 21.11.2026, and 21 November 2026 in English. No day is a dash.
func (d Date) In(lang string) string {
	if d == "" {
		return "–"
	}
	if lang == "en" {
		return d.Time().Format("2 January 2006")
	}
	return d.Time().Format("2.1.2006")
}

// Passed reports whether the day ended before that instant. The zero Date never passes.
func (d Date) Passed(at time.Time) bool { return d != "" && d < DateOf(at) }

// DaysUntil returns the number of days until another day; it is negative when that day is earlier.
func (d Date) DaysUntil(to Date) int {
	const day = 24 * 3600 // in UTC, where every day has 24 hours
	from, _ := time.Parse(time.DateOnly, string(d))
	until, _ := time.Parse(time.DateOnly, string(to))
	return int((until.Unix() - from.Unix()) / day)
}

// Add returns the day plus a duration. When the target month has no such day, the result is its last day.
func (d Date) Add(p Duration) Date { return d.AddTimes(1, p) }

// AddTimes returns the day plus n durations, added in one step. Two single months may give another day, when the month between is short. The result
// is at most 9998-12-31.
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

// Within reports whether the day at that instant is in [from, to]. An empty bound does not limit.
func Within(at time.Time, from, to Date) bool {
	today := DateOf(at)
	return (from == "" || today >= from) && (to == "" || today <= to)
}

// Duration is an ISO 8601 duration of years, months, weeks and days: "P1Y", "P30D".
type Duration string

var durationPattern = regexp.MustCompile(`^P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?$`)

// ParseDuration parses a duration of whole days, weeks, months or years.
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

// In writes the duration for people: 1 år, 30 dager.
func (p Duration) In(lang string) string {
	m := durationPattern.FindStringSubmatch(string(p))
	var out []string
	for i, unit := range durationUnits {
		if m == nil || m[i+1] == "" {
			continue
		}
		names := unit[lang == "en"]
		name := names[1]
		if m[i+1] == "1" {
			name = names[0]
		}
		out = append(out, m[i+1]+" "+name)
	}
	return strings.Join(out, ", ")
}

// durationUnits are the words for one and for several years, months, weeks and days, in English when true.
var durationUnits = []map[bool][2]string{
	{false: {"år", "år"}, true: {"year", "years"}},
	{false: {"måned", "måneder"}, true: {"month", "months"}},
	{false: {"uke", "uker"}, true: {"week", "weeks"}},
	{false: {"dag", "dager"}, true: {"day", "days"}},
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

// Ancestors returns a scope and the scopes above it, from the root down: "/", "/siv/", "/siv/radiologi/".
func Ancestors(scope string) []string {
	out := make([]string, 0, 6)
	for i := range len(scope) {
		if scope[i] == '/' {
			out = append(out, scope[:i+1])
		}
	}
	return out
}

// Top returns the top-level unit of a scope: /siv/ of /siv/radiologi/, and the scope itself at the root.
func Top(scope string) string {
	if above := Ancestors(scope); len(above) > 1 {
		return above[1]
	}
	return scope
}

// Covers reports whether inner is the scope outer or a scope below it.
func Covers(outer, inner string) bool { return strings.HasPrefix(inner, outer) }

// AfterScope is the end of the scopes below one: 0 comes after /.
func AfterScope(scope string) string { return strings.TrimSuffix(scope, "/") + "0" }

// Related tells whether two scopes are the same, or one lies under the other.
func Related(a, b string) bool { return Covers(a, b) || Covers(b, a) }
