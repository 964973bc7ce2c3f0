package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// with says what a kind does differently from the rest.
type with[E any] struct {
	// Extra adds members to a single read that are not stored.
	Extra func(tx *record.Tx, e *E) (map[string]any, error)
	// Patch stores a patch, when other records must follow.
	Patch func(tx *record.Tx, ref record.Ref, apply func(*E) error) (*E, error)
	// Fallback answers a single read that the caller's rights do not reach.
	Fallback func(tx *record.Tx, id string) (*record.Row, error)
	// List answers a list in another way, or nil to let the usual one.
	List func(tx *record.Tx, q record.Query, v url.Values) (*record.Page, error)
	// Bars tells that a rule beyond grant, state, separation and authority keeps the caller from an action.
	Bars func(tx *record.Tx, e *E, action string) (bool, error)
	// Params are further query parameters of the list.
	Params []Param
	// ReadOnly kinds are written by other means than PATCH and DELETE.
	ReadOnly bool
}

// patchBody is a merge patch as parsed.
type patchBody map[string]any

// resource adds what every kind has: list, read, patch, delete, comments, events, links, eligible.
func resource[E any](s *Server, repo record.Repo[E], how ...with[E]) {
	k := repo.Kind
	var w with[E]
	if len(how) > 0 {
		w = how[0]
	}
	at := "/" + k.Path
	one := at + "/{id}"
	read := k.Name + ":read"
	if k.Global {
		read = "signed-in: everybody reads " + k.Path
	}
	if w.Extra != nil {
		s.extra(k, func(tx *record.Tx, row *record.Row, v any) (map[string]any, error) {
			e, ok := v.(*E)
			if !ok {
				var err error
				if e, err = repo.AsOf(tx, row); err != nil {
					return nil, err
				}
			}
			return w.Extra(tx, e)
		})
	}
	handle(s, http.MethodGet, at, read, func(tx *record.Tx, c Call[record.None]) (*listing, error) {
		return s.list(tx, k, c, w.List)
	}, shape("list"), kindOf(k), outOf(reflect.TypeFor[Page[E]]()), query(listParams(k)...), query(w.Params...), summary("List "+plural(k)),
		alone(w.List == nil && len(k.Private()) == 0, "count", "facets", "include", "expand"))
	handle(s, http.MethodGet, one, read, func(tx *record.Tx, c Call[record.None]) (*record.Row, error) {
		return s.read(tx, k, c, w.Fallback)
	}, shape("read"), kindOf(k), outOf(reflect.TypeFor[E]()), query(asOf), summary("Read one "+singular(k)), alone(w.Fallback == nil && len(k.Private()) == 0 && w.Extra == nil))
	if !w.ReadOnly {
		patchRoute(s, repo, w)
		if k.Removable != nil {
			handle(s, http.MethodDelete, one, k.Name+":delete", func(tx *record.Tx, c Call[record.None]) (record.None, error) {
				return record.None{}, tx.Remove(k, c.Ref())
			}, shape("delete"), kindOf(k), answers(http.StatusNoContent), summary("Delete a draft that nobody refers to"))
		}
	}
	if slices.Contains(k.Parts, "transfer") {
		verb(s, repo, "transfer", func(tx *record.Tx, c Call[Transfer]) (*E, error) {
			return repo.Transfer(tx, c.Ref(), c.Body.Scope)
		}, summary("Move one "+singular(k)+" to another scope"))
	}
	if w.Bars != nil {
		s.bars[k.Name] = func(tx *record.Tx, row *record.Row, action string) (bool, error) {
			e, err := repo.AsOf(tx, row)
			if err != nil {
				return false, err
			}
			return w.Bars(tx, e, action)
		}
	}
	s.everyRecord(k, read)
}

// Transfer moves a record to another scope, where the caller needs the same right.
type Transfer struct {
	Scope string `json:"scope" validate:"required,scope" example:"/siv/akutt/"`
	record.Reason
}

