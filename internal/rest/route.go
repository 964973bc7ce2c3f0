package rest

import (
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Base is the path prefix of all routes.
const Base = "/api/v1"

// Route is one route of the API. The OpenAPI description is generated from it.
type Route struct {
	Method, Path string // the path is in OpenAPI form, below Base
	Permission   string // object:action, "signed-in: why" or "public: why"
	Kind         string // the record kind it belongs to
	Shape        string // list, read, create, patch, delete, verb, part, aggregate
	Status       int
	Body, Out    reflect.Type
	IfMatch      bool
	Idempotent   bool
	Query        []Param
	Summary      string
	Media        []string // media types of answers, other than JSON
	Takes        []string // media types of bodies, other than JSON
	ETag         bool     // the answer to a read has an ETag
	Opens        string   // the object that every signed-in person may read by the route
	Unseen       bool     // the answer to somebody who may not read the record is 204

	limit          int64                 // of the body, in bytes
	secret         bool                  // the answer holds a secret, and is never stored and never compressed
	single         func(url.Values) bool // reports whether one query answers the request, so that it needs no snapshot
	optionalBody   bool                  // a request without a body is as one with {}
	noDryRun       bool                  // the route cannot be tried
	dryRun         bool                  // the server tries it for dry_run
	ownTransaction bool                  // the handler opens its own transactions
}

// Param is a query parameter.
type Param struct {
	Name, In, Type string
	Enum           []string
	Format         string // date, date-time or uuid; date|date-time takes either
	Doc            string
	Repeated       bool
	List           bool // several values, separated by commas or repeated
	Most           int  // the largest number of values of a list; 0 for any
	Required       bool // the handler refuses a request without it
}

// Option sets a property of a route.
type Option func(*Route)

// Query declares the parameters that a route takes.
func Query(params ...Param) Option {
	return func(r *Route) { r.Query = append(r.Query, params...) }
}

// Summary describes a route that has no annotation of its own.
func Summary(s string) Option { return func(r *Route) { r.Summary = s } }

// Unversioned marks a write that needs no If-Match: it adds a record, or sets something without a version.
func Unversioned(r *Route) { r.IfMatch = false }

// OptionalBody lets a request leave the body out.
func OptionalBody(r *Route) { r.optionalBody = true }

// Answers sets the status of a success.
func Answers(status int) Option { return func(r *Route) { r.Status = status } }

// Shape sets the shape of the route; see Route.Shape.
func Shape(s string) Option { return func(r *Route) { r.Shape = s } }

// OfKind sets the kind of record that the route belongs to.
func OfKind(k *record.Kind) Option { return func(r *Route) { r.Kind = k.Name } }

// Out sets the type of the answer, if it is not the handler's result type.
func Out(t reflect.Type) Option { return func(r *Route) { r.Out = t } }

// Body sets the type of the body, if it is not the type of Call.Body.
func Body(t reflect.Type) Option { return func(r *Route) { r.Body = t } }

// Secret marks a route whose answer holds a secret. The answer is never stored and never compressed, so the route accepts no Idempotency-Key.
func Secret(r *Route) { r.secret, r.Idempotent = true, false }

// OwnTransaction marks a handler that opens its own transactions. Its tx argument is nil.
func OwnTransaction(r *Route) { r.ownTransaction, r.Idempotent = true, false }

// NoDryRun marks a write that does more than what its transaction holds, so that it cannot be tried.
func NoDryRun(r *Route) { r.noDryRun = true }

// unseen marks a write that somebody may do who may not read the record. The answer to them is 204.
func unseen(r *Route) { r.Unseen = true }

// DryRun reports whether the write can be tried with dry_run. What shows a secret or hashes a password cannot.
func (r *Route) DryRun() bool { return r.dryRun }

// canDryRun reports whether a write can be tried by undoing its transaction. A route with a parameter dry_run of its own answers it itself.
func (r *Route) canDryRun() bool {
	own := slices.ContainsFunc(r.Query, func(p Param) bool { return p.Name == dryRun.Name })
	return r.write() && !r.secret && !r.ownTransaction && !r.noDryRun && !own
}

var dryRun = Param{
	Name: "dry_run", In: "query", Type: "boolean",
	Doc: "If true, every check is made and nothing is stored: the answer is 200 with the record as it would be, or the refusal. Its id and number are not reserved.",
}

// Opens names the object that every signed-in person may read by the route.
func Opens(object string) Option { return func(r *Route) { r.Opens = object } }

// Large raises the limit of the body to 6 MiB.
func Large(r *Route) { r.limit = 6 << 20 }

// Media sets the media types of answers, other than JSON.
func Media(types ...string) Option { return func(r *Route) { r.Media = types } }

// Takes sets the media types of bodies, other than JSON. The handler finds such a body in Call.Raw.
func Takes(types ...string) Option { return func(r *Route) { r.Takes = types } }

// singleQuery marks a route that one query answers, unless one of these parameters is given.
func singleQuery(yes bool, but ...string) Option {
	but = append(but, "expand")
	return func(r *Route) {
		r.single = func(v url.Values) bool {
			return yes && !slices.ContainsFunc(but, v.Has)
		}
	}
}

// ginPath converts a path to gin's syntax. The first id is called id and the second sub, as in Call.
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

// ids reads the ids of the path. For a kind with keys an id is any short text, for other kinds a UUID.
func (r *Route) ids(g *gin.Context) (id, sub string, err error) {
	id, sub = g.Param("id"), g.Param("sub")
	if id == "" {
		return "", sub, nil
	}
	k := record.KindOf(r.Kind)
	keyed := k != nil && k.Key != "" || !strings.Contains(r.Path, "{id}")
	isUUID := len(id) == 36 && uuid.Validate(id) == nil
	if keyed && !isUUID && len(id) <= 200 && printable(id) {
		return id, sub, nil
	}
	if !isUUID {
		return "", "", fault.New(fault.Malformed, "bad_id", "the id in the path must be a UUID").At("{id}")
	}
	return strings.ToLower(id), sub, nil
}

func printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd }) < 0
}

