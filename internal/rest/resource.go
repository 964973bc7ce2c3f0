package rest

import (
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/event"
	"github.com/ki-styring/aims/internal/record/query"
)

// With has what a kind does differently from the standard resource. Every field is optional.
type With[E any] struct {
	// Extra adds computed members to the answer of a single read.
	Extra func(tx *record.Tx, e *E, lang string) (map[string]any, error)
	// Patch stores a patch. It is for kinds where other records change with the patched one.
	Patch func(tx *record.Tx, ref record.Ref, apply func(*E) error) (*E, error)
	// Fallback answers a read of a record that the caller may not read.
	Fallback func(tx *record.Tx, id string) (*record.Row, error)
	// Past is the fallback for as_of. It is called if the caller may read the record or its fallback today.
	Past func(tx *record.Tx, id string, at time.Time) (*record.Row, error)
	// List answers a list in another way. Nil lets the usual way answer.
	List func(tx *record.Tx, q query.Query, v url.Values) (*query.Page, error)
	// Bars reports whether a rule of the kind forbids the caller an action, in addition to grants, states, separation of duties and authorities.
	// It may return the fault of that rule. DELETE asks it. The kind's verbs and its Patch check the rule themselves.
	Bars func(tx *record.Tx, e *E, action string) (bool, error)
	// Ahead preloads, in a few statements, what Bars needs for many records.
	Ahead func(tx *record.Tx, rows []*record.Row) error
	// Params are further query parameters of the list.
	Params []Param
	// ReadOnly kinds have no PATCH and no DELETE.
	ReadOnly bool
}

// Resource adds the routes of every kind: list, read, patch, delete, and the routes under every record.
func Resource[E any](s *Server, repo record.Repo[E], how ...With[E]) {
	k := repo.Kind
	var w With[E]
	if len(how) > 0 {
		w = how[0]
	}
	at := "/" + k.Path
	one := at + "/{id}"
	read, open := k.Name+":read", ""
	if k.Global {
		read, open = "signed-in: everybody reads "+k.Path, k.Name
	}
	if w.Extra != nil {
		s.extras[k.Name] = func(tx *record.Tx, row *record.Row, v any, lang string) (map[string]any, error) {
			e, ok := v.(*E)
			if !ok {
				var err error
				if e, err = repo.Decode(tx, row); err != nil {
					return nil, err
				}
			}
			return w.Extra(tx, e, lang)
		}
	}
	Handle(s, http.MethodGet, at, read, func(tx *record.Tx, c Call[record.None]) (*Listing, error) {
		return s.list(tx, k, c, w.List)
	}, Shape("list"), OfKind(k), Out(reflect.TypeFor[Page[E]]()), Query(ListParams(k)...), Query(w.Params...), Summary("List "+plural(k)),
		singleQuery(w.List == nil && len(k.Private()) == 0, "count", "facets", "include"))
	Handle(s, http.MethodGet, one, read, func(tx *record.Tx, c Call[record.None]) (*record.Row, error) {
		return readOne(tx, c, repo, w)
	}, Shape("read"), OfKind(k), Opens(open), Out(reflect.TypeFor[E]()), Query(asOf), Summary("Read one "+singular(k)),
		singleQuery(w.Fallback == nil && w.Extra == nil && w.Bars == nil && len(k.Private()) == 0, "as_of"))
	if !w.ReadOnly {
		Patch(s, repo, w.Patch)
		if k.Removable != nil {
			Handle(s, http.MethodDelete, one, k.Name+":delete", func(tx *record.Tx, c Call[record.None]) (record.None, error) {
				return record.None{}, tx.Remove(k, c.Ref(), func(row *record.Row) error { return s.bar(tx, row, "delete") })
			}, Shape("delete"), OfKind(k), Answers(http.StatusNoContent), Summary("Delete a draft that nobody refers to"))
		}
	}
	if slices.Contains(k.Parts, "transfer") {
		Verb(s, repo, "transfer", func(tx *record.Tx, c Call[Transfer]) (*E, error) {
			return repo.Transfer(tx, c.Ref(), c.Body.Scope)
		}, Summary("Move one "+singular(k)+" to another scope"))
	}
	if len(k.Custody()) > 0 {
		Handle(s, http.MethodPost, one+"/"+record.HandOver, k.Name+":"+record.HandOver, func(tx *record.Tx, c Call[record.HandOverInput]) (any, error) {
			e, err := repo.HandOver(tx, c.Ref(), c.Body)
			if err != nil {
				return nil, err
			}
			if row := rowOf(e); !tx.Visible(row) {
				return record.None{}, nil
			}
			return e, nil
		}, Shape("verb"), OfKind(k), Out(reflect.TypeFor[*E]()), unseen, Summary("Give the record, or a part of it, to another person to look after"))
	}
	if w.Bars != nil {
		s.ahead[k.Name] = w.Ahead
		s.bars[k.Name] = func(tx *record.Tx, row *record.Row, action string) (bool, error) {
			e, err := repo.Decode(tx, row)
			if err != nil {
				return false, err
			}
			return w.Bars(tx, e, action)
		}
	}
	s.everyRecord(k, read)
}

