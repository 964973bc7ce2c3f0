package record_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/event"
	"github.com/ki-styring/aims/internal/record/query"
)

// A record is created, read, changed and removed; each write has one event whose document is the record.
func TestLifeOfARecord(t *testing.T) {
	each(t, func(l *lab) {
		e := l.create(in("/siv/", "Første"))
		if e.Number != "TRY-0001" || e.Version != 1 || e.CreatedBy != l.me.ID || !e.CreatedAt.Equal(l.now) || e.Row() == nil {
			l.Errorf("created %+v", e.Base)
		}
		if got := l.get(e.ID); got.Title != "Første" || got.Version != 1 {
			l.Errorf("read %+v", got)
		}
		l.tick(time.Minute)
		two := l.change("update", e, titled("Andre"))
		three := l.change("submit", two, e.to("review"))
		l.tick(time.Minute)
		if three.Version != 3 || three.Number != e.Number || !three.CreatedAt.Equal(e.CreatedAt) || three.UpdatedAt.Equal(e.UpdatedAt) {
			l.Errorf("changed to %+v", three.Base)
		}
		draft := l.create(in("/siv/", "Til sletting"))
		l.write("trial", "delete", func(tx *record.Tx) error { return tx.Remove(trials.Kind, record.Ref{ID: draft.ID, Version: 1}) })
		l.read(func(tx *record.Tx) error {
			if _, err := trials.Get(tx, draft.ID); !fault.Is(err, fault.NotFound) {
				l.Errorf("a removed record reads %v", err)
			}
			return nil
		})
		for _, from := range []string{"trials", "records WHERE kind = 'trial'", "full_text WHERE docid IN (SELECT docid FROM records WHERE kind = 'trial')"} {
			if got := l.count("SELECT COUNT(*) FROM " + from); got != 1 {
				l.Errorf("%d rows in %s, want 1", got, from)
			}
		}

		events := l.events(e.ID)
		var story []string
		for _, ev := range events {
			story = append(story, fmt.Sprint(ev.Action, ev.Version, ev.Status))
		}
		if strings.Join(story, " ") != "create1draft update2draft submit3review" {
			l.Errorf("events: %v", story)
		}
		var logged, stored any
		now := l.get(e.ID)
		if err := errors.Join(json.Unmarshal(events[2].Document, &logged), json.Unmarshal(now.Row().Doc, &stored)); err != nil || !reflect.DeepEqual(logged, stored) {
			l.Errorf("the event holds %s, the record %s", events[2].Document, now.Row().Doc)
		}
		if ev := events[2]; ev.Actor != l.me.ID || ev.Kind != "trial" || ev.Scope != "/siv/" || ev.Number != "TRY-0001" || ev.RequestID != "req" || ev.Schema != 1 || !ev.Time.Equal(now.UpdatedAt) {
			l.Errorf("event %+v", ev)
		}
		gone := l.events(draft.ID)
		if last := gone[len(gone)-1]; last.Action != "delete" || string(last.Document) != "null" || last.Version != 2 {
			l.Errorf("the removal's event: %+v", last)
		}
		for i, ev := range l.events("") {
			if ev.Seq != int64(i+1) {
				l.Fatalf("event %d has seq %d", i+1, ev.Seq)
			}
		}
	})
}

func TestVersions(t *testing.T) {
	each(t, func(l *lab) {
		e := l.create(in("/siv/", "x"))
		l.change("update", e, titled("y"))
		f := l.refused(fault.Stale, "stale_version", func() error {
			return l.tryChange("update", record.Ref{ID: e.ID, Version: 1}, titled("z"))
		})
		if f.Extra["version"] != int64(2) {
			l.Errorf("the refusal names version %v", f.Extra["version"])
		}
		l.refused(fault.Stale, "stale_version", func() error {
			return l.try("trial", "delete", func(tx *record.Tx) error { return tx.Remove(trials.Kind, record.Ref{ID: e.ID, Version: 1}) })
		})
		if err := l.tryChange("update", record.Ref{ID: e.ID, Version: record.AnyVersion}, titled("z")); err != nil {
			l.Error(err)
		}
	})
}

