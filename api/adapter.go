package api

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/record"
)

// Route is one line of the route list; the description is made from it.
type Route struct {
	Method, Path string // in OpenAPI form, under /api/v1
	Permission   string // object:action, "signed-in: why" or "public: why"
	Kind         string // the record kind it belongs to
	Shape        string // list, read, create, patch, delete, verb, part, aggregate
	Status       int
	Body, Out    reflect.Type
	IfMatch      bool
	Idempotent   bool
	Query        []Param
	Summary      string
	Media        []string // further media types it answers with
	Takes        []string // further media types it reads
	ETag         bool     // a read that answers with one: all but lists whose items are bytes already

	limit  int64                 // of the body, in bytes
	secret bool                  // the answer shows a secret: never stored for replay
	single func(url.Values) bool // one query is all it asks: needs no snapshot
	free   bool                  // opens its own transactions: hashing stays outside them
	opens  string                // the object that everybody signed in reads by it
}

// Param is a query parameter.
type Param struct {
	Name, In, Type string
	Enum           []string
	Format         string // date, date-time, uuid; date|date-time takes either
	Doc            string
	Repeated       bool
	Required       bool // the handler refuses a request without it
}

// Call is what a handler gets: the path's ids, the version the caller read, the body and the query.
type Call[B any] struct {
	ID      string
	Sub     string
	Version int64
	Body    B
	Query   url.Values
	Lang    string
	Accept  string
	Media   string
	Raw     []byte // the body as it came
	Session *identity.Session
	gin     *gin.Context
}

// Ref names the record of the path, in the version the caller read.
func (c Call[B]) Ref() record.Ref { return record.Ref{ID: c.ID, Version: c.Version} }

type option func(*Route)

// query declares the parameters a route takes.
func query(params ...Param) option {
	return func(r *Route) { r.Query = append(r.Query, params...) }
}

// summary describes a route that has no annotation of its own.
func summary(s string) option { return func(r *Route) { r.Summary = s } }

// unversioned says that a write needs no If-Match: it adds, or sets what has no version.
func unversioned(r *Route) { r.IfMatch = false }

// answers sets the success status.
func answers(status int) option { return func(r *Route) { r.Status = status } }

// shape sets what the description calls the route.
func shape(s string) option { return func(r *Route) { r.Shape = s } }

// kindOf says which kind's record the route's answer is.
func kindOf(k *record.Kind) option { return func(r *Route) { r.Kind = k.Name } }

// secret says that the answer shows a secret.
func secret(r *Route) { r.secret, r.Idempotent = true, false }

// free says that the handler opens its own transactions; it is given none.
func free(r *Route) { r.free, r.Idempotent = true, false }

// opens says that everybody signed in reads objects of that name, or those of them that they may know of.
func opens(object string) option { return func(r *Route) { r.opens = object } }

// large raises the limit of the body.
func large(r *Route) { r.limit = 6 << 20 }

// media names further media types a route answers with.
func media(types ...string) option { return func(r *Route) { r.Media = types } }

// takes names further media types a route reads; the handler finds the body in Raw.
func takes(types ...string) option { return func(r *Route) { r.Takes = types } }

const maxBody = 1 << 20

// handle adds a route: authenticate, may this actor ever do this, decode, open
// the transaction, fn, commit, write. The permission is object:action; a public
// or merely signed-in route says so in words.
func handle[B, R any](s *Server, method, path, permission string, fn func(*record.Tx, Call[B]) (R, error), opts ...option) {
	r := &Route{Method: method, Path: path, Permission: permission, Status: http.StatusOK, Out: reflect.TypeFor[R](), limit: maxBody}
	if body := reflect.TypeFor[B](); body != reflect.TypeFor[record.None]() {
		r.Body = body
	}
	write := method != http.MethodGet
	r.IfMatch = write && strings.Contains(path, "{id}")
	r.Idempotent = method == http.MethodPost
	r.Shape = "aggregate"
	r.ETag = !write && r.Out != reflect.TypeFor[*listing]()
	for _, o := range opts {
		o(r)
	}
	s.add(r, func(g *gin.Context) { s.serve(g, r, func(x *exchange) error { return run(s, x, r, fn) }) })
}

// exchange is one request on its way through the adapter.
type exchange struct {
	gin     *gin.Context
	session *identity.Session
	actor   *record.Actor
	perm    record.Permission
	body    []byte
	id      string
	lang    string
}

