package flow

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/improve/measure"
	"github.com/ki-styring/aims/internal/record"
)

// Overview is how a body stands today.
type Overview struct {
	Body    BodySummary     `json:"body"`
	Mandate *MandateSummary `json:"mandate"` // in force; null without one
	// Days until the term ends, below 0 when it has; null when it has no end.
	DaysLeft    *int            `json:"days_left"`
	TermEnds    record.Date     `json:"term_ends"`
	Members     []PositionGroup `json:"members"`
	Cadence     *CadenceState   `json:"cadence"` // null when the mandate sets none
	OpenCases   []Mention       `json:"open_cases"`
	NextMeeting *Mention        `json:"next_meeting"`
	Measures    []MeasureGroup  `json:"measures"`
} // @name BodyOverview

// BodySummary names a body.
type BodySummary struct {
	ID      string                `json:"id" format:"uuid"`
	Number  string                `json:"number" example:"BODY-0001"`
	Name    record.Text           `json:"name"`
	Kind    governance.BodyKind   `json:"kind"`
	Purpose record.Text           `json:"purpose"`
	Status  governance.BodyStatus `json:"status"`
} // @name BodySummary

// MandateSummary names a mandate and what it gives.
type MandateSummary struct {
	ID            string                   `json:"id" format:"uuid"`
	Number        string                   `json:"number" example:"MAN-0001"`
	Edition       int                      `json:"edition" example:"1"`
	Title         string                   `json:"title"`
	Status        governance.MandateStatus `json:"status"`
	Powers        []governance.Power       `json:"powers"`
	ValidFrom     record.Date              `json:"valid_from"`
	ValidTo       record.Date              `json:"valid_to"`
	EvaluationDue record.Date              `json:"evaluation_due"`
} // @name MandateSummary

// PositionGroup are the members in one position.
type PositionGroup struct {
	Position governance.Position `json:"position" example:"member"`
	Label    record.Text         `json:"label"`
	Members  []Seat              `json:"members"`
} // @name BodyPositionGroup

// Seat is one member: an organisation, a person, or a person for an organisation.
type Seat struct {
	MembershipID   string      `json:"membership_id" format:"uuid"`
	UserID         string      `json:"user_id,omitempty" format:"uuid"`
	OrganisationID string      `json:"organisation_id,omitempty" format:"uuid"`
	Organisation   string      `json:"organisation"`
	OnBehalfOf     string      `json:"on_behalf_of"`
	ValidFrom      record.Date `json:"valid_from"`
	ValidTo        record.Date `json:"valid_to"`
} // @name BodySeat

// CadenceState is how often a body has met, beside how often its mandate wants.
type CadenceState struct {
	governance.Cadence
	// The period that runs now, and the one before it; in a report those that ended in its year or ran on its last day. The newest first.
	Periods []CadencePeriod `json:"periods"`
	// A period that has ended had too few meetings.
	Behind *bool `json:"behind"`
	// Held in all, beside what the mandate plans. Like all that is counted here, null for those who may not read the meetings.
	Held    *int                `json:"held"`
	Planned *governance.Planned `json:"planned"`
} // @name BodyCadence

// CadencePeriod is one period of a cadence: the meetings held in it, and those still planned.
type CadencePeriod struct {
	From    record.Date `json:"from"`
	To      record.Date `json:"to"`
	Held    *int        `json:"held"`
	Planned *int        `json:"planned"`
	Least   int         `json:"least"`
	Behind  *bool       `json:"behind"`
} // @name BodyCadencePeriod

// Mention names a record.
type Mention struct {
	ID     string      `json:"id" format:"uuid"`
	Number string      `json:"number" example:"CASE-0004"`
	Title  string      `json:"title"`
	Status string      `json:"status" example:"admitted"`
	On     record.Date `json:"on"`
} // @name Mention

// MeasureGroup counts the measures that come of a body's proposals and advice, by addressee tier and state.
type MeasureGroup struct {
	Tier   int            `json:"tier" example:"1"` // 0 for what comes of advice
	Status measure.Status `json:"status" example:"in_progress"`
	Count  int            `json:"count"`
} // @name BodyMeasureGroup

