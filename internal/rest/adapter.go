package rest

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/event"
)

// maxBody limits a body, in bytes, unless the route is Large.
const maxBody = 1 << 20

// Handle adds a route. A request is authenticated and decoded, fn runs in a transaction, and the answer is written after the commit.
// The permission is object:action, "signed-in: why" for a route open to every signed-in person, or "public: why".
func Handle[B, R any](s *Server, method, path, permission string, fn func(*record.Tx, Call[B]) (R, error), opts ...Option) {
	r := &Route{Method: method, Path: path, Permission: permission, Status: http.StatusOK, Out: reflect.TypeFor[R](), limit: maxBody}
	if body := reflect.TypeFor[B](); body != reflect.TypeFor[record.None]() {
		r.Body = body
	}
	r.IfMatch = r.write() && strings.Contains(path, "{id}")
	r.Idempotent = method == http.MethodPost
	r.Shape = "aggregate"
	r.ETag = !r.write()
	for _, o := range opts {
		o(r)
	}
	s.add(r, func(g *gin.Context) { s.serve(g, r, func(x *exchange) error { return run(s, x, r, "", fn) }) })
	carry(s, r, fn)
	for _, media := range r.Media {
		if suffix := suffixes[media]; suffix != "" && !r.write() {
			d := r.document(suffix, media)
			s.add(d, func(g *gin.Context) { s.serve(g, d, func(x *exchange) error { return run(s, x, d, media, fn) }) })
		}
	}
}

// suffixes are the ends of the addresses of pictures and documents, by their media types.
var suffixes = map[string]string{"image/svg+xml": ".svg", "text/html": ".html", "text/markdown": ".md", "text/calendar": ".ics"}

// document returns the route of a picture or a document, which has an address of its own. The answer is the one that the route itself gives for an
// Accept header.
func (r *Route) document(suffix, media string) *Route {
	d := *r
	d.Path, d.Media, d.Out = r.Path+suffix, []string{media}, reflect.TypeFor[Raw]()
	parts := strings.Split(r.Path, "/")
	d.Summary = strings.ToUpper(suffix[1:]) + " of the " + strings.ReplaceAll(parts[len(parts)-1], "-", " ")
	d.Query = slices.DeleteFunc(slices.Clone(r.Query), func(p Param) bool { return p.Name == "expand" })
	return &d
}

// exchange is one request on its way through the adapter.
type exchange struct {
	gin     *gin.Context
	session Session
	actor   *record.Actor
	perm    record.Permission
	body    []byte
	id      string
	lang    string
}

// run decodes a request, runs the handler in a transaction of the right type, and writes the answer. media is that of a picture or a document with an
// address of its own.
func run[B, R any](s *Server, x *exchange, r *Route, media string, fn func(*record.Tx, Call[B]) (R, error)) error {
	c := Call[B]{Lang: x.lang, Accept: cmp.Or(media, x.gin.GetHeader("Accept")), Session: x.session, Raw: x.body, gin: x.gin, Media: mediaType(x.gin)}
	var err error
	if c.ID, c.Sub, err = r.ids(x.gin); err != nil {
		return err
	}
	if c.Query, err = r.values(x.gin.Request.URL.RawQuery); err != nil {
		return err
	}
	if err := r.checkKey(x.gin.GetHeader("Idempotency-Key")); err != nil {
		return err
	}
	if r.IfMatch {
		if c.Version, err = ifMatch(x.gin.GetHeader("If-Match")); err != nil {
			return err
		}
	}
	doubts, err := r.bodyFaults(r.readBody(x, &c.Body))
	if err != nil {
		return err
	}
	var out answer
	do := func(tx *record.Tx) error {
		if len(doubts) > 0 {
			tx.AddFaults(doubts...)
			if r.changes() {
				if err := tx.Enter(record.KindOf(r.Kind), c.Ref()); err != nil {
					return err
				}
			}
		}
		if k := r.creates(); k != nil && tx != nil {
			if err := tx.TakeScope(k, &c.Body); err != nil {
				return err
			}
		}
		if b, ok := any(c.Body).(interface{ Why() string }); ok && tx != nil {
			tx.Because(b.Why())
		}
		v, err := fn(tx, c)
		if err != nil {
			return s.explain(tx, r.more(tx, c.Body, len(doubts) > 0, err))
		}
		out, err = s.answer(tx, r, v, x.lang, c.Query)
		return err
	}
	ctx := x.gin.Request.Context()
	switch {
	case r.ownTransaction:
		err = do(nil)
	case r.write() && c.Query.Get(dryRun.Name) == "true" && r.DryRun():
		err = s.cfg.DB.Try(ctx, x.actor, x.perm, x.id, do)
		out.header = nil
		if out.status == http.StatusCreated {
			out.status = http.StatusOK
		}
	case r.write():
		err = s.cfg.DB.Write(ctx, x.actor, x.perm, x.id, func(tx *record.Tx) error { return s.once(tx, x, r, &out, do) })
	case r.single != nil && r.single(c.Query):
		err = s.cfg.DB.Peek(ctx, x.actor, x.perm, do)
	default:
		err = s.cfg.DB.Read(ctx, x.actor, x.perm, do)
	}
	if err != nil {
		return err
	}
	out.write(x.gin, r)
	return nil
}

