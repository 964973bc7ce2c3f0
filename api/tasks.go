package api

import (
	"net/http"
	"slices"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/worklist"
)

type tasksAPI struct{ *Server }

func (h tasksAPI) routes(s *rest.Server) {
	rest.Handle(s, http.MethodGet, "/me/tasks", "signed-in: one's own tasks", h.tasks, rest.Query(
		rest.Param{Name: "kind", In: "query", Type: "string", Enum: rest.RecordKinds(), Repeated: true, Doc: "Of these kinds of record."}))
	rest.Handle(s, http.MethodGet, "/me/notifications", "signed-in: one's own reminders", h.notifications)
}

// @Summary	List what waits for one's approval, acceptance, acknowledgement, work or review
// @Tags		me
// @ID			listMyTasks
// @Success	200		{object}	worklist.List
// @Failure	default	{object}	Problem
// @Router		/me/tasks [get]
func (h tasksAPI) tasks(tx *record.Tx, c rest.Call[record.None]) (worklist.List, error) {
	kinds := c.Query["kind"]
	return worklist.Tasks(tx, h.rules(), func(kind string) bool { return len(kinds) == 0 || slices.Contains(kinds, kind) })
}

// @Summary	List reminders of what is due within 30 days, within 7 days, or overdue
// @Tags		me
// @ID			listMyNotifications
// @Success	200		{object}	worklist.Notifications
// @Failure	default	{object}	Problem
// @Router		/me/notifications [get]
func (h tasksAPI) notifications(tx *record.Tx, _ rest.Call[record.None]) (worklist.Notifications, error) {
	return worklist.Remind(tx, h.rules())
}
