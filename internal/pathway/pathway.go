package pathway

import (
	"slices"

	"github.com/ki-styring/aims/internal/aisystem"
	"github.com/ki-styring/aims/internal/record"
)

// Pathway is the whole way of a system, step by step: the seven steps of SiV's guideline (seed features S2.10 to S2.17), and those for data, research,
// procurement, privacy, security, risk and people.
type Pathway struct {
	SystemID     string                 `json:"system_id" format:"uuid" names:"ai_system"`
	Status       aisystem.Status        `json:"status"`
	Track        aisystem.Track         `json:"track"`
	TrackReasons []aisystem.TrackReason `json:"track_reasons"`
	Next         []aisystem.Status      `json:"next" example:"pilot"` // the stages that the system may move to, when their gates are open
	Steps        []Step                 `json:"steps"`
} // @name Pathway

// Step is a step of the pathway, with every item that some gate asks for in it.
type Step struct {
	Key   string      `json:"key" example:"6_language"`
	Label record.Text `json:"label"`
	State LineState   `json:"state"` // of its item that is least far
	Items []Line      `json:"items"`
} // @name PathwayStep

// onWay are the gates on the way of a system from the first question to ordinary use.
var onWay = map[aisystem.Origin][]string{
	aisystem.Bought: {"concept", "procurement", "validation", "pilot", "in_use"},
	aisystem.Own:    {"concept", "development", "validation", "pilot", "in_use"},
}

// PathwayOf returns the pathway of a system.
func (r *Rules) PathwayOf(tx *record.Tx, s *aisystem.System) (*Pathway, error) {
	v, err := r.view(tx, s)
	if err != nil {
		return nil, err
	}
	gates := onWay[s.Origin]
	if s.Track == aisystem.Light {
		gates = []string{"concept", "allow", "pilot"}
	}
	p := &Pathway{SystemID: s.ID, Status: s.Status, Track: s.Track, TrackReasons: s.TrackReasons}
	for _, m := range r.Ways(s) {
		p.Next = append(p.Next, m.To)
	}
	for _, step := range r.Steps {
		p.Steps = append(p.Steps, Step{Key: step.Key, Label: step.Label, State: NotApplicable})
	}
	for i := range r.Items {
		rule := &r.Items[i]
		if !slices.Contains(gates, rule.Gate) {
			continue
		}
		line, err := v.line(rule)
		if err != nil {
			return nil, err
		}
		n := slices.IndexFunc(p.Steps, func(s Step) bool { return s.Key == rule.Step })
		p.Steps[n].Items = append(p.Steps[n].Items, line)
		p.Steps[n].State = leastFar(p.Steps[n].State, line.State)
	}
	p.Steps = slices.DeleteFunc(p.Steps, func(s Step) bool { return len(s.Items) == 0 })
	return p, nil
}

// order ranks the states of items, from the one that is least far.
var order = []LineState{Missing, Outdated, InReview, Waived, ComingLaw, Cleared, Told, NotApplicable}

func leastFar(a, b LineState) LineState {
	if slices.Index(order, b) < slices.Index(order, a) {
		return b
	}
	return a
}