// explain adds the id of the earlier event to a refusal by separation of duties. It must run while the transaction is open.
// If the event belongs to another kind of record, the sentence names that record.
func (s *Server) explain(tx *record.Tx, err error) error {
	f := fault.As(err)
	if f == nil || tx == nil {
		return err
	}
	seq, ok := f.Extra["earlier_seq"].(int64)
	if !ok {
		return err
	}
	e, failed := event.At(tx, seq)
	if failed != nil {
		return fmt.Errorf("read the earlier event: %w", failed)
	}
	if kind := tx.Permission.Object; e.Kind != kind && f.Extra["record_id"] == nil {
		f.Text = fault.NewText("separation_of_duties/related",
			`somebody else must do the action "%s" (%s): you, or somebody you act for, have done "%s" on %s, which counts for this record`,
			fault.Word{Kind: kind, Action: tx.Permission.Action}, fault.Word{Kind: kind}, fault.Word{Kind: e.Kind, Action: e.Action}, e.Number)
	}
	_ = f.With("earlier_event", e.ID)
	return err
}

// reads lists the media types that the route accepts as a body.
func (r *Route) reads() []string {
	if slices.Contains(r.Takes, "application/json") {
		return r.Takes
	}
	return append([]string{"application/json"}, r.Takes...)
}

// readBody decodes the body into the handler's value.
func (r *Route) readBody(x *exchange, into any) error {
	if r.Method == http.MethodGet || r.Method == http.MethodDelete {
		return nil
	}
	mt := mediaType(x.gin)
	if slices.Contains(r.Takes, mt) {
		return nil
	}
	if len(x.body) == 0 && (r.Body == nil || r.optionalBody) {
		return nil
	}
	if len(x.body) == 0 {
		return fault.New(fault.Malformed, "body_required", "send a body of type %s", strings.Join(r.reads(), ", "))
	}
	patch := r.Method == http.MethodPatch
	if mt != "application/json" && (!patch || mt != "application/merge-patch+json") {
		if patch {
			x.gin.Header("Accept-Patch", "application/merge-patch+json, application/json")
		}
		return fault.New(fault.UnsupportedMedia, "media_type", "send the body as %[2]s; %[1]s is not read here", quoteMedia(mt), strings.Join(r.reads(), ", "))
	}
	if p, ok := into.(*patchBody); ok {
		tree, _, err := parse(x.body)
		if err != nil {
			return err
		}
		m, ok := tree.(map[string]any)
		if !ok {
			return fault.Fields{fault.NewField("", "wrong_type/object", "must be an object")}.Err()
		}
		*p = m
		return nil
	}
	return decodeInto(x.body, into)
}

// bodyFaults returns the faults in the body of a new record or of a verb. They are reported later, together with those that the use case finds.
func (r *Route) bodyFaults(err error) (fault.Fields, error) {
	f := fault.As(err)
	if f == nil || f.Kind != fault.Invalid || r.creates() == nil && !r.changes() || f.Fields.At("") {
		return nil, err
	}
	return f.Fields, nil
}

