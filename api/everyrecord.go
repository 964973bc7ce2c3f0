package api

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/ki-styring/aims/internal/comment"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/people"
	"github.com/ki-styring/aims/internal/record"
)

// everyRecord adds what lies under every record: comments, events, links, eligible.
func (s *Server) everyRecord(k *record.Kind, read string) {
	one := "/" + k.Path + "/{id}"
	parent := func(tx *record.Tx, id string) (*record.Row, error) { return tx.Load(k, id) }
	handle(s, http.MethodGet, one+"/comments", read, func(tx *record.Tx, c Call[record.None]) (*listing, error) {
		row, err := parent(tx, c.ID)
		if err != nil {
			return nil, err
		}
		q, err := listQuery(comment.Repo.Kind, c.Query)
		if err != nil {
			return nil, err
		}
		q.Filters, q.Trusted = map[string][]string{"on_id": {row.ID}}, true
		p, err := tx.List(comment.Repo.Kind, q)
		if err != nil {
			return nil, err
		}
		return s.listing(tx, comment.Repo.Kind, p, c)
	}, shape("list"), kindOf(k), outOf(reflect.TypeFor[Page[comment.Comment]]()), query(pageParams...), summary("List the comments on the record"))
	handle(s, http.MethodPost, one+"/comments", "comment:create", func(tx *record.Tx, c Call[comment.Input]) (*comment.Comment, error) {
		row, err := parent(tx, c.ID)
		if err != nil {
			return nil, err
		}
		return comment.Repo.Create(tx, comment.On(row, c.Body))
	}, unversioned, answers(http.StatusCreated), kindOf(k), shape("part"), summary("Comment on the record"))
	handle(s, http.MethodGet, one+"/events", read, func(tx *record.Tx, c Call[record.None]) (EventPage, error) {
		row, err := parent(tx, c.ID)
		if err != nil {
			return EventPage{}, err
		}
		return eventPage(tx, c, record.EventQuery{Record: row.ID})
	}, shape("list"), kindOf(k), query(pageParams...), summary("List the record's events, newest first"))
	handle(s, http.MethodGet, one+"/links", read, func(tx *record.Tx, c Call[record.None]) (Page[record.Link], error) {
		row, err := parent(tx, c.ID)
		if err != nil {
			return Page[record.Link]{}, err
		}
		links, err := tx.Links(row.ID)
		return Page[record.Link]{Items: links}, err
	}, shape("list"), kindOf(k), summary("List what the record refers to and what refers to it"))
	handle(s, http.MethodGet, one+"/eligible", read, func(tx *record.Tx, c Call[record.None]) (people.Eligible, error) {
		row, err := parent(tx, c.ID)
		if err != nil {
			return people.Eligible{}, err
		}
		action := c.Query.Get("action")
		if action == "" {
			return people.Eligible{}, missing("action")
		}
		return people.EligibleFor(tx, row, action, s.rules())
	}, kindOf(k), query(Param{Name: "action", In: "query", Type: "string", Enum: k.Actions(), Doc: "The action: accept.", Required: true}), summary("List who may do an action to the record now"))
}

var pageParams = []Param{
	{Name: "limit", In: "query", Type: "integer", Doc: "1 to 200; 50 when left out."},
	{Name: "cursor", In: "query", Type: "string", Doc: "next_cursor of the page before."},
}

// comments are edited where they are; they are made under their record.
func (s *Server) comments() {
	k := comment.Repo.Kind
	handle(s, http.MethodGet, "/comments/{id}", "signed-in: whoever reads the record reads its comments", func(tx *record.Tx, c Call[record.None]) (*comment.Comment, error) {
		return comment.Repo.Get(tx, c.ID)
	}, shape("read"), kindOf(k), opens(k.Name), summary("Read one comment"))
	handle(s, http.MethodPatch, "/comments/{id}", "comment:update", func(tx *record.Tx, c Call[patchBody]) (*comment.Comment, error) {
		return comment.Repo.Change(tx, c.Ref(), func(e *comment.Comment) error {
			was := *e
			if err := patched[comment.Comment](tx, k, c.Body)(e); err != nil {
				return err
			}
			text := e.Text
			e.Text = was.Text
			return e.Edit(tx.Actor.ID, text)
		})
	}, shape("patch"), kindOf(k), bodyOf(k.InputType()), summary("Edit one's own comment"))
}

