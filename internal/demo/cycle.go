package demo

import (
	"github.com/ki-styring/aims/internal/decisions"
	"github.com/ki-styring/aims/internal/improve"
	"github.com/ki-styring/aims/internal/record"
)

// cycleLine is the improvement cycle in the hospital's file.
type cycleLine struct {
	Key        string          `yaml:"key"`
	Scope      string          `yaml:"scope"`
	Title      string          `yaml:"title"`
	StartsOn   record.Date     `yaml:"starts_on"`
	EndsOn     record.Date     `yaml:"ends_on"`
	Goals      []string        `yaml:"goals"`
	Status     string          `yaml:"status"`
	Created    Act             `yaml:"created"`
	Advanced   []Act           `yaml:"advanced"`
	Objectives []objectiveLine `yaml:"objectives"`
	Measures   []measureLine   `yaml:"measures"`
}

type objectiveLine struct {
	Key          string      `yaml:"key"`
	Title        string      `yaml:"title"`
	HowMeasured  string      `yaml:"how_measured"`
	Unit         string      `yaml:"unit"`
	Baseline     *float64    `yaml:"baseline"`
	Target       *float64    `yaml:"target"`
	Due          record.Date `yaml:"due"`
	Owner        string      `yaml:"owner"`
	Clauses      []string    `yaml:"clauses"`
	Status       string      `yaml:"status"`
	Created      Act         `yaml:"created"`
	Proposed     *Act        `yaml:"proposed"`
	Approved     *Act        `yaml:"approved"`
	Measurements []struct {
		By      string      `yaml:"by"`
		At      record.Date `yaml:"at"`
		Value   float64     `yaml:"value"`
		Comment string      `yaml:"comment"`
	} `yaml:"measurements"`
}

type measureLine struct {
	Key         string      `yaml:"key"`
	Objective   string      `yaml:"objective"`
	Title       string      `yaml:"title"`
	Description string      `yaml:"description"`
	Responsible string      `yaml:"responsible"`
	Due         record.Date `yaml:"due"`
	Status      string      `yaml:"status"`
	Milestones  []struct {
		Title  string      `yaml:"title"`
		Due    record.Date `yaml:"due"`
		DoneOn record.Date `yaml:"done_on"`
	} `yaml:"milestones"`
	Proposed  Act  `yaml:"proposed"`
	Submitted *Act `yaml:"submitted"`
	Decided   *struct {
		By      string      `yaml:"by"`
		At      record.Date `yaml:"at"`
		Outcome string      `yaml:"outcome"`
		Reason  string      `yaml:"reason"`
	} `yaml:"decided"`
	Started   *Act `yaml:"started"`
	Completed *Act `yaml:"completed"`
}

// cycle adds the steps of the improvement cycle: its objectives, their measurements, and the measures.
func (p *loader) cycle() {
	c := p.h.Cycle
	p.on(c.Created, "cycle", "create", c.Key, func(tx *record.Tx) error {
		in := improve.CycleInput{Common: record.Common{Scope: c.Scope}, Title: c.Title, StartsOn: c.StartsOn, EndsOn: c.EndsOn, Goals: c.Goals}
		r, err := improve.Cycles.Create(tx, improve.NewCycle(in, tx.Actor.ID, tx.Now))
		if err == nil {
			p.ids[c.Key] = r.ID
		}
		return err
	})
	for _, o := range c.Objectives {
		p.objective(c, o)
	}
	for _, a := range c.Advanced {
		p.on(a, "cycle", "advance", c.Key, func(tx *record.Tx) error {
			_, err := improve.AdvanceCycle(tx, p.ref(c.Key))
			return err
		})
	}
	for _, m := range c.Measures {
		p.measure(c, m)
	}
}