func TestUniqueKey(t *testing.T) {
	each(t, func(l *lab) {
		first := in("/siv/", "x")
		first.Code = "k"
		l.create(first)
		l.create(in("/siv/", "without a key"))
		l.create(in("/siv/", "nor has this"))
		l.refused(fault.Conflict, "duplicate", func() error {
			e := in("/oslo/", "y")
			e.Code = "k"
			return l.tryCreate(e)
		})
		other := in("/siv/", "z")
		other.Code = "other"
		l.create(other)
		l.refused(fault.Conflict, "duplicate", func() error {
			return l.tryChange("update", record.Ref{ID: other.ID, Version: 1}, func(t *trial) error { t.Code = "k"; return nil })
		})
		if got := l.get("k"); got.ID != first.ID {
			l.Errorf("the key finds %s", got.ID)
		}
	})
}

func TestShapeAndRules(t *testing.T) {
	each(t, func(l *lab) {
		bad := in("/siv", "a forbidden word")
		bad.Limit = 101
		f := l.refused(fault.Invalid, "invalid_content", func() error { return l.tryCreate(bad) })
		if got := pointers(f); got != "/scope bad_scope, /limit above_maximum, /title forbidden" {
			l.Errorf("faults: %s", got)
		}
		f = l.refused(fault.Invalid, "invalid_content", func() error { return l.tryCreate(in("/ukjent/", "x")) })
		if got := pointers(f); got != "/scope unknown_scope" {
			l.Errorf("faults: %s", got)
		}
		e := l.create(in("/siv/", "x"))
		l.refused(fault.Invalid, "invalid_content", func() error {
			return l.tryChange("update", record.Ref{ID: e.ID, Version: 1}, titled("forbidden"))
		})
		// A scope that the actor may not read is refused as unknown; one that they may read is forbidden.
		l.guard.refuse = func(_ *record.Tx, p record.Permission, t record.Target) bool { return t.Scope == "/oslo/" }
		f = l.refused(fault.Invalid, "invalid_content", func() error { return l.tryCreate(in("/oslo/", "x")) })
		if got := pointers(f); got != "/scope unknown_scope" {
			l.Errorf("faults: %s", got)
		}
		l.guard.refuse = func(_ *record.Tx, p record.Permission, t record.Target) bool { return p.Object == "trial" }
		l.refused(fault.Forbidden, "forbidden", func() error { return l.tryCreate(in("/oslo/", "x")) })
		l.guard.refuse = nil
		l.write("unit", "close", func(tx *record.Tx) error {
			u, err := query.Each(tx, org.Units, "=/oslo/a/", nil)
			if err != nil {
				return err
			}
			_, err = org.Units.Change(tx, record.Ref{ID: u[0].ID, Version: 1}, (*org.Unit).Close)
			return err
		})
		f = l.refused(fault.Invalid, "invalid_content", func() error { return l.tryCreate(in("/oslo/a/", "x")) })
		if got := pointers(f); got != "/scope closed_scope" {
			l.Errorf("faults: %s", got)
		}
	})
}

