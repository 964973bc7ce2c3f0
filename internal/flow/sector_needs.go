package flow

import (
	"strconv"

	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/sector"
)

// ofBody makes a record of a body, by the body's id or key: in the body's own scope, while it is active. The faults found so far are told
// with those of the record itself.
func ofBody[E any](tx *record.Tx, bodyID *string, scope string, f fault.Fields, create func() (*E, error)) (*E, error) {
	b, err := tx.Load(record.KindOf("body"), *bodyID)
	switch {
	case fault.Is(err, fault.NotFound): // refused when the record is made
	case err != nil:
		return nil, err
	default:
		*bodyID = b.ID
		if b.Scope != scope {
			f.Add("/scope", "body_elsewhere", "the body lies at %s", b.Scope)
		}
	}
	e, err := create()
	if err = joined(err, f); err != nil {
		return nil, err
	}
	if b != nil && b.Status != "active" {
		return nil, fault.New(fault.Conflict, "body_closed", "%s is closed", b.Number)
	}
	return e, nil
}

// joined adds faults to a refusal that lists others.
func joined(err error, f fault.Fields) error {
	if err == nil {
		return f.Err()
	}
	if e := fault.As(err); e != nil && len(e.Fields) > 0 {
		e.Fields = append(e.Fields, f...)
	}
	return err
}

// present notes organisations that had ended by that day; unknown ones are refused when the record is stored.
func present(tx *record.Tx, f *fault.Fields, pointer, id string, on record.Date) error {
	if id == "" {
		return nil
	}
	o, err := sector.Organisations.Find(tx, id)
	switch {
	case fault.Is(err, fault.NotFound):
	case err != nil:
		return err
	case !o.Present(on) && o.Status == sector.OrganisationMerged:
		into, err := sector.Organisations.Find(tx, o.SuccessorID)
		if err != nil {
			return err
		}
		f.Add(pointer, "organisation_merged", "%s was merged into %s on %s", o.Name.NB, into.Name.NB, string(o.MergedOn))
	case !o.Present(on):
		f.Add(pointer, "organisation_closed", "%s was closed on %s", o.Name.NB, string(o.EndedOn))
	}
	return nil
}

// AddTopic adds a topic that a body works with.
func AddTopic(tx *record.Tx, in sector.TopicInput) (*sector.Topic, error) {
	f := notLater(tx, "/as_of", in.AsOf)
	t := sector.NewTopic(in)
	return ofBody(tx, &t.BodyID, in.Scope, f, func() (*sector.Topic, error) { return sector.Topics.Create(tx, t) })
}

// ChangeTopic stores other fields of a topic.
func ChangeTopic(tx *record.Tx, ref record.Ref, fn func(*sector.Topic) error) (*sector.Topic, error) {
	return sector.Topics.Change(tx, ref, func(t *sector.Topic) error {
		if err := fn(t); err != nil {
			return err
		}
		return notLater(tx, "/as_of", t.AsOf).Err()
	})
}

func notLater(tx *record.Tx, pointer string, day record.Date) (f fault.Fields) {
	if day > record.DateOf(tx.Now) {
		f.Add(pointer, "in_the_future", "lies in the future")
	}
	return f
}

// AddStandard adds a standard with the requirements of the catalogue that it supports.
func AddStandard(tx *record.Tx, in sector.StandardInput) (*sector.Standard, error) {
	s, err := sector.NewStandard(in, tx.Actor.ID, tx.Now)
	if err != nil {
		return nil, err
	}
	if err := supported(tx, s); err != nil {
		return nil, err
	}
	return sector.Standards.Create(tx, s)
}

// ChangeStandard stores other fields of a standard; the needs that name it follow its priority.
func ChangeStandard(tx *record.Tx, ref record.Ref, fn func(*sector.Standard) error) (*sector.Standard, error) {
	s, err := sector.Standards.Change(tx, ref, func(s *sector.Standard) error {
		if err := fn(s); err != nil {
			return err
		}
		return supported(tx, s)
	})
	if err != nil {
		return nil, err
	}
	return s, prioritise(tx, s.ID)
}

// AdvanceStandard moves a standard to another stage; a withdrawn one no longer raises the needs that name it.
func AdvanceStandard(tx *record.Tx, ref record.Ref, to sector.Step) (*sector.Standard, error) {
	s, err := sector.Standards.Change(tx, ref, func(s *sector.Standard) error { return s.Advance(to, tx.Actor.ID, tx.Now) })
	if err != nil {
		return nil, err
	}
	return s, prioritise(tx, s.ID)
}