// BodyOverview shows how a body stands, as far as the actor may read.
func BodyOverview(tx *record.Tx, id string) (*Overview, error) {
	b, err := governance.Bodies.Get(tx, id)
	if err != nil {
		return nil, err
	}
	o := &Overview{Body: summary(b), Members: []PositionGroup{}, OpenCases: []Mention{}, Measures: []MeasureGroup{}}
	m, err := mandateOf(tx, b.ID)
	if err != nil {
		return nil, err
	}
	o.Mandate, o.TermEnds = mandateSummary(m), b.TermTo
	if m != nil && (o.TermEnds == "" || m.ValidTo != "" && m.ValidTo < o.TermEnds) {
		o.TermEnds = m.ValidTo
	}
	if o.TermEnds != "" {
		days := record.DateOf(tx.Now).DaysUntil(o.TermEnds)
		o.DaysLeft = &days
	}
	today, err := seats(tx, b.ID)
	if err != nil {
		return nil, err
	}
	if o.Members, err = positions(tx, today); err != nil {
		return nil, err
	}
	meetings, err := visible(tx, governance.Meetings, b.ID)
	if err != nil {
		return nil, err
	}
	if m != nil && m.Cadence != nil {
		if o.Cadence, err = seenBy(tx, b.Scope, cadence(m, meetings, tx.Now, record.DateOf(tx.Now), lastTwo)); err != nil {
			return nil, err
		}
	}
	o.NextMeeting = nextMeeting(meetings, tx.Now)
	cases, err := visible(tx, governance.Cases, b.ID)
	if err != nil {
		return nil, err
	}
	for _, c := range cases {
		switch c.Status {
		case governance.CaseConcluded, governance.CaseRejected, governance.CaseWithdrawn:
		default:
			o.OpenCases = append(o.OpenCases, Mention{ID: c.ID, Number: c.Number, Title: c.Title, Status: string(c.Status), On: record.DateOf(c.CreatedAt)})
		}
	}
	o.Measures, err = measuresOf(tx, b)
	return o, err
}

func summary(b *governance.Body) BodySummary {
	return BodySummary{ID: b.ID, Number: b.Number, Name: b.Name, Kind: b.Kind, Purpose: b.Purpose, Status: b.Status}
}

func mandateSummary(m *governance.Mandate) *MandateSummary {
	if m == nil {
		return nil
	}
	return &MandateSummary{
		ID: m.ID, Number: m.Number, Edition: m.Edition, Title: m.Title, Status: m.Status, Powers: m.Powers,
		ValidFrom: m.ValidFrom, ValidTo: m.ValidTo, EvaluationDue: m.EvaluationDue,
	}
}

// visible reads what the actor may read of a body's records.
func visible[E any, P interface {
	*E
	Row() *record.Row
}](tx *record.Tx, repo record.Repo[E], bodyID string) ([]*E, error) {
	all, err := repo.Each(tx, "/", map[string][]string{"body_id": {bodyID}})
	if err != nil {
		return nil, err
	}
	kept := all[:0]
	for _, e := range all {
		if tx.Visible(P(e).Row()) {
			kept = append(kept, e)
		}
	}
	return kept, nil
}

// positions sorts seats by position.
func positions(tx *record.Tx, all []*governance.Membership) ([]PositionGroup, error) {
	out := []PositionGroup{}
	for _, p := range governance.Positions {
		g := PositionGroup{Position: governance.Position(p.Value), Label: p.Label, Members: []Seat{}}
		for _, m := range all {
			if string(m.Position) != p.Value {
				continue
			}
			s := Seat{MembershipID: m.ID, UserID: m.UserID, OrganisationID: m.OrganisationID, ValidFrom: m.ValidFrom, ValidTo: m.ValidTo}
			var err error
			if s.Organisation, err = organisation(tx, m.OrganisationID, ""); err != nil {
				return nil, err
			}
			if s.OnBehalfOf, err = organisation(tx, m.OnBehalfOf, m.OnBehalfOf); err != nil {
				return nil, err
			}
			g.Members = append(g.Members, s)
		}
		if len(g.Members) > 0 {
			out = append(out, g)
		}
	}
	return out, nil
}

// organisation gives the name of an organisation that the actor may read, or else what it is called here.
func organisation(tx *record.Tx, id, called string) (string, error) {
	if id == "" {
		return called, nil
	}
	row, err := tx.Load(record.KindOf("organisation"), id)
	if fault.Is(err, fault.NotFound) {
		return called, nil
	}
	if err != nil {
		return "", err
	}
	return cmp.Or(row.Title(), called), nil
}

// BehindCadence tells whether a body has met too seldom for its mandate.
func BehindCadence(tx *record.Tx, b *governance.Body) (bool, error) {
	m, err := mandateOf(tx, b.ID)
	if err != nil || m == nil || m.Cadence == nil {
		return false, err
	}
	meetings, err := governance.Meetings.Each(tx, "/", map[string][]string{"body_id": {b.ID}})
	if err != nil {
		return false, err
	}
	return cadence(m, meetings, tx.Now, record.DateOf(tx.Now), lastTwo).TooSeldom(), nil
}

func lastTwo(_ CadencePeriod, newer int) bool { return newer < 2 }

// TooSeldom tells whether the body is known to have met too seldom.
func (c *CadenceState) TooSeldom() bool { return c.Behind != nil && *c.Behind }

// seenBy leaves out what was counted where the actor may not read every meeting of the body: what is not seen is not none.
func seenBy(tx *record.Tx, scope string, c *CadenceState) (*CadenceState, error) {
	all, err := seesMeetings(tx, scope)
	if err != nil || all {
		return c, err
	}
	c.Behind, c.Held = nil, nil
	for i := range c.Periods {
		c.Periods[i].Held, c.Periods[i].Planned, c.Periods[i].Behind = nil, nil, nil
	}
	return c, nil
}