func patchRoute[E any](s *Server, repo record.Repo[E], w with[E]) {
	change := w.Patch
	if change == nil {
		change = repo.Change
	}
	handle(s, http.MethodPatch, "/"+repo.Path+"/{id}", repo.Name+":update", func(tx *record.Tx, c Call[patchBody]) (*E, error) {
		return change(tx, c.Ref(), func(e *E) error { return apply(repo.Kind, e, c.Body) })
	}, shape("patch"), kindOf(repo.Kind), bodyOf(repo.InputType()), summary("Change fields of one "+singular(repo.Kind)+" (RFC 7396)"))
}

// plural is what the description calls records of a kind: risk registers.
func plural(k *record.Kind) string {
	return strings.Replace(strings.ReplaceAll(k.Path, "-", " "), "api ", "API ", 1)
}

// singular is what it calls one of them: risk register.
func singular(k *record.Kind) string {
	return strings.Replace(strings.ToLower(k.Label.EN), "api ", "API ", 1)
}

// alone says that a route is answered by one query, which needs no snapshot of
// its own, unless one of these parameters is there.
func alone(yes bool, but ...string) option {
	return func(r *Route) {
		r.single = func(v url.Values) bool {
			return yes && !slices.ContainsFunc(but, v.Has)
		}
	}
}

func outOf(t reflect.Type) option  { return func(r *Route) { r.Out = t } }
func bodyOf(t reflect.Type) option { return func(r *Route) { r.Body = t } }

var asOf = Param{Name: "as_of", In: "query", Type: "string", Doc: "The record as it was at this instant (RFC 3339)."}

// create adds POST on the kind's collection.
func create[E, B any](s *Server, repo record.Repo[E], fn func(*record.Tx, Call[B]) (*E, error), opts ...option) {
	opts = append([]option{shape("create"), kindOf(repo.Kind), answers(http.StatusCreated)}, opts...)
	handle(s, http.MethodPost, "/"+repo.Path, repo.Name+":create", fn, opts...)
}

// verb adds POST …/{id}/<verb>, by the permission of that name.
func verb[E, B any](s *Server, repo record.Repo[E], name string, fn func(*record.Tx, Call[B]) (*E, error), opts ...option) {
	opts = append([]option{shape("verb"), kindOf(repo.Kind)}, opts...)
	handle(s, http.MethodPost, "/"+repo.Path+"/{id}/"+name, repo.Name+":"+name, fn, opts...)
}

// BatchItem is one record of a batch: its id, the version that was read, and the patch.
type BatchItem struct {
	ID      string         `json:"id" validate:"required,uuid"`
	Version int64          `json:"version" validate:"required,min=1"`
	Patch   map[string]any `json:"patch" validate:"required"`
}

// Batch changes several records in one transaction: all of them or none.
type Batch struct {
	Items []BatchItem `json:"items" validate:"required,min=1,max=100,dive"`
}

// BatchResult holds the records as they became, in the order of the batch.
type BatchResult[E any] struct {
	Items []E `json:"items"`
}

// batch adds POST on <collection>/batch: at most 100, one transaction, all or nothing.
func batch[E any](s *Server, repo record.Repo[E], change func(*record.Tx, record.Ref, func(*E) error) (*E, error)) {
	if change == nil {
		change = repo.Change
	}
	handle(s, http.MethodPost, "/"+repo.Path+"/batch", repo.Name+":update", func(tx *record.Tx, c Call[Batch]) (BatchResult[json.RawMessage], error) {
		out := BatchResult[json.RawMessage]{}
		var faults fault.Fields
		for i, item := range c.Body.Items {
			at := "/items/" + strconv.Itoa(i)
			e, err := change(tx, record.Ref{ID: item.ID, Version: item.Version}, func(e *E) error { return apply(repo.Kind, e, item.Patch) })
			if err == nil {
				out.Items = append(out.Items, any(e).(interface{ Row() *record.Row }).Row().Doc)
				continue
			}
			f := fault.As(err)
			if f == nil {
				return out, err
			}
			if f.Kind != fault.Invalid {
				f.Fields = append(f.Fields, fault.Field{Pointer: at, Code: f.Code, Detail: f.Text})
				return out, f
			}
			for _, x := range f.Fields {
				x.Pointer = at + "/patch" + x.Pointer
				faults = append(faults, x)
			}
		}
		return out, faults.Err()
	}, shape("verb"), kindOf(repo.Kind), outOf(reflect.TypeFor[BatchResult[E]]()), summary("Change up to 100 "+plural(repo.Kind)+", all or none"))
}