// An actor without read permission gets NotFound. One who may read but not change gets Forbidden, before any check of version and state.
func TestGuardIsAsked(t *testing.T) {
	each(t, func(l *lab) {
		e := l.create(in("/siv/", "x"))
		done := l.change("approve", l.change("submit", e, e.to("review")), e.to("done"))
		l.guard.refuse = func(_ *record.Tx, p record.Permission, _ record.Target) bool { return p.Object == "trial" }
		l.refused(fault.NotFound, "not_found", func() error {
			return l.tryChange("update", record.Ref{ID: e.ID, Version: 99}, titled("y"))
		})
		l.guard.refuse = func(_ *record.Tx, p record.Permission, _ record.Target) bool { return p.String() == "trial:update" }
		l.refused(fault.Forbidden, "forbidden", func() error {
			return l.tryChange("update", record.Ref{ID: e.ID, Version: 99}, titled("y"))
		})
		l.guard.refuse = nil
		l.refused(fault.Stale, "stale_version", func() error {
			return l.tryChange("update", record.Ref{ID: e.ID, Version: 99}, titled("y"))
		})
		l.refused(fault.Conflict, "wrong_state", func() error {
			return l.tryChange("update", record.Ref{ID: e.ID, Version: done.Version}, titled("y"))
		})
		l.refused(fault.NotFound, "not_found", func() error {
			return l.tryChange("update", record.Ref{ID: record.NewID(), Version: 1}, titled("y"))
		})
		// A permission for another kind is a programming error, not the caller's.
		before := l.state()
		err := l.try("unit", "update", func(tx *record.Tx) error {
			_, err := trials.Change(tx, record.Ref{ID: e.ID, Version: done.Version}, titled("y"))
			return err
		})
		if err == nil || fault.As(err) != nil || l.state() != before {
			l.Errorf("a permission on units changed a trial: %v", err)
		}
		err = l.try("unit", "create", func(tx *record.Tx) error {
			_, err := trials.Create(tx, in("/siv/", "x"))
			return err
		})
		if err == nil || fault.As(err) != nil || l.state() != before {
			l.Errorf("a permission on units created a trial: %v", err)
		}
	})
}

func TestWorkflow(t *testing.T) {
	each(t, func(l *lab) {
		e := l.create(in("/siv/", "x"))
		f := l.refused(fault.Conflict, "wrong_state", func() error {
			return l.tryChange("approve", record.Ref{ID: e.ID, Version: 1}, e.to("done"))
		})
		if f.Extra["state"] != "draft" || f.Extra["action"] != "approve" {
			l.Errorf("the refusal says %v", f.Extra)
		}
		// A change to a state that the workflow does not allow is a programming error: nothing is written.
		for _, step := range []struct {
			action string
			to     trialStatus
		}{{"submit", "done"}, {"submit", "draft"}, {"update", "review"}, {"touch", "review"}, {"submit", "nowhere"}} {
			before := l.state()
			err := l.tryChange(step.action, record.Ref{ID: e.ID, Version: 1}, e.to(step.to))
			if err == nil || fault.As(err) != nil {
				l.Errorf("%s to %s: %v", step.action, step.to, err)
			}
			if l.state() != before || l.get(e.ID).Status != "draft" {
				l.Errorf("%s to %s was written", step.action, step.to)
			}
		}
		e = l.change("touch", e, titled("y"))
		e = l.change("submit", e, e.to("review"))
		e = l.change("seen", e, func(*trial) error { return nil })
		e = l.change("approve", e, e.to("done"))
		l.refused(fault.Conflict, "wrong_state", func() error {
			return l.try("trial", "delete", func(tx *record.Tx) error { return tx.Remove(trials.Kind, record.Ref{ID: e.ID, Version: e.Version}) })
		})
		if got := strings.Join(trials.Actions(), " "); got != "update delete submit approve seen touch amend" {
			l.Errorf("actions: %s", got)
		}
	})
}

