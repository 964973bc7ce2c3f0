// Package trace finds the chain of records from a need to the measures that came of it.
package trace

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/event"
)

// Trace is the chain that a record is part of: need, case, meeting, advice or proposal, decision, measure, and the organisations that carry
// the measure out. It is followed in both directions from the record From.
type Trace struct {
	From  string `json:"from" format:"uuid"`
	Nodes []Node `json:"nodes"`
	Edges []Edge `json:"edges"`
	// The chain has more than the 200 records that one answer shows.
	Truncated bool `json:"truncated"`
} // @name Trace

// nodesAtMost limits how many records of a chain one answer shows.
const nodesAtMost = 200

// Node is one record of the chain, with its events.
type Node struct {
	ID     string      `json:"id" format:"uuid"`
	Kind   string      `json:"kind" of:"RecordKind" example:"case"`
	Label  record.Text `json:"label"`
	Number string      `json:"number" example:"CASE-0004"`
	Title  string      `json:"title"`
	Status string      `json:"status" example:"concluded"`
	Shown  record.Text `json:"status_label"`
	Scope  string      `json:"scope" example:"/siv/"`
	Stage  int         `json:"stage" example:"2"` // 1 need, 2 case, 3 meeting, 4 advice or proposal, 5 decision, 6 measure, 7 executor
	// The body of the record. For a measure it is the body of the decision or advice that it comes from.
	BodyID string       `json:"body_id,omitempty" format:"uuid" names:"body"`
	Body   *record.Text `json:"body"`
	// Tier is who a proposal is for: 1, 2 or 3. Dissents are the members who objected to what the body resolved.
	Tier     int     `json:"tier,omitempty" example:"1"`
	Dissents int     `json:"dissents"`
	Dates    []Dated `json:"dates"`
	Events   []Event `json:"events"`
} // @name TraceNode

// Dated is a day of a record, and what happens or happened on it.
type Dated struct {
	What record.Text `json:"what"`
	On   record.Date `json:"on"`
} // @name TraceDate

// Event is one event of a record.
type Event struct {
	Action string    `json:"action" example:"adopt"`
	Actor  string    `json:"actor" format:"uuid" names:"user"`
	At     time.Time `json:"at"`
	Status string    `json:"status" example:"adopted"`
} // @name TraceEvent

// Edge leads from an earlier record of the chain to a later one. Field is the reference that links them.
type Edge struct {
	From  string `json:"from" format:"uuid"`
	To    string `json:"to" format:"uuid"`
	Field string `json:"field" example:"case_id"`
} // @name TraceEdge

// stages maps the kinds of the chain to their order. The chain is not followed beyond a meeting or an organisation, because these refer to
// many records of other chains.
var stages = map[string]int{"need": 1, "case": 2, "meeting": 3, "advice": 4, "proposal": 4, "decision": 5, "measure": 6, "organisation": 7}

// inTheChain reports whether a reference is part of the chain.
func inTheChain(from, to, field string) bool {
	switch {
	case stages[from] == 0 || stages[to] == 0:
		return false
	case to == "organisation":
		return from == "measure" && field == "executor_ids"
	case from == "organisation":
		return false
	}
	return true
}

// Of follows the chain from a record. It has only records that the actor may read.
func Of(tx *record.Tx, k *record.Kind, id string) (*Trace, error) {
	start, err := tx.Load(k, id)
	if err != nil {
		return nil, err
	}
	t := &Trace{From: start.ID, Nodes: []Node{}, Edges: []Edge{}}
	seen := map[string]bool{start.ID: true}
	for next := []*record.Row{start}; len(next) > 0; {
		if t.Truncated = len(t.Nodes) == nodesAtMost; t.Truncated {
			break
		}
		row := next[0]
		next = next[1:]
		node, err := nodeOf(tx, row)
		if err != nil {
			return nil, err
		}
		t.Nodes = append(t.Nodes, node)
		if row.Kind.Name == "meeting" || row.Kind.Name == "organisation" {
			continue
		}
		links, err := tx.Links(row.ID)
		if err != nil {
			return nil, err
		}
		for _, l := range links {
			from, to := row.Kind.Name, l.Kind
			if l.Direction == "in" {
				from, to = to, from
			}
			if !inTheChain(from, to, l.Field) {
				continue
			}
			t.addEdge(row.ID, l)
			if seen[l.ID] {
				continue
			}
			seen[l.ID] = true
			r, err := tx.Load(record.KindOf(l.Kind), l.ID)
			if err != nil {
				return nil, err
			}
			next = append(next, r)
		}
	}
	t.dropHidden()
	t.sortNodes()
	return t, nil
}

// dropHidden removes the edges to records that the answer does not show.
func (t *Trace) dropHidden() {
	shown := map[string]bool{}
	for _, n := range t.Nodes {
		shown[n.ID] = true
	}
	t.Edges = slices.DeleteFunc(t.Edges, func(e Edge) bool { return !shown[e.From] || !shown[e.To] })
}

