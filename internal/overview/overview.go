// Package overview gives the present state of a governing body: mandate, members, meetings, cases and measures.
package overview

import (
	"cmp"
	"slices"
	"time"

	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/improve"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// Overview is the present state of a governing body.
type Overview struct {
	Body    governance.BodySummary     `json:"body"`
	Mandate *governance.MandateSummary `json:"mandate"` // the mandate in force; null without one
	// Days until the term ends. Negative after the end; null when the term has no end.
	DaysLeft    *int                       `json:"days_left"`
	TermEnds    record.Date                `json:"term_ends"`
	Members     []governance.PositionGroup `json:"members"`
	MemberCount int                        `json:"member_count"` // each member once; vacant seats do not count
	Cadence     *governance.CadenceState   `json:"cadence"`      // null when the mandate sets none
	OpenCases   []governance.Mention       `json:"open_cases"`
	NextMeeting *governance.Mention        `json:"next_meeting"`
	Measures    []MeasureGroup             `json:"measures"`
} // @name BodyOverview

// MeasureGroup counts the measures from a body's proposals and advice that have the same addressee tier and state.
type MeasureGroup struct {
	Tier   int                   `json:"tier" example:"1"` // the tier of the addressee; 0 for measures from advice
	Status improve.MeasureStatus `json:"status" example:"in_progress"`
	Count  int                   `json:"count"`
} // @name BodyMeasureGroup

// Of returns the overview of a body. It has only what the actor may read.
func Of(tx *record.Tx, id string) (*Overview, error) {
	b, err := governance.Bodies.Get(tx, id)
	if err != nil {
		return nil, err
	}
	o := &Overview{Body: governance.SummaryOf(b), Members: []governance.PositionGroup{}, OpenCases: []governance.Mention{}, Measures: []MeasureGroup{}}
	m, err := governance.MandateInForce(tx, b.ID)
	if err != nil {
		return nil, err
	}
	o.Mandate, o.TermEnds = governance.MandateSummaryOf(m), b.TermTo
	if m != nil && (o.TermEnds == "" || m.ValidTo != "" && m.ValidTo < o.TermEnds) {
		o.TermEnds = m.ValidTo
	}
	if o.TermEnds != "" {
		days := record.DateOf(tx.Now).DaysUntil(o.TermEnds)
		o.DaysLeft = &days
	}
	today, err := governance.SeatsToday(tx, b.ID)
	if err != nil {
		return nil, err
	}
	if o.Members, err = governance.ByPosition(tx, today, governance.RulesOf(b, m), tx.Now); err != nil {
		return nil, err
	}
	for _, g := range o.Members {
		for _, s := range g.Members {
			if !s.Vacant && s.CountedAs == "" {
				o.MemberCount++
			}
		}
	}
	meetings, err := governance.ReadableOf(tx, governance.Meetings, b.ID)
	if err != nil {
		return nil, err
	}
	if m != nil && m.Cadence != nil {
		if o.Cadence, err = governance.SeenBy(tx, b.Scope, governance.CadenceOf(m, meetings, tx.Now, record.DateOf(tx.Now), governance.LastTwo)); err != nil {
			return nil, err
		}
	}
	o.NextMeeting = nextMeeting(meetings, tx.Now)
	cases, err := governance.ReadableOf(tx, governance.Cases, b.ID)
	if err != nil {
		return nil, err
	}
	for _, c := range cases {
		switch c.Status {
		case governance.CaseConcluded, governance.CaseRejected, governance.CaseWithdrawn:
		default:
			o.OpenCases = append(o.OpenCases, governance.Mention{ID: c.ID, Number: c.Number, Title: c.Title, Status: string(c.Status), On: record.DateOf(c.CreatedAt)})
		}
	}
	o.Measures, err = measuresOf(tx, b)
	return o, err
}

// nextMeeting returns the first planned or called meeting that starts after now, or nil.
func nextMeeting(meetings []*governance.Meeting, now time.Time) *governance.Mention {
	var next *governance.Meeting
	for _, x := range meetings {
		if (x.Status == governance.MeetingPlanned || x.Status == governance.MeetingCalled) && x.StartsAt.After(now) && (next == nil || x.StartsAt.Before(*next.StartsAt)) {
			next = x
		}
	}
	if next == nil {
		return nil
	}
	return &governance.Mention{ID: next.ID, Number: next.Number, Title: next.Title, Status: string(next.Status), On: next.Day}
}

// measuresOf counts the measures from a body's proposals and advice that the actor may read.
func measuresOf(tx *record.Tx, b *governance.Body) ([]MeasureGroup, error) {
	tiers := map[string]int{}
	proposals, err := query.Each(tx, governance.Proposals, "/", map[string][]string{"body_id": {b.ID}})
	if err != nil {
		return nil, err
	}
	for _, p := range proposals {
		tiers[p.ID] = p.Tier
	}
	advice, err := query.Each(tx, governance.AdviceRepo, "/", map[string][]string{"body_id": {b.ID}})
	if err != nil {
		return nil, err
	}
	for _, a := range advice {
		tiers[a.ID] = 0
	}
	counts := map[MeasureGroup]int{}
	for source, tier := range tiers {
		list, err := query.Each(tx, improve.Measures, "/", map[string][]string{"source_id": {source}})
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