// apply merges a patch into a fresh Input and puts it into the record.
func apply(k *record.Kind, e any, patch map[string]any) error {
	v := reflect.ValueOf(e).Elem()
	input := k.Input(v)
	var f fault.Fields
	tree, _ := fit(input.Type(), map[string]any(patch), "", &f).(map[string]any)
	raw, err := json.Marshal(input.Interface())
	if err != nil {
		return fmt.Errorf("encode %s: %w", k.Name, err)
	}
	now := map[string]any{}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&now); err != nil {
		return fmt.Errorf("decode %s: %w", k.Name, err)
	}
	fresh := reflect.New(input.Type())
	if err := fill(merge(now, tree), fresh.Interface(), f); err != nil {
		return err
	}
	for _, fd := range k.Fields() {
		if !fd.Fixed {
			continue
		}
		old := v.FieldByIndex(fd.Index).Interface()
		if now := fieldOf(fresh.Elem(), fd.Name); now.IsValid() && !reflect.DeepEqual(now.Interface(), old) {
			f.Add("/"+fd.Name, "immutable", "was set for good when the record was made")
		}
	}
	if err := f.Err(); err != nil {
		return err
	}
	input.Set(fresh.Elem())
	return nil
}

// fieldOf finds a field by its JSON name, embedded structs included.
func fieldOf(v reflect.Value, name string) reflect.Value {
	t := v.Type()
	for i := range t.NumField() {
		tag, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if t.Field(i).Anonymous && tag == "" {
			if f := fieldOf(v.Field(i), name); f.IsValid() {
				return f
			}
		}
		if tag == name {
			return v.Field(i)
		}
	}
	return reflect.Value{}
}

type extra func(tx *record.Tx, row *record.Row, v any) (map[string]any, error)

func (s *Server) extra(k *record.Kind, fn extra) {
	if s.extras == nil {
		s.extras = map[string]extra{}
	}
	s.extras[k.Name] = fn
}

// read answers one record, now or as it was.
func (s *Server) read(tx *record.Tx, k *record.Kind, c Call[record.None], fallback func(*record.Tx, string) (*record.Row, error)) (*record.Row, error) {
	row, err := tx.Load(k, c.ID)
	if fault.Is(err, fault.NotFound) && fallback != nil && c.Query.Get("as_of") == "" {
		return fallback(tx, c.ID)
	}
	if err != nil {
		return nil, err
	}
	at := c.Query.Get("as_of")
	if at == "" {
		return row, nil
	}
	t, err := instant("as_of", at)
	if err != nil {
		return nil, err
	}
	return tx.AsOf(row, t)
}

func instant(name, v string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, strings.Replace(v, " ", "+", 1))
	if err != nil {
		e := fault.New(fault.Malformed, "bad_parameter", "the parameter %s has a value that cannot be", name)
		e.Fields = fault.Fields{{Pointer: "?" + name, Code: "bad_parameter", Detail: e.Text}}
		return t, e
	}
	return t, nil
}

