package rest

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"
	"github.com/gin-gonic/gin"

	"github.com/ki-styring/aims/internal/record"
)

// answer is a response, written inside the transaction and sent after the commit.
type answer struct {
	status int
	body   []byte
	header []headerLine
	raw    string // a media type other than JSON
	rows   []*record.Row
	page   *[]byte // the pooled buffer of the body; it is reused after the answer is sent
}

// headerLine is one line of an answer's header, its name in canonical form.
type headerLine struct{ name, value string }

func (a *answer) set(name, value string) { a.header = append(a.header, headerLine{name, value}) }

// Raw is an answer that is not JSON.
type Raw struct {
	Type string
	Body []byte
}

// statusCoder is a result whose status depends on what was done.
type statusCoder interface{ StatusCode() int }

// locator is the result of a creation that is not a record itself. It says where the new record is.
type locator interface{ Location() string }

// answer turns the result of a handler into a response, with what the query asks to be expanded.
func (s *Server) answer(tx *record.Tx, r *Route, v any, lang string, query url.Values) (answer, error) {
	a, err := s.plain(tx, r, v, lang)
	names := query["expand"]
	if err != nil || len(names) == 0 || len(a.body) == 0 || a.raw != "" {
		return a, err
	}
	more, err := s.expanded(tx, r, a.body, expansionOf(names))
	if err != nil {
		return a, err
	}
	a.body = append(append(append(a.body[:len(a.body)-1], `,"expanded":`...), more...), '}')
	if a.page != nil {
		*a.page = a.body
	}
	for i, l := range a.header {
		if l.name == "Etag" {
			a.header[i].value = strings.TrimSuffix(l.value, `"`) + hash(more) + `"`
		}
	}
	return a, nil
}

// plain makes the response of a handler's result.
func (s *Server) plain(tx *record.Tx, r *Route, v any, lang string) (answer, error) {
	a := answer{status: r.Status}
	if row := rowOf(v); row != nil {
		a.rows = []*record.Row{row}
		return a, s.single(tx, r, row, v, lang, &a)
	}
	switch out := v.(type) {
	case record.None:
		a.status = http.StatusNoContent
		return a, nil
	case *Listing:
		a.page = pages.Get().(*[]byte)
		*a.page = out.append((*a.page)[:0])
		a.body = *a.page
		if out.next != "" {
			a.set("Link", "<"+out.link+`>; rel="next"`)
		}
		a.set("Etag", `"`+hash(a.body)+`"`)
		return a, nil
	case Raw:
		a.body, a.raw = out.Body, out.Type
	default:
		b, err := record.Encode(v)
		if err != nil {
			return a, err
		}
		a.body = b
	}
	if many, ok := v.(interface{ records() []*record.Row }); ok {
		a.rows = many.records()
	}
	if st, ok := v.(statusCoder); ok {
		a.status = st.StatusCode()
	}
	if l, ok := v.(locator); ok && a.status == http.StatusCreated {
		a.set("Location", l.Location())
	}
	if r.Method == http.MethodGet {
		a.set("Etag", `"`+hash(a.body)+`"`)
	}
	return a, nil
}

// hash returns a short hash of an answer. All servers of an installation compute the same one.
func hash(b []byte) string { return strconv.FormatUint(xxhash.Sum64(b), 36) }

// rowOf returns the stored row of a record, or nil if the value is not a record.
func rowOf(v any) *record.Row {
	switch r := v.(type) {
	case *record.Row:
		return r
	case interface{ Row() *record.Row }:
		return r.Row()
	}
	return nil
}

const (
	jsonType    = "application/json; charset=utf-8"
	problemMime = "application/problem+json; charset=utf-8"
)

// write sends the answer, or 304 when the client's If-None-Match has its ETag.
func (a *answer) write(g *gin.Context, r *Route) {
	h := g.Writer.Header()
	for _, l := range a.header {
		h[l.name] = []string{l.value}
	}
	h["Cache-Control"] = privateCache
	if r.secret {
		h["Cache-Control"] = noStore
		keepPlain(g.Request, h)
	}
	if len(h["Vary"]) > 1 { // more than Accept-Encoding, which every answer has
		h["Vary"] = append(h["Vary"], vary...)
	} else {
		h["Vary"] = vary
	}
	if r.Media != nil {
		h["Vary"] = append(h["Vary"], "Accept")
	}
	if r.Method == http.MethodGet && notModified(g) {
		return
	}
	if a.body == nil {
		g.Status(a.status)
		g.Writer.WriteHeaderNow()
		return
	}
	h["Content-Type"] = jsonTypes
	if a.raw != "" {
		h["Content-Type"] = []string{a.raw}
	}
	h["Content-Length"] = []string{strconv.Itoa(len(a.body))}
	g.Status(a.status)
	_, _ = g.Writer.Write(a.body)
	if a.page != nil && cap(*a.page) <= largestKept {
		pages.Put(a.page)
	}
}

var (
	privateCache = []string{"private, no-cache"}
	noStore      = []string{"no-store"}
	vary         = []string{"Accept-Encoding, Authorization, Cookie, Accept-Language"}
	jsonTypes    = []string{jsonType}
)

// notModified answers 304 if the client's If-None-Match has the ETag of the answer. It reports whether it did.
func notModified(g *gin.Context) bool {
	h := g.Writer.Header()
	tag := noneMatch(g.GetHeader("If-None-Match"), h.Get("Etag"))
	if tag == "" {
		return false
	}
	h["Etag"] = []string{tag}
	g.Status(http.StatusNotModified)
	g.Writer.WriteHeaderNow()
	return true
}

// noneMatch returns the tag of an answer that an If-None-Match header has, or "". The tag of the compressed answer differs from that of the plain one.
func noneMatch(h, tag string) string {
	if h == "" || tag == "" {
		return ""
	}
	compressed := strings.TrimSuffix(tag, `"`) + compressedTag + `"`
	for part := range strings.SplitSeq(h, ",") {
		switch strings.TrimPrefix(strings.TrimSpace(part), "W/") {
		case tag, "*":
			return tag
		case compressed:
			return compressed
		}
	}
	return ""
}
