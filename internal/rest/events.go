package rest

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/event"
)

// everyRecord adds the routes under every record: events, links, and those of Config.EveryRecord.
func (s *Server) everyRecord(k *record.Kind, read string) {
	one := "/" + k.Path + "/{id}"
	Handle(s, http.MethodGet, one+"/events", read, func(tx *record.Tx, c Call[record.None]) (EventPage, error) {
		row, err := tx.Load(k, c.ID)
		if err != nil {
			return EventPage{}, err
		}
		return eventPage(tx, c, event.Query{Record: row.ID})
	}, Shape("list"), OfKind(k), Query(PageParams...), Summary("List the record's events, newest first"))
	Handle(s, http.MethodGet, one+"/links", read, func(tx *record.Tx, c Call[record.None]) (Page[record.Link], error) {
		row, err := tx.Load(k, c.ID)
		if err != nil {
			return Page[record.Link]{}, err
		}
		links, err := tx.Links(row.ID)
		return Page[record.Link]{Items: links}, err
	}, Shape("list"), OfKind(k), Summary("List what the record refers to and what refers to it"))
	if s.cfg.EveryRecord != nil {
		s.cfg.EveryRecord(s, k, read)
	}
}

// EventPage is a page of the event log, newest event first.
type EventPage struct {
	Items      []event.Event `json:"items"`
	NextCursor *string       `json:"next_cursor"`
}

func eventPage(tx *record.Tx, c Call[record.None], q event.Query) (EventPage, error) {
	out := EventPage{Items: []event.Event{}}
	var err error
	if q.Limit, err = Limit(c.Query); err != nil {
		return out, err
	}
	list := Fingerprint("events", q.Record, q.Kinds, q.Actions, q.Actors, q.Scope, q.From, q.To)
	if q.Before, err = cursorIn(list, c.Query.Get("cursor")); err != nil {
		return out, err
	}
	events, next, err := event.List(tx, q)
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

// Events adds GET /events, the log of the records that the caller may read.
func Events(s *Server) {
	Handle(s, http.MethodGet, "/events", "signed-in: each event is shown to whoever may read its record", func(tx *record.Tx, c Call[record.None]) (EventPage, error) {
		q := event.Query{Kinds: c.Query["kind"], Actions: c.Query["action"], Actors: c.Query["actor"], Scope: c.Query.Get("scope")}
		for name, ids := range map[string][]string{"actor": q.Actors, "record": c.Query["record"]} {
			for i, id := range ids {
				if len(id) != 36 || uuid.Validate(id) != nil {
					return EventPage{}, fault.New(fault.Malformed, "bad_filter/id", "the filter %s must be an id such as 0192f0c1-2a3b-7c4d-8e5f-60718293a4b5", name).At("?" + name)
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
	}, Shape("list"), Opens("event"), Query(append(slices.Clone(PageParams),
		Param{Name: "kind", In: "query", Type: "string", Enum: RecordKinds(), Repeated: true, Doc: "Events of records of these kinds."},
		Param{Name: "action", In: "query", Type: "string", Repeated: true, Doc: "Events of these actions."},
		Param{Name: "actor", In: "query", Type: "string", Format: "uuid", Repeated: true, Doc: "Events by these actors, given by id."},
		Param{Name: "record", In: "query", Type: "string", Format: "uuid", Doc: "Events of this record, and of records that count for it, such as its parts."},
		Param{Name: "scope", In: "query", Type: "string", Doc: "Events of records in this scope and below it."},
		Param{Name: "from", In: "query", Type: "string", Format: "date|date-time", Doc: "Events at or after this instant (RFC 3339), or from the beginning of this day in Oslo."},
		Param{Name: "to", In: "query", Type: "string", Format: "date|date-time", Doc: "Events before this instant (RFC 3339), or to the end of this day in Oslo."},
	)...), Summary("Read the event log, newest first; a page may be short or empty while there is a next_cursor"))
}

// sinceDay parses an instant or a date. A date means the start of that day in Oslo, moved by a number of days. Empty text gives no instant.
func sinceDay(name, v string, later int) (time.Time, error) {
	if d, err := record.ParseDate(v); err == nil {
		return d.Time().AddDate(0, 0, later).UTC(), nil
	}
	if v == "" {
		return time.Time{}, nil
	}
	t, err := instant(name, v)
	if err != nil {
		return t, badDayOrInstant(name)
	}
	return t, nil
}