// single makes the answer of one record: its document, and beside it what
// depends on the caller and the day.
func (s *Server) single(tx *record.Tx, r *Route, row *record.Row, v any, a *answer) error {
	if r.Status == http.StatusCreated {
		a.set("Location", Base+"/"+row.Kind.Path+"/"+row.ID)
	}
	if st, ok := v.(interface{ statusCode() int }); ok {
		a.status = st.statusCode()
	}
	if len(row.Kind.Private()) > 0 {
		if err := tx.WithPrivate([]*record.Row{row}); err != nil {
			return err
		}
	}
	if row.Past {
		a.body = row.Doc
		a.set("Etag", `"`+itoa64(row.Version)+`"`)
		return nil
	}
	beside := make([]byte, 0, 256)
	if row.Kind.Due {
		beside = append(beside, `,"overdue":`...)
		beside = strconv.AppendBool(beside, row.Meta.Due.Passed(tx.Now))
	}
	if fn := s.extras[row.Kind.Name]; fn != nil {
		m, err := fn(tx, row, v)
		if err != nil {
			return err
		}
		raw, err := encode(m)
		if err != nil {
			return err
		}
		if len(raw) > 2 {
			beside = append(append(beside, ','), raw[1:len(raw)-1]...)
		}
	}
	beside = append(beside, `,"allowed_actions":[`...)
	beside = s.appendActions(beside, tx, row)
	beside = append(beside, ']')
	a.body = make([]byte, 0, len(row.Doc)+len(beside))
	a.body = append(a.body, row.Doc[:len(row.Doc)-1]...)
	a.body = append(append(a.body, beside...), '}')
	a.set("Etag", `"`+itoa64(row.Version)+`-`+hash(beside)+`"`)
	return nil
}

// appendActions lists what the caller may do to the record now, so that only missing content can refuse it.
func (s *Server) appendActions(b []byte, tx *record.Tx, row *record.Row) []byte {
	start := len(b)
	t := record.Target{Kind: row.Kind, ID: row.ID, Scope: row.Scope, Status: row.Status, Meta: &row.Meta}
	for _, action := range row.Kind.Actions() {
		if !row.Kind.Offers(action, row.Status, row.Meta, tx.Actor) || s.Guard.Check(tx, record.Permission{Object: row.Kind.Name, Action: action}, t) != nil || s.barred(tx, row, action) {
			continue
		}
		if len(b) > start {
			b = append(b, ',')
		}
		b = strconv.AppendQuote(b, action)
	}
	return b
}

// barred asks the kind's own rule; what cannot be told is not offered.
func (s *Server) barred(tx *record.Tx, row *record.Row, action string) bool {
	bars := s.bars[row.Kind.Name]
	if bars == nil {
		return false
	}
	yes, err := bars(tx, row, action)
	return yes || err != nil
}

func itoa(n int) string     { return strconv.Itoa(n) }
func itoa64(n int64) string { return strconv.FormatInt(n, 10) }

// reserved are the parameters of every list.
var reserved = []Param{
	{Name: "scope", Type: "string", Doc: "This scope and all below it: /siv/."},
	{Name: "q", Type: "string", Doc: "Every word, as the beginning of a word."},
	{Name: "limit", Type: "integer", Doc: "1 to 200; 50 when left out."},
	{Name: "cursor", Type: "string", Doc: "next_cursor of the page before."},
	{Name: "count", Type: "boolean", Doc: "Adds total."},
	{Name: "facets", Type: "string", Doc: "Adds counts per value of these fields: status,owner_id."},
	{Name: "include", Type: "string", Enum: []string{"allowed_actions"}, Doc: "Adds allowed_actions to each item."},
	{Name: "expand", Type: "string", Doc: "Adds id, number and title or name of what these fields refer to: owner,scope."},
	{Name: "updated_since", Type: "string", Doc: "Changed at or after this instant (RFC 3339)."},
}