// Transfer is the body of a move to another scope. The caller needs the same right in the new scope.
type Transfer struct {
	Scope string `json:"scope" validate:"required,scope" example:"/siv/akutt/"`
	record.Reason
}

// plural returns the plural of a kind for the API description, such as risk registers.
func plural(k *record.Kind) string {
	return strings.Replace(strings.ReplaceAll(k.Path, "-", " "), "api ", "API ", 1)
}

// singular returns the singular of a kind for the API description, such as risk register.
func singular(k *record.Kind) string {
	return strings.Replace(strings.ToLower(k.Label.EN), "api ", "API ", 1)
}

var asOf = Param{Name: "as_of", In: "query", Type: "string", Format: "date-time", Doc: "The record as it was at this instant (RFC 3339)."}

// Create adds POST on the kind's collection. It needs the permission create.
func Create[E, B any](s *Server, repo record.Repo[E], fn func(*record.Tx, Call[B]) (*E, error), opts ...Option) {
	opts = append([]Option{Shape("create"), OfKind(repo.Kind), Answers(http.StatusCreated)}, opts...)
	Handle(s, http.MethodPost, "/"+repo.Path, repo.Name+":create", fn, opts...)
}

// Verb adds POST …/{id}/<verb>, which needs the permission of that name.
func Verb[E, B any](s *Server, repo record.Repo[E], name string, fn func(*record.Tx, Call[B]) (*E, error), opts ...Option) {
	opts = append([]Option{Shape("verb"), OfKind(repo.Kind)}, opts...)
	Handle(s, http.MethodPost, "/"+repo.Path+"/{id}/"+name, repo.Name+":"+name, fn, opts...)
}

// extra returns the members of an answer that are not in the document.
type extra func(tx *record.Tx, row *record.Row, v any, lang string) (map[string]any, error)

// readOne answers with one record, as it is now or as it was at as_of.
func readOne[E any](tx *record.Tx, c Call[record.None], repo record.Repo[E], w With[E]) (*record.Row, error) {
	row, err := tx.Load(repo.Kind, c.ID)
	if fault.Is(err, fault.NotFound) && w.Fallback != nil {
		row, err = w.Fallback(tx, c.ID)
	}
	at := c.Query.Get("as_of")
	if err != nil || at == "" {
		return row, err
	}
	t, err := instant("as_of", at)
	if err != nil {
		return nil, err
	}
	past, err := event.AsOf(tx, row, t)
	if fault.Is(err, fault.NotFound) && w.Past != nil {
		return w.Past(tx, row.ID, t)
	}
	return past, err
}