func TestReferences(t *testing.T) {
	each(t, func(l *lab) {
		refs := func(id string) (n int64) {
			return l.count("SELECT COUNT(*) FROM refs x JOIN records r ON r.docid = x.docid WHERE r.id = $1", id)
		}
		above, below := l.create(in("/", "over")), l.create(in("/siv/radiologi/", "under"))
		beside := l.create(in("/oslo/", "ved siden av"))
		keyed := in("/siv/", "med nøkkel")
		keyed.Code = "T-one"
		l.create(keyed)

		bad := in("/siv/", "x")
		bad.Parent, bad.Peers = record.NewID(), []string{above.ID, beside.ID, "no-id"}
		f := l.refused(fault.Invalid, "invalid_content", func() error { return l.tryCreate(bad) })
		if got := pointers(f); got != "/parent unknown_reference, /peers/1 unrelated_scope, /peers/2 unknown_reference" {
			l.Errorf("faults: %s", got)
		}

		e := in("/siv/", "x")
		e.Parent, e.Peers, e.Owner = above.ID, []string{above.ID, below.ID, below.ID}, l.me.ID
		e.Topics = []string{"one", "a word of one's own", keyed.ID}
		l.create(e)
		if got := refs(e.ID); got != 5 { // parent, two peers, owner, one topic
			l.Errorf("%d references", got)
		}
		// The log and the table change together.
		e = l.change("update", e, func(t *trial) error { t.Peers, t.Owner = []string{below.ID}, ""; return nil })
		if got := refs(e.ID); got != 3 {
			l.Errorf("%d references after the change", got)
		}
		l.refused(fault.Conflict, "referred_to", func() error {
			return l.try("trial", "delete", func(tx *record.Tx) error { return tx.Remove(trials.Kind, record.Ref{ID: below.ID, Version: 1}) })
		})
		// A new reference to a record that the actor may not read is refused; an existing one stays.
		l.guard.refuse = func(_ *record.Tx, p record.Permission, t record.Target) bool {
			return p.Action == "read" && (t.ID == below.ID || t.ID == keyed.ID)
		}
		f = l.refused(fault.Invalid, "invalid_content", func() error {
			return l.tryChange("update", record.Ref{ID: e.ID, Version: e.Version}, func(t *trial) error { t.Parent = below.ID; return nil })
		})
		if got := pointers(f); got != "/parent unknown_reference" {
			l.Errorf("faults: %s", got)
		}
		e = l.change("update", e, titled("y"))
		if got := refs(e.ID); got != 3 {
			l.Errorf("%d references after an unrelated change", got)
		}
		l.guard.refuse = nil
		var links []record.Link
		l.read(func(tx *record.Tx) (err error) { links, err = tx.Links(below.ID); return err })
		if len(links) != 1 || links[0].Direction != "in" || links[0].Field != "peers" || links[0].ID != e.ID || links[0].Title != "y" {
			l.Errorf("links: %+v", links)
		}
		l.change("update", e, func(t *trial) error { t.Peers = nil; return nil })
		l.write("trial", "delete", func(tx *record.Tx) error { return tx.Remove(trials.Kind, record.Ref{ID: below.ID, Version: 1}) })
		// A record that refers to itself can be deleted.
		self := l.create(in("/siv/", "seg selv"))
		self = l.change("update", self, func(t *trial) error { t.Parent = t.ID; return nil })
		l.write("trial", "delete", func(tx *record.Tx) error {
			return tx.Remove(trials.Kind, record.Ref{ID: self.ID, Version: self.Version})
		})
		if got := refs(self.ID); got != 0 {
			l.Errorf("%d references of a removed record", got)
		}
	})
}

// A transaction whose function fails or panics leaves no row, no event and no used number. The next one works.
func TestAllOrNothing(t *testing.T) {
	each(t, func(l *lab) {
		before := l.state()
		work := func(tx *record.Tx) *trial {
			tx.OnCommit(func() { l.Error("told of a commit that was not") })
			e, err := trials.Create(tx, in("/siv/", "x"))
			if err != nil {
				l.Fatal(err)
			}
			if _, err := trials.Change(tx.For("trial", "update"), record.Ref{ID: e.ID, Version: 1}, titled("y")); err != nil {
				l.Fatal(err)
			}
			return e
		}
		if err := l.try("trial", "create", func(tx *record.Tx) error { work(tx); return errOwn }); !errors.Is(err, errOwn) {
			l.Error(err)
		}
		if l.state() != before {
			l.Errorf("left behind: %v, then %v", before, l.state())
		}
		if err := l.try("trial", "create", func(tx *record.Tx) error { work(tx); panic("own") }); err == nil || fault.As(err) != nil || !strings.Contains(err.Error(), "own") {
			l.Errorf("a panic answers %v", err)
		}
		func() {
			defer func() { _ = recover() }()
			_ = l.db.Read(l.Context(), l.me, record.Permission{}, func(*record.Tx) error { panic("own") })
		}()
		if l.state() != before {
			l.Errorf("a panic left behind: %v, then %v", before, l.state())
		}
		if e := l.create(in("/siv/", "x")); e.Number != "TRY-0001" {
			l.Errorf("the first number is %s", e.Number)
		}
		events := l.events("")
		if last := events[len(events)-1].Seq; last != int64(len(events)) {
			l.Errorf("%d events, the last is %d", len(events), last)
		}
		// Reading transactions write nothing.
		err := l.db.Read(l.Context(), l.me, record.Permission{Object: "trial", Action: "create"}, func(tx *record.Tx) error {
			_, err := trials.Create(tx, in("/siv/", "x"))
			return err
		})
		if err == nil {
			l.Error("a reader wrote")
		}
	})
}