// seesMeetings tells whether the actor may read every meeting of a scope.
func seesMeetings(tx *record.Tx, scope string) (bool, error) {
	k := governance.Meetings.Kind
	for _, state := range k.States() {
		may, err := fault.Allowed(tx.Guard().Check(tx, record.Permission{Object: k.Name, Action: "read"}, record.Target{Kind: k, Scope: scope, Status: state}))
		if !may {
			return false, err
		}
	}
	return true, nil
}

// cadence counts a body's meetings by the periods of its mandate, which run from its first day: by the one of that day, and those before it
// as long as they are wanted.
func cadence(m *governance.Mandate, meetings []*governance.Meeting, now time.Time, on record.Date, wanted func(p CadencePeriod, newer int) bool) *CadenceState {
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

// running gives how many whole periods have passed since the first day, on that day; -1 before it, and when a period has no length.
func running(first record.Date, per record.Duration, today record.Date) int {
	if first.Add(per) <= first {
		return -1
	}
	return sort.Search(max(0, first.DaysUntil(today)+1), func(n int) bool { return first.AddTimes(n, per) > today }) - 1
}

func periodOf(from, next record.Date, least int, meetings []*governance.Meeting, now time.Time) CadencePeriod {
	p := CadencePeriod{From: from, To: record.DateOf(next.Time().AddDate(0, 0, -1).Add(12 * time.Hour)), Least: least, Held: new(int), Planned: new(int)}
	for _, x := range meetings {
		if x.Day < from || x.Day >= next {
			continue
		}
		switch {
		case x.Took():
			*p.Held++
		case x.Status != governance.MeetingCancelled && !x.Day.Passed(now):
			*p.Planned++
		}
	}
	p.Behind = new(*p.Held < least && p.To.Passed(now))
	return p
}

func nextMeeting(meetings []*governance.Meeting, now time.Time) *Mention {
	var next *governance.Meeting
	for _, x := range meetings {
		if (x.Status == governance.MeetingPlanned || x.Status == governance.MeetingCalled) && x.StartsAt.After(now) && (next == nil || x.StartsAt.Before(*next.StartsAt)) {
			next = x
		}
	}
	if next == nil {
		return nil
	}
	return &Mention{ID: next.ID, Number: next.Number, Title: next.Title, Status: string(next.Status), On: next.Day}
}

// measuresOf counts what came of a body's proposals and advice.
func measuresOf(tx *record.Tx, b *governance.Body) ([]MeasureGroup, error) {
	tiers := map[string]int{}
	proposals, err := governance.Proposals.Each(tx, "/", map[string][]string{"body_id": {b.ID}})
	if err != nil {
		return nil, err
	}
	for _, p := range proposals {
		tiers[p.ID] = p.Tier
	}
	advice, err := governance.AdviceRepo.Each(tx, "/", map[string][]string{"body_id": {b.ID}})
	if err != nil {
		return nil, err
	}
	for _, a := range advice {
		tiers[a.ID] = 0
	}
	counts := map[MeasureGroup]int{}
	for source, tier := range tiers {
		list, err := measure.Repo.Each(tx, "/", map[string][]string{"source_id": {source}})
		if err != nil {
			return nil, err
		}
		for _, m := range list {
			if tx.Visible(m.Row()) {
				counts[MeasureGroup{Tier: tier, Status: m.Status}]++
			}
		}
	}
	out := make([]MeasureGroup, 0, len(counts))
	for g, n := range counts {
		g.Count = n
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b MeasureGroup) int {
		return cmp.Or(cmp.Compare(a.Tier, b.Tier), cmp.Compare(a.Status, b.Status))
	})
	return out, nil
}

// Calendar gives a body's meetings as an iCalendar feed (RFC 5545).
func Calendar(tx *record.Tx, id, lang string) ([]byte, error) {
	b, err := governance.Bodies.Get(tx, id)
	if err != nil {
		return nil, err
	}
	meetings, err := visible(tx, governance.Meetings, b.ID)
	if err != nil {
		return nil, err
	}
	cal := ics.NewCalendarFor("AIMS")
	cal.SetMethod(ics.MethodPublish)
	cal.SetName(b.Name.In(lang))
	for _, m := range meetings {
		e := cal.AddEvent(m.ID + "@aims")
		e.SetDtStampTime(m.UpdatedAt)
		e.SetModifiedAt(m.UpdatedAt)
		e.SetStartAt(*m.StartsAt)
		end := m.StartsAt.Add(time.Hour)
		switch {
		case m.EndsAt != nil:
			end = *m.EndsAt
		case m.Deadline != nil:
			end = *m.Deadline
		}
		e.SetEndAt(end)
		e.SetSummary(fmt.Sprintf("%s: %s", b.Name.In(lang), m.Title))
		if m.Place != "" {
			e.SetLocation(m.Place)
		}
		e.SetSequence(int(m.Version))
		e.SetStatus(ics.ObjectStatusConfirmed)
		switch m.Status {
		case governance.MeetingCancelled:
			e.SetStatus(ics.ObjectStatusCancelled)
		case governance.MeetingPlanned:
			e.SetStatus(ics.ObjectStatusTentative)
		default:
		}
	}
	return []byte(cal.Serialize(ics.WithNewLineWindows)), nil
}
