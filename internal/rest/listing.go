package rest

import (
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// reserved are the query parameters of every list.
var reserved = []Param{
	{Name: "id", Type: "string", Format: "uuid", List: true, Most: 100, Doc: "Records with any of these ids, 100 at most."},
	{Name: "scope", Type: "string", Doc: "Records in this scope and below it, such as /siv/."},
	{Name: "q", Type: "string", Doc: "Records that contain all of these words. A word also matches the beginning of a longer word and, from four letters, a part of a compound."},
	{Name: "limit", Type: "integer", Doc: "1 to 200; 50 when left out."},
	{Name: "cursor", Type: "string", Doc: "next_cursor of the page before."},
	{Name: "count", Type: "boolean", Doc: "Adds total, the number of records on all pages."},
	{Name: "facets", Type: "string", List: true, Doc: "Adds the number of records per value of these fields, such as status,owner_id."},
	{Name: "include", Type: "string", Enum: []string{"allowed_actions"}, Doc: "Adds allowed_actions to each item."},
	{Name: "updated_since", Type: "string", Format: "date-time", Doc: "Records that changed at or after this instant (RFC 3339)."},
}

// ListParams are the query parameters that lists of a kind take.
func ListParams(k *record.Kind) []Param {
	out := slices.Clone(reserved)
	for i := range out {
		if out[i].Name == "facets" {
			out[i].Enum = facets(k)
		}
	}
	sorts := []string{"created_at", "-created_at", "updated_at", "-updated_at"}
	for _, f := range k.Sorts() {
		sorts = append(sorts, f, "-"+f)
	}
	out = append(out, Param{Name: "sort", Type: "string", Enum: sorts, Doc: k.DefaultSort() + " when left out."})
	if states := k.States(); len(states) > 0 {
		out = append(out, Param{Name: "status", Type: "string", Enum: states, Repeated: true, Doc: "Records in any of these states."})
	}
	if k.Overdue() {
		out = append(out, Param{Name: "overdue", Type: "boolean", Doc: "Records whose due day has passed (true) or has not (false), today in Oslo."})
	}
	for _, f := range k.Filters() {
		p := Param{Name: f.Name, Type: "string", Repeated: true, Doc: "Records with any of these values."}
		switch {
		case f.Number && f.Type.Kind() == reflect.Bool:
			p.Type = "boolean"
		case f.Number:
			p.Type = "integer"
		}
		switch of := record.KindOf(f.Ref); {
		case of == nil && f.ID, of != nil && of.Key == "":
			p.Format, p.Doc = "uuid", "Records with any of these ids."
		case of != nil:
			p.Doc = "Records with any of these values, given by id or key."
		}
		for _, c := range record.ChoicesOf(f.Type) {
			p.Enum = append(p.Enum, c.Value)
		}
		out = append(out, p)
	}
	for i := range out {
		out[i].In = "query"
	}
	return out
}

// facets lists the fields by which a list can be counted.
func facets(k *record.Kind) []string {
	var out []string
	if len(k.States()) > 0 {
		out = append(out, "status")
	}
	for _, f := range k.Filters() {
		if f.Type.Kind() != reflect.Slice && f.Name != "status" {
			out = append(out, f.Name)
		}
	}
	return out
}

// ListQuery turns the parameters of a list into a query.
func ListQuery(k *record.Kind, v url.Values) (query.Query, error) {
	q := query.Query{Scope: v.Get("scope"), Q: v.Get("q"), Sort: v.Get("sort"), Cursor: v.Get("cursor"), Count: v.Get("count") == "true"}
	var err error
	if q.Limit, err = Limit(v); err != nil {
		return q, err
	}
	if since := v.Get("updated_since"); since != "" {
		if q.Since, err = instant("updated_since", since); err != nil {
			return q, err
		}
	}
	if v.Has("overdue") {
		yes := v.Get("overdue") == "true"
		q.Overdue = &yes
	}
	q.Facets = v["facets"]
	known := append(k.Filters(), record.Field{Name: "status"}, record.Field{Name: "id"})
	for _, f := range known {
		if list := v[f.Name]; len(list) > 0 {
			if q.Filters == nil {
				q.Filters = map[string][]string{}
			}
			q.Filters[f.Name] = list
		}
	}
	q.Rows = v.Get("include") != "" || len(k.Private()) > 0
	return q, nil
}

// PageParams are the query parameters of a list that has pages but no filters.
var PageParams = []Param{
	{Name: "limit", In: "query", Type: "integer", Doc: "1 to 200; 50 when left out."},
	{Name: "cursor", In: "query", Type: "string", Doc: "next_cursor of the page before."},
}

// Limit reads how many items a page may have.
func Limit(v url.Values) (int, error) {
	l := v.Get("limit")
	if l == "" {
		return 50, nil
	}
	n, _ := strconv.Atoi(l)
	if n < 1 || n > 200 {
		return 0, fault.New(fault.Malformed, "bad_limit", "limit must be from 1 to 200").At("?limit")
	}
	return n, nil
}

// Page is a page of a list.
type Page[T any] struct {
	Items      []T                         `json:"items"`
	NextCursor *string                     `json:"next_cursor"`
	Total      *int64                      `json:"total,omitempty" extra:""`
	Facets     map[string]map[string]int64 `json:"facets,omitempty" extra:""`
}

// Listing is a page whose items are already encoded.
type Listing struct {
	docs   string
	page   *query.Page // writes the documents itself when rows were not needed
	kind   *record.Kind
	now    time.Time
	next   string
	link   string
	total  *int64
	facets map[string]map[string]int64
}

// pages pools the buffers of encoded pages and records, because they are large.
var pages = sync.Pool{New: func() any { return new([]byte) }}

// largestKept is the largest buffer, in bytes, that is returned to the pool.
const largestKept = 256 << 10

func (l *Listing) append(b []byte) []byte {
	b = slices.Grow(b, len(l.docs)+128)
	b = append(append(b, `{"items":[`...), l.docs...)
	if l.page != nil {
		b = slices.Grow(b, len(l.page.Docs)*9/8)
		b = l.page.AppendDocs(b, l.kind, l.now)
	}
	b = append(b, `],"next_cursor":`...)
	if l.next == "" {
		b = append(b, "null"...)
	} else {
		b = strconv.AppendQuote(b, l.next)
	}
	if l.total != nil {
		b = strconv.AppendInt(append(b, `,"total":`...), *l.total, 10)
	}
	if l.facets != nil {
		if raw, err := record.Encode(l.facets); err == nil {
			b = append(append(b, `,"facets":`...), raw...)
		}
	}
	return append(b, '}')
}

// list answers a page of a kind.
func (s *Server) list(tx *record.Tx, k *record.Kind, c Call[record.None], other func(*record.Tx, query.Query, url.Values) (*query.Page, error)) (*Listing, error) {
	q, err := ListQuery(k, c.Query)
	if err != nil {
		return nil, err
	}
	var p *query.Page
	if other != nil {
		if p, err = other(tx, q, c.Query); err != nil {
			return nil, err
		}
	}
	if p == nil {
		if p, err = query.List(tx, k, q); err != nil {
			return nil, err
		}
	}
	return s.Listing(tx, k, p, c)
}

// Listing writes a page of records, with what the call's include and expand ask for.
func (s *Server) Listing(tx *record.Tx, k *record.Kind, p *query.Page, c Call[record.None]) (*Listing, error) {
	l := &Listing{page: p, kind: k, now: tx.Now, next: p.Next, total: p.Total, facets: p.Facets}
	if p.Next != "" {
		l.link = c.next(p.Next)
	}
	if p.Rows == nil {
		return l, nil
	}
	if err := tx.WithPrivate(p.Rows); err != nil {
		return nil, err
	}
	var docs []byte
	for i, row := range p.Rows {
		if i > 0 {
			docs = append(docs, ",\n"...)
		}
		doc := row.Doc[:len(row.Doc)-1]
		docs = k.AppendMarks(append(docs, doc...), row.Meta, tx.Now)
		if c.Query.Get("include") != "" {
			docs = append(s.appendActions(append(docs, `,"allowed_actions":[`...), tx, row), ']')
		}
		docs = append(docs, '}')
	}
	l.docs, l.page = string(docs), nil
	return l, nil
}