func run[B, R any](s *Server, x *exchange, r *Route, fn func(*record.Tx, Call[B]) (R, error)) error {
	c := Call[B]{Lang: x.lang, Accept: x.gin.GetHeader("Accept"), Session: x.session, Raw: x.body, gin: x.gin, Media: mediaType(x.gin)}
	var err error
	if c.ID, c.Sub, err = ids(x.gin, r); err != nil {
		return err
	}
	if c.Query, err = r.values(x.gin.Request.URL.RawQuery); err != nil {
		return err
	}
	if err := r.keyed(x.gin.GetHeader("Idempotency-Key")); err != nil {
		return err
	}
	if r.IfMatch {
		if c.Version, err = ifMatch(x.gin.GetHeader("If-Match")); err != nil {
			return err
		}
	}
	doubts, err := r.doubtful(r.readBody(x, &c.Body))
	if err != nil {
		return err
	}
	var out answer
	do := func(tx *record.Tx) error {
		if len(doubts) > 0 {
			tx.Doubt(doubts...)
		}
		if b, ok := any(c.Body).(interface{ Why() string }); ok && tx != nil {
			tx.Because(b.Why())
		}
		v, err := fn(tx, c)
		if err != nil {
			return s.explain(tx, err)
		}
		out, err = s.answer(tx, r, v, x.lang)
		return err
	}
	ctx := x.gin.Request.Context()
	switch {
	case r.free:
		err = do(nil)
	case r.Method != http.MethodGet:
		err = s.db.Write(ctx, x.actor, x.perm, x.id, func(tx *record.Tx) error { return s.once(tx, x, r, &out, do) })
	case r.single != nil && r.single(c.Query):
		err = s.db.Peek(ctx, x.actor, x.perm, do)
	default:
		err = s.db.Read(ctx, x.actor, x.perm, do)
	}
	if err != nil {
		return err
	}
	out.write(x.gin, r)
	return nil
}

// explain names the earlier event of a refusal while the transaction is still open, and what it was done to where that is another record,
// which counts for this one.
func (s *Server) explain(tx *record.Tx, err error) error {
	f := fault.As(err)
	if f == nil || tx == nil {
		return err
	}
	seq, ok := f.Extra["earlier_seq"].(int64)
	if !ok {
		return err
	}
	e, failed := tx.EventAt(seq)
	if failed != nil {
		return fmt.Errorf("read the earlier event: %w", failed)
	}
	if kind := tx.Permission.Object; e.Kind != kind && f.Extra["record_id"] == nil {
		f.Text = fault.Text{
			Format: "you had an earlier hand on %s (%s), which counts for this %s, and cannot %s it",
			Args:   []any{e.Number, fault.Word{Kind: e.Kind, Action: e.Action}, fault.Word{Kind: kind}, fault.Word{Kind: kind, Action: tx.Permission.Action}},
		}
	}
	_ = f.With("earlier_event", e.ID)
	return err
}

// reads lists the media types of a body.
func (r *Route) reads() []string {
	if slices.Contains(r.Takes, "application/json") {
		return r.Takes
	}
	return append([]string{"application/json"}, r.Takes...)
}

// readBody reads the body into the value the handler takes.
func (r *Route) readBody(x *exchange, into any) error {
	if r.Method == http.MethodGet || r.Method == http.MethodDelete {
		return nil
	}
	mt := mediaType(x.gin)
	if slices.Contains(r.Takes, mt) {
		return nil
	}
	if len(x.body) == 0 && (r.Body == nil || r.Shape == "optional") {
		return nil
	}
	if len(x.body) == 0 {
		return fault.New(fault.Malformed, "body_required", "this request has a body, of type %s", strings.Join(r.reads(), ", "))
	}
	patch := r.Method == http.MethodPatch
	if mt != "application/json" && (!patch || mt != "application/merge-patch+json") {
		if patch {
			x.gin.Header("Accept-Patch", "application/merge-patch+json, application/json")
		}
		return fault.New(fault.UnsupportedMedia, "media_type", "a body of type %s is not read here; send %s", quoteMedia(mt), strings.Join(r.reads(), ", "))
	}
	if p, ok := into.(*patchBody); ok {
		tree, err := parse(x.body)
		if err != nil {
			return err
		}
		m, ok := tree.(map[string]any)
		if !ok {
			return fault.Fields{{Code: "wrong_type", Detail: fault.Text{Format: "must be %s", Args: []any{fault.Text{Format: "an object"}}}}}.Err()
		}
		*p = m
		return nil
	}
	return decodeInto(x.body, into)
}

// doubtful lets the body of a new record go on with its faults, so that they are told together with those of what it refers to.
func (r *Route) doubtful(err error) (fault.Fields, error) {
	f := fault.As(err)
	k := record.KindOf(r.Kind)
	if f == nil || f.Kind != fault.Invalid || r.Shape != "create" || r.free || k == nil || r.Body != k.InputType() || fault.Fields(f.Fields).At("") {
		return nil, err
	}
	return f.Fields, nil
}

func decodeInto(body []byte, into any) error {
	tree, err := parse(body)
	if err != nil {
		return err
	}
	var f fault.Fields
	if tree = fit(reflect.TypeOf(into).Elem(), tree, "", &f); tree == nil {
		if len(f) == 0 {
			f.Add("", "wrong_type", "must be %s", fault.Text{Format: "an object"})
		}
		return f.Err()
	}
	if len(f) == 0 {
		return fillFrom(body, into, nil)
	}
	return fill(tree, into, f)
}