// values parses the query. Every parameter must be known and well formed.
func (r *Route) values(raw string) (url.Values, error) {
	if raw == "" {
		return nil, nil
	}
	v, err := url.ParseQuery(raw)
	if err != nil {
		return nil, fault.New(fault.Malformed, "bad_query/unreadable", "the query cannot be read; check its percent-encoding").Because(err)
	}
	var f fault.Fields
	for name, list := range v {
		i := slices.IndexFunc(r.Query, func(p Param) bool { return p.Name == name })
		switch {
		case i < 0:
			f.Add("?"+name, "unknown_parameter", "there is no parameter %s here", name)
		case len(list) > 1 && !r.Query[i].Repeated && !r.Query[i].List:
			f = append(f, fault.New(fault.Malformed, "repeated_parameter", "the parameter %s can be given only once", name).At("?"+name).Fields...)
		default:
			if r.Query[i].List {
				list = strings.Split(strings.Join(list, ","), ",")
				if r.Query[i].Format == "uuid" {
					list = strings.Split(strings.ToLower(strings.Join(list, ",")), ",")
				}
				slices.Sort(list)
				list = slices.Compact(list)
				v[name] = list
			}
			r.Query[i].check(list, &f)
		}
	}
	if len(f) == 0 {
		return v, nil
	}
	slices.SortFunc(f, func(a, b fault.Field) int { return strings.Compare(a.Pointer, b.Pointer) })
	e := fault.New(fault.Malformed, "bad_query", "the query has more than one fault; errors lists them")
	if len(f) == 1 {
		e.Text = f[0].Detail
	}
	e.Code, e.Fields = f[0].Code, f
	return nil, e
}

