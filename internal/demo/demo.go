// Package demo creates the demonstration hospital. Every step runs the same use case as the API, as the person in the file, on the day in the
// file. So the demonstration obeys all rules.
package demo

import (
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/ki-styring/aims/internal/accounts"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rights"
	"github.com/ki-styring/aims/internal/risk"
)

// Act says who did a step, and on which day.
type Act struct {
	By     string      `yaml:"by"`
	At     record.Date `yaml:"at"`
	Reason string      `yaml:"reason"`
}

// loader creates the hospital in one transaction. It collects the steps of all parts and runs them in the order of their days.
type loader struct {
	tx    *record.Tx
	files fs.FS
	guard Guard
	// carrier takes the actions that a body has decided.
	carrier governance.Carrier
	h       hospital
	hash    string
	people  map[string]string // username → id
	ids     map[string]string // key in the file → id
	steps   []step
	days    map[record.Date]int // the number of steps on a day
}

// step is one action at its time. The text on names it in errors.
type step struct {
	at time.Time
	do func() error
	on string
}

// Guard answers what the use cases ask about rights.
type Guard interface {
	rights.Guard
	risk.Authorities
}

// Load creates the hospital: its people, units and bodies and, unless bare is true, its content. The hash is that of the password that all
// demo people share.
func Load(tx *record.Tx, files fs.FS, guard Guard, carrier governance.Carrier, hash string, bare bool) error {
	p := &loader{tx: tx, files: files, guard: guard, carrier: carrier, hash: hash, people: map[string]string{}, ids: map[string]string{}, days: map[record.Date]int{}}
	var err error
	if p.h, err = readHospital(files); err != nil {
		return err
	}
	if err := p.setUp(); err != nil {
		return err
	}
	p.bodies()
	if !bare {
		p.content()
		if err := p.governing(); err != nil {
			return err
		}
	}
	slices.SortStableFunc(p.steps, func(a, b step) int { return a.at.Compare(b.at) })
	for _, s := range p.steps {
		if err := s.do(); err != nil {
			return fmt.Errorf("demo: %s on %s: %w", s.on, s.at.Format(time.DateOnly), err)
		}
	}
	return nil
}

func readHospital(files fs.FS) (h hospital, err error) {
	data, err := fs.ReadFile(files, "demo/hospital.yaml")
	if err == nil {
		err = yaml.UnmarshalWithOptions(data, &h, yaml.Strict())
	}
	if err != nil {
		return h, fmt.Errorf("demo: %w", err)
	}
	return h, nil
}

// on adds a step: a person's action on a kind of record, on a day. The steps of a day are one minute apart, from 9 o'clock on.
func (p *loader) on(a Act, object, action, what string, fn func(tx *record.Tx) error) {
	at := a.At.Time().Add(9*time.Hour + time.Duration(p.days[a.At])*time.Minute)
	p.days[a.At]++
	p.steps = append(p.steps, step{at: at, on: a.By + " " + action + " " + what, do: func() error {
		tx := p.as(a.By, object, action, at)
		if a.Reason != "" {
			tx.Because(a.Reason)
		}
		return fn(tx)
	}})
}

// as returns a transaction for a person's action at an instant.
func (p *loader) as(username, object, action string, at time.Time) *record.Tx {
	id := p.people[username]
	tx := p.tx.As(&record.Actor{ID: id, Persons: []string{id}}, record.Permission{Object: object, Action: action}, at.UTC())
	p.tx.Now = tx.Now
	return tx
}

// setUp creates the administrator, the units, the people and their roles on the first day.
func (p *loader) setUp() error {
	start := p.h.Installed.Time().Add(8 * time.Hour)
	system := p.tx.As(record.System, record.Permission{}, start.UTC())
	for _, person := range p.h.People {
		if person.Username != "admin" {
			continue
		}
		u, err := accounts.NewAdministrator(system, person.Username, person.Name, "/", p.hash, false)
		if err != nil {
			return fmt.Errorf("demo: administrator: %w", err)
		}
		p.people[person.Username] = u.ID
	}
	for _, u := range p.h.Units {
		in := org.UnitInput{Common: record.Common{Scope: u.Path}, Kind: u.Kind, Name: u.Name}
		if _, err := org.OpenUnit(p.as("admin", "unit", "create", start), in); err != nil {
			return fmt.Errorf("demo: unit %s: %w", u.Path, err)
		}
	}
	for _, person := range p.h.People {
		if err := p.addPerson(person, start); err != nil {
			return fmt.Errorf("demo: %s: %w", person.Username, err)
		}
	}
	return nil
}

