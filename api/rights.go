package api

import (
	"io/fs"
	"strings"

	"github.com/ki-styring/aims/internal/access"
	"github.com/ki-styring/aims/internal/holdings"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/people"
	"github.com/ki-styring/aims/internal/record"
)

// NewGuard joins the policy files with the records that say who holds what.
func NewGuard(files fs.FS) (*access.Guard, error) {
	g, err := access.New(files, holdings.Source{})
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

// NewIdentity joins sign-in with the people of the installation.
func NewIdentity(db *record.DB) *identity.Service { return identity.New(db, holdings.Source{}) }

// rules are the rights that lists of people and tasks ask about.
func (s *Server) rules() people.Rules {
	return people.Rules{Guard: s.Guard, Bars: s.Barred, Ruled: s.Ruled, Ahead: s.Ahead}
}

// given passes the rights that a change of a record asks about: given(governance.ChangeCase)(s.Guard).
func given[E, R any](change func(*record.Tx, record.Ref, func(*E) error, R) (*E, error)) func(R) func(*record.Tx, record.Ref, func(*E) error) (*E, error) {
	return func(rights R) func(*record.Tx, record.Ref, func(*E) error) (*E, error) {
		return func(tx *record.Tx, ref record.Ref, apply func(*E) error) (*E, error) {
			return change(tx, ref, apply, rights)
		}
	}
}