// The time of a transaction is never before the last event, even when the clock goes back.
func TestTimeGoesForward(t *testing.T) {
	each(t, func(l *lab) {
		e := l.create(in("/siv/", "x"))
		first := l.clock()
		l.tick(-time.Hour)
		e = l.change("update", e, titled("y"))
		if !e.UpdatedAt.Equal(first) {
			l.Errorf("a write at %v after one at %v", e.UpdatedAt, first)
		}
		l.write("trial", "update", func(tx *record.Tx) error {
			if got := tx.As(l.me, tx.Permission, first.Add(-time.Hour)); got.Now.Before(first) {
				l.Errorf("as somebody else it is %v", got.Now)
			}
			later := tx.As(l.me, tx.Permission, first.Add(time.Hour))
			if _, err := trials.Change(later, record.Ref{ID: e.ID, Version: 2}, titled("z")); err != nil {
				return err
			}
			_, err := trials.Change(tx.As(l.me, tx.Permission, time.Time{}), record.Ref{ID: e.ID, Version: 3}, titled("æ"))
			return err
		})
		events := l.events("")
		for i := range events[1:] {
			if events[i+1].Time.Before(events[i].Time) {
				l.Errorf("event %d at %v, then %v", i+1, events[i].Time, events[i+1].Time)
			}
		}
		if n := len(l.events(e.ID)); n != 4 {
			l.Errorf("%d events", n)
		}
	})
}

func TestAsAndFollow(t *testing.T) {
	each(t, func(l *lab) {
		a, b := l.create(in("/siv/", "a")), l.create(in("/siv/", "b"))
		other := &record.Actor{ID: record.NewID()}
		l.guard.asked = nil
		l.guard.refuse = func(tx *record.Tx, p record.Permission, _ record.Target) bool {
			return p.String() == "trial:touch" && !tx.Following() && tx.Actor == l.me
		}
		l.write("trial", "update", func(tx *record.Tx) error {
			tx.Because("derfor")
			if _, err := trials.Change(tx, record.Ref{ID: a.ID, Version: 1}, titled("a2")); err != nil {
				return err
			}
			if _, err := trials.Change(tx.Follow("trial", "touch"), record.Ref{ID: b.ID, Version: record.AnyVersion}, titled("b2")); err != nil {
				return err
			}
			if _, err := trials.Create(tx.Follow("trial", "create"), in("/oslo/", "c")); err != nil {
				return err
			}
			_, err := trials.Change(tx.As(other, record.Permission{Object: "trial", Action: "touch"}, time.Time{}), record.Ref{ID: a.ID, Version: 2}, titled("a3"))
			return err
		})
		if err := l.tryChange("touch", record.Ref{ID: b.ID, Version: 2}, titled("b3")); !fault.Is(err, fault.Forbidden) {
			l.Errorf("without following: %v", err)
		}
		if !strings.Contains(strings.Join(l.guard.asked, " "), "trial:touch") {
			l.Error("separations of a following write were not asked")
		}
		ea, eb := l.events(a.ID), l.events(b.ID)
		if ea[1].RequestID != "req" || eb[1].RequestID != "req" || eb[1].Action != "touch" || eb[1].Actor != l.me.ID || eb[1].Reason != "derfor" {
			l.Errorf("the following event: %+v", eb[1])
		}
		if ea[2].Actor != other.ID || ea[2].RequestID == "req" || ea[2].Reason != "" {
			l.Errorf("somebody else's event: %+v", ea[2])
		}
		// A write caused by another one is still refused in a wrong state.
		l.refused(fault.Conflict, "wrong_state", func() error {
			return l.try("trial", "update", func(tx *record.Tx) error {
				_, err := trials.Change(tx.Follow("trial", "approve"), record.Ref{ID: b.ID, Version: record.AnyVersion}, b.to("done"))
				return err
			})
		})
	})
}

