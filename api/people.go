package api

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/people"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
	"github.com/ki-styring/aims/internal/record/text"
	"github.com/ki-styring/aims/internal/rest"
)

// peopleAPI serves the directory of colleagues.
type peopleAPI struct{ *Server }

func (h peopleAPI) routes(s *rest.Server) {
	rest.Handle(s, http.MethodGet, "/people", "signed-in: name, title and unit of colleagues", h.list, rest.Shape("list"), rest.Query(append(slices.Clone(rest.PageParams),
		rest.Param{Name: "id", In: "query", Type: "string", Format: "uuid", List: true, Most: 100, Doc: "The people with these ids, 100 at most, also those who have left."},
		rest.Param{Name: "q", In: "query", Type: "string", Doc: "People whose name or title has all of these words, or words that begin with them."},
		rest.Param{Name: "scope", In: "query", Type: "string", Doc: "People who work in this scope or below it. With role or can: people who have it in this scope."},
		rest.Param{Name: "role", In: "query", Type: "string", Doc: "People who have this role in the scope. Everybody who works there has the role employee."},
		rest.Param{Name: "can", In: "query", Type: "string", Doc: "People who may do this in the scope, such as risk:accept."},
	)...))
	rest.Handle(s, http.MethodGet, "/people/{id}", "signed-in: name, title and unit of colleagues", h.one)
}

// @Summary	Read the name, title and unit of a colleague
// @Tags		people
// @Success	200		{object}	people.Person
// @Failure	default	{object}	Problem
// @Router		/people/{id} [get]
func (h peopleAPI) one(tx *record.Tx, c rest.Call[record.None]) (people.Person, error) {
	row, err := tx.Person(c.ID)
	if err != nil {
		return people.Person{}, err
	}
	return people.Of(row)
}

// @Summary	Find colleagues by name, unit, role or permission
// @Tags		people
// @Success	200		{object}	rest.Page[people.Person]
// @Failure	default	{object}	Problem
// @Router		/people [get]
func (h peopleAPI) list(tx *record.Tx, c rest.Call[record.None]) (rest.Page[people.Person], error) {
	out := rest.Page[people.Person]{Items: []people.Person{}}
	scope, role, can := c.Query.Get("scope"), c.Query.Get("role"), c.Query.Get("can")
	if can != "" || role != "" && role != "employee" {
		may, err := permission(can)
		if err != nil {
			return out, err
		}
		ids, err := people.Able(tx, role, may, cmp.Or(scope, "/"), h.Guard)
		if err != nil {
			return out, err
		}
		return pageByName(tx, ids, rest.Fingerprint("people", scope, role, can, c.Query.Get("q"), c.Query["id"]), c.Query)
	}
	q, err := rest.ListQuery(org.Users.Kind, c.Query)
	if err != nil {
		return out, err
	}
	q.Rows, q.Trusted, q.Filters = true, true, map[string][]string{"status": {"active"}}
	if ids := c.Query["id"]; len(ids) > 0 {
		q.Filters = map[string][]string{"id": ids}
	}
	page, err := query.List(tx, org.Users.Kind, q)
	if err != nil {
		return out, err
	}
	if err := tx.WithPrivate(page.Rows); err != nil {
		return out, err
	}
	for _, row := range page.Rows {
		p, err := people.Of(row)
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, p)
	}
	if page.Next != "" {
		out.NextCursor = &page.Next
	}
	return out, nil
}

// pageByName returns a page of the people, sorted by name and then by id. The cursor identifies the list and the last person of the page.
// It holds the id and not the name, because URLs are logged.
func pageByName(tx *record.Tx, ids []string, of []byte, v url.Values) (rest.Page[people.Person], error) {
	out := rest.Page[people.Person]{Items: []people.Person{}}
	q, err := rest.ListQuery(org.Users.Kind, v)
	if err != nil {
		return out, err
	}
	rows, err := tx.People(ids)
	if err != nil {
		return out, err
	}
	words := text.Words(q.Q)
	asked := v["id"]
	for _, row := range rows {
		if len(asked) > 0 && !slices.Contains(asked, row.ID) {
			continue
		}
		p, err := people.Of(row)
		if err != nil {
			return out, err
		}
		if matches(p.Name+" "+p.Title, words) {
			out.Items = append(out.Items, p)
		}
	}
	slices.SortFunc(out.Items, func(a, b people.Person) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	if q.Cursor != "" {
		after, _ := base64.RawURLEncoding.DecodeString(q.Cursor)
		last, found := bytes.CutPrefix(after, of)
		i := slices.IndexFunc(out.Items, func(p people.Person) bool { return p.ID == string(last) })
		if !found || i < 0 {
			return out, fault.New(fault.Malformed, "bad_cursor", "the cursor belongs to another list or query; start again without cursor").At("?cursor")
		}
		out.Items = out.Items[i+1:]
	}
	if len(out.Items) > q.Limit {
		out.Items = out.Items[:q.Limit]
		next := base64.RawURLEncoding.EncodeToString(append(slices.Clone(of), out.Items[q.Limit-1].ID...))
		out.NextCursor = &next
	}
	return out, nil
}

// matches reports whether every word is a prefix of a word of the name.
func matches(name string, words []string) bool {
	have := text.Words(name)
	for _, w := range words {
		if !slices.ContainsFunc(have, func(h string) bool { return strings.HasPrefix(h, w) }) {
			return false
		}
	}
	return true
}

// permission parses the query parameter can, such as risk:accept. It returns nil when the parameter is absent.
func permission(can string) (*record.Permission, error) {
	if can == "" {
		return nil, nil //nolint:nilnil // no parameter is no error
	}
	object, action, ok := strings.Cut(can, ":")
	if k := record.KindOf(object); !ok || k == nil || !slices.Contains(append([]string{"read", "create", "propose", "adopt", "import"}, k.Actions()...), action) {
		return nil, fault.New(fault.Malformed, "bad_parameter/permission", "the parameter %s must be a kind of record and an action on it, such as risk:accept", "can").At("?can")
	}
	return &record.Permission{Object: object, Action: action}, nil
}