// forward lists the references that point to a later record of the chain. All other references point to an earlier one.
var forward = []string{"executor_ids", "decision_id", "corrected_by"}

// addEdge adds the edge of a link, from the earlier to the later record, unless it is already there.
func (t *Trace) addEdge(id string, l record.Link) {
	e := Edge{From: l.ID, To: id, Field: l.Field}
	if (l.Direction == "in") != slices.Contains(forward, l.Field) {
		e.From, e.To = e.To, e.From
	}
	if !slices.ContainsFunc(t.Edges, func(x Edge) bool { return x.From == e.From && x.To == e.To }) {
		t.Edges = append(t.Edges, e)
	}
}

// nodeOf returns the node of a record, with its own events among the newest 100, oldest first.
func nodeOf(tx *record.Tx, row *record.Row) (Node, error) {
	n := Node{
		ID: row.ID, Kind: row.Kind.Name, Label: row.Kind.Label, Number: row.Number, Title: row.Title(), Status: row.Status, Shown: row.Kind.StateLabel(row.Status),
		Scope: row.Scope, Stage: stages[row.Kind.Name], Events: []Event{}, Dates: []Dated{},
		Tier: int(row.Field("tier").Int()), Dissents: len(row.Field("resolution.dissents").Array()),
	}
	if err := n.ofBody(tx, row); err != nil {
		return n, err
	}
	events, _, err := event.List(tx, event.Query{Record: row.ID, Limit: 100})
	if err != nil {
		return n, err
	}
	for _, e := range slices.Backward(events) {
		if e.RecordID == row.ID {
			n.Events = append(n.Events, Event{Action: e.Action, Actor: e.Actor, At: e.Time, Status: e.Status})
		}
	}
	n.dated(row)
	return n, nil
}

// sources are the references from a measure to the record whose body it comes from, the most exact first.
var sources = []struct{ field, kind string }{{"decided_in", "decision"}, {"source_id", "proposal"}, {"source_id", "advice"}}

// ofBody sets the body, if the record has one that the actor may read.
func (n *Node) ofBody(tx *record.Tx, row *record.Row) error {
	id := row.Field("body_id").String()
	for _, s := range sources {
		to := row.Field(s.field).String()
		if id != "" || row.Kind.Name != "measure" || uuid.Validate(to) != nil {
			continue
		}
		switch from, err := tx.Load(record.KindOf(s.kind), to); {
		case err == nil:
			id = from.Field("body_id").String()
		case !fault.Is(err, fault.NotFound):
			return err
		}
	}
	if id == "" {
		return nil
	}
	body, err := tx.Load(record.KindOf("body"), id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	n.BodyID, n.Body = body.ID, &record.Text{NB: body.Field("name.nb").String(), EN: body.Field("name.en").String()}
	return nil
}

// days are the dated fields of the records of a chain, with their names.
var days = []struct {
	kind, field string
	what        record.Text
}{
	{"meeting", "day", record.Text{NB: "Møtedag", EN: "Day of the meeting"}},
	{"advice", "resolution.at", record.Text{NB: "Vedtatt", EN: "Resolved"}},
	{"proposal", "resolution.at", record.Text{NB: "Vedtatt", EN: "Resolved"}},
	{"decision", "resolution.at", record.Text{NB: "Vedtatt", EN: "Resolved"}},
	{"measure", "due", record.Text{NB: "Frist", EN: "Due"}},
}

// dated sets the days of the record: those of its fields, then the day since when it has had its state.
func (n *Node) dated(row *record.Row) {
	for _, d := range days {
		value := row.Field(d.field).String()
		if d.kind != row.Kind.Name || value == "" {
			continue
		}
		on := record.Date(value)
		if at, err := time.Parse(time.RFC3339Nano, value); err == nil {
			on = record.DateOf(at)
		}
		n.Dates = append(n.Dates, Dated{d.what, on})
	}
	since := record.Date("")
	for _, e := range slices.Backward(n.Events) {
		if e.Status != n.Status {
			break
		}
		since = record.DateOf(e.At)
	}
	if since != "" {
		n.Dates = append(n.Dates, Dated{record.Text{NB: n.Shown.NB + " siden", EN: n.Shown.EN + " since"}, since})
	}
}

// sortNodes sorts the nodes by stage, then by their first event.
func (t *Trace) sortNodes() {
	slices.SortStableFunc(t.Nodes, func(a, b Node) int {
		if a.Stage != b.Stage {
			return a.Stage - b.Stage
		}
		if len(a.Events) > 0 && len(b.Events) > 0 {
			return a.Events[0].At.Compare(b.Events[0].At)
		}
		return 0
	})
}