func TestPrivateValues(t *testing.T) {
	each(t, func(l *lab) {
		e := in("/siv/", "x")
		e.Secret = "Ola Nordmann"
		l.create(e)
		if e.Secret != "Ola Nordmann" {
			l.Errorf("creating changed the value to %q", e.Secret)
		}
		e = l.change("update", e, func(t *trial) error { t.Secret += " jr."; return nil })
		l.change("touch", e, titled("y"))
		if got := l.get(e.ID); got.Secret != "Ola Nordmann jr." || strings.Contains(string(got.Row().Doc), "Ola") {
			l.Errorf("read %q from %s", got.Secret, got.Row().Doc)
		}
		for _, ev := range l.events(e.ID) {
			if strings.Contains(string(ev.Document), "Ola") {
				l.Errorf("the event holds %s", ev.Document)
			}
		}
		if l.count("SELECT COUNT(*) FROM events WHERE doc LIKE '%Ola%'") != 0 {
			l.Error("the log holds the private value")
		}
		shown := func(tx *record.Tx) (doc map[string]any, err error) {
			row, err := tx.Load(trials.Kind, e.ID)
			if err == nil {
				err = tx.WithPrivate([]*record.Row{row})
			}
			if err == nil {
				err = row.Decode(&doc)
			}
			return doc, err
		}
		l.read(func(tx *record.Tx) error {
			doc, err := shown(tx)
			if doc["secret"] != "Ola Nordmann jr." {
				l.Errorf("shown: %v", doc["secret"])
			}
			return err
		})
		l.write("trial", "touch", func(tx *record.Tx) error { return tx.Erase(e.ID) })
		l.read(func(tx *record.Tx) error {
			doc, err := shown(tx)
			if v, there := doc["secret"]; v != nil || !there {
				l.Errorf("after erasing: %v", v)
			}
			return err
		})
		if got := l.get(e.ID); got.Secret != "" || got.Title != "y" {
			l.Errorf("after erasing: %+v", got)
		}
	})
}

// A record that was last written with an earlier schema reads as the current one, alone and in lists, and its next write stores it so.
func TestEarlierSchema(t *testing.T) {
	each(t, func(l *lab) {
		e, other := l.create(in("/siv/", "gammel")), l.create(in("/siv/", "en til"))
		schema, upcast := trials.Schema, trials.Upcast
		defer func() { trials.Schema, trials.Upcast = schema, upcast }()
		trials.Schema = schema + 1
		trials.Upcast = func(from int, doc []byte) ([]byte, error) {
			if from != schema {
				return nil, fmt.Errorf("of schema %d", from)
			}
			return bytes.Replace(doc, []byte(`"title":"gammel"`), []byte(`"title":"ny"`), 1), nil
		}
		l.change("update", other, titled("gammel")) // in the current schema
		if got := l.get(e.ID).Title; got != "ny" {
			l.Errorf("read %q", got)
		}
		l.read(func(tx *record.Tx) error {
			for _, limit := range []int{1, 10} {
				var titles []string
				for q := (query.Query{Limit: limit, Filters: map[string][]string{}}); ; {
					p, err := query.List(tx, trials.Kind, q)
					if err != nil {
						return err
					}
					var docs []struct{ Title string }
					if err := json.Unmarshal([]byte("["+p.Docs+"]"), &docs); err != nil || len(docs) != p.N {
						l.Fatalf("%d of %d documents: %v", len(docs), p.N, err)
					}
					for _, d := range docs {
						titles = append(titles, d.Title)
					}
					if q.Cursor = p.Next; p.Next == "" {
						break
					}
				}
				if got := strings.Join(titles, ", "); got != "gammel, ny" {
					l.Errorf("listed %s, %d a page", got, limit)
				}
			}
			rows, err := tx.Rows(trials.Kind, []string{e.ID})
			if err == nil && rows[0].Title() != "ny" {
				l.Errorf("read ahead %q", rows[0].Title())
			}
			return err
		})
		e = l.change("touch", e, func(*trial) error { return nil })
		events := l.events(e.ID)
		if last := events[len(events)-1]; last.Schema != schema+1 || !strings.Contains(string(last.Document), `"title":"ny"`) {
			l.Errorf("stored %s in schema %d", last.Document, last.Schema)
		}
	})
}

