package access_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/access"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/internal/store/storetest"
	"github.com/ki-styring/aims/policies"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var _ = api.Base // registers every kind of record

// world is a source of rights that a test sets.
type world struct {
	deciders access.Deciders
	advisor  string // the number of the body that advises
	advised  bool
	people   map[string]*access.Person
	custom   []access.CustomRole
}

func (w *world) Persons(_ *record.Tx, ids []string) (map[string]*access.Person, error) {
	out := map[string]*access.Person{}
	for _, id := range ids {
		out[id] = &access.Person{}
		if p := w.people[id]; p != nil {
			out[id] = &access.Person{Holdings: slices.Clone(p.Holdings), Kin: p.Kin}
		}
	}
	return out, nil
}

func (w *world) CustomRoles(*record.Tx) ([]access.CustomRole, error) { return w.custom, nil }

func (w *world) Deciders(*record.Tx) (access.Deciders, error) { return w.deciders, nil }

func (w *world) Advises(*record.Tx, string, string, string) (string, bool, error) {
	return w.advisor, w.advised, nil
}

// desk is a guard with a source of rights and a database that keeps the access epoch.
type desk struct {
	testing.TB
	guard *access.Guard
	db    *record.DB
	now   time.Time
}

var today = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

func newDesk(t testing.TB, w access.Source) *desk {
	t.Helper()
	guard, err := access.New(policies.Files, w)
	if err != nil {
		t.Fatal(err)
	}
	s := storetest.Open(t, store.SQLite)
	d := &desk{TB: t, guard: guard, now: today}
	if d.db, err = record.Open(s.Writer, s.Reader, false, guard, func() time.Time { return d.now }, store.Down); err != nil {
		t.Fatal(err)
	}
	return d
}

// as runs fn for an actor.
func (d *desk) as(id string, fn func(tx *record.Tx)) {
	d.Helper()
	err := d.db.Peek(context.Background(), &record.Actor{ID: id, Persons: []string{id}}, record.Permission{}, func(tx *record.Tx) error {
		fn(tx)
		return nil
	})
	if err != nil {
		d.Fatal(err)
	}
}

// check returns the code of the refusal, or "".
func (d *desk) check(id, object, action string, t record.Target) (code string) {
	d.Helper()
	d.as(id, func(tx *record.Tx) {
		err := ask(d.guard, tx, record.Permission{Object: object, Action: action}, t)
		if err == nil {
			return
		}
		f := fault.As(err)
		if f == nil {
			d.Fatal(err)
		}
		code = f.Code
	})
	return code
}

// moved raises the access epoch, so that cached rights are read again.
func (d *desk) moved() {
	d.Helper()
	if err := d.db.Write(context.Background(), record.System, record.Permission{}, "", (*record.Tx).RaiseEpoch); err != nil {
		d.Fatal(err)
	}
}

func holding(role, scope string) *access.Person {
	return &access.Person{Holdings: []access.Holding{{Role: role, Scope: scope, Powers: access.Every}}}
}

// ask returns nil when the guard allows it, and otherwise the refusal.
func ask(g *access.Guard, tx *record.Tx, p record.Permission, t record.Target) error {
	d, err := g.Check(tx, p, t)
	if err != nil {
		return err
	}
	return d.Err()
}
