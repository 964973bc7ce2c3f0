package api

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/flow"
	"github.com/ki-styring/aims/internal/record"
)

type tasksAPI struct{ *Server }

func (h tasksAPI) routes(s *Server) {
	handle(s, http.MethodGet, "/me/tasks", "signed-in: one's own tasks", h.tasks, query(
		Param{Name: "kind", In: "query", Type: "string", Enum: RecordKinds(), Repeated: true, Doc: "Of these kinds of record."}))
	handle(s, http.MethodGet, "/me/notifications", "signed-in: one's own reminders", h.notifications)
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
}

// @Summary	List what waits for one's approval, acceptance, acknowledgement, work or review
// @Tags		me
// @ID			listMyTasks
// @Success	200		{object}	TaskList
// @Failure	default	{object}	Problem
// @Router		/me/tasks [get]
func (h tasksAPI) tasks(tx *record.Tx, c Call[record.None]) (TaskList, error) {
	out := TaskList{Items: []TaskItem{}}
	items, err := h.mine(tx)
	if err != nil {
		return out, err
	}
	for _, t := range items {
		if want := c.Query["kind"]; len(want) == 0 || slices.Contains(want, t.Kind) {
			out.Items = append(out.Items, t)
		}
	}
	out.Count = len(out.Items)
	return out, nil
}

// tasksAtMost limits how many records of one kind and state are looked through.
const tasksAtMost = 500

func (h tasksAPI) mine(tx *record.Tx) ([]TaskItem, error) {
	var out []TaskItem
	for _, k := range record.Kinds() {
		for _, t := range k.Tasks {
			items, err := h.waiting(tx, k, t)
			if err != nil {
				return nil, err
			}
			out = append(out, items...)
		}
	}
	stuck, err := h.escalated(tx)
	if err != nil {
		return nil, err
	}
	out = append(out, stuck...)
	reading, err := h.toAcknowledge(tx)
	if err != nil {
		return nil, err
	}
	out = append(out, reading...)
	slices.SortStableFunc(out, func(a, b TaskItem) int { return strings.Compare(dueKey(a.Due), dueKey(b.Due)) })
	return out, nil
}

func dueKey(d record.Date) string {
	if d == "" {
		return "9999"
	}
	return string(d)
}

// waiting finds the records of a kind that wait for the caller by one of its task rules.
func (h tasksAPI) waiting(tx *record.Tx, k *record.Kind, t record.Task) ([]TaskItem, error) {
	of := map[string][]string{"status": t.States}
	if t.Owner == "" {
		return h.forAll(tx, k, t, record.Query{Filters: of})
	}
	var out []TaskItem
	var err error
	if t.Vacant {
		if out, err = h.forAll(tx, k, t, record.Query{Filters: maps.Clone(of), Empty: []string{t.Owner}}); err != nil {
			return nil, err
		}
	}
	of[t.Owner] = []string{tx.Actor.ID}
	own, err := h.offered(tx, k, t, record.Query{Filters: of})
	return append(out, own...), err
}

// forAll finds what waits for everyone who may do a task's action, if the caller ever may.
func (h tasksAPI) forAll(tx *record.Tx, k *record.Kind, t record.Task, q record.Query) ([]TaskItem, error) {
	if ok, err := fault.Allowed(h.Guard.Ever(tx, record.Permission{Object: k.Name, Action: t.Action})); !ok {
		return nil, err
	}
	return h.offered(tx, k, t, q)
}

