package api

import (
	"io/fs"
	"strings"

	"github.com/ki-styring/aims/internal/access"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/holdings"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/people"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/settings"
)

// NewGuard returns a guard that decides by the policy files, and by the records that say who has which role.
func NewGuard(files fs.FS) (*access.Guard, error) {
	defaults, err := settings.ReadDefaults(files)
	if err != nil {
		return nil, err
	}
	g, err := access.New(files, holdings.Source{Settings: defaults})
	if err != nil {
		return nil, err
	}
	asked := map[record.Permission]bool{}
	for _, r := range Routes() {
		if object, action, ok := strings.Cut(r.Permission, ":"); ok {
			asked[record.Permission{Object: object, Action: action}] = true
		}
	}
	g.Asks(asked)
	return g, nil
}

// NewIdentity returns the sign-in service for the people of the installation.
func NewIdentity(db *record.DB) *identity.Service { return identity.New(db, holdings.Source{}) }

// rules returns what lists of people and tasks need to check rights: the guard, and the rules of the kinds.
func (s *Server) rules() people.Rules {
	return people.Rules{Guard: s.Guard, Bars: s.Barred, Ruled: s.Ruled, Ahead: s.Ahead}
}

// NewCarrier returns what takes the actions that a body has decided, for the demo, which decides without a server.
func NewCarrier(guard *access.Guard) (governance.Carrier, error) { return New(Config{Guard: guard}) }

// Separated reports whether an earlier act of a person, or a rule of the record's kind, keeps them from an action on a record.
func (s *Server) Separated(tx *record.Tx, person string, p record.Permission, row *record.Row) (bool, error) {
	act, err := s.Guard.Separated(tx, person, p, row.Target())
	if err != nil || act != nil {
		return act != nil, err
	}
	return s.Barred(tx.As(&record.Actor{ID: person, Persons: []string{person}}, p, tx.Now), row, p.Action), nil
}

// withGuard passes the guard to a change that checks rights: withGuard(governance.ChangeCase)(s.Guard).
func withGuard[E, R any](change func(*record.Tx, record.Ref, func(*E) error, R) (*E, error)) func(R) func(*record.Tx, record.Ref, func(*E) error) (*E, error) {
	return func(rights R) func(*record.Tx, record.Ref, func(*E) error) (*E, error) {
		return func(tx *record.Tx, ref record.Ref, apply func(*E) error) (*E, error) {
			return change(tx, ref, apply, rights)
		}
	}
}
