package api

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/flow"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

type tasksAPI struct{ *Server }

func (h tasksAPI) routes(s *rest.Server) {
	rest.Handle(s, http.MethodGet, "/me/tasks", "signed-in: one's own tasks", h.tasks, rest.Query(
		rest.Param{Name: "kind", In: "query", Type: "string", Enum: rest.RecordKinds(), Repeated: true, Doc: "Of these kinds of record."}))
	rest.Handle(s, http.MethodGet, "/me/notifications", "signed-in: one's own reminders", h.notifications)
}

// TaskItem is something that waits for the caller.
type TaskItem struct {
	Kind     string      `json:"kind" of:"RecordKind" example:"policy"`
	RecordID string      `json:"record_id" format:"uuid"`
	Number   string      `json:"number" example:"POL-0003"`
	Title    string      `json:"title"`
	Scope    string      `json:"scope" example:"/siv/"`
	Action   string      `json:"action" of:"TaskAction" example:"approve"`
	Label    record.Text `json:"label"`
	Due      record.Date `json:"due"`
	Overdue  bool        `json:"overdue"`
	// Escalated says that nobody may do it now: the caller, top management, is to see that somebody can.
	Escalated bool   `json:"escalated"`
	Link      string `json:"link" example:"/api/v1/policies/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"`
}