func quoteMedia(mt string) string {
	if mt == "" || len(mt) > 100 {
		return "?"
	}
	return mt
}

func mediaType(g *gin.Context) string {
	h := g.GetHeader("Content-Type")
	if h == "" {
		return ""
	}
	mt, _, err := mime.ParseMediaType(h)
	if err != nil {
		return ""
	}
	return mt
}

// ids reads the path's ids. Kinds with keys take any short text, others a UUID.
func ids(g *gin.Context, r *Route) (id, sub string, err error) {
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
		e := fault.New(fault.Malformed, "bad_id", "the id in the path is no UUID")
		e.Fields = fault.Fields{{Pointer: "{id}", Code: "bad_id", Detail: e.Text}}
		return "", "", e
	}
	return strings.ToLower(id), sub, nil
}

func printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd }) < 0
}

// values reads the query: every parameter known, none malformed.
func (r *Route) values(raw string) (url.Values, error) {
	if raw == "" {
		return nil, nil
	}
	v, err := url.ParseQuery(raw)
	if err != nil {
		return nil, fault.New(fault.Malformed, "bad_query", "the query cannot be read").Because(err)
	}
	var f fault.Fields
	for name, list := range v {
		i := slices.IndexFunc(r.Query, func(p Param) bool { return p.Name == name })
		switch {
		case i < 0:
			f.Add("?"+name, "unknown_parameter", "there is no parameter %s here", name)
		case len(list) > 1 && !r.Query[i].Repeated:
			f.Add("?"+name, "repeated_parameter", "the parameter %s may stand once", name)
		default:
			r.Query[i].check(list, &f)
		}
	}
	if len(f) == 0 {
		return v, nil
	}
	slices.SortFunc(f, func(a, b fault.Field) int { return strings.Compare(a.Pointer, b.Pointer) })
	e := fault.New(fault.Malformed, f[0].Code, "the query cannot be read")
	e.Fields = f
	return nil, e
}

func (p Param) check(list []string, f *fault.Fields) {
	for _, v := range list {
		var ok bool
		switch p.Type {
		case "integer":
			_, err := strconv.ParseInt(v, 10, 64)
			ok = err == nil
		case "boolean":
			ok = v == "true" || v == "false"
		default:
			ok = (len(p.Enum) == 0 || slices.Contains(p.Enum, v)) && (p.Name != "scope" || record.IsScope(v))
		}
		if v == "" {
			ok = p.Name == "q" // an empty search box asks for everything; an empty filter is a fault of the caller's
		}
		if !ok || len(v) > 4000 || !printable(v) {
			f.Add("?"+p.Name, "bad_parameter", "the parameter %s has a value that cannot be", p.Name)
		}
	}
}

// recordTag is a record's ETag: "3" or "3-5f1d7a84". Its version alone is compared, which a proxy leaves as it is when it compresses an answer
// and calls the tag weak.
var recordTag = regexp.MustCompile(`^(?:W/)?"([1-9][0-9]{0,18})(-[0-9a-z]+)?"$`)

// ifMatch reads the version out of an ETag.
func ifMatch(h string) (int64, error) {
	if h == "" {
		return 0, fault.New(fault.VersionRequired, "if_match_required", "send If-Match with the ETag of the version you read")
	}
	if found := recordTag.FindStringSubmatch(strings.TrimSpace(h)); found != nil {
		if n, err := strconv.ParseInt(found[1], 10, 64); err == nil {
			return n, nil
		}
	}
	return 0, fault.New(fault.Stale, "bad_etag", "If-Match holds no ETag of this record")
}

// body reads the request's body up to the route's limit.
func (r *Route) body(g *gin.Context) ([]byte, error) {
	if g.Request.Body == nil || r.Method == http.MethodGet {
		return nil, nil
	}
	if err := legible(g); err != nil {
		return nil, err
	}
	b, err := io.ReadAll(http.MaxBytesReader(g.Writer, g.Request.Body, r.limit))
	if tooBig, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, fault.New(fault.TooLarge, "too_large", "the body may be %d bytes", tooBig.Limit)
	}
	if err != nil {
		return nil, fault.New(fault.Malformed, "bad_body", "the body could not be read to its end").Because(err)
	}
	return b, nil
}

// legible refuses a body that was packed, or is in letters other than UTF-8: read as it stands, it would be something else.
func legible(g *gin.Context) error {
	if coding := strings.Join(g.Request.Header.Values("Content-Encoding"), ", "); coding != "" && !strings.EqualFold(coding, "identity") {
		g.Header("Accept-Encoding", "identity")
		return fault.New(fault.UnsupportedMedia, "content_encoding", "a body is read as it is; send it without Content-Encoding")
	}
	_, params, err := mime.ParseMediaType(g.GetHeader("Content-Type"))
	if charset := params["charset"]; err == nil && charset != "" && !strings.EqualFold(charset, "utf-8") {
		return fault.New(fault.UnsupportedMedia, "charset", "a body is read as UTF-8; send it so, with charset=utf-8 or none")
	}
	return nil
}
