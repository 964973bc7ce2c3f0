// Package annualreport makes the annual report of a governing body: its meetings, cases, advice, proposals, decisions and measures in a year.
package annualreport

import (
	"bytes"
	_ "embed"
	"fmt"
	htmltemplate "html/template"
	"io"
	"slices"
	"text/template"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/improve"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/event"
	"github.com/ki-styring/aims/internal/record/query"
)

// Report is the annual report of a body.
type Report struct {
	Body governance.BodySummary `json:"body"`
	Year int                    `json:"year" example:"2026"`
	// The mandate in force on the last day of the year, or today while the year runs; null without one.
	Mandate *governance.MandateSummary `json:"mandate"`
	// The members on the last day of the year, or today while the year runs.
	Members   []governance.PositionGroup `json:"members"`
	Cadence   *governance.CadenceState   `json:"cadence"`
	Meetings  []MeetingLine              `json:"meetings"`
	Cases     []CaseLine                 `json:"cases"`
	Advice    []ResolvedLine             `json:"advice"`
	Proposals []ResolvedLine             `json:"proposals"`
	Decisions []ResolvedLine             `json:"decisions"`
	// What members decided by the authority of the body, such as an approval or the acceptance of a risk, in the order of time.
	ByAuthority []AuthorityLine `json:"by_authority"`
	// The measures that were decided before the end of the year and did not end before the year began, as they were at the end of the year.
	Measures []MeasureLine `json:"measures"`
	MadeAt   time.Time     `json:"made_at"`

	allMeetings bool // the actor may read all meetings of the body, so Meetings is complete
} // @name BodyAnnualReport

// NoMeeting reports whether the body held no meeting. It is false when the actor may not read all meetings.
func (r *Report) NoMeeting() bool { return r.allMeetings && len(r.Meetings) == 0 }

// MadeOn is the day on which the report was made.
func (r *Report) MadeOn() record.Date { return record.DateOf(r.MadeAt) }

// MeetingLine is one meeting of the year.
type MeetingLine struct {
	governance.Mention
	Form    governance.Form `json:"form"`
	Present int             `json:"present"`
	Voting  int             `json:"voting"`
	Quorum  bool            `json:"quorum"`
	Cases   int             `json:"cases"`
} // @name ReportMeeting

// CaseLine is one case that was raised or concluded in the year.
type CaseLine struct {
	governance.Mention
	Kind       governance.CaseKind `json:"kind"`
	Conclusion string              `json:"conclusion"`
} // @name ReportCase

// ResolvedLine is a piece of advice, a proposal or a decision that was resolved in the year.
type ResolvedLine struct {
	governance.Mention
	Tier     int               `json:"tier,omitempty"`
	Outcome  string            `json:"outcome,omitempty"`
	Agreed   bool              `json:"agreed"`
	Dissents int               `json:"dissents"`
	Tally    *governance.Tally `json:"tally"`
} // @name ReportResolution

// AuthorityLine is a decision about a record that somebody made by a role that comes from the body.
type AuthorityLine struct {
	governance.Mention
	Kind   string      `json:"kind" of:"RecordKind" example:"risk"`
	Label  record.Text `json:"label"`
	Action string      `json:"action" example:"accept"`
	Act    record.Text `json:"action_label"`
	By     string      `json:"by" format:"uuid" names:"user"`
	Name   string      `json:"name,omitempty" example:"Kari Nordmann"`
	Reason string      `json:"reason,omitempty"`
} // @name ReportAuthority

// MeasureLine is a measure from the body's advice or proposals.
type MeasureLine struct {
	governance.Mention
	Tier    int    `json:"tier,omitempty"`
	Percent int    `json:"percent"`
	Effect  string `json:"effect"`
} // @name ReportMeasure