// offered keeps of a list what the caller may do the task's action to now.
func (h tasksAPI) offered(tx *record.Tx, k *record.Kind, t record.Task, q record.Query) ([]TaskItem, error) {
	q.Rows, q.Limit = true, tasksAtMost
	p := record.Permission{Object: k.Name, Action: t.Action}
	page, err := tx.List(k, q)
	if err != nil {
		return nil, err
	}
	var out []TaskItem
	soon := record.DateOf(tx.Now).Add("P30D")
	for _, row := range page.Rows {
		if !k.Offers(t.Action, row.Status, row.Meta, tx.Actor) || t.Soon && (row.Meta.Due == "" || row.Meta.Due > soon) {
			continue
		}
		ok, err := fault.Allowed(h.Guard.Check(tx, p, record.Target{Kind: k, ID: row.ID, Scope: row.Scope, Status: row.Status, Meta: &row.Meta}))
		if err != nil {
			return nil, err
		}
		if !ok || h.barred(tx, row, t.Action) {
			continue
		}
		out = append(out, taskOf(tx, row, t.Action, t.Label))
	}
	return out, nil
}

// escalated finds, for top management, what waits for an action that nobody may do now. The rules do not bend: the task
// is to see that somebody can.
func (h tasksAPI) escalated(tx *record.Tx) ([]TaskItem, error) {
	held, err := h.Guard.Held(tx, tx.Actor.ID)
	if err != nil || !slices.ContainsFunc(held, func(r record.Held) bool { return r.Role == "top_management" }) {
		return nil, err
	}
	var out []TaskItem
	for _, k := range record.Kinds() {
		for _, t := range k.Tasks {
			if t.Owner != "" || t.Soon {
				continue
			}
			page, err := tx.List(k, record.Query{Rows: true, Limit: escalatedAtMost, Filters: map[string][]string{"status": t.States}})
			if err != nil {
				return nil, err
			}
			for _, row := range page.Rows {
				who, err := h.eligible(tx, row, t.Action)
				if err != nil {
					return nil, err
				}
				if who.EscalatesTo == nil {
					continue
				}
				item := taskOf(tx, row, t.Action, t.Label)
				item.Escalated = true
				out = append(out, item)
			}
		}
	}
	return out, nil
}

// escalatedAtMost limits how many records of one kind are asked about.
const escalatedAtMost = 100

func taskOf(tx *record.Tx, row *record.Row, action string, label record.Text) TaskItem {
	return TaskItem{
		Kind: row.Kind.Name, RecordID: row.ID, Number: row.Number, Title: tx.TitleOf(row), Scope: row.Scope, Action: action, Label: label,
		Due: row.Meta.Due, Overdue: row.Meta.Due.Passed(tx.Now), Link: Base + "/" + row.Kind.Path + "/" + row.ID,
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
}

// @Summary	List reminders of what is due within 30 days, within 7 days, or overdue
// @Tags		me
// @ID			listMyNotifications
// @Success	200		{object}	NotificationList
// @Failure	default	{object}	Problem
// @Router		/me/notifications [get]
func (h tasksAPI) notifications(tx *record.Tx, _ Call[record.None]) (NotificationList, error) {
	out := NotificationList{Items: []Notification{}}
	tasks, err := h.mine(tx)
	if err != nil {
		return out, err
	}
	owned, err := h.owned(tx)
	if err != nil {
		return out, err
	}
	for _, t := range owned {
		if !slices.ContainsFunc(tasks, func(o TaskItem) bool { return o.RecordID == t.RecordID }) {
			tasks = append(tasks, t)
		}
	}
	today := record.DateOf(tx.Now)
	for _, t := range tasks {
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
func (h tasksAPI) owned(tx *record.Tx) ([]TaskItem, error) {
	var out []TaskItem
	for _, k := range record.Kinds() {
		if !k.Due {
			continue
		}
		for _, f := range k.Filters() {
			if f.Name != "owner_id" && f.Name != "responsible_id" {
				continue
			}
			page, err := tx.List(k, record.Query{Rows: true, Limit: tasksAtMost, Filters: map[string][]string{f.Name: {tx.Actor.ID}}})
			if err != nil {
				return nil, err
			}
			for _, row := range page.Rows {
				if row.Meta.Due != "" {
					out = append(out, TaskItem{
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
