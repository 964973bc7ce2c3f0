// Package api defines the HTTP contract. It has one file per resource, and one list of routes. Package rest serves the routes.
package api

import (
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"slices"

	"github.com/ki-styring/aims/internal/access"
	"github.com/ki-styring/aims/internal/aisystem"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/people"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/settings"
)

// Config has what the API needs.
type Config struct {
	DB       *record.DB
	Guard    *access.Guard
	Policies fs.FS // the folder of policies, with the default settings
	Identity *identity.Service
	Log      *slog.Logger
	Ready    func() error     // whether the database and its schema are ready
	Down     func(error) bool // reports whether an error means that the database is unavailable
	Origins  []string         // origins that browsers may call from (CORS)
	Proxies  []string         // proxies whose X-Forwarded-For is trusted
	Describe []byte           // the OpenAPI description
	Docs     http.FileSystem  // the documentation page
	Demo     bool             // the installation is a demo

	DemoPeople []DemoPerson // the people whom the start page of a demo lists
	Version    string       // the version of the program
}

// Server is the API.
type Server struct {
	Config
	*rest.Server
	origins  http.CrossOriginProtection
	settings *settings.Settings // the defaults
	gates    *aisystem.Gates
}

// Base is the path prefix of all routes.
const Base = rest.Base

// New returns a server with all its routes.
func New(c Config) (*Server, error) {
	s := &Server{Config: c}
	for _, o := range c.Origins {
		if err := s.origins.AddTrustedOrigin(o); err != nil {
			return nil, err
		}
	}
	var err error
	if c.Policies != nil {
		if s.settings, err = settings.ReadDefaults(c.Policies); err != nil {
			return nil, fmt.Errorf("api: %w", err)
		}
		if s.gates, err = aisystem.ReadGates(c.Policies); err != nil {
			return nil, fmt.Errorf("api: %w", err)
		}
	}
	s.Server, err = rest.New(rest.Config{
		DB: c.DB, Guard: c.Guard, Log: c.Log, Texts: texts, Ready: c.Ready, Down: c.Down, Origins: c.Origins, Proxies: c.Proxies,
		Description: c.Describe, Docs: c.Docs, Version: c.Version, Pages: s.pages(), Authenticate: s.authenticate, EveryRecord: s.everyRecord,
		PersonName: func(row *record.Row) (string, error) {
			p, err := people.Of(row)
			return p.Name, err
		},
		Eligible: s.eligible,
		Problem:  func(p rest.Problem) any { return &Problem{Problem: p} },
	})
	if err != nil {
		return nil, err
	}
	s.resources(s.Server)
	return s, nil
}

// Routes returns the routes in the order they were added.
func Routes() []rest.Route {
	s, err := New(Config{})
	if err != nil {
		panic(err)
	}
	return slices.Collect(s.Routes())
}

// eligibleAtMost is how many people a refusal names.
const eligibleAtMost = 20

// eligible returns who may do something now, for a refusal. It is nil when there is nobody.
func (s *Server) eligible(tx *record.Tx, row *record.Row, p record.Permission, scope string) (any, error) {
	var out []people.Person
	if row != nil {
		found, err := people.EligibleFor(tx, row, p.Action, s.rules())
		if err != nil {
			return nil, err
		}
		out = found.People
	} else {
		ids, err := people.Able(tx, "", &p, scope, s.Guard)
		if err != nil {
			return nil, err
		}
		for _, id := range ids[:min(len(ids), eligibleAtMost)] {
			person, err := people.Find(tx, id)
			if err != nil {
				return nil, err
			}
			out = append(out, person)
		}
	}
	if len(out) == 0 {
		return nil, nil //nolint:nilnil // nobody is named
	}
	return out[:min(len(out), eligibleAtMost)], nil
}
