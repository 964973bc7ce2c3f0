package api

import (
	"net/http"
	"slices"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/worklist"
)

// tasksAPI serves the caller's tasks and reminders.
type tasksAPI struct{ *Server }

func (h tasksAPI) routes(s *rest.Server) {
	rest.Handle(s, http.MethodGet, "/me/tasks", "signed-in: one's own tasks", h.tasks, rest.Query(append(slices.Clone(rest.PageParams),
		rest.Param{Name: "kind", In: "query", Type: "string", Enum: rest.RecordKinds(), Repeated: true, Doc: "Tasks on records of these kinds."},
		rest.Param{Name: "action", In: "query", Type: "string", Enum: worklist.TaskActions(), Repeated: true, Doc: "Tasks that ask for these actions."},
		rest.Param{Name: "overdue", In: "query", Type: "boolean", Doc: "Tasks whose due day has passed (true) or has not (false), today in Oslo."},
	)...))
	rest.Handle(s, http.MethodGet, "/me/notifications", "signed-in: one's own reminders", h.notifications, rest.Query(rest.PageParams...))
}

// @Summary	List the tasks of the caller: records to approve, accept, acknowledge, work on or review
// @Tags		me
// @ID			listMyTasks
// @Success	200		{object}	worklist.List
// @Failure	default	{object}	Problem
// @Router		/me/tasks [get]
func (h tasksAPI) tasks(tx *record.Tx, c rest.Call[record.None]) (worklist.List, error) {
	q := worklist.Query{Kinds: c.Query["kind"], Actions: c.Query["action"]}
	if c.Query.Has("overdue") {
		yes := c.Query.Get("overdue") == "true"
		q.Overdue = &yes
	}
	list := rest.Fingerprint("tasks", tx.Actor.ID, q.Kinds, q.Actions, c.Query.Get("overdue"))
	var err error
	if q.Limit, q.After, err = paged(c, list); err != nil {
		return worklist.List{}, err
	}
	out, err := worklist.Tasks(tx, h.rules(), q)
	out.NextCursor = next(list, out.Next)
	return out, err
}

// @Summary	List reminders of records that are due within 30 days, due within 7 days, or overdue
// @Tags		me
// @ID			listMyNotifications
// @Success	200		{object}	worklist.Notifications
// @Failure	default	{object}	Problem
// @Router		/me/notifications [get]
func (h tasksAPI) notifications(tx *record.Tx, c rest.Call[record.None]) (worklist.Notifications, error) {
	var q worklist.Query
	list := rest.Fingerprint("notifications", tx.Actor.ID)
	var err error
	if q.Limit, q.After, err = paged(c, list); err != nil {
		return worklist.Notifications{}, err
	}
	out, err := worklist.Remind(tx, h.rules(), q)
	out.NextCursor = next(list, out.Next)
	return out, err
}

// paged reads the page parameters of a list.
func paged(c rest.Call[record.None], list []byte) (limit int, after string, err error) {
	if limit, err = rest.Limit(c.Query); err != nil {
		return 0, "", err
	}
	after, err = rest.PlaceIn(list, c.Query.Get("cursor"))
	return limit, after, err
}

// next returns the cursor of the page after a place, or nil after the last page.
func next(list []byte, place string) *string {
	if place == "" {
		return nil
	}
	cursor := rest.CursorAfter(list, place)
	return &cursor
}
