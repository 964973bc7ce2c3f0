// Package api is the HTTP contract: one adapter that every route passes, and one file per resource.
package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/ki-styring/aims/internal/access"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/record"
)

// Config is what the API is joined with.
type Config struct {
	DB       *record.DB
	Guard    *access.Guard
	Identity *identity.Service
	Log      *slog.Logger
	Ready    func() error     // database and schema
	Down     func(error) bool // whether an error says that the database does not answer
	Origins  []string         // that browsers may call from (CORS)
	Proxies  []string         // whose X-Forwarded-For is believed
	Describe []byte           // the OpenAPI description
	Docs     http.FileSystem
	Demo     bool
}

// Server holds the routes.
type Server struct {
	Config
	db      *record.DB
	routes  []*Route
	engine  *gin.Engine
	metrics *metrics
	origins http.CrossOriginProtection
	extras  map[string]extra
	bars    map[string]func(tx *record.Tx, row *record.Row, action string) (bool, error)
}

// Base is where the API lies.
const Base = "/api/v1"

// New makes the server with all its routes.
func New(c Config) (*Server, error) {
	if err := CheckOrigins(c.Origins); err != nil {
		return nil, err
	}
	gin.SetMode(gin.ReleaseMode)
	s := &Server{Config: c, db: c.DB, engine: gin.New(), metrics: newMetrics(), bars: map[string]func(*record.Tx, *record.Row, string) (bool, error){}}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	s.engine.HandleMethodNotAllowed = true
	s.engine.RedirectTrailingSlash = false
	s.engine.RedirectFixedPath = false
	s.engine.UseRawPath = true
	s.engine.UnescapePathValues = true
	if err := s.engine.SetTrustedProxies(c.Proxies); err != nil {
		return nil, err
	}
	s.engine.Use(s.observe, s.secure, s.cors)
	s.engine.NoRoute(func(g *gin.Context) {
		s.refuse(g, fault.New(fault.NotFound, "no_such_path", "there is nothing at this path"))
	})
	s.engine.NoMethod(func(g *gin.Context) {
		s.refuse(g, fault.New(fault.MethodNotAllowed, "no_such_method", "this path does not take %s", g.Request.Method))
	})
	s.outside()
	s.resources()
	return s, nil
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.engine.ServeHTTP(w, r) }

// Routes is the route list.
func Routes() []Route {
	s, err := New(Config{})
	if err != nil {
		panic(err)
	}
	out := make([]Route, len(s.routes))
	for i, r := range s.routes {
		out[i] = *r
	}
	return out
}

// Enums gives the values of every closed list by its type's name in the description.
func Enums() map[string][]string {
	out := map[string][]string{}
	for name, list := range record.AllChoices() {
		for _, c := range list {
			out[name] = append(out[name], c.Value)
		}
	}
	return out
}

// RecordKinds lists the names of the kinds.
func RecordKinds() []string {
	kinds := record.Kinds()
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = k.Name
	}
	return out
}

func (s *Server) add(r *Route, h gin.HandlerFunc) {
	s.routes = append(s.routes, r)
	s.engine.Handle(r.Method, Base+ginPath(r.Path), h)
	if r.Method == http.MethodGet {
		s.engine.HEAD(Base+ginPath(r.Path), h)
	}
	if r.Out != nil && r.Out.Kind() == reflect.Pointer && r.Kind == "" {
		for _, k := range record.Kinds() {
			if k.Entity() == r.Out.Elem() {
				r.Kind = k.Name
			}
		}
	}
}

// ginPath names the first id of a path id and the second sub, as Call has them.
func ginPath(path string) string {
	parts := strings.Split(path, "/")
	name := ":id"
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			parts[i], name = name, ":sub"
		}
	}
	return strings.Join(parts, "/")
}

// serve authenticates, asks whether this actor may ever do this, and runs the route.
func (s *Server) serve(g *gin.Context, r *Route, run func(*exchange) error) {
	x := &exchange{gin: g, id: requestID(g), lang: language(g.GetHeader("Accept-Language"))}
	err := s.admit(x, r)
	if err == nil {
		err = run(x)
	}
	if err != nil {
		s.refuse(g, err)
	}
}

func (s *Server) admit(x *exchange, r *Route) (err error) {
	public := strings.HasPrefix(r.Permission, "public")
	if !public {
		if !s.db.Confirmed() {
			return soon(fault.New(fault.Unavailable, "access_unconfirmed", "the server cannot confirm who may do what right now"))
		}
		if x.session, err = s.authenticate(x.gin, r); err != nil {
			return err
		}
		x.actor = x.session.Actor
		if object, action, ok := strings.Cut(r.Permission, ":"); ok && object != "signed-in" {
			x.perm = record.Permission{Object: object, Action: action}
			if k := record.KindOf(object); action == "read" && k != nil && k.Person && x.gin.Param("id") == x.actor.ID {
				return nil // whoever signs in reads their own record
			}
			err := s.db.Peek(x.gin.Request.Context(), x.actor, x.perm, func(tx *record.Tx) error { return s.Guard.Ever(tx, x.perm) })
			if err != nil {
				return err
			}
		}
	}
	x.body, err = r.body(x.gin)
	return err
}

// soon says that a refused request may go well a little later.
func soon(f *fault.Error) *fault.Error { return f.With("retry_after", 5) }

// statusCancelled is what the log and the metrics show of a request whose client has gone; nobody reads the answer.
const statusCancelled = 499

// refuse writes the problem of an error; an error that is no refusal is logged and masked.
func (s *Server) refuse(g *gin.Context, err error) {
	lang, id := language(g.GetHeader("Accept-Language")), requestID(g)
	var p Problem
	f := fault.As(err)
	if f == nil && errors.Is(err, context.Canceled) && g.Request.Context().Err() != nil {
		s.Log.Info("request cancelled", "request_id", id, "method", g.Request.Method, "route", g.FullPath())
		g.AbortWithStatus(statusCancelled)
		return
	}
	if f == nil && s.Down != nil && s.Down(err) {
		f = soon(fault.New(fault.Unavailable, "database_down", "the database does not answer right now")).Because(err)
	}
	if f != nil && f.Kind == fault.Unavailable && f.Unwrap() != nil {
		s.Log.Error("the database does not answer", "request_id", id, "code", f.Code, "error", err)
	}
	switch f {
	case nil:
		s.Log.Error("request failed", "request_id", id, "method", g.Request.Method, "route", g.FullPath(), "error", err)
		p = masked(lang, g.Request.URL.Path, id)
	default:
		p = problemOf(f, lang, g.Request.URL.Path, id)
		if f.Kind == fault.Unauthenticated {
			g.Header("WWW-Authenticate", `Bearer realm="aims"`)
		}
		if wait, ok := f.Extra["retry_after"].(int); ok {
			g.Header("Retry-After", itoa(wait))
		}
	}
	h := g.Writer.Header()
	h.Set("Content-Type", problemMime)
	h.Set("Content-Language", lang)
	h.Set("Cache-Control", "no-store")
	g.Status(p.Status)
	_, _ = g.Writer.Write(p.bytes())
	g.Abort()
}
