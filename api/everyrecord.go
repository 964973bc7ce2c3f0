package api

import (
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/ki-styring/aims/internal/comment"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// everyRecord adds to every record its comments, and who may do an action to it.
func (s *Server) everyRecord(r *rest.Server, k *record.Kind, read string) {
	one := "/" + k.Path + "/{id}"
	rest.Handle(r, http.MethodGet, one+"/comments", read, func(tx *record.Tx, c rest.Call[record.None]) (*rest.Listing, error) {
		row, err := tx.Load(k, c.ID)
		if err != nil {
			return nil, err
		}
		q, err := rest.ListQuery(comment.Repo.Kind, c.Query)
		if err != nil {
			return nil, err
		}
		q.Filters, q.Trusted = map[string][]string{"on_id": {row.ID}}, true
		p, err := tx.List(comment.Repo.Kind, q)
		if err != nil {
			return nil, err
		}
		return r.Listing(tx, comment.Repo.Kind, p, c)
	}, rest.Shape("list"), rest.OfKind(k), rest.Out(reflect.TypeFor[rest.Page[comment.Comment]]()), rest.Query(rest.PageParams...),
		rest.Summary("List the comments on the record"))
	rest.Handle(r, http.MethodPost, one+"/comments", "comment:create", func(tx *record.Tx, c rest.Call[comment.Input]) (*comment.Comment, error) {
		row, err := tx.Load(k, c.ID)
		if err != nil {
			return nil, err
		}
		return comment.Repo.Create(tx, comment.On(row, c.Body))
	}, rest.Unversioned, rest.Answers(http.StatusCreated), rest.OfKind(k), rest.Shape("part"), rest.Summary("Comment on the record"))
	rest.Handle(r, http.MethodGet, one+"/eligible", read, func(tx *record.Tx, c rest.Call[record.None]) (Eligible, error) {
		row, err := tx.Load(k, c.ID)
		if err != nil {
			return Eligible{}, err
		}
		return s.eligible(tx, row, c.Query.Get("action"))
	}, rest.OfKind(k), rest.Query(rest.Param{Name: "action", In: "query", Type: "string", Enum: k.Actions(), Doc: "The action: accept.", Required: true}),
		rest.Summary("List who may do an action to the record now"))
}

// comments are read and edited at a path of their own. They are made under their record.
func comments(s *rest.Server) {
	k := comment.Repo.Kind
	rest.Handle(s, http.MethodGet, "/comments/{id}", "signed-in: whoever reads the record reads its comments",
		func(tx *record.Tx, c rest.Call[record.None]) (*comment.Comment, error) {
			return comment.Repo.Get(tx, c.ID)
		},
		rest.Shape("read"), rest.OfKind(k), rest.Opens(k.Name), rest.Summary("Read one comment"))
	rest.Patch(s, comment.Repo, func(tx *record.Tx, ref record.Ref, apply func(*comment.Comment) error) (*comment.Comment, error) {
		return comment.Repo.Change(tx, ref, func(e *comment.Comment) error {
			was := *e
			if err := apply(e); err != nil {
				return err
			}
			text := e.Text
			e.Text = was.Text
			return e.Edit(tx.Actor.ID, text)
		})
	}, rest.Summary("Edit one's own comment"))
}

// Person is what everybody signed in may know of a colleague.
type Person struct {
	ID    string `json:"id" format:"uuid"`
	Name  string `json:"name" example:"Kari Nordmann"`
	Title string `json:"title" example:"Overlege"`
	Unit  string `json:"unit" example:"/siv/radiologi/"`
}

// Eligible says who may do an action to a record now.
type Eligible struct {
	Action string   `json:"action" example:"accept"`
	People []Person `json:"people"`
	// EscalatesTo is the role that the task goes to when nobody may do it.
	EscalatesTo *record.Held `json:"escalates_to"`
}

// eligible asks the guard for everyone who holds a role with the action's grant.
func (s *Server) eligible(tx *record.Tx, row *record.Row, action string) (Eligible, error) {
	out := Eligible{Action: action, People: []Person{}}
	if action == "" {
		return out, rest.MissingParameter("action")
	}
	p := record.Permission{Object: row.Kind.Name, Action: action}
	holders, err := s.holders(tx, p, row.Scope)
	if err != nil {
		return out, err
	}
	for _, id := range append(holders, row.Named()...) {
		if slices.ContainsFunc(out.People, func(p Person) bool { return p.ID == id }) {
			continue
		}
		may, err := s.may(tx, id, p, row)
		if err != nil {
			return out, err
		}
		if may && row.Kind.Offers(action, row.Status, row.Meta, &record.Actor{ID: id}) {
			person, err := personOf(tx, id)
			if err != nil {
				return out, err
			}
			out.People = append(out.People, person)
		}
	}
	if len(out.People) == 0 && row.Kind.Offers(action, row.Status, row.Meta, nil) {
		scope := "/"
		if a := record.Ancestors(row.Scope); len(a) > 1 {
			scope = a[1]
		}
		out.EscalatesTo = &record.Held{Role: "top_management", Scope: scope}
	}
	return out, nil
}

// may tells whether another person may do it to the row, readable to them, as their allowed_actions would say.
func (s *Server) may(tx *record.Tx, userID string, p record.Permission, row *record.Row) (bool, error) {
	t := row.Target()
	them := tx.As(&record.Actor{ID: userID, Persons: []string{userID}}, p, time.Time{})
	for _, ask := range []record.Permission{{Object: p.Object, Action: "read"}, p} {
		if ok, err := fault.Allowed(s.Guard.Check(them, ask, t)); !ok {
			return false, err
		}
	}
	return !s.Barred(them, row, p.Action), nil
}
