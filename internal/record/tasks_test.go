package record_test

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/classify"
	"github.com/ki-styring/aims/internal/demo"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/policy"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/seeding"
	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/internal/store/storetest"
	"github.com/ki-styring/aims/policies"
	"github.com/ki-styring/aims/seed"
)

// sameTasks holds the table of open tasks to what the documents of a kind say.
func sameTasks(t *testing.T, db *record.DB, k *record.Kind) (n int) {
	t.Helper()
	err := db.Read(context.Background(), record.System, record.Permission{}, func(tx *record.Tx) error {
		stored, err := record.StoredTasks(tx, k)
		if err != nil {
			return err
		}
		worked, err := record.WorkedOutTasks(tx, k)
		slices.Sort(stored)
		if n = len(stored); !slices.Equal(stored, worked) {
			t.Errorf("%s: stored\n%q\nof the documents\n%q", k.Name, stored, worked)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Whatever is written, what waits is what the documents say: through every verb, hand-over, new day, move and
// removal, and after writes on other records that count for a record.
func TestOpenTasksFollowTheRecords(t *testing.T) {
	each(t, func(l *lab) {
		people := []string{l.me.ID, ""}
		l.write("user", "create", func(tx *record.Tx) error {
			u, err := org.Users.Create(tx, org.NewUser(org.UserInput{Common: record.Common{Scope: "/siv/"}, Username: "ola", Name: "Ola"}))
			people = append(people, u.ID)
			return err
		})
		random := rand.New(rand.NewPCG(1, 2))
		one := func(list []string) string { return list[random.IntN(len(list))] }
		watchers := func() (out []string) {
			for _, p := range people {
				if p != "" && random.IntN(2) == 0 {
					out = append(out, p)
				}
			}
			return out
		}
		var all []*trial
		most := 0
		for range 400 {
			if len(all) < 8 {
				e := in(one(scopes[1:]), "x")
				e.Owner, e.Watchers, e.Due = one(people), watchers(), record.Date(one([]string{"", "2026-12-01"}))
				all = append(all, l.create(e))
				continue
			}
			i := random.IntN(len(all))
			e := all[i]
			switch status := e.Status; random.IntN(7) {
			case 0, 1:
				if status != "done" {
					all[i] = l.change("update", e, func(e *trial) error {
						e.Owner, e.Watchers, e.Due = one(people), watchers(), record.Date(one([]string{"", "2026-12-01", "2027-01-01"}))
						e.Rank = 8 + random.IntN(2)
						e.countsFor = one([]string{"", all[random.IntN(len(all))].ID})
						e.Days = map[string]record.Date{l.me.ID: record.Date(one([]string{"", "2026-11-30"}))}
						return nil
					})
				}
			case 2, 3:
				if status == "draft" {
					all[i] = l.change("submit", e, e.to("review"))
				}
			case 4:
				if status == "review" {
					all[i] = l.change("approve", e, e.to("done"))
					all = slices.Delete(all, i, i+1)
				}
			case 5:
				if status == "draft" {
					l.write("trial", "delete", func(tx *record.Tx) error { return tx.Remove(trials.Kind, record.Ref{ID: e.ID, Version: e.Version}) })
					all = slices.Delete(all, i, i+1)
				}
			case 6:
				l.write("trial", "transfer", func(tx *record.Tx) (err error) {
					all[i], err = trials.Transfer(tx, record.Ref{ID: e.ID, Version: e.Version}, one(scopes[1:]))
					return err
				})
			}
			if random.IntN(10) == 0 {
				l.tick(24 * time.Hour)
				most = max(most, sameTasks(t, l.db, trials.Kind))
			}
		}
		if most < 8 {
			t.Errorf("at most %d tasks were open", most)
		}
	})
}

// What every kind declares is stored as the demo hospital is played.
func TestOpenTasksOfTheDemo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		fsys, err := fs.Sub(seed.Files, "templates")
		if err == nil {
			err = policy.LoadTemplates(fsys)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(catalogue.Load(seed.Files), classify.Load(seed.Files)); err != nil {
			t.Fatal(err)
		}
		guard, err := api.NewGuard(policies.Files)
		if err != nil {
			t.Fatal(err)
		}
		db, err := record.Open(s.Writer, s.Reader, s.Engine == store.Postgres, guard, func() time.Time { return demo.Begins }, store.Down)
		if err != nil {
			t.Fatal(err)
		}
		err = db.Write(context.Background(), record.System, record.Permission{}, "", func(tx *record.Tx) error {
			if err := seeding.Install(tx, policies.Files, seed.Files); err != nil {
				return err
			}
			carrier, err := api.NewCarrier(guard)
			if err != nil {
				return err
			}
			return demo.Load(tx, seed.Files, guard, carrier, "x", false)
		})
		if err != nil {
			t.Fatal(err)
		}
		waiting := 0
		for _, k := range record.Kinds() {
			if k != trials.Kind && k != desks.Kind {
				waiting += sameTasks(t, db, k)
			}
		}
		if waiting < 20 {
			t.Errorf("%d tasks are open", waiting)
		}
	})
}
