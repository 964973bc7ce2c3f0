// Package rest serves records over HTTP. It routes, authenticates and decodes requests. It answers with ETags and problems, pages lists, and
// replays answers for an Idempotency-Key. It serves any kind of record and imports no domain package.
package rest

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"net/http"
	"reflect"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/tidwall/gjson"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Config holds what a server needs.
type Config struct {
	DB          *record.DB
	Guard       Guard
	Log         *slog.Logger
	Texts       *Texts
	Ready       func() error     // whether the database and its schema are ready
	Down        func(error) bool // reports whether an error means that the database is unavailable
	Origins     []string         // origins that browsers may call from (CORS)
	Proxies     []string         // proxies whose X-Forwarded-For is trusted
	Description []byte           // the OpenAPI description
	Docs        http.FileSystem  // the documentation page
	Pages       []PublicPage     // further pages outside the API
	Version     string           // the version of the program

	// Authenticate finds the session of a request to a route that is not public.
	Authenticate func(r *http.Request, route *Route) (Session, error)
	// EveryRecord adds routes under the records of a kind, in addition to events and links. Read is the permission to read the record.
	EveryRecord func(s *Server, k *record.Kind, read string)
	// PersonName returns the name of a person from their record.
	PersonName func(row *record.Row) (string, error)
	// Eligible returns who may do something now: on a record, or where row is nil to create one in the scope.
	Eligible func(tx *record.Tx, row *record.Row, p record.Permission, scope string) (any, error)
	// Problem returns a pointer to a struct that embeds the problem. Its other members receive the values added with fault.Error.With.
	Problem func(Problem) any
}

// Guard decides what an actor may do.
type Guard interface {
	// Ever returns nil if there is a scope and a state where the actor has the permission.
	Ever(tx *record.Tx, p record.Permission) error
	// Allows reports whether the actor has the permission on the target.
	Allows(tx *record.Tx, p record.Permission, t record.Target) bool
}

// Server holds the routes and serves them.
type Server struct {
	cfg     Config
	routes  []*Route
	engine  *gin.Engine
	handler http.Handler // the engine, with compressed answers
	metrics *metrics
	extras  map[string]extra
	carried map[record.Permission]carried // the verbs that a decision of a body can take
	bars    map[string]func(tx *record.Tx, row *record.Row, action string) (bool, error)
	ahead   map[string]func(tx *record.Tx, rows []*record.Row) error
}

