package record_test

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/ki-styring/aims/api" // registers every kind of record
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/event"
	"github.com/ki-styring/aims/internal/record/query"
	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// trialStatus is the state of a trial.
type trialStatus string

var _ = record.Choices[trialStatus](
	[4]string{"draft", "utkast", "draft", "neutral"},
	[4]string{"review", "til godkjenning", "in review", "info"},
	[4]string{"done", "ferdig", "done", "success"})

// trial has a field of every type of column.
type trial struct {
	record.Base
	trialInput
	Status trialStatus `json:"status" filter:""`
	Rank   int         `json:"rank" sort:"" filter:""`
	Flag   bool        `json:"flag" filter:""`

	countsFor string // the trial that the next write counts for too
}

type trialInput struct {
	record.Common
	Title  string      `json:"title" validate:"required,filled,max=200" sort:"" search:""`
	Label  record.Text `json:"label" validate:"-" sort:"" search:""`
	Due    record.Date `json:"due" sort:""`
	Code   string      `json:"code,omitempty" unique:"" fixed:""`
	Owner  string      `json:"owner,omitempty" ref:"user" filter:""`
	Parent string      `json:"parent,omitempty" ref:"trial" filter:""`
	Peers  []string    `json:"peers" validate:"max=20" ref:"trial" filter:""`
	Topics []string    `json:"topics" ref:"trial,prefix=T-,free" filter:""`
	Secret string      `json:"secret" private:""`
	Limit  int         `json:"limit" validate:"max=100"`
	// Watchers have a task while the trial is in review, each with their own due day.
	Watchers []string               `json:"watchers" filter:"" ref:"user"`
	Days     map[string]record.Date `json:"days"`
}

var columns = []string{
	"title_order:sort", "label_order:sort", "due:sort", "code:unique", "owner:filter", "parent:filter", "rank:int:filter:sort", "flag:int:filter", "due_on:filter",
}

func (t *trial) Defaults() {
	if t.Peers == nil {
		t.Peers = []string{}
	}
	if t.Topics == nil {
		t.Topics = []string{}
	}
	if t.Watchers == nil {
		t.Watchers = []string{}
	}
	if t.ExternalRefs == nil {
		t.ExternalRefs = []record.ExternalRef{}
	}
}

func (t *trial) Validate() error {
	var f fault.Fields
	if strings.Contains(t.Title, "forbidden") {
		f.Add("/title", "forbidden", "holds a word that may not be")
	}
	return f.Err()
}

func (t *trial) Facts() []record.Fact {
	return []record.Fact{{Name: "rank", Value: strconv.Itoa(t.Rank)}}
}

func (t *trial) DueOn() record.Date { return t.Due }

func (t *trial) Subject() (kind, id string) { return "trial", t.countsFor }

var trials = record.NewRepo[trial](record.Kind{
	Rules: record.Rules[trial]{Defaults: (*trial).Defaults, Validate: (*trial).Validate, Facts: (*trial).Facts, DueOn: (*trial).DueOn, Subject: (*trial).Subject},
	Name:  "trial", Path: "trials", Prefix: "TRY", Key: "code", Editable: []string{"draft", "review"}, Removable: []string{"draft"}, Parts: []string{"touch", "amend"}, Due: true,
	Workflow: []record.Transition{
		{Verb: "submit", From: []string{"draft"}, To: []string{"review"}},
		{Verb: "approve", From: []string{"review"}, To: []string{"done"}},
		{Verb: "seen", From: []string{"review"}, To: []string{"review"}},
	},
	Reminds:       []string{"owner"},
	NotApplicable: func(action string, m record.Meta) bool { return action == "approve" && m.Fact("rank") == "9" },
	Tasks: []record.Task{
		{States: []string{"draft"}, Action: "submit", Owner: "owner", Vacant: true},
		{States: []string{"review"}, Action: "approve"},
		{States: []string{"review"}, Action: "seen", Owner: "watchers", Day: func(e any, person string) record.Date { return e.(*trial).Days[person] }},
		{States: []string{"draft", "review"}, Action: "touch", Owner: "owner", Soon: true},
	},
})

func (t *trial) to(s trialStatus) func(*trial) error {
	return func(t *trial) error { t.Status = s; return nil }
}

func titled(title string) func(*trial) error {
	return func(t *trial) error { t.Title = title; return nil }
}

// script is a guard whose answers a test sets. By default it allows everything.
type script struct {
	mu       sync.Mutex
	branches []record.Branch
	units    []string // the top-level units of the actor
	refuse   func(tx *record.Tx, p record.Permission, t record.Target) bool
	asked    []string
}

func (g *script) Check(tx *record.Tx, p record.Permission, t record.Target) (d record.Decision, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked = append(g.asked, p.String())
	if g.refuse != nil && g.refuse(tx, p, t) {
		d.Refusal = fault.New(fault.Forbidden, "forbidden", "the script says no")
	}
	return d, nil
}

func (g *script) Branches(*record.Tx, record.Permission) ([]record.Branch, error) {
	if g.branches == nil {
		return []record.Branch{{Scope: "/"}}, nil
	}
	return g.branches, nil
}

func (g *script) Ever(*record.Tx, record.Permission) error { return nil }

func (g *script) OfBody(record.Permission) bool { return false }

func (g *script) Units(*record.Tx) ([]string, error) { return g.units, nil }

func (g *script) RoleMay(*record.Tx, string, record.Permission, record.Target) (bool, error) {
	return true, nil
}

// lab is a database with units and the tables of trials.
type lab struct {
	*testing.T
	db    *record.DB
	guard *script
	mu    sync.Mutex
	now   time.Time
	me    *record.Actor
}