// TaskActions lists what a task may ask for.
func TaskActions() []string {
	out := []string{"acknowledge", "review"}
	for _, k := range record.Kinds() {
		for _, t := range k.Tasks {
			out = append(out, t.Action)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TaskList holds everything that waits for the caller, the soonest first.
type TaskList struct {
	Items []TaskItem `json:"items"`
	Count int        `json:"count"`
	// More says that so many records wait that only the oldest were looked through: there may be more tasks than these.
	More bool `json:"more"`
}

// @Summary	List what waits for one's approval, acceptance, acknowledgement, work or review
// @Tags		me
// @ID			listMyTasks
// @Success	200		{object}	TaskList
// @Failure	default	{object}	Problem
// @Router		/me/tasks [get]
func (h tasksAPI) tasks(tx *record.Tx, c rest.Call[record.None]) (TaskList, error) {
	return h.mine(tx, func(kind string) bool { return len(c.Query["kind"]) == 0 || slices.Contains(c.Query["kind"], kind) })
}

// tasksAtMost limits how many records of one kind and state are looked through, the oldest first.
const tasksAtMost = 500

// mine lists the caller's tasks on the kinds that are wanted.
func (h tasksAPI) mine(tx *record.Tx, wanted func(kind string) bool) (TaskList, error) {
	out := TaskList{Items: []TaskItem{}}
	for _, k := range record.Kinds() {
		for _, t := range k.Tasks {
			if !wanted(k.Name) {
				continue
			}
			if err := h.waiting(tx, k, t, &out); err != nil {
				return out, err
			}
		}
	}
	if err := h.escalated(tx, wanted, &out); err != nil {
		return out, err
	}
	if wanted("policy") {
		reading, err := h.toAcknowledge(tx)
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, reading...)
	}
	slices.SortStableFunc(out.Items, func(a, b TaskItem) int { return strings.Compare(dueKey(a.Due), dueKey(b.Due)) })
	out.Count = len(out.Items)
	return out, nil
}

func dueKey(d record.Date) string {
	if d == "" {
		return "9999"
	}
	return string(d)
}

// waiting finds the records of a kind that wait for the caller by one of its task rules.
func (h tasksAPI) waiting(tx *record.Tx, k *record.Kind, t record.Task, into *TaskList) error {
	of := map[string][]string{"status": t.States}
	if t.Owner == "" {
		return h.forAll(tx, k, t, record.Query{Filters: of}, into)
	}
	if t.Vacant {
		if err := h.forAll(tx, k, t, record.Query{Filters: maps.Clone(of), Empty: []string{t.Owner}}, into); err != nil {
			return err
		}
	}
	of[t.Owner] = []string{tx.Actor.ID}
	return h.offered(tx, k, t, record.Query{Filters: of}, into)
}

// forAll finds what waits for everyone who may do a task's action, if the caller ever may.
func (h tasksAPI) forAll(tx *record.Tx, k *record.Kind, t record.Task, q record.Query, into *TaskList) error {
	if ok, err := fault.Allowed(h.Guard.Ever(tx, record.Permission{Object: k.Name, Action: t.Action})); !ok {
		return err
	}
	return h.offered(tx, k, t, q, into)
}

// offered adds of a list what the caller may do the task's action to now.
func (h tasksAPI) offered(tx *record.Tx, k *record.Kind, t record.Task, q record.Query, into *TaskList) error {
	q.Rows, q.Limit, q.Sort = true, tasksAtMost, "created_at"
	p := record.Permission{Object: k.Name, Action: t.Action}
	page, err := tx.List(k, q)
	if err != nil {
		return err
	}
	into.More = into.More || page.Next != ""
	soon := record.DateOf(tx.Now).Add("P30D")
	for _, row := range page.Rows {
		due, err := t.DueFor(row, tx.Actor.ID)
		if err != nil {
			return err
		}
		if !k.Offers(t.Action, row.Status, row.Meta, tx.Actor) || t.Soon && (due == "" || due > soon) {
			continue
		}
		ok, err := fault.Allowed(h.Guard.Check(tx, p, row.Target()))
		if err != nil {
			return err
		}
		if !ok || h.Barred(tx, row, t.Action) {
			continue
		}
		into.Items = append(into.Items, taskOf(tx, row, t, due))
	}
	return nil
}

// escalated finds, for top management, what waits for an action that nobody may do now. The rules do not bend: the task
// is to see that somebody can.
func (h tasksAPI) escalated(tx *record.Tx, wanted func(kind string) bool, into *TaskList) error {
	held, err := h.Guard.Held(tx, tx.Actor.ID)
	if err != nil || !slices.ContainsFunc(held, func(r record.Held) bool { return r.Role == "top_management" }) {
		return err
	}
	for _, k := range record.Kinds() {
		for _, t := range k.Tasks {
			if t.Owner != "" || t.Soon || !wanted(k.Name) {
				continue
			}
			page, err := tx.List(k, record.Query{Rows: true, Limit: escalatedAtMost, Sort: "created_at", Filters: map[string][]string{"status": t.States}})
			if err != nil {
				return err
			}
			into.More = into.More || page.Next != ""
			for _, row := range page.Rows {
				who, err := h.eligible(tx, row, t.Action)
				if err != nil {
					return err
				}
				if who.EscalatesTo == nil {
					continue
				}
				item := taskOf(tx, row, t, row.Meta.Due)
				item.Escalated = true
				into.Items = append(into.Items, item)
			}
		}
	}
	return nil
}

// escalatedAtMost limits how many records of one kind are asked about.
const escalatedAtMost = 100

func taskOf(tx *record.Tx, row *record.Row, t record.Task, due record.Date) TaskItem {
	return TaskItem{
		Kind: row.Kind.Name, RecordID: row.ID, Number: row.Number, Title: tx.TitleOf(row), Scope: row.Scope, Action: t.Action, Label: t.Label,
		Due: due, Overdue: due.Passed(tx.Now), Link: Base + "/" + row.Kind.Path + "/" + row.ID,
	}
}

func (h tasksAPI) toAcknowledge(tx *record.Tx) ([]TaskItem, error) {
	if tx.Actor.Service {
		return nil, nil
	}
	me, err := tx.Person(tx.Actor.ID)
	if err != nil {
		return nil, err
	}
	missing, err := flow.MissingAcknowledgements(tx, tx.Actor.ID, me.Scope)
	if err != nil {
		return nil, err
	}
	var out []TaskItem
	for _, row := range missing {
		out = append(out, TaskItem{
			Kind: "policy", RecordID: row.ID, Number: row.Number, Title: tx.TitleOf(row), Scope: row.Scope, Action: "acknowledge",
			Label: record.Text{NB: "Les og kvitter", EN: "Read and acknowledge"}, Link: Base + "/policies/" + row.ID,
		})
	}
	return out, nil
}

// Notification is a reminder of something due: thirty days before, seven days before, and overdue.
type Notification struct {
	Stage string `json:"stage" enums:"P30D,P7D,overdue" example:"P7D"`
	TaskItem
}

// NotificationList holds the caller's reminders, the most urgent first.
type NotificationList struct {
	Items []Notification `json:"items"`
	Count int            `json:"count"`
	// More says that so many records wait that only the oldest were looked through: there may be more reminders than these.
	More bool `json:"more"`
}

// @Summary	List reminders of what is due within 30 days, within 7 days, or overdue
// @Tags		me
// @ID			listMyNotifications
// @Success	200		{object}	NotificationList
// @Failure	default	{object}	Problem
// @Router		/me/notifications [get]
func (h tasksAPI) notifications(tx *record.Tx, _ rest.Call[record.None]) (NotificationList, error) {
	out := NotificationList{Items: []Notification{}}
	tasks, err := h.mine(tx, func(string) bool { return true })
	if err != nil {
		return out, err
	}
	owned, err := h.owned(tx)
	if err != nil {
		return out, err
	}
	for _, t := range owned.Items {
		if !slices.ContainsFunc(tasks.Items, func(o TaskItem) bool { return o.RecordID == t.RecordID && o.Due != "" && o.Due <= t.Due }) {
			tasks.Items = append(tasks.Items, t)
		}
	}
	out.More = tasks.More || owned.More
	today := record.DateOf(tx.Now)
	for _, t := range tasks.Items {
		stage := ""
		switch {
		case t.Due == "":
		case t.Overdue:
			stage = "overdue"
		case t.Due <= today.Add("P7D"):
			stage = "P7D"
		case t.Due <= today.Add("P30D"):
			stage = "P30D"
		}
		if stage != "" {
			out.Items = append(out.Items, Notification{Stage: stage, TaskItem: t})
		}
	}
	slices.SortStableFunc(out.Items, func(a, b Notification) int { return strings.Compare(string(a.Due), string(b.Due)) })
	out.Count = len(out.Items)
	return out, nil
}

// owned finds the caller's own records that have a due day: a review, an acceptance's end, a measure.
func (h tasksAPI) owned(tx *record.Tx) (out TaskList, err error) {
	for _, k := range record.Kinds() {
		if !k.Due {
			continue
		}
		for _, f := range k.Filters() {
			if f.Name != "owner_id" && f.Name != "responsible_id" {
				continue
			}
			page, err := tx.List(k, record.Query{Rows: true, Limit: tasksAtMost, Sort: "created_at", Filters: map[string][]string{f.Name: {tx.Actor.ID}}})
			if err != nil {
				return out, err
			}
			out.More = out.More || page.Next != ""
			for _, row := range page.Rows {
				if row.Meta.Due != "" {
					out.Items = append(out.Items, TaskItem{
						Kind: k.Name, RecordID: row.ID, Number: row.Number, Title: tx.TitleOf(row), Scope: row.Scope, Action: "review",
						Label: record.Text{NB: "Følg opp innen fristen", EN: "Follow up in time"}, Due: row.Meta.Due,
						Overdue: row.Meta.Due.Passed(tx.Now), Link: Base + "/" + k.Path + "/" + row.ID,
					})
				}
			}
		}
	}
	return out, nil
}