func TestAsOf(t *testing.T) {
	each(t, func(l *lab) {
		before := l.clock()
		l.tick(time.Hour)
		e := l.create(in("/siv/", "en"))
		first := l.clock()
		l.tick(time.Hour)
		e = l.change("update", e, titled("to"))
		e = l.change("submit", e, e.to("review"))
		l.tick(time.Hour)
		at := func(when time.Time) (got string) {
			l.read(func(tx *record.Tx) error {
				now, err := tx.Load(trials.Kind, e.ID)
				if err != nil {
					return err
				}
				row, err := event.AsOf(tx, now, when)
				if fault.Is(err, fault.NotFound) {
					got = "not found"
					return nil
				}
				if err != nil {
					return err
				}
				was, err := trials.Decode(tx, row)
				if err == nil {
					got = fmt.Sprint(was.Title, row.Version, row.Status, row.Past)
				}
				return err
			})
			return got
		}
		for _, c := range []struct {
			when time.Time
			want string
		}{
			{before, "not found"},
			{first.Add(-time.Microsecond), "not found"},
			{first, "en1drafttrue"},
			{first.Add(time.Minute), "en1drafttrue"},
			{first.Add(time.Hour), "to3reviewtrue"},
			{l.clock(), "to3reviewtrue"},
		} {
			if got := at(c.when); got != c.want {
				l.Errorf("at %v: %s, want %s", c.when, got, c.want)
			}
		}
		// An actor who may not read the state of that day gets nothing.
		l.guard.refuse = func(_ *record.Tx, p record.Permission, t record.Target) bool {
			return p.Action == "read" && t.Status == "draft"
		}
		if got := at(first); got != "not found" {
			l.Errorf("a state that cannot be read: %s", got)
		}
		for _, ev := range l.events(e.ID) {
			if ev.Status == "draft" {
				l.Errorf("an event in a state that cannot be read: %+v", ev)
			}
		}
	})
}

func TestHandsAndMeta(t *testing.T) {
	each(t, func(l *lab) {
		e := in("/siv/", "x")
		e.Due, e.Rank = "2026-12-01", 3
		l.create(e)
		e = l.change("submit", e, e.to("review"))
		key := &record.Actor{ID: record.NewID(), Service: true, Persons: []string{"key", "responsible"}}
		l.write("trial", "seen", func(tx *record.Tx) error {
			_, err := trials.Change(tx.As(key, tx.Permission, time.Time{}), record.Ref{ID: e.ID, Version: 2}, func(t *trial) error {
				t.Count("control", []record.PriorAct{{Action: "update", Person: "lender", Seq: 2, Day: "2026-11-01"}})
				t.Rank = 4
				return nil
			})
			return err
		})
		events := l.events(e.ID)
		today := record.DateOf(l.clock())
		want := record.Meta{Due: "2026-12-01", Facts: []record.Fact{{Name: "rank", Value: "4"}}, PriorActs: []record.PriorAct{
			{Action: "create", Person: l.me.ID, Seq: events[0].Seq, Day: today},
			{Action: "submit", Person: l.me.ID, Seq: events[1].Seq, Day: today},
			{Action: "seen", Person: "key", Seq: events[2].Seq, Day: today},
			{Action: "seen", Person: "responsible", Seq: events[2].Seq, Day: today},
			{Action: "control", Person: "lender", Seq: 2, Day: "2026-11-01"},
		}}
		if got := l.get(e.ID).Row().Meta; !reflect.DeepEqual(got, want) {
			l.Errorf("kept %+v, want %+v", got, want)
		}
	})
}

