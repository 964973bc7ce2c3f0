package record_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/event"
)

// An actor who may read few events of a long log gets pages from one part of the log at a time, with a position to continue from.
func TestEventsArePagedThroughWhatOneMayNotRead(t *testing.T) {
	each(t, func(l *lab) {
		seen := l.create(in("/siv/", "first"))
		l.write("trial", "touch", func(tx *record.Tx) (err error) {
			e := &trial{}
			for i := range 2500 {
				if i == 0 {
					e, err = trials.Create(tx.For("trial", "create"), in("/siv/", "hidden"))
				} else {
					e, err = trials.Change(tx, record.Ref{ID: e.ID, Version: e.Version}, titled("hidden"))
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		l.guard.refuse = func(_ *record.Tx, p record.Permission, t record.Target) bool { return t.ID != seen.ID }
		q := event.Query{Kinds: []string{"trial"}, Limit: 50}
		var pages []int
		l.read(func(tx *record.Tx) error {
			for {
				page, next, err := event.List(tx, q)
				if err != nil {
					return err
				}
				if pages = append(pages, len(page)); next == 0 {
					return nil
				}
				q.Before = next
			}
		})
		if !slices.Equal(pages, []int{0, 1}) {
			l.Errorf("pages of %v events", pages)
		}
	})
}

// The log gives the same answers as a simple model: newest first, filtered, page by page, and only events that the reader may read.
func TestEventsAgainstModel(t *testing.T) {
	each(t, func(l *lab) {
		r := rand.New(rand.NewPCG(9, 9))
		other := &record.Actor{ID: record.NewID()}
		var made []*trial
		for range 300 {
			l.tick(time.Duration(r.IntN(2)) * time.Second)
			if len(made) < 5 || r.IntN(2) == 0 {
				made = append(made, l.create(in(scopes[r.IntN(len(scopes))], "x")))
				continue
			}
			i := r.IntN(len(made))
			l.write("trial", "touch", func(tx *record.Tx) (err error) {
				if r.IntN(2) == 0 {
					tx = tx.As(other, tx.Permission, time.Time{})
				}
				made[i], err = trials.Change(tx, record.Ref{ID: made[i].ID, Version: made[i].Version}, titled("y"))
				return err
			})
		}
		all := l.events("")
		slices.Reverse(all)
		hidden := made[0].ID
		l.guard.refuse = func(_ *record.Tx, p record.Permission, t record.Target) bool { return t.ID == hidden }
		pick := func(values ...string) []string { return values[:r.IntN(len(values)+1)] }
		for i := range 120 {
			q := event.Query{
				Kinds: pick("trial", "unit"), Actions: pick("touch", "create"), Actors: pick(other.ID, "nobody"), Limit: 1 + r.IntN(30),
			}
			if r.IntN(2) == 0 {
				q.Actors = nil
			}
			if r.IntN(2) == 0 {
				q.Scope = scopes[r.IntN(len(scopes))]
			}
			if r.IntN(3) == 0 {
				q.Record = made[r.IntN(len(made))].ID
			}
			if r.IntN(3) == 0 {
				q.From = all[r.IntN(len(all))].Time.Add(time.Duration(r.IntN(3)-1) * time.Microsecond)
			}
			if r.IntN(3) == 0 {
				q.To = all[r.IntN(len(all))].Time.Add(time.Duration(r.IntN(3)-1) * time.Microsecond)
			}
			has := func(list []string, v string) bool { return len(list) == 0 || slices.Contains(list, v) }
			var want, got []int64
			for _, e := range all {
				if has(q.Kinds, e.Kind) && has(q.Actions, e.Action) && has(q.Actors, e.Actor) && (q.Record == "" || q.Record == e.RecordID) && record.Covers(q.Scope, e.Scope) &&
					!e.Time.Before(q.From) && (q.To.IsZero() || e.Time.Before(q.To)) && e.RecordID != hidden {
					want = append(want, e.Seq)
				}
			}
			what := fmt.Sprintf("query %d: %+v", i, q)
			l.read(func(tx *record.Tx) error {
				for {
					page, next, err := event.List(tx, q)
					if err != nil || len(page) > q.Limit {
						return fmt.Errorf("%s: %d events: %w", what, len(page), err)
					}
					for _, e := range page {
						got = append(got, e.Seq)
					}
					if next == 0 {
						return nil
					}
					q.Before = next
				}
			})
			if !slices.Equal(got, want) {
				l.Fatalf("%s\ngot  %v\nwant %v", what, got, want)
			}
		}
		for i, e := range all {
			again := i > 0 && slices.ContainsFunc(all[:i], func(n event.Event) bool { return n.RecordID == e.RecordID && n.Time.Equal(e.Time) }) // newest first
			if e.Kind != "trial" || e.RecordID == hidden || again {
				continue
			}
			l.read(func(tx *record.Tx) error {
				row, err := tx.Load(trials.Kind, e.RecordID)
				if err != nil {
					return err
				}
				was, err := event.AsOf(tx, row, e.Time)
				if err != nil || was.Version != e.Version || !bytes.Equal(was.Doc, e.Document) {
					l.Errorf("event %d left version %d, and the record reads as version %d then, %v", e.Seq, e.Version, was.Version, err)
				}
				return nil
			})
		}
	})
}