// Of makes the report of a body for a year. It has only what the actor may read.
func Of(tx *record.Tx, id string, year int) (*Report, error) {
	b, err := governance.Bodies.Get(tx, id)
	if err != nil {
		return nil, err
	}
	r := &Report{
		Body: governance.SummaryOf(b), Year: year, MadeAt: tx.Now,
		Meetings: []MeetingLine{}, Cases: []CaseLine{}, Advice: []ResolvedLine{}, Proposals: []ResolvedLine{}, Decisions: []ResolvedLine{},
		ByAuthority: []AuthorityLine{}, Measures: []MeasureLine{},
	}
	day := record.DateOf(r.at())
	m, err := governance.MandateOn(tx, b.ID, day)
	if err != nil {
		return nil, err
	}
	r.Mandate = governance.MandateSummaryOf(m)
	seats, err := governance.SeatsOn(tx, b.ID, day)
	if err != nil {
		return nil, err
	}
	if r.Members, err = governance.ByPosition(tx, seats, governance.RulesOf(b, m), r.at()); err != nil {
		return nil, err
	}
	if err := r.meetings(tx, b.Scope, m); err != nil {
		return nil, err
	}
	if err := r.cases(tx); err != nil {
		return nil, err
	}
	if err := r.resolved(tx); err != nil {
		return nil, err
	}
	return r, r.byAuthority(tx, b.Scope)
}

// in reports whether an instant is in the year of the report, in Oslo time.
func (r *Report) in(t time.Time) bool { return t.In(record.Oslo).Year() == r.Year }

// begins returns the first instant of the year that is later years after that of the report.
func (r *Report) begins(later int) time.Time { return firstOf(r.Year + later).Time() }

// firstOf returns the first day of a year.
func firstOf(year int) record.Date { return record.Date(fmt.Sprintf("%d-01-01", year)) }

// at returns the instant that the report describes: the end of the year, or now while the year runs.
func (r *Report) at() time.Time {
	last := r.begins(1).Add(-time.Microsecond)
	if r.MadeAt.Before(last) {
		return r.MadeAt
	}
	return last
}

// meetings adds the meetings held in the year, and how they meet the meeting frequency that the mandate requires.
func (r *Report) meetings(tx *record.Tx, scope string, m *governance.Mandate) error {
	all, err := governance.ReadableOf(tx, governance.Meetings, r.Body.ID)
	if err != nil {
		return err
	}
	if r.allMeetings, err = governance.SeesMeetings(tx, scope); err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(m *governance.Meeting) bool { return m.Day >= firstOf(r.Year+1) })
	if m != nil && m.Cadence != nil {
		now := r.MadeAt
		if end := r.begins(1); end.Before(now) {
			now = end
		}
		c := governance.CadenceOf(m, all, now, record.DateOf(r.at()), func(p governance.CadencePeriod, _ int) bool { return p.To >= firstOf(r.Year) })
		if r.Cadence, err = governance.SeenBy(tx, m.Scope, c); err != nil {
			return err
		}
	}
	slices.SortFunc(all, func(a, b *governance.Meeting) int { return a.StartsAt.Compare(*b.StartsAt) })
	for _, m := range all {
		if !m.Took() || !r.in(*m.StartsAt) {
			continue
		}
		r.Meetings = append(r.Meetings, MeetingLine{
			Mention: governance.Mention{ID: m.ID, Number: m.Number, Title: m.Title, Status: string(m.Status), On: m.Day},
			Form:    m.Form, Present: m.Quorum.Present, Voting: m.Quorum.Voting, Quorum: m.Quorum.Met, Cases: len(m.Agenda),
		})
	}
	return nil
}

// cases adds the cases that were raised or concluded in the year, without drafts.
func (r *Report) cases(tx *record.Tx) error {
	all, err := governance.ReadableOf(tx, governance.Cases, r.Body.ID)
	if err != nil {
		return err
	}
	for _, c := range all {
		concluded := c.Conclusion != nil && r.in(c.Conclusion.At)
		if !concluded && !r.in(c.CreatedAt) || c.Status == governance.CaseDraft {
			continue
		}
		line := CaseLine{Mention: governance.Mention{ID: c.ID, Number: c.Number, Title: c.Title, Status: string(c.Status), On: record.DateOf(c.CreatedAt)}, Kind: c.Kind}
		if concluded {
			line.Conclusion, line.On = c.Conclusion.Text, record.DateOf(c.Conclusion.At)
		}
		r.Cases = append(r.Cases, line)
	}
	return nil
}

