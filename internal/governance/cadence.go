package governance

import (
	"slices"
	"sort"
	"time"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// CadenceState compares how often a body has met with how often its mandate requires.
type CadenceState struct {
	Cadence
	// The current period and the one before it, newest first. In a report: the periods that ended in its year or included its last day.
	Periods []CadencePeriod `json:"periods"`
	// A past period had too few meetings.
	Behind *bool `json:"behind"`
	// Meetings held in total, and how many the mandate plans. All counts are null for a reader who may not read the meetings.
	Held    *int     `json:"held"`
	Planned *Planned `json:"planned"`
} // @name BodyCadence

// CadencePeriod is one period of a cadence, with the meetings held in it and those still planned.
type CadencePeriod struct {
	From    record.Date `json:"from"`
	To      record.Date `json:"to"`
	Held    *int        `json:"held"`
	Planned *int        `json:"planned"`
	Least   int         `json:"least"`
	Behind  *bool       `json:"behind"`
} // @name BodyCadencePeriod

// BehindCadence reports whether a body has met less often than its mandate requires.
func BehindCadence(tx *record.Tx, b *Body) (bool, error) {
	m, err := MandateInForce(tx, b.ID)
	if err != nil || m == nil || m.Cadence == nil {
		return false, err
	}
	meetings, err := query.Each(tx, Meetings, "/", map[string][]string{"body_id": {b.ID}})
	if err != nil {
		return false, err
	}
	return CadenceOf(m, meetings, tx.Now, record.DateOf(tx.Now), LastTwo).TooSeldom(), nil
}

// LastTwo selects the current period and the one before it.
func LastTwo(_ CadencePeriod, newer int) bool { return newer < 2 }

// TooSeldom reports whether the body is known to have met less often than required.
func (c *CadenceState) TooSeldom() bool { return c.Behind != nil && *c.Behind }

// SeenBy removes the counts when the actor may not read every meeting of the body.
func SeenBy(tx *record.Tx, scope string, c *CadenceState) (*CadenceState, error) {
	all, err := SeesMeetings(tx, scope)
	if err != nil || all {
		return c, err
	}
	c.Behind, c.Held = nil, nil
	for i := range c.Periods {
		c.Periods[i].Held, c.Periods[i].Planned, c.Periods[i].Behind = nil, nil, nil
	}
	return c, nil
}

// SeesMeetings reports whether the actor may read every meeting of a scope.
func SeesMeetings(tx *record.Tx, scope string) (bool, error) {
	k := Meetings.Kind
	for _, state := range k.States() {
		may, err := tx.May(record.Permission{Object: k.Name, Action: "read"}, record.Target{Kind: k, Scope: scope, Status: state})
		if !may {
			return false, err
		}
	}
	return true, nil
}

// CadenceOf counts a body's meetings in the periods of its mandate, which are counted from the first day of the mandate. It starts with the
// period that contains the given day and goes back in time while wanted returns true.
func CadenceOf(m *Mandate, meetings []*Meeting, now time.Time, on record.Date, wanted func(p CadencePeriod, newer int) bool) *CadenceState {
	c := &CadenceState{Cadence: *m.Cadence, Periods: []CadencePeriod{}, Planned: m.Planned, Held: new(int), Behind: new(bool)}
	for _, x := range meetings {
		if x.Took() && record.Within(*x.StartsAt, m.ValidFrom, "") {
			*c.Held++
		}
	}
	per, least := m.Cadence.Per, m.Cadence.Min
	if m.Cadence.Every != "" {
		per, least = m.Cadence.Every, 1
	}
	if per == "" || least == 0 || m.ValidFrom == "" {
		return c
	}
	for n := running(m.ValidFrom, per, on); n >= 0; n-- {
		p := periodOf(m.ValidFrom.AddTimes(n, per), m.ValidFrom.AddTimes(n+1, per), least, meetings, now)
		if !wanted(p, len(c.Periods)) {
			break
		}
		c.Periods = append(c.Periods, p)
	}
	*c.Behind = slices.ContainsFunc(c.Periods, func(p CadencePeriod) bool { return *p.Behind })
	return c
}

// running returns how many whole periods have passed since the first day. It is -1 before that day, and when the period has no length.
func running(first record.Date, per record.Duration, today record.Date) int {
	if first.Add(per) <= first {
		return -1
	}
	return sort.Search(max(0, first.DaysUntil(today)+1), func(n int) bool { return first.AddTimes(n, per) > today }) - 1
}

func periodOf(from, next record.Date, least int, meetings []*Meeting, now time.Time) CadencePeriod {
	p := CadencePeriod{From: from, To: record.DateOf(next.Time().AddDate(0, 0, -1).Add(12 * time.Hour)), Least: least, Held: new(int), Planned: new(int)}
	for _, x := range meetings {
		if x.Day < from || x.Day >= next {
			continue
		}
		switch {
		case x.Took():
			*p.Held++
		case x.Status != MeetingCancelled && !x.Day.Passed(now):
			*p.Planned++
		}
	}
	p.Behind = new(*p.Held < least && p.To.Passed(now))
	return p
}