// New makes a server without routes.
func New(c Config) (*Server, error) {
	if err := CheckOrigins(c.Origins); err != nil {
		return nil, err
	}
	gin.SetMode(gin.ReleaseMode)
	s := &Server{cfg: c, engine: gin.New(), metrics: newMetrics(), extras: map[string]extra{}, carried: map[record.Permission]carried{}, bars: map[string]func(*record.Tx, *record.Row, string) (bool, error){}, ahead: map[string]func(*record.Tx, []*record.Row) error{}}
	if s.cfg.Log == nil {
		s.cfg.Log = slog.New(slog.DiscardHandler)
	}
	if s.cfg.Texts == nil {
		s.cfg.Texts = &Texts{}
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
	s.addSystemRoutes()
	var err error
	s.handler, err = compressing(s.engine)
	return s, err
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Routes lists the routes in the order they were added.
func (s *Server) Routes() iter.Seq[Route] {
	return func(yield func(Route) bool) {
		for _, r := range s.routes {
			if !yield(*r) {
				return
			}
		}
	}
}

// RecordKinds lists the names of the record kinds.
func RecordKinds() []string {
	kinds := record.Kinds()
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = k.Name
	}
	return out
}

// add adds a route, and HEAD for a read. A route without a kind gets the kind of the record that it answers with.
func (s *Server) add(r *Route, h gin.HandlerFunc) {
	if names := r.expandable(); len(names) > 0 && !r.write() {
		r.Query = append(r.Query, Param{
			Name: "expand", In: "query", Type: "string", List: true, Enum: names,
			Doc: "Adds expanded: id, number and title (or name) of the records that these fields name, by the values in the fields. A dot expands what those records name.",
		})
	}
	if r.dryRun = r.canDryRun(); r.dryRun {
		r.Query = append(r.Query, dryRun)
	}
	s.routes = append(s.routes, r)
	s.engine.Handle(r.Method, Base+ginPath(r.Path), h)
	if !r.write() {
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

// serve authenticates the caller, checks that they may ever use the route, and runs it.
func (s *Server) serve(g *gin.Context, r *Route, run func(*exchange) error) {
	x := &exchange{gin: g, id: requestID(g), lang: languageOf(g)}
	err := s.admit(x, r)
	if err == nil {
		err = run(x)
	}
	if err != nil {
		s.refuse(g, s.withEligible(x, r, err))
	}
}

// withEligible adds to a refusal for rights who may do it now, as far as the caller may know.
func (s *Server) withEligible(x *exchange, r *Route, err error) error {
	f := fault.As(err)
	k := record.KindOf(r.Kind)
	if f == nil || f.Kind != fault.Forbidden || k == nil || x.perm.Object != r.Kind || s.cfg.Eligible == nil || x.session == nil {
		return err
	}
	id, _, invalid := r.ids(x.gin)
	if invalid == nil && x.body == nil { // the refusal came before the body was read
		x.body, invalid = r.body(x.gin)
	}
	if invalid != nil {
		return err
	}
	failed := s.cfg.DB.Read(x.gin.Request.Context(), x.actor, record.Permission{Object: r.Kind, Action: "read"}, func(tx *record.Tx) error {
		people, err := s.eligible(tx, k, id, x)
		if err == nil && people != nil {
			_ = f.With("eligible", people)
		}
		return err
	})
	if failed != nil && fault.As(failed) == nil {
		return failed
	}
	return err
}

// eligible returns who may do what the caller was refused: on a record that the caller reads, or in the scope of a new one that the caller knows.
func (s *Server) eligible(tx *record.Tx, k *record.Kind, id string, x *exchange) (any, error) {
	if id != "" {
		row, err := tx.Load(k, id)
		if err != nil {
			return nil, err
		}
		return s.cfg.Eligible(tx, row, x.perm, row.Scope)
	}
	scope := gjson.GetBytes(x.body, "scope").String()
	if !record.IsScope(scope) || !tx.Knows(scope) {
		return nil, nil
	}
	return s.cfg.Eligible(tx, nil, x.perm, scope)
}

// admit authenticates the caller, checks that they may use the route at all, and reads the body.
func (s *Server) admit(x *exchange, r *Route) (err error) {
	if !r.public() {
		if !s.cfg.DB.Confirmed() {
			return retrySoon(fault.New(fault.Unavailable, "access_unconfirmed", "the server cannot check rights right now; try again shortly"))
		}
		if x.session, err = s.cfg.Authenticate(x.gin.Request, r); err != nil {
			return err
		}
		x.actor = x.session.Who()
		if own := x.session.Reads(); own != "" && own != x.lang && x.gin.GetHeader("Accept-Language") == "" {
			x.gin.Set(ownLanguage, own)
			x.lang = own
		}
		if object, action, ok := strings.Cut(r.Permission, ":"); ok && object != "signed-in" {
			x.perm = record.Permission{Object: object, Action: action}
			if k := record.KindOf(object); action == "read" && k != nil && k.Person && x.gin.Param("id") == x.actor.ID {
				return nil // everybody reads their own record
			}
			err := s.cfg.DB.Peek(x.gin.Request.Context(), x.actor, x.perm, func(tx *record.Tx) error { return s.cfg.Guard.Ever(tx, x.perm) })
			if err != nil {
				return err
			}
		}
	}
	x.body, err = r.body(x.gin)
	return err
}

// retrySoon tells the client to retry after five seconds.
func retrySoon(f *fault.Error) *fault.Error { return f.With("retry_after", 5) }

// statusCancelled is the status in the log and the metrics when the client closed the connection. Nobody reads the answer.
const statusCancelled = 499

// refuse answers with the problem of an error. An internal error is logged, and its cause is not shown.
func (s *Server) refuse(g *gin.Context, err error) {
	lang, id := languageOf(g), requestID(g)
	f := fault.As(err)
	if f == nil && errors.Is(err, context.Canceled) && g.Request.Context().Err() != nil {
		s.cfg.Log.Info("request cancelled", "request_id", id, "method", g.Request.Method, "route", g.FullPath())
		g.AbortWithStatus(statusCancelled)
		return
	}
	if f == nil && s.cfg.Down != nil && s.cfg.Down(err) {
		f = retrySoon(fault.New(fault.Unavailable, "database_down", "the database does not answer right now; try again shortly")).Because(err)
	}
	if f != nil && f.Kind == fault.Unavailable && f.Unwrap() != nil {
		s.cfg.Log.Error("the database does not answer", "request_id", id, "code", f.Code, "error", err)
	}
	var status int
	var doc []byte
	switch f {
	case nil:
		s.cfg.Log.Error("request failed", "request_id", id, "method", g.Request.Method, "route", g.FullPath(), "error", err)
		p := masked(lang, g.Request.URL.Path, id)
		status, doc = p.Status, encodeProblem(p)
	default:
		status, doc = s.problem(f, lang, g.Request.URL.Path, id)
		if f.Kind == fault.Unauthenticated {
			g.Header("WWW-Authenticate", `Bearer realm="aims"`)
		}
		if wait, ok := f.Extra["retry_after"].(int); ok {
			g.Header("Retry-After", itoa(int64(wait)))
		}
	}
	h := g.Writer.Header()
	h.Set("Content-Type", problemMime)
	h.Set("Content-Language", lang)
	h.Set("Cache-Control", "no-store")
	g.Status(status)
	_, _ = g.Writer.Write(doc)
	g.Abort()
}