// supported finds the requirements of the AI Act that stand in the standard's articles.
func supported(tx *record.Tx, s *sector.Standard) error {
	s.Requirements = []string{}
	if len(s.AIActArticles) == 0 {
		return nil
	}
	all, err := catalogue.Requirements.Each(tx, "/", map[string][]string{"framework": {"eu-ai-act"}})
	if err != nil {
		return err
	}
	for _, r := range all {
		if s.Supports(r.Key) {
			s.Requirements = append(s.Requirements, r.Key)
		}
	}
	return nil
}

// prioritise lets the open needs that name a standard follow it.
func prioritise(tx *record.Tx, standardID string) error {
	ids, err := tx.Referrers("need", "standard_ids", standardID)
	if err != nil {
		return err
	}
	for _, id := range ids {
		n, err := sector.Needs.Find(tx, id)
		if err != nil {
			return err
		}
		first, err := commissioned(tx, n.StandardIDs)
		if err != nil {
			return err
		}
		if n.Status != sector.NeedReceived && n.Status != sector.NeedAssessed || !n.Raise(first) {
			continue
		}
		_, err = sector.Needs.Change(tx.Follow("need", "prioritise"), record.Ref{ID: id, Version: record.AnyVersion}, func(n *sector.Need) error {
			n.Raise(first)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// commissioned lists those of the standards that the Commission asked for; unknown ones are refused when the need is stored.
func commissioned(tx *record.Tx, ids []string) ([]string, error) {
	out := []string{}
	for _, id := range ids {
		s, err := sector.Standards.Find(tx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if s.First() {
			out = append(out, s.ID)
		}
	}
	return out, nil
}

// TakeInNeed takes a need in for a body.
func TakeInNeed(tx *record.Tx, in sector.NeedInput) (*sector.Need, error) {
	n := sector.NewNeed(in)
	first, err := commissioned(tx, in.StandardIDs)
	if err != nil {
		return nil, err
	}
	n.Raise(first)
	var f fault.Fields
	if err := present(tx, &f, "/organisation_id", in.OrganisationID, record.DateOf(tx.Now)); err != nil {
		return nil, err
	}
	return ofBody(tx, &n.BodyID, in.Scope, f, func() (*sector.Need, error) { return sector.Needs.Create(tx, n) })
}

// ChangeNeed stores other fields of a need.
func ChangeNeed(tx *record.Tx, ref record.Ref, fn func(*sector.Need) error) (*sector.Need, error) {
	return sector.Needs.Change(tx, ref, func(n *sector.Need) error {
		was := n.OrganisationID
		if err := n.Edit(fn); err != nil {
			return err
		}
		first, err := commissioned(tx, n.StandardIDs)
		if err != nil {
			return err
		}
		n.Raise(first)
		var f fault.Fields
		if n.OrganisationID != was {
			err = present(tx, &f, "/organisation_id", n.OrganisationID, record.DateOf(tx.Now))
		}
		if err != nil {
			return err
		}
		return f.Err()
	})
}

// ReopenNeed takes a need up again; its standards may have been asked for since.
func ReopenNeed(tx *record.Tx, ref record.Ref) (*sector.Need, error) {
	return sector.Needs.Change(tx, ref, func(n *sector.Need) error {
		first, err := commissioned(tx, n.StandardIDs)
		if err != nil {
			return err
		}
		n.Raise(first)
		return n.Reopen()
	})
}

// participants notes organisations that had ended when an activity begins, or today when it does not say.
func participants(tx *record.Tx, in sector.ActivityInput) (f fault.Fields, err error) {
	on := in.StartsOn
	if on == "" {
		on = record.DateOf(tx.Now)
	}
	for i, id := range in.Participants {
		if err := present(tx, &f, "/participants/"+strconv.Itoa(i), id, on); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// PlanActivity plans what a body will do.
func PlanActivity(tx *record.Tx, in sector.ActivityInput) (*sector.Activity, error) {
	f, err := participants(tx, in)
	if err != nil {
		return nil, err
	}
	a := sector.NewActivity(in)
	return ofBody(tx, &a.BodyID, in.Scope, f, func() (*sector.Activity, error) { return sector.Activities.Create(tx, a) })
}

// ChangeActivity stores other fields of an activity. A participant that it had already may have ended since.
func ChangeActivity(tx *record.Tx, ref record.Ref, fn func(*sector.Activity) error) (*sector.Activity, error) {
	return sector.Activities.Change(tx, ref, func(a *sector.Activity) error {
		was := map[string]bool{}
		for _, id := range a.Participants {
			was[id] = true
		}
		if err := fn(a); err != nil {
			return err
		}
		f, err := participants(tx, a.ActivityInput)
		if err != nil {
			return err
		}
		var fresh fault.Fields
		for _, x := range f {
			i, err := strconv.Atoi(x.Pointer[len("/participants/"):])
			if err != nil || !was[a.Participants[i]] {
				fresh = append(fresh, x)
			}
		}
		return fresh.Err()
	})
}