// resolved adds the advice, proposals and decisions of the year, and the measures from advice and proposals.
func (r *Report) resolved(tx *record.Tx) error {
	line := func(id, number, title, status string, x *governance.Resolution) ResolvedLine {
		return ResolvedLine{
			Mention: governance.Mention{ID: id, Number: number, Title: title, Status: status, On: record.DateOf(x.At)},
			Agreed:  x.Agreed, Dissents: len(x.Dissents), Tally: x.Tally,
		}
	}
	advice, err := governance.ReadableOf(tx, governance.AdviceRepo, r.Body.ID)
	if err != nil {
		return err
	}
	for _, a := range advice {
		if a.Resolution != nil && r.in(a.Resolution.At) {
			r.Advice = append(r.Advice, line(a.ID, a.Number, a.Title, string(a.Status), a.Resolution))
		}
		if err := r.measures(tx, a.ID, 0); err != nil {
			return err
		}
	}
	proposals, err := governance.ReadableOf(tx, governance.Proposals, r.Body.ID)
	if err != nil {
		return err
	}
	slices.SortStableFunc(proposals, func(a, b *governance.Proposal) int { return a.Tier - b.Tier })
	for _, p := range proposals {
		if p.Resolution != nil && r.in(p.Resolution.At) {
			l := line(p.ID, p.Number, p.Title, string(p.Status), p.Resolution)
			l.Tier, l.Outcome = p.Tier, string(p.Outcome)
			r.Proposals = append(r.Proposals, l)
		}
		if err := r.measures(tx, p.ID, p.Tier); err != nil {
			return err
		}
	}
	decisions, err := governance.ReadableOf(tx, governance.Decisions, r.Body.ID)
	if err != nil {
		return err
	}
	for _, d := range decisions {
		if d.Resolution != nil && r.in(d.Resolution.At) {
			l := line(d.ID, d.Number, d.Title, string(d.Status), d.Resolution)
			l.Outcome = string(d.Outcome)
			r.Decisions = append(r.Decisions, l)
		}
	}
	return nil
}

// resolving are the kinds whose decisions the report lists by the votes of the body.
var resolving = []string{"advice", "proposal", "decision", "meeting", "case"}

// byAuthority adds the decisions of the year that were made by a role from the body, on records that the actor may read.
func (r *Report) byAuthority(tx *record.Tx, scope string) error {
	for before := int64(0); ; {
		list, next, err := event.List(tx, event.Query{Body: r.Body.ID, Scope: scope, From: r.begins(0), To: r.begins(1), Before: before, Limit: 200})
		if err != nil {
			return err
		}
		for _, e := range list {
			if slices.Contains(resolving, e.Kind) {
				continue
			}
			line, err := authorityLine(tx, e)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			r.ByAuthority = append(r.ByAuthority, line)
		}
		if next == 0 {
			slices.Reverse(r.ByAuthority)
			return nil
		}
		before = next
	}
}

func authorityLine(tx *record.Tx, e event.Event) (AuthorityLine, error) {
	k := record.KindOf(e.Kind)
	row, err := tx.Load(k, e.RecordID)
	if err != nil {
		return AuthorityLine{}, err
	}
	line := AuthorityLine{
		Mention: governance.Mention{ID: e.RecordID, Number: e.Number, Title: row.Title(), Status: e.Status, On: record.DateOf(e.Time)},
		Kind:    e.Kind, Label: k.Label, Action: e.Action, Act: record.Text{NB: e.Action, EN: e.Action}, By: e.Actor, Reason: e.Reason,
	}
	for _, t := range k.Workflow {
		if t.Verb == e.Action {
			line.Act = t.Label
		}
	}
	who, err := tx.Person(e.Actor)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return line, err
	}
	if err == nil {
		line.Name = who.Field("name").String()
	}
	return line, nil
}