func listParams(k *record.Kind) []Param {
	out := slices.Clone(reserved)
	sorts := []string{"created_at", "-created_at", "updated_at", "-updated_at"}
	for _, f := range k.Sorts() {
		sorts = append(sorts, f, "-"+f)
	}
	out = append(out, Param{Name: "sort", Type: "string", Enum: sorts, Doc: k.DefaultSort() + " when left out."})
	if states := k.States(); len(states) > 0 {
		out = append(out, Param{Name: "status", Type: "string", Enum: states, Repeated: true, Doc: "In any of these states."})
	}
	for _, f := range k.Filters() {
		p := Param{Name: f.Name, Type: "string", Repeated: true, Doc: "With any of these values."}
		switch {
		case f.Number && f.Type.Kind() == reflect.Bool:
			p.Type = "boolean"
		case f.Number:
			p.Type = "integer"
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

// listQuery turns the parameters of a list into a query.
func listQuery(k *record.Kind, v url.Values) (record.Query, error) {
	q := record.Query{Scope: v.Get("scope"), Q: v.Get("q"), Sort: v.Get("sort"), Cursor: v.Get("cursor"), Limit: 50, Count: v.Get("count") == "true"}
	if l := v.Get("limit"); l != "" {
		n, _ := strconv.Atoi(l)
		if n < 1 || n > 200 {
			e := fault.New(fault.Malformed, "bad_limit", "limit is from 1 to 200")
			e.Fields = fault.Fields{{Pointer: "?limit", Code: "bad_limit", Detail: e.Text}}
			return q, e
		}
		q.Limit = n
	}
	if since := v.Get("updated_since"); since != "" {
		var err error
		if q.Since, err = instant("updated_since", since); err != nil {
			return q, err
		}
	}
	if f := v.Get("facets"); f != "" {
		q.Facets = strings.Split(f, ",")
	}
	known := append(k.Filters(), record.Field{Name: "status"})
	for _, f := range known {
		if list := v[f.Name]; len(list) > 0 {
			if q.Filters == nil {
				q.Filters = map[string][]string{}
			}
			q.Filters[f.Name] = list
		}
	}
	q.Rows = v.Get("include") != "" || v.Get("expand") != "" || len(k.Private()) > 0
	return q, nil
}

// Page is a page of a list.
type Page[T any] struct {
	Items      []T                         `json:"items"`
	NextCursor *string                     `json:"next_cursor"`
	Total      *int64                      `json:"total,omitempty"`
	Facets     map[string]map[string]int64 `json:"facets,omitempty"`
}

// listing is a page whose items are bytes already.
type listing struct {
	docs   string
	next   string
	link   string
	total  *int64
	facets map[string]map[string]int64
}

func (l *listing) bytes() []byte {
	b := make([]byte, 0, len(l.docs)+128)
	b = append(append(b, `{"items":[`...), l.docs...)
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
		if raw, err := encode(l.facets); err == nil {
			b = append(append(b, `,"facets":`...), raw...)
		}
	}
	return append(b, '}')
}

// list answers a page of a kind.
func (s *Server) list(tx *record.Tx, k *record.Kind, c Call[record.None], other func(*record.Tx, record.Query, url.Values) (*record.Page, error)) (*listing, error) {
	q, err := listQuery(k, c.Query)
	if err != nil {
		return nil, err
	}
	var p *record.Page
	if other != nil {
		if p, err = other(tx, q, c.Query); err != nil {
			return nil, err
		}
	}
	if p == nil {
		if p, err = tx.List(k, q); err != nil {
			return nil, err
		}
	}
	return s.listing(tx, k, p, c)
}

func (s *Server) listing(tx *record.Tx, k *record.Kind, p *record.Page, c Call[record.None]) (*listing, error) {
	l := &listing{docs: p.Docs, next: p.Next, total: p.Total, facets: p.Facets}
	if p.Next != "" {
		u := *c.gin.Request.URL
		v := url.Values{}
		for name, list := range c.Query {
			v[name] = list
		}
		v.Set("cursor", p.Next)
		u.RawQuery = v.Encode()
		l.link = u.RequestURI()
	}
	expand := map[string]bool{}
	for f := range strings.SplitSeq(c.Query.Get("expand"), ",") {
		expand[f] = f != ""
	}
	if err := known(k, expand); err != nil {
		return nil, err
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
		docs = append(docs, doc...)
		if c.Query.Get("include") != "" {
			docs = append(s.appendActions(append(docs, `,"allowed_actions":[`...), tx, row), ']')
		}
		if c.Query.Get("expand") != "" {
			raw, err := expanded(tx, row, expand)
			if err != nil {
				return nil, err
			}
			docs = append(append(docs, `,"expanded":`...), raw...)
		}
		docs = append(docs, '}')
	}
	l.docs = string(docs)
	return l, nil
}
