package pathway

import (
	"time"

	"github.com/ki-styring/aims/internal/aisystem"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/event"
	"github.com/ki-styring/aims/internal/record/query"
)

// Moment is what happened to a system, or to a record about it.
type Moment struct {
	Seq    int64       `json:"seq" example:"4711"`
	Time   time.Time   `json:"time"`
	Actor  string      `json:"actor" format:"uuid" names:"user"`
	Action string      `json:"action" example:"approve-go-live"`
	Label  record.Text `json:"label"` // the action in words
	Kind   string      `json:"kind" of:"RecordKind" example:"ai_system"`
	ID     string      `json:"id" format:"uuid" names:"kind"`
	Number string      `json:"number" example:"AI-0003"`
	Status string      `json:"status" example:"in_use"`
	Reason string      `json:"reason,omitempty"`
} // @name AISystemMoment

// Timeline is a page of what happened to a system, the newest first.
type Timeline struct {
	Items      []Moment `json:"items"`
	NextCursor *string  `json:"next_cursor"`

	Next int64 `json:"-"`
} // @name AISystemTimeline

// TimelineOf returns what happened to a system and to the records about it, as far as the actor may read them. label names an action.
func TimelineOf(tx *record.Tx, s *aisystem.System, before int64, limit int, label func(kind, action string) record.Text) (*Timeline, error) {
	ids := []string{s.ID}
	for _, k := range record.Kinds() {
		if k.Filtered("system_id") == nil {
			continue
		}
		rows, err := query.Rows(tx, k, "", map[string][]string{"system_id": {s.ID}})
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			ids = append(ids, r.ID)
		}
	}
	events, next, err := event.List(tx, event.Query{Records: ids, Before: before, Limit: limit})
	if err != nil {
		return nil, err
	}
	t := &Timeline{Items: []Moment{}, Next: next}
	for _, e := range events {
		t.Items = append(t.Items, Moment{
			Seq: e.Seq, Time: e.Time, Actor: e.Actor, Action: e.Action, Label: label(e.Kind, e.Action), Kind: e.Kind, ID: e.RecordID, Number: e.Number,
			Status: e.Status, Reason: e.Reason,
		})
	}
	return t, nil
}