var scopes = []string{"/", "/siv/", "/siv/radiologi/", "/siv/radiologi/brudd/", "/siv/akutt/", "/oslo/", "/oslo/a/"}

func each(t *testing.T, run func(l *lab)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) { run(newLab(t, s)) })
}

func newLab(t *testing.T, s *store.Store) *lab {
	t.Helper()
	storetest.Kind(t, s, "trials", columns...)
	storetest.Kind(t, s, "desks", "key:unit", "next_id:filter", "called:filter")
	l := &lab{T: t, guard: &script{}, now: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)}
	var err error
	if l.db, err = record.Open(s.Writer, s.Reader, s.Engine == store.Postgres, l.guard, l.clock, store.Down); err != nil {
		t.Fatal(err)
	}
	l.me = &record.Actor{ID: record.NewID()}
	l.write("unit", "create", func(tx *record.Tx) error {
		for _, scope := range scopes[1:] {
			in := org.UnitInput{Common: record.Common{Scope: scope}, Kind: "department", Name: scope}
			if _, err := org.Units.Create(tx, org.NewUnit(in)); err != nil {
				return err
			}
		}
		u, err := org.Users.Create(tx.For("user", "create"), org.NewUser(org.UserInput{Common: record.Common{Scope: "/siv/"}, Username: "kari", Name: "Kari"}))
		if err == nil {
			l.me.ID = u.ID
		}
		return err
	})
	return l
}

func (l *lab) clock() time.Time { l.mu.Lock(); defer l.mu.Unlock(); return l.now }

func (l *lab) tick(d time.Duration) { l.mu.Lock(); defer l.mu.Unlock(); l.now = l.now.Add(d) }

func (l *lab) try(object, action string, fn func(tx *record.Tx) error) error {
	return l.db.Write(context.Background(), l.me, record.Permission{Object: object, Action: action}, "req", fn)
}

func (l *lab) write(object, action string, fn func(tx *record.Tx) error) {
	l.Helper()
	if err := l.try(object, action, fn); err != nil {
		l.Fatal(err)
	}
}

func (l *lab) read(fn func(tx *record.Tx) error) {
	l.Helper()
	if err := l.db.Read(context.Background(), l.me, record.Permission{Object: "trial", Action: "read"}, fn); err != nil {
		l.Fatal(err)
	}
}

// in creates a trial in a scope.
func in(scope, title string) *trial {
	return &trial{trialInput: trialInput{Common: record.Common{Scope: scope}, Title: title}, Status: "draft"}
}

func (l *lab) create(e *trial) *trial {
	l.Helper()
	l.write("trial", "create", func(tx *record.Tx) error {
		_, err := trials.Create(tx, e)
		return err
	})
	return e
}

func (l *lab) tryCreate(e *trial) error {
	return l.try("trial", "create", func(tx *record.Tx) error {
		_, err := trials.Create(tx, e)
		return err
	})
}

func (l *lab) tryChange(action string, ref record.Ref, fn func(*trial) error) error {
	return l.try("trial", action, func(tx *record.Tx) error {
		_, err := trials.Change(tx, ref, fn)
		return err
	})
}

func (l *lab) change(action string, e *trial, fn func(*trial) error) *trial {
	l.Helper()
	var out *trial
	l.write("trial", action, func(tx *record.Tx) (err error) {
		out, err = trials.Change(tx, record.Ref{ID: e.ID, Version: e.Version}, fn)
		return err
	})
	return out
}

func (l *lab) get(id string) *trial {
	l.Helper()
	var out *trial
	l.read(func(tx *record.Tx) (err error) {
		out, err = trials.Get(tx, id)
		return err
	})
	return out
}

// count returns the result of a SELECT COUNT.
func (l *lab) count(sql string, args ...any) (n int64) {
	l.Helper()
	l.read(func(tx *record.Tx) (err error) {
		n, err = record.Count(tx, sql, args...)
		return err
	})
	return n
}

// events returns all events of a record, oldest first.
func (l *lab) events(id string) (out []event.Event) {
	l.Helper()
	l.read(func(tx *record.Tx) error {
		q := event.Query{Record: id, Limit: 1000}
		list, _, err := event.List(tx, q)
		for i := len(list) - 1; i >= 0; i-- {
			out = append(out, list[i])
		}
		return err
	})
	return out
}

// state returns the row counts of every table that a write may change.
func (l *lab) state() (s [8]int64) {
	l.Helper()
	for i, table := range []string{"trials", "records", "full_text", "word_parts", "events", "refs", "private_values"} {
		s[i] = l.count("SELECT COUNT(*) FROM " + table)
	}
	s[7] = l.count("SELECT COALESCE(MAX(next), 0) FROM counters WHERE kind = 'trial'")
	return s
}

// refused checks the kind and code of a refusal, and that the database is unchanged.
func (l *lab) refused(kind fault.Kind, code string, write func() error) *fault.Error {
	l.Helper()
	before := l.state()
	err := write()
	f := fault.As(err)
	if f == nil || f.Kind != kind || f.Code != code {
		l.Fatalf("want %s, got %v", code, err)
	}
	if after := l.state(); after != before {
		l.Errorf("a refused write left something: %v, then %v", before, after)
	}
	return f
}

func pointers(f *fault.Error) string {
	var out []string
	for _, x := range f.Fields {
		out = append(out, x.Pointer+" "+x.Code)
	}
	return strings.Join(out, ", ")
}

var quiet = slog.New(slog.DiscardHandler)

var errOwn = errors.New("the test's own")

// eachAtMost sets how many records query.Each decodes at once.
func eachAtMost(n int) (back func()) {
	was := query.AtMost
	query.AtMost = n
	return func() { query.AtMost = was }
}