func (p *loader) objective(c cycleLine, o objectiveLine) {
	p.on(o.Created, "objective", "create", o.Key, func(tx *record.Tx) error {
		r, err := improve.SetObjective(tx, improve.ObjectiveInput{
			Common: record.Common{Scope: c.Scope}, CycleID: p.ids[c.Key], Title: o.Title, HowMeasured: o.HowMeasured, Unit: o.Unit,
			Baseline: o.Baseline, Target: o.Target, OwnerID: p.people[o.Owner], Due: o.Due, Clauses: o.Clauses,
		})
		if err == nil {
			p.ids[o.Key] = r.ID
		}
		return err
	})
	p.objectiveStep(o.Proposed, o.Key, "propose", func(_ *record.Tx, r *improve.Objective) error { return r.Propose() })
	p.objectiveStep(o.Approved, o.Key, "approve", func(tx *record.Tx, r *improve.Objective) error {
		r.Approve(tx.Actor.ID, tx.Now)
		return nil
	})
	for _, m := range o.Measurements {
		p.on(Act{By: m.By, At: m.At}, "measurement", "create", o.Key, func(tx *record.Tx) error {
			_, err := improve.RecordMeasurement(tx, improve.MeasurementInput{
				Common: record.Common{Scope: c.Scope}, ObjectiveID: p.ids[o.Key], Value: &m.Value, At: tx.Now, Unit: o.Unit, Note: m.Comment,
			})
			return err
		})
	}
}

// objectiveStep adds a step of an objective from one state to the next.
func (p *loader) objectiveStep(a *Act, key, verb string, fn func(tx *record.Tx, r *improve.Objective) error) {
	if a == nil {
		return
	}
	p.on(*a, "objective", verb, key, func(tx *record.Tx) error {
		_, err := improve.Objectives.Change(tx, p.ref(key), func(r *improve.Objective) error { return fn(tx, r) })
		return err
	})
}

func (p *loader) measure(c cycleLine, m measureLine) {
	p.on(m.Proposed, "measure", "propose", m.Key, func(tx *record.Tx) error {
		in := improve.MeasureInput{
			Common: record.Common{Scope: c.Scope}, CycleID: p.ids[c.Key], ObjectiveID: p.ids[m.Objective], Title: m.Title, Description: m.Description,
			Kind: "other", ResponsibleID: p.people[m.Responsible], Due: m.Due,
		}
		for _, s := range m.Milestones {
			in.Milestones = append(in.Milestones, improve.Milestone{Title: s.Title, Due: s.Due})
		}
		r, err := improve.ProposeMeasure(tx, in)
		if err == nil {
			p.ids[m.Key] = r.ID
		}
		return err
	})
	change := func(a *Act, verb string, fn func(tx *record.Tx, r *improve.Measure) error) {
		if a == nil {
			return
		}
		p.on(*a, "measure", verb, m.Key, func(tx *record.Tx) error {
			_, err := improve.Measures.Change(tx, p.ref(m.Key), func(r *improve.Measure) error { return fn(tx, r) })
			return err
		})
	}
	change(m.Submitted, "submit", func(_ *record.Tx, r *improve.Measure) error {
		r.Submit()
		return nil
	})
	if d := m.Decided; d != nil {
		p.on(Act{By: d.By, At: d.At, Reason: d.Reason}, "measure", "decide", m.Key, func(tx *record.Tx) error {
			_, err := decisions.DecideMeasure(tx, p.ref(m.Key), improve.Verdict{Outcome: improve.MeasureOutcome(d.Outcome), Reason: d.Reason})
			return err
		})
	}
	for i, s := range m.Milestones {
		if s.DoneOn != "" {
			change(&Act{By: m.Responsible, At: s.DoneOn}, "update", func(_ *record.Tx, r *improve.Measure) error {
				r.Milestones[i].DoneOn = s.DoneOn
				return nil
			})
		}
	}
	change(m.Started, "start", func(tx *record.Tx, r *improve.Measure) error { return r.Start(tx.Actor.ID) })
	change(m.Completed, "complete", func(tx *record.Tx, r *improve.Measure) error {
		return r.Complete(improve.Effect{Effect: "Gjennomført som planlagt; resultatet følges i målingene."}, tx.Actor.ID, tx.Now)
	})
}
