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
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

type peopleAPI struct{ *Server }

func (h peopleAPI) routes(s *rest.Server) {
	rest.Handle(s, http.MethodGet, "/people", "signed-in: name, title and unit of colleagues", h.list, rest.Shape("list"), rest.Query(append(slices.Clone(rest.PageParams),
		rest.Param{Name: "q", In: "query", Type: "string", Doc: "Every word, as the beginning of a word of the name or title."},
		rest.Param{Name: "scope", In: "query", Type: "string", Doc: "Who works in this scope or below; with role or can, where it is held."},
		rest.Param{Name: "role", In: "query", Type: "string", Doc: "Who holds this role in the scope; everybody who works there is an employee."},
		rest.Param{Name: "can", In: "query", Type: "string", Doc: "Who may do this in the scope: risk:accept."},
	)...))
}

// @Summary	Find colleagues by name, unit, role or what they may do
// @Tags		people
// @Success	200		{object}	rest.Page[Person]
// @Failure	default	{object}	Problem
// @Router		/people [get]
func (h peopleAPI) list(tx *record.Tx, c rest.Call[record.None]) (rest.Page[Person], error) {
	out := rest.Page[Person]{Items: []Person{}}
	scope, role, can := c.Query.Get("scope"), c.Query.Get("role"), c.Query.Get("can")
	if can != "" || role != "" && role != "employee" {
		ids, err := h.able(tx, role, can, scope)
		if err != nil {
			return out, err
		}
		return byName(tx, ids, rest.Fingerprint("people", scope, role, can, c.Query.Get("q")), c.Query)
	}
	q, err := rest.ListQuery(org.Users.Kind, c.Query)
	if err != nil {
		return out, err
	}
	q.Rows, q.Trusted, q.Filters = true, true, map[string][]string{"status": {"active"}}
	page, err := tx.List(org.Users.Kind, q)
	if err != nil {
		return out, err
	}
	if err := tx.WithPrivate(page.Rows); err != nil {
		return out, err
	}
	for _, row := range page.Rows {
		p, err := asPerson(row)
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

// byName gives a page of these people in the order of their names, and of their ids where those are the same. The cursor says which list it
// is of, and whom the page ended with: an id, for addresses are logged.
func byName(tx *record.Tx, ids []string, of []byte, v url.Values) (rest.Page[Person], error) {
	out := rest.Page[Person]{Items: []Person{}}
	q, err := rest.ListQuery(org.Users.Kind, v)
	if err != nil {
		return out, err
	}
	rows, err := tx.People(ids)
	if err != nil {
		return out, err
	}
	words := record.Words(q.Q)
	for _, row := range rows {
		p, err := asPerson(row)
		if err != nil {
			return out, err
		}
		if matches(p.Name+" "+p.Title, words) {
			out.Items = append(out.Items, p)
		}
	}
	slices.SortFunc(out.Items, func(a, b Person) int { return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID)) })
	if q.Cursor != "" {
		after, _ := base64.RawURLEncoding.DecodeString(q.Cursor)
		last, found := bytes.CutPrefix(after, of)
		i := slices.IndexFunc(out.Items, func(p Person) bool { return p.ID == string(last) })
		if !found || i < 0 {
			e := fault.New(fault.Malformed, "bad_cursor", "the cursor does not belong to this list")
			e.Fields = fault.Fields{{Pointer: "?cursor", Code: "bad_cursor", Detail: e.Text}}
			return out, e
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

// matches tells whether every word begins a word of the text.
func matches(text string, words []string) bool {
	have := record.Words(text)
	for _, w := range words {
		if !slices.ContainsFunc(have, func(h string) bool { return strings.HasPrefix(h, w) }) {
			return false
		}
	}
	return true
}

// able finds who holds a role in the scope, or may do something there.
func (h peopleAPI) able(tx *record.Tx, role, can, scope string) ([]string, error) {
	if scope == "" {
		scope = "/"
	}
	roles := []string{role}
	if can != "" {
		object, action, ok := strings.Cut(can, ":")
		if k := record.KindOf(object); !ok || k == nil || !slices.Contains(append([]string{"read", "create", "propose", "adopt", "import"}, k.Actions()...), action) {
			e := fault.New(fault.Malformed, "bad_parameter", "the parameter %s has a value that cannot be", "can")
			e.Fields = fault.Fields{{Pointer: "?can", Code: "bad_parameter", Detail: e.Text}}
			return nil, e
		}
		able, err := h.Guard.Roles(tx, record.Permission{Object: object, Action: action})
		if err != nil {
			return nil, err
		}
		if role == "" {
			roles = able
		} else if !slices.Contains(able, role) {
			return nil, nil
		}
	}
	ids, err := holdersOf(tx, roles, scope)
	if err != nil {
		return nil, err
	}
	ids = slices.DeleteFunc(ids, func(id string) bool {
		held, err := h.Guard.Held(tx, id)
		return err != nil || !slices.ContainsFunc(held, func(x record.Held) bool {
			return slices.Contains(roles, x.Role) && record.Covers(x.Scope, scope)
		})
	})
	if !slices.Contains(roles, "employee") {
		return ids, nil
	}
	for _, at := range record.Ancestors(scope) {
		employed, err := org.Users.IDs(tx, "="+at, map[string][]string{"status": {string(org.UserActive)}})
		if err != nil {
			return nil, err
		}
		ids = append(ids, employed...)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// holders lists who holds a role with that permission at or over a scope.
func (s *Server) holders(tx *record.Tx, p record.Permission, scope string) ([]string, error) {
	roles, err := s.Guard.Roles(tx, p)
	if err != nil {
		return nil, err
	}
	return holdersOf(tx, roles, scope)
}

func holdersOf(tx *record.Tx, roles []string, scope string) ([]string, error) {
	if len(roles) == 0 {
		return nil, nil
	}
	seen := map[string]bool{}
	var out []string
	add := func(id string) {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	for _, at := range record.Ancestors(scope) {
		list, err := org.Assignments.Each(tx, "="+at, map[string][]string{"role": roles, "status": {"active"}})
		if err != nil {
			return nil, err
		}
		for _, a := range list {
			add(a.UserID)
		}
		bodies, err := governance.Bodies.Each(tx, "="+at, map[string][]string{"status": {"active"}})
		if err != nil {
			return nil, err
		}
		for _, b := range bodies {
			members, err := governance.Memberships.Each(tx, "="+at, map[string][]string{"body_id": {b.ID}, "status": {"active"}})
			if err != nil {
				return nil, err
			}
			for _, m := range members {
				if slices.Contains(roles, b.RoleOf(m.Position)) && m.UserID != "" {
					add(m.UserID)
				}
			}
		}
	}
	return out, nil
}

func personOf(tx *record.Tx, id string) (Person, error) {
	row, err := tx.Person(id)
	if fault.Is(err, fault.NotFound) {
		return Person{ID: id}, nil
	}
	if err != nil {
		return Person{}, err
	}
	return asPerson(row)
}

func asPerson(row *record.Row) (Person, error) {
	var d struct{ Name, Title *string }
	if err := row.Decode(&d); err != nil {
		return Person{}, err
	}
	p := Person{ID: row.ID, Unit: row.Scope}
	if d.Name != nil {
		p.Name = *d.Name
	}
	if d.Title != nil {
		p.Title = *d.Title
	}
	return p, nil
}
