package record_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// A trial rests on its parent: an amendment of the parent sets the flag of a trial in review.
var _ = trials.RestsOn(record.Rest[trial]{
	On: "trial", By: []string{"parent", "peers"}, When: []string{"amend"}, Verb: "seen",
	Apply: func(_ *record.Tx, t *trial, c record.Change) (bool, error) {
		if c.Row.Field("title").String() == "refused" {
			return false, errOwn
		}
		was := t.Flag
		t.Flag = c.Row.Field("title").String() == "changed"
		return t.Flag != was, nil
	},
})

// What rests on a record changes with it: once, with an event of its own, whoever may do what, and as nobody's act.
func TestWhatRestsOnARecordChangesWithIt(t *testing.T) {
	each(t, func(l *lab) {
		base := l.create(in("/siv/", "base"))
		resting := func(status trialStatus, peers ...string) *trial {
			e := in("/siv/radiologi/", "resting")
			e.Parent, e.Peers, e.Status = base.ID, peers, status
			return l.create(e)
		}
		review, both, done, draft := resting("review"), resting("review", base.ID), resting("done"), resting("draft")
		l.guard.refuse = func(_ *record.Tx, p record.Permission, _ record.Target) bool { return p.Action == "seen" }

		base = l.change("amend", base, titled("changed"))
		for _, c := range []struct {
			name    string
			e       *trial
			flag    bool
			actions []string
		}{
			{"by one reference", review, true, []string{"create", "seen"}},
			{"by two references, once", both, true, []string{"create", "seen"}},
			{"in a state that the action does not fit", done, false, []string{"create"}},
			{"in another such state", draft, false, []string{"create"}},
		} {
			var actions []string
			for _, e := range l.events(c.e.ID) {
				actions = append(actions, e.Action)
			}
			got := l.get(c.e.ID)
			if got.Flag != c.flag || !slices.Equal(actions, c.actions) {
				t.Errorf("%s: flag %t, events %v", c.name, got.Flag, actions)
			}
			if got.Row().Meta.Last("seen") != 0 {
				t.Errorf("%s: the change counts as somebody's act", c.name)
			}
		}

		before := l.get(review.ID).Version
		base = l.change("amend", base, titled("changed"))
		if got := l.get(review.ID).Version; got != before {
			t.Errorf("nothing to change, and yet version %d became %d", before, got)
		}
		base = l.change("update", base, titled("other"))
		if got := l.get(review.ID).Version; got != before {
			t.Errorf("an action that is not declared changed it: version %d became %d", before, got)
		}

		state := l.state()
		err := l.tryChange("amend", record.Ref{ID: base.ID, Version: base.Version}, titled("refused"))
		if !errors.Is(err, errOwn) || fault.As(err) != nil || l.state() != state {
			t.Errorf("a failure of what rests on it must undo the whole: %v", err)
		}
	})
}