func (p Param) check(list []string, f *fault.Fields) {
	if p.Most > 0 && len(list) > p.Most {
		*f = append(*f, fault.New(fault.Malformed, "too_many_values/parameter", "the parameter %s can have at most %d values", p.Name, p.Most).At("?"+p.Name).Fields...)
		return
	}
	for _, v := range list {
		var ok bool
		switch p.Type {
		case "integer":
			_, err := strconv.ParseInt(v, 10, 64)
			ok = err == nil
		case "boolean":
			ok = v == "true" || v == "false"
		default:
			ok = (len(p.Enum) == 0 || slices.Contains(p.Enum, v)) && (p.Name != "scope" || record.IsScope(v)) &&
				(p.Name != "id" || len(v) == 36 && uuid.Validate(v) == nil)
		}
		if v == "" {
			ok = p.Name == "q" // an empty search finds everything; an empty filter is a mistake
		}
		if !ok || len(v) > 4000 || !printable(v) {
			*f = append(*f, p.refuse().Fields...)
		}
	}
}

// refuse says what values the parameter takes.
func (p Param) refuse() *fault.Error {
	switch at := "?" + p.Name; {
	case len(p.Enum) > 0:
		return fault.New(fault.Malformed, "bad_parameter/choice", "the parameter %s must be one of: %s", p.Name, strings.Join(p.Enum, ", ")).At(at)
	case p.Type == "integer":
		return fault.New(fault.Malformed, "bad_parameter/whole", "the parameter %s must be a whole number", p.Name).At(at)
	case p.Type == "boolean":
		return fault.New(fault.Malformed, "bad_parameter/boolean", "the parameter %s must be true or false", p.Name).At(at)
	case p.Name == "scope":
		return fault.New(fault.Malformed, "bad_parameter/scope", "the parameter %s must be a scope path such as /siv/radiologi/", p.Name).At(at)
	case p.Format == "uuid":
		return fault.New(fault.Malformed, "bad_parameter/id", "the parameter %s must be an id such as 0192f0c1-2a3b-7c4d-8e5f-60718293a4b5", p.Name).At(at)
	case p.Format == "date":
		return fault.New(fault.Malformed, "bad_parameter/date", "the parameter %s must be a date such as 2026-11-21", p.Name).At(at)
	case p.Format == "date-time":
		return badInstant(p.Name)
	case p.Format == "date|date-time":
		return badDayOrInstant(p.Name)
	default:
		return fault.New(fault.Malformed, "bad_parameter", "the parameter %s must be a text of 1 to 4000 characters on one line", p.Name).At(at)
	}
}

// BadChoice refuses a query parameter that is none of the values it may have.
func BadChoice(name string, values []string) error { return Param{Name: name, Enum: values}.refuse() }

func badInstant(name string) *fault.Error {
	return fault.New(fault.Malformed, "bad_parameter/instant", "the parameter %s must be a moment such as 2026-11-21T12:00:00Z", name).At("?" + name)
}

func badDayOrInstant(name string) *fault.Error {
	return fault.New(fault.Malformed, "bad_parameter/day_or_instant", "the parameter %s must be a date or a moment such as 2026-11-21 or 2026-11-21T12:00:00Z", name).
		At("?" + name)
}

// MissingParameter refuses a request without a required query parameter.
func MissingParameter(name string) error {
	return fault.New(fault.Malformed, "missing_parameter", "the parameter %s is required", name).At("?" + name)
}

// badCursor refuses a cursor of another list.
func badCursor() error {
	return fault.New(fault.Malformed, "bad_cursor", "the cursor belongs to another list or query; start again without cursor").At("?cursor")
}

// public reports whether a route needs no session.
func (r *Route) public() bool { return strings.HasPrefix(r.Permission, "public") }

// write reports whether a route changes anything.
func (r *Route) write() bool { return r.Method != http.MethodGet }