// Sixteen writers at once: all succeed, numbers and seq have no gaps, and no update is lost. Of writers that read the same version, one succeeds.
func TestConcurrentWriters(t *testing.T) {
	each(t, func(l *lab) {
		const writers, rounds = 16, 6
		shared := l.create(in("/siv/", "delt"))
		contested := l.create(in("/siv/", "omstridt"))
		var wins sync.Map
		var all sync.WaitGroup
		for w := range writers {
			all.Go(func() {
				for i := range rounds {
					if err := l.tryCreate(in("/siv/", fmt.Sprint(w, i))); err != nil {
						l.Error(err)
					}
					if err := l.tryChange("update", record.Ref{ID: shared.ID, Version: record.AnyVersion}, func(t *trial) error { t.Rank++; return nil }); err != nil {
						l.Error(err)
					}
				}
				switch err := l.tryChange("update", record.Ref{ID: contested.ID, Version: 1}, titled(fmt.Sprint(w))); {
				case err == nil:
					wins.Store(w, true)
				case !fault.Is(err, fault.Stale):
					l.Error(err)
				}
			})
		}
		all.Wait()
		if got := l.get(shared.ID); got.Rank != writers*rounds || got.Version != writers*rounds+1 {
			l.Errorf("rank %d of version %d", got.Rank, got.Version)
		}
		n := 0
		wins.Range(func(any, any) bool { n++; return true })
		if n != 1 {
			l.Errorf("%d writers won", n)
		}
		if got := l.count("SELECT COUNT(DISTINCT number) FROM trials"); got != writers*rounds+2 {
			l.Errorf("%d numbers", got)
		}
		if got := l.count("SELECT next FROM counters WHERE kind = 'trial'"); got != writers*rounds+3 {
			l.Errorf("the next number is %d", got)
		}
		for i, ev := range l.events("") {
			if ev.Seq != int64(i+1) {
				l.Fatalf("event %d has seq %d", i+1, ev.Seq)
			}
		}
	})
}

// setting is a table outside the log.
type setting struct {
	Key   string `gorm:"primaryKey"`
	Value string
}

func TestSideTables(t *testing.T) {
	side := record.Side[setting]{Table: "settings"}
	each(t, func(l *lab) {
		before := l.state()
		l.write("", "", func(tx *record.Tx) error {
			if err := side.Insert(tx, &setting{"a", "1"}); err != nil {
				return err
			}
			if err := side.Put(tx, &setting{"a", "2"}); err != nil {
				return err
			}
			return side.Put(tx, &setting{"b", ""})
		})
		err := l.try("", "", func(tx *record.Tx) error { return side.Insert(tx, &setting{"a", "3"}) })
		if !fault.Is(err, fault.Conflict) {
			l.Errorf("a second key: %v", err)
		}
		l.read(func(tx *record.Tx) error {
			if s, err := side.First(tx, "key = ?", "a"); err != nil || s.Value != "2" {
				l.Errorf("%+v, %v", s, err)
			}
			if _, err := side.First(tx, "key = ?", "c"); !fault.Is(err, fault.NotFound) {
				l.Errorf("nothing found: %v", err)
			}
			list, err := side.All(tx, "value <> ?", "x")
			if len(list) != 2 {
				l.Errorf("%+v", list)
			}
			return err
		})
		if err := l.db.Read(l.Context(), l.me, record.Permission{}, func(tx *record.Tx) error { return side.Put(tx, &setting{"r", "w"}) }); err == nil {
			l.Error("a reader wrote")
		}
		l.write("", "", func(tx *record.Tx) error { return side.Delete(tx, "key = ?", "a") })
		if l.count("SELECT COUNT(*) FROM settings") != 1 || l.state() != before {
			l.Error("more or less than the side table changed")
		}
	})
}