// instant parses an instant (RFC 3339).
func instant(name, v string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, strings.Replace(v, " ", "+", 1))
	if err != nil {
		return t, badInstant(name)
	}
	return t, nil
}

// single makes the answer of one record: its document, and the members that depend on the caller and the day.
func (s *Server) single(tx *record.Tx, r *Route, row *record.Row, v any, lang string, a *answer) error {
	if r.Status == http.StatusCreated {
		a.set("Location", Base+"/"+row.Kind.Path+"/"+row.ID)
	}
	if st, ok := v.(statusCoder); ok {
		a.status = st.StatusCode()
	}
	if len(row.Kind.Private()) > 0 {
		if err := tx.WithPrivate([]*record.Row{row}); err != nil {
			return err
		}
	}
	if row.Past {
		a.body = row.Doc
		a.set("Etag", `"`+itoa(row.Version)+`"`)
		return nil
	}
	a.page = pages.Get().(*[]byte)
	body := slices.Grow((*a.page)[:0], len(row.Doc)+256)
	body = append(body, row.Doc[:len(row.Doc)-1]...)
	beside := len(body) // where the members begin that are not in the document
	body = row.Kind.AppendMarks(body, row.Meta, tx.Now)
	if fn := s.extras[row.Kind.Name]; fn != nil {
		m, err := fn(tx, row, v, lang)
		if err != nil {
			return err
		}
		raw, err := record.Encode(m)
		if err != nil {
			return err
		}
		if len(raw) > 2 {
			body = append(append(body, ','), raw[1:len(raw)-1]...)
		}
	}
	body = append(s.appendActions(append(body, `,"allowed_actions":[`...), tx, row), ']')
	shown := body[beside:]
	if row.Kind.KeyByUnit() { // the same path may answer with another record later
		shown = append(slices.Clone(shown), row.ID...)
	}
	a.set("Etag", `"`+itoa(row.Version)+`-`+hash(shown)+`"`)
	*a.page = append(body, '}')
	a.body = *a.page
	return nil
}

// appendActions lists the actions that the caller may take on the record now. Such an action can then only be refused for its content.
func (s *Server) appendActions(b []byte, tx *record.Tx, row *record.Row) []byte {
	start := len(b)
	t := row.Target()
	for _, action := range row.Kind.Actions() {
		if !row.Kind.Offers(action, row.Status, row.Meta, tx.Actor) || !s.cfg.Guard.Allows(tx, record.Permission{Object: row.Kind.Name, Action: action}, t) || s.Barred(tx, row, action) {
			continue
		}
		if len(b) > start {
			b = append(b, ',')
		}
		b = strconv.AppendQuote(b, action)
	}
	return b
}

// bar returns the refusal of the kind's own rule for an action, or nil.
func (s *Server) bar(tx *record.Tx, row *record.Row, action string) error {
	bars := s.bars[row.Kind.Name]
	if bars == nil {
		return nil
	}
	yes, err := bars(tx, row, action)
	if yes && err == nil {
		err = fault.New(fault.Forbidden, "forbidden", `none of your roles here allows the action "%s" (%s)`, fault.Word{Kind: row.Kind.Name, Action: action}, fault.Word{Kind: row.Kind.Name})
	}
	return err
}

// Barred reports whether the kind's own rule forbids an action. It is true also if the rule cannot be checked.
func (s *Server) Barred(tx *record.Tx, row *record.Row, action string) bool {
	return s.bar(tx, row, action) != nil
}

// Ruled reports whether a kind has a rule of its own, which Barred checks.
func (s *Server) Ruled(k *record.Kind) bool { return s.bars[k.Name] != nil }

// Ahead preloads what Barred needs for the rows of a kind, in as few statements as for one row.
func (s *Server) Ahead(tx *record.Tx, k *record.Kind, rows []*record.Row) error {
	if ahead := s.ahead[k.Name]; ahead != nil {
		return ahead(tx, rows)
	}
	return nil
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
