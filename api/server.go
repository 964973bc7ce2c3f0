// Package api defines the HTTP contract. It has one file per resource, and one list of routes. Package rest serves the routes.
package api

import (
	"log/slog"
	"net/http"
	"slices"

	"github.com/ki-styring/aims/internal/access"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/people"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// Config has what the API needs.
type Config struct {
	DB       *record.DB
	Guard    *access.Guard
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
}

// Server is the API.
type Server struct {
	Config
	*rest.Server
	origins http.CrossOriginProtection
}

// Base is the path prefix of all routes.
const Base = rest.Base

// New returns a server with all its routes.
func New(c Config) (*Server, error) {
	s := &Server{Config: c}
	var err error
	s.Server, err = rest.New(rest.Config{
		DB: c.DB, Guard: c.Guard, Log: c.Log, Texts: texts, Ready: c.Ready, Down: c.Down, Origins: c.Origins, Proxies: c.Proxies,
		Description: c.Describe, Docs: c.Docs, Pages: s.pages(), Authenticate: s.authenticate, EveryRecord: s.everyRecord,
		PersonName: func(row *record.Row) (string, error) {
			p, err := people.Of(row)
			return p.Name, err
		},
		Problem: func(p rest.Problem) any { return &Problem{Problem: p} },
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