// addPerson creates a person's account and assigns the person's roles.
func (p *loader) addPerson(person person, start time.Time) error {
	if person.Username != "admin" {
		in := org.UserInput{
			Common: record.Common{Scope: person.Unit}, Username: person.Username, Name: person.Name, Title: person.Title,
			Email: person.Username + "@siv.example",
		}
		u, err := accounts.New(p.as("admin", "user", "create", start), in, p.hash, false)
		if err != nil {
			return err
		}
		p.people[person.Username] = u.ID
	}
	for _, r := range person.Roles {
		if r.Role == employee || person.Username == "admin" {
			continue // everybody is an employee of their unit, and the administrator already has the role
		}
		in := org.AssignmentInput{Common: record.Common{Scope: r.Scope}, UserID: p.people[person.Username], Role: r.Role, ValidFrom: r.From}
		if _, err := rights.Assign(p.as("admin", "assignment", "create", start), in, p.guard); err != nil {
			return fmt.Errorf("%s at %s: %w", r.Role, r.Scope, err)
		}
	}
	return nil
}

// bodies adds the steps that create the bodies, their mandates and their memberships.
func (p *loader) bodies() {
	for _, b := range p.h.Bodies {
		p.on(b.Created, "body", "create", b.Key, func(tx *record.Tx) error {
			_, err := governance.Bodies.Create(tx, b.record())
			return err
		})
		for i, m := range b.Mandates {
			p.mandate(b, fmt.Sprintf("%s/mandate/%d", b.Key, i), m)
		}
		for _, m := range b.Memberships {
			p.membership(b, m)
		}
	}
}

func (p *loader) mandate(b body, key string, m mandate) {
	p.on(m.Drafted, "mandate", "create", key, func(tx *record.Tx) error {
		in := governance.MandateInput{
			Common: record.Common{Scope: b.Scope}, BodyID: b.Key, Title: m.Title, Powers: m.Powers, Purpose: m.Purpose, Tasks: m.Tasks,
			Composition: m.Composition, Term: m.Term.Text, ValidFrom: m.Term.StartsOn, ValidTo: m.Term.EndsOn,
			Cadence: &governance.Cadence{Min: m.Cadence.Min, Max: m.Cadence.Max, Per: m.Cadence.Per, Text: m.Cadence.Text},
			Source:  &governance.Source{Title: m.Source.Title, Ref: m.Source.Ref, URL: m.Source.URL},
		}
		if in.Cadence.Max == 0 {
			in.Cadence.Max = in.Cadence.Min
		}
		if err := p.fill(map[string]any{"delegated": m.Delegated}, &in); err != nil {
			return err
		}
		r, err := governance.DraftMandate(tx, in)
		if err == nil {
			p.ids[key] = r.ID
		}
		return err
	})
	if m.Submitted != nil {
		p.on(*m.Submitted, "mandate", "submit", key, func(tx *record.Tx) error {
			_, err := governance.Mandates.Change(tx, p.ref(key), func(r *governance.Mandate) error { return r.Submit(tx.Actor.ID) })
			return err
		})
	}
	if m.Adopted != nil {
		p.on(*m.Adopted, "mandate", "adopt", key, func(tx *record.Tx) error {
			_, err := governance.AdoptMandate(tx, p.ref(key))
			return err
		})
	}
}

func (p *loader) membership(b body, m membership) {
	key := b.Key + "/" + m.Person
	p.on(m.Proposed, "membership", "create", key, func(tx *record.Tx) error {
		r, err := governance.EnterMembership(tx, governance.MembershipInput{
			Common: record.Common{Scope: b.Scope}, BodyID: b.Key, UserID: p.people[m.Person], Position: m.Participation, ValidFrom: m.From, ValidTo: m.To,
		})
		if err == nil {
			p.ids[key] = r.ID
		}
		return err
	})
	if m.Confirmed != nil {
		p.on(*m.Confirmed, "membership", "confirm", key, func(tx *record.Tx) error {
			_, err := rights.ConfirmMembership(tx, p.ref(key), p.guard)
			return err
		})
	}
}

// ref refers to any version of the record with a key of the file.
func (p *loader) ref(key string) record.Ref {
	return record.Ref{ID: p.ids[key], Version: record.AnyVersion}
}

// Begins is an instant before the hospital's first day.
var Begins = time.Date(2025, 8, 31, 12, 0, 0, 0, time.UTC)