// EventPage is a page of the log, newest first.
type EventPage struct {
	Items      []record.Event `json:"items"`
	NextCursor *string        `json:"next_cursor"`
}

func eventPage(tx *record.Tx, c Call[record.None], q record.EventQuery) (EventPage, error) {
	out := EventPage{Items: []record.Event{}}
	base, err := listQuery(comment.Repo.Kind, c.Query)
	if err != nil {
		return out, err
	}
	q.Limit = base.Limit
	list := printed("events", q.Record, q.Kinds, q.Actions, q.Actors, q.Scope, q.From, q.To)
	if base.Cursor != "" {
		if q.Before, err = readCursor(list, base.Cursor); err != nil {
			return out, err
		}
	}
	events, next, err := tx.Events(q)
	if err != nil {
		return out, err
	}
	out.Items = append(out.Items, events...)
	if next > 0 {
		cursor := cursorAt(list, next)
		out.NextCursor = &cursor
	}
	return out, nil
}

// events is the log of everything the caller may read.
func (s *Server) events() {
	handle(s, http.MethodGet, "/events", "signed-in: each event is shown to whoever may read its record", func(tx *record.Tx, c Call[record.None]) (EventPage, error) {
		q := record.EventQuery{Kinds: c.Query["kind"], Actions: c.Query["action"], Actors: c.Query["actor"], Scope: c.Query.Get("scope")}
		for name, ids := range map[string][]string{"actor": q.Actors, "record": c.Query["record"]} {
			for i, id := range ids {
				if len(id) != 36 || uuid.Validate(id) != nil {
					return EventPage{}, badFilter(name)
				}
				ids[i] = strings.ToLower(id)
			}
		}
		q.Record = c.Query.Get("record")
		var err error
		if q.From, err = sinceDay("from", c.Query.Get("from"), 0); err != nil {
			return EventPage{}, err
		}
		if q.To, err = sinceDay("to", c.Query.Get("to"), 1); err != nil {
			return EventPage{}, err
		}
		return eventPage(tx, c, q)
	}, shape("list"), opens("event"), query(append(slices.Clone(pageParams),
		Param{Name: "kind", In: "query", Type: "string", Enum: RecordKinds(), Repeated: true, Doc: "Of these kinds of record."},
		Param{Name: "action", In: "query", Type: "string", Repeated: true, Doc: "By these actions."},
		Param{Name: "actor", In: "query", Type: "string", Format: "uuid", Repeated: true, Doc: "By these actors' ids."},
		Param{Name: "record", In: "query", Type: "string", Format: "uuid", Doc: "Of this record, or counting for it."},
		Param{Name: "scope", In: "query", Type: "string", Doc: "In this scope and below it."},
		Param{Name: "from", In: "query", Type: "string", Format: "date|date-time", Doc: "At or after this instant (RFC 3339), or from the beginning of this day in Oslo."},
		Param{Name: "to", In: "query", Type: "string", Format: "date|date-time", Doc: "Before this instant (RFC 3339), or to the end of this day in Oslo."},
	)...), summary("Read the event log, newest first; a page may be short or empty while there is a next_cursor"))
}

// sinceDay reads an instant, or a day: the instant at which it begins in Oslo, or that many days later. Nothing is no instant.
func sinceDay(name, v string, later int) (time.Time, error) {
	if d, err := record.ParseDate(v); err == nil {
		return d.Time().AddDate(0, 0, later).UTC(), nil
	}
	if v == "" {
		return time.Time{}, nil
	}
	return instant(name, v)
}

func badFilter(name string) error {
	e := fault.New(fault.Malformed, "bad_filter", "the filter %s has a value that cannot be", name)
	e.Fields = fault.Fields{{Pointer: "?" + name, Code: "bad_filter", Detail: e.Text}}
	return e
}

func missing(parameter string) error {
	e := fault.New(fault.Malformed, "missing_parameter", "the parameter %s is needed here", parameter)
	e.Fields = fault.Fields{{Pointer: "?" + parameter, Code: "missing_parameter", Detail: e.Text}}
	return e
}