// creates returns the kind of which the route creates a record from its input, or nil.
func (r *Route) creates() *record.Kind {
	k := record.KindOf(r.Kind)
	if r.Shape != "create" || r.ownTransaction || k == nil || r.Body != k.InputType() {
		return nil
	}
	return k
}

// changes reports whether the route is a verb on a record, in the version that the caller read.
func (r *Route) changes() bool {
	object, _, _ := strings.Cut(r.Permission, ":")
	return r.Shape == "verb" && !r.ownTransaction && r.IfMatch && r.Kind == object
}

// more adds the faults that were not checked because a use case refused the body. When the body of a verb has faults of its own, a record that was not
// found may be one that a faulty member names, so that it is not reported.
func (r *Route) more(tx *record.Tx, body any, faulty bool, err error) error {
	switch {
	case r.creates() != nil && fault.Is(err, fault.Invalid):
		if failed := tx.Examine(r.creates(), body); failed != nil {
			return failed
		}
	case r.changes() && faulty && fault.Is(err, fault.NotFound):
		return tx.WithFaults(nil)
	}
	return err
}

// decodeInto decodes a JSON body into a value, validates it, and returns all faults together.
func decodeInto(body []byte, into any) error {
	tree, composed, err := parse(body)
	if err != nil {
		return err
	}
	var f fault.Fields
	if tree = fit(reflect.TypeOf(into).Elem(), tree, "", &f); tree == nil {
		if len(f) == 0 {
			f.Add("", "wrong_type/object", "must be an object")
		}
		return f.Err()
	}
	if len(f) == 0 && !composed {
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

// recordTag matches the ETag of a record: "3", "3-5f1d7a84" or, of a compressed answer, "3-5f1d7a84-gzip". Only the version is compared.
// The tag may be weak, because a proxy that compresses an answer makes it so.
var recordTag = regexp.MustCompile(`^(?:W/)?"([1-9][0-9]{0,18})(?:-[0-9a-z]+)?(?:` + compressedTag + `)?"$`)

// ifMatch reads the version from an ETag.
func ifMatch(h string) (int64, error) {
	if h == "" {
		return 0, fault.New(fault.VersionRequired, "if_match_required", "send If-Match with the ETag of the version you read")
	}
	if found := recordTag.FindStringSubmatch(strings.TrimSpace(h)); found != nil {
		if n, err := strconv.ParseInt(found[1], 10, 64); err == nil {
			return n, nil
		}
	}
	return 0, fault.New(fault.Stale, "bad_etag", "If-Match must be the ETag of this record, as you last read it")
}

// body reads the request's body up to the route's limit.
func (r *Route) body(g *gin.Context) ([]byte, error) {
	if g.Request.Body == nil || r.Method == http.MethodGet {
		return nil, nil
	}
	if err := checkEncoding(g); err != nil {
		return nil, err
	}
	b, err := io.ReadAll(http.MaxBytesReader(g.Writer, g.Request.Body, r.limit))
	if tooBig, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, fault.New(fault.TooLarge, "too_large", "the body must be at most %d bytes", tooBig.Limit)
	}
	if err != nil {
		return nil, fault.New(fault.Malformed, "bad_body", "the body could not be read to its end; send the request again").Because(err)
	}
	return b, nil
}

// checkEncoding refuses a body that is compressed or not in UTF-8.
func checkEncoding(g *gin.Context) error {
	if coding := strings.Join(g.Request.Header.Values("Content-Encoding"), ", "); coding != "" && !strings.EqualFold(coding, "identity") {
		g.Header("Accept-Encoding", "identity")
		return fault.New(fault.UnsupportedMedia, "content_encoding", "send the body without Content-Encoding")
	}
	_, params, err := mime.ParseMediaType(g.GetHeader("Content-Type"))
	if charset := params["charset"]; err == nil && charset != "" && !strings.EqualFold(charset, "utf-8") {
		return fault.New(fault.UnsupportedMedia, "charset", "send the body in UTF-8, with charset=utf-8 or no charset")
	}
	return nil
}
