package pathway

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/ki-styring/aims/internal/aisystem"
	"github.com/ki-styring/aims/internal/impact"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/study"
	"github.com/ki-styring/aims/internal/useright"
	"github.com/ki-styring/aims/internal/validation"
)

// What rests on an AI system: its owner looks after the records about it, and an assessment holds for what was assessed.
var (
	_ = impact.Assessments.RestsOn(ownedWith(func(a *impact.Assessment) *string { return &a.OwnerID }), record.Rest[impact.Assessment]{
		On: "ai_system", By: []string{"system_id"}, Verb: "outdate",
		Apply: func(tx *record.Tx, a *impact.Assessment, c record.Change) (bool, error) {
			was, now, err := change(tx, c)
			if err != nil {
				return false, err
			}
			why := triggers(was, now)
			if len(why) == 0 {
				return false, nil
			}
			a.Outdate(why, tx.Now)
			return true, nil
		},
	})
	_ = impact.SharedAnswers.RestsOn(ownedWith(func(s *impact.SystemAnswers) *string { return &s.OwnerID }))
	_ = useright.Rights.RestsOn(ownedWith(func(r *useright.Right) *string { return &r.OwnerID }))
	_ = study.Studies.RestsOn(ownedWith(func(s *study.Study) *string { return &s.OwnerID }))
	_ = validation.Studies.RestsOn(ownedWith(func(v *validation.Study) *string { return &v.OwnerID }), record.Rest[validation.Study]{
		On: "ai_system", By: []string{"system_id"}, When: []string{"release"}, Verb: "outdate",
		Apply: func(tx *record.Tx, v *validation.Study, _ record.Change) (bool, error) {
			v.Outdate(tx.Now)
			return true, nil
		},
	})
)

// ownedWith lets the records about a system follow it when it gets another owner.
func ownedWith[E any](owner func(*E) *string) record.Rest[E] {
	return record.Rest[E]{
		On: "ai_system", By: []string{"system_id"}, When: []string{"update", record.HandOver}, Verb: "reassign",
		Apply: func(tx *record.Tx, e *E, c record.Change) (bool, error) {
			_, now, err := change(tx, c)
			if err != nil || *owner(e) == now.OwnerID {
				return false, err
			}
			*owner(e) = now.OwnerID
			return true, nil
		},
	}
}

// change returns a system before and after a write.
func change(tx *record.Tx, c record.Change) (was, now *aisystem.System, err error) {
	if now, err = aisystem.Systems.Decode(tx, c.Row); err != nil {
		return nil, nil, err
	}
	was = &aisystem.System{}
	if err := json.Unmarshal(c.Was, was); err != nil {
		return nil, nil, fmt.Errorf("read %s as it was: %w", c.Row.Number, err)
	}
	return was, now, nil
}

// triggers lists what has changed of a system for which its assessments must be renewed. A release that the maker planned beforehand is no reason.
func triggers(was, now *aisystem.System) (why []impact.Trigger) {
	for _, t := range []struct {
		why     impact.Trigger
		changed bool
	}{
		{impact.NewPurpose, was.IntendedPurpose != now.IntendedPurpose},
		{impact.NewAutonomy, was.Autonomy != now.Autonomy},
		{impact.NewTraits, !reflect.DeepEqual(was.Traits, now.Traits)},
		{impact.NewFindings, !reflect.DeepEqual(classified(was), classified(now))},
		{impact.NewRelease, was.ReleaseID != now.ReleaseID && !now.Predetermined()},
	} {
		if t.changed {
			why = append(why, t.why)
		}
	}
	return why
}

// classified returns the findings that follow from classification. The others follow from the assessments and the risks themselves.
func classified(s *aisystem.System) aisystem.Findings {
	f := s.Findings
	return aisystem.Findings{
		Device: f.Device, Regulation: f.Regulation, DeviceClass: f.DeviceClass, HighRisk: f.HighRisk, Prohibited: f.Prohibited, Transparency: f.Transparency,
	}
}
