package api

import (
	"net/http"
	"reflect"

	"github.com/ki-styring/aims/internal/comment"
	"github.com/ki-styring/aims/internal/people"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
	"github.com/ki-styring/aims/internal/rest"
)

// everyRecord adds two routes under every record: its comments, and the people who may take an action on it.
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
		p, err := query.List(tx, comment.Repo.Kind, q)
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
	rest.Handle(r, http.MethodGet, one+"/eligible", read, func(tx *record.Tx, c rest.Call[record.None]) (people.Eligible, error) {
		row, err := tx.Load(k, c.ID)
		if err != nil {
			return people.Eligible{}, err
		}
		action := c.Query.Get("action")
		if action == "" {
			return people.Eligible{}, rest.MissingParameter("action")
		}
		return people.EligibleFor(tx, row, action, s.rules())
	}, rest.OfKind(k), rest.Query(rest.Param{Name: "action", In: "query", Type: "string", Enum: k.Actions(), Doc: "The action, such as accept.", Required: true}),
		rest.Summary("List who may do an action on the record now"))
}

// comments serves comments at /comments. A comment is created under its record.
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