// measures adds the measures from one piece of advice or one proposal.
func (r *Report) measures(tx *record.Tx, source string, tier int) error {
	all, err := query.Each(tx, improve.Measures, "/", map[string][]string{"source_id": {source}})
	if err != nil {
		return err
	}
	for _, now := range all {
		if !tx.Visible(now.Row()) {
			continue
		}
		m, err := r.atYearEnd(tx, now)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if !r.includes(m) {
			continue
		}
		l := MeasureLine{Mention: governance.Mention{ID: m.ID, Number: m.Number, Title: m.Title, Status: string(m.Status), On: m.Due}, Tier: tier}
		if n := len(m.Progress); n > 0 {
			l.Percent = m.Progress[n-1].Percent
		}
		if m.Completion != nil {
			l.Percent, l.Effect = 100, m.Completion.Effect.Effect
		}
		r.Measures = append(r.Measures, l)
	}
	return nil
}

// atYearEnd returns a measure as it was at the end of the year. A measure that was created later is not found.
func (r *Report) atYearEnd(tx *record.Tx, m *improve.Measure) (*improve.Measure, error) {
	at := r.at()
	if !at.Before(tx.Now) {
		return m, nil
	}
	was, err := event.AsOf(tx, m.Row(), at)
	if err != nil {
		return nil, err
	}
	return improve.Measures.Decode(tx, was)
}

// includes reports whether a measure belongs in the report: it was decided, and did not end before the year began.
func (r *Report) includes(m *improve.Measure) bool {
	switch m.Status {
	case improve.MeasureDecided, improve.MeasureInProgress:
		return true
	case improve.MeasureDone:
		return m.Completion == nil || !m.Completion.At.Before(r.begins(0))
	case improve.MeasureCancelled:
		return !m.UpdatedAt.Before(r.begins(0)) // a cancelled measure does not change, so this is when it was cancelled
	default:
		return false
	}
}

//go:embed annual.md.tmpl
var annualMarkdown string

//go:embed annual.html.tmpl
var annualHTML string

// The templates of the report by language, as Markdown and as HTML. Both escape every text that people have written.
var (
	markdowns = inBothLanguages(func(lang string) document {
		return escaped(template.Must(template.New("annual").Funcs(templateFuncs(lang)).Parse(annualMarkdown)))
	})
	pages = inBothLanguages(func(lang string) document {
		return htmltemplate.Must(htmltemplate.New("annual").Funcs(templateFuncs(lang)).Parse(annualHTML))
	})
)

type document interface{ Execute(io.Writer, any) error }

// inBothLanguages parses a template for both languages.
func inBothLanguages(parse func(lang string) document) map[string]document {
	return map[string]document{"nb": parse("nb"), "en": parse("en")}
}

// Markdown returns the report as Markdown. The language is nb or en.
func (r *Report) Markdown(lang string) ([]byte, error) { return r.written(markdowns[lang]) }

// HTML returns the report as an HTML page. The language is nb or en.
func (r *Report) HTML(lang string) ([]byte, error) { return r.written(pages[lang]) }

func (r *Report) written(d document) ([]byte, error) {
	var b bytes.Buffer
	if err := d.Execute(&b, r); err != nil {
		return nil, fmt.Errorf("write annual report: %w", err)
	}
	return b.Bytes(), nil
}

// templateFuncs returns the template functions for a language: texts, labels of values, and dates.
func templateFuncs(lang string) map[string]any {
	return map[string]any{
		"lang":     func() safe { return safe(lang) },
		"t":        func(nb, en string) safe { return safe(record.Text{NB: nb, EN: en}.In(lang)) },
		"in":       func(t record.Text) string { return t.In(lang) },
		"markdown": markdown,
		"label": func(list string, v any) safe {
			for _, c := range record.AllChoices()[list] {
				if c.Value == fmt.Sprint(v) {
					return safe(c.Label.In(lang))
				}
			}
			return safe(fmt.Sprint(v))
		},
		"day": func(d record.Date) safe { return safe(d.In(lang)) },
	}
}
