package record_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/internal/store/storetest"
)

// desk is a kind whose key each top-level unit has for itself.
type desk struct {
	record.Base
	deskInput
	Status trialStatus `json:"status"`
}

type deskInput struct {
	record.Common
	Key    string   `json:"key" validate:"required" unique:"unit" fixed:""`
	NextID string   `json:"next_id" ref:"desk" filter:"" parent:""`
	Beside []string `json:"beside" ref:"desk"`
	Called string   `json:"called" ref:"desk,free" filter:""`
}

var desks = record.NewRepo[desk](record.Kind{Name: "desk", Path: "desks", Prefix: "DESK", Key: "key", Parts: []string{"transfer"}})

// aDesk is a new desk in a scope.
func aDesk(scope, key string) *desk {
	return &desk{deskInput: deskInput{Common: record.Common{Scope: scope, ExternalRefs: []record.ExternalRef{}}, Key: key, Beside: []string{}}, Status: "draft"}
}

// eachOffice runs a test on an installation that has the national unit.
func eachOffice(t *testing.T, run func(l *lab)) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := newLab(t, s)
		l.write("unit", "create", func(tx *record.Tx) error {
			_, err := org.Units.Create(tx, org.NewUnit(org.UnitInput{Common: record.Common{Scope: org.National}, Kind: "authority", Name: "Nasjonalt"}))
			return err
		})
		run(l)
	})
}

func (l *lab) tryDesk(d *desk) error {
	return l.try("desk", "create", func(tx *record.Tx) error {
		_, err := desks.Create(tx, d)
		return err
	})
}

func (l *lab) place(d *desk) *desk {
	l.Helper()
	if err := l.tryDesk(d); err != nil {
		l.Fatal(err)
	}
	return d
}

// Two records of one top-level unit cannot have the same key, wherever in the unit they are. Other units do not matter.
func TestKeyIsUniqueInEachTopLevelUnit(t *testing.T) {
	eachOffice(t, func(l *lab) {
		l.place(aDesk("/siv/radiologi/", "a"))
		other := l.place(aDesk("/oslo/", "a"))
		l.place(aDesk("/", "a"))
		for _, scope := range []string{"/siv/", "/siv/akutt/", "/siv/radiologi/", "/oslo/a/", "/"} {
			l.refused(fault.Conflict, "duplicate", func() error { return l.tryDesk(aDesk(scope, "a")) })
		}
		l.refused(fault.Conflict, "duplicate", func() error {
			return l.try("desk", "transfer", func(tx *record.Tx) error {
				_, err := desks.Transfer(tx, record.Ref{ID: other.ID, Version: 1}, "/siv/akutt/")
				return err
			})
		})
		l.write("desk", "transfer", func(tx *record.Tx) error {
			_, err := desks.Transfer(tx, record.Ref{ID: other.ID, Version: 1}, "/oslo/a/")
			return err
		})
	})
}

// A key means the record of the actor's own unit, else the national one, else the only one that the actor reads. What they cannot read does not count.
func TestKeyMeansTheNearestRecord(t *testing.T) {
	eachOffice(t, func(l *lab) {
		made := map[string]*desk{}
		for _, d := range []*desk{
			aDesk("/siv/", "a"), aDesk("/oslo/a/", "a"), aDesk(org.National, "a"), aDesk("/", "a"), aDesk("/siv/", "b"), aDesk("/oslo/", "b"), aDesk("/oslo/", "c"),
		} {
			made[l.place(d).Scope+d.Key] = d
		}
		for _, tt := range []struct {
			name, key string
			units     []string
			unread    string // the scopes that the actor cannot read
			want      string // the record, or the candidates of a refusal
		}{
			{"in the own unit", "a", []string{"/siv/"}, "", "/siv/a"},
			{"below the own unit", "a", []string{"/oslo/"}, "", "/oslo/a/a"},
			{"in the own unit, with a seat in a national body", "a", []string{org.National, "/siv/"}, "", "/siv/a"},
			{"national", "a", []string{"/ukjent/"}, "", "/nasjonalt/a"},
			{"national for the root, which has one too", "a", nil, "", "/nasjonalt/a"},
			{"in two units of one's own", "a", []string{"/oslo/", "/siv/"}, "", "/siv/a /oslo/a/a"},
			{"the own one cannot be read", "a", []string{"/siv/"}, "/siv/", "/nasjonalt/a"},
			{"one can be read", "a", nil, "/siv/ /oslo/a/ /nasjonalt/", "/a"},
			{"none can be read", "a", []string{"/siv/"}, "/siv/ /oslo/a/ /nasjonalt/ /", ""},
			{"in two units of others", "b", nil, "", "/siv/b /oslo/b"},
			{"in two units of others, of which one can be read", "b", nil, "/siv/", "/oslo/b"},
			{"the only one", "c", []string{"/siv/"}, "", "/oslo/c"},
			{"the only one cannot be read", "c", []string{"/siv/"}, "/oslo/", ""},
		} {
			l.guard.units = tt.units
			l.guard.refuse = func(_ *record.Tx, p record.Permission, t record.Target) bool {
				return p.Action == "read" && slices.Contains(strings.Fields(tt.unread), t.Scope)
			}
			var row *record.Row
			var found []string
			err := l.db.Read(t.Context(), l.me, record.Permission{Object: "desk", Action: "read"}, func(tx *record.Tx) (err error) {
				row, err = tx.Load(desks.Kind, tt.key)
				return err
			})
			refusal := fault.As(err)
			switch {
			case err == nil:
				found = []string{row.Scope + tt.key}
			case refusal != nil && refusal.Code == "ambiguous_key":
				for _, c := range refusal.Extra["candidates"].([]record.Candidate) {
					found = append(found, c.Scope+tt.key)
				}
			case !fault.Is(err, fault.NotFound):
				t.Fatal(err)
			}
			if got := strings.Join(found, " "); got != tt.want {
				t.Errorf("%s: %q, not %q", tt.name, got, tt.want)
			}
		}
		l.guard.refuse = nil
		l.guard.units = []string{"/siv/"}
		d := aDesk("/siv/", "d")
		d.NextID, d.Beside, d.Called = "b", []string{"a", made["/siv/a"].ID}, "b"
		if l.place(d); d.NextID != made["/siv/b"].ID || d.Called != d.NextID || !slices.Equal(d.Beside, []string{made["/siv/a"].ID}) {
			t.Errorf("kept by key: %+v", d.deskInput)
		}
		d = aDesk("/siv/", "e")
		if d.Called = "direktør"; l.place(d).Called != "direktør" {
			t.Errorf("a text became %s", d.Called)
		}
		for by, want := range map[string]int{"next_id": 1, "called": 1} {
			if n := l.filtered(by, "b"); n != want {
				t.Errorf("%d records by %s, not %d", n, by, want)
			}
		}
		l.guard.units = nil
		for _, pointer := range []string{"/next_id", "/beside/0", "/called"} {
			d := aDesk("/siv/", "f")
			switch pointer {
			case "/next_id":
				d.NextID = "b"
			case "/beside/0":
				d.Beside = []string{"b"}
			default:
				d.Called = "b"
			}
			refusal := l.refused(fault.Conflict, "ambiguous_key", func() error { return l.tryDesk(d) })
			if got := pointers(refusal); got != pointer+" ambiguous_key" {
				t.Errorf("the fault is at %s", got)
			}
		}
		d = aDesk("", "f")
		d.NextID = "b"
		if got := pointers(l.refused(fault.Conflict, "ambiguous_key", func() error { return l.tryDesk(d) })); got != "/next_id ambiguous_key" {
			t.Errorf("without a scope the fault is at %s", got)
		}
	})
}

// filtered counts the desks that a filter finds.
func (l *lab) filtered(by, value string) (n int) {
	l.Helper()
	l.read(func(tx *record.Tx) error {
		p, err := query.List(tx, desks.Kind, query.Query{Filters: map[string][]string{by: {value}}, Limit: 10})
		if err == nil {
			n = p.N
		}
		return err
	})
	return n
}
