package pathway

import (
	"slices"

	"github.com/ki-styring/aims/internal/aisystem"
	"github.com/ki-styring/aims/internal/dataset"
	"github.com/ki-styring/aims/internal/impact"
	"github.com/ki-styring/aims/internal/intake"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
	"github.com/ki-styring/aims/internal/study"
	"github.com/ki-styring/aims/internal/supplier"
	"github.com/ki-styring/aims/internal/useright"
	"github.com/ki-styring/aims/internal/validation"
)

// ofSystem reads the records of a kind that are about the system, the newest first.
func ofSystem[E any](v *view, r record.Repo[E], field string) ([]*E, error) {
	list, err := query.Each(v.tx, r, "", map[string][]string{field: {v.system.ID}})
	slices.Reverse(list)
	return list, err
}

// on points a line at the record that clears it, or that keeps it from being cleared.
func (l *Line) on(k *record.Kind, id string, state LineState, why *record.Text) {
	l.kind, l.RecordID, l.Link, l.State, l.Why = k, id, linkOf(k, id), state, why
}

// byAllowedTool asks for an entry in force that allows the tool.
func (v *view) byAllowedTool(l *Line) error {
	tools, err := ofSystem(v, intake.Tools, "system_id")
	if err != nil {
		return err
	}
	l.Why = text("Verktøyet står ikke på listen over tillatte verktøy", "The tool is not on the list of allowed tools")
	for _, t := range tools {
		switch {
		case t.Status == intake.ToolInForce && t.Verdict != intake.ToolRefused:
			l.on(intake.Tools.Kind, t.ID, Cleared, nil)
			l.Until = t.ValidTo
			return nil
		case t.Status == intake.ToolInReview:
			l.on(intake.Tools.Kind, t.ID, InReview, nil)
		}
	}
	return nil
}

// bySupplier asks for a supplier that the hospital has assessed, or for an agreement with it.
func (v *view) bySupplier(l *Line) error {
	if v.system.SupplierID == "" {
		l.Why = text("Systemet har ingen leverandør", "The system names no supplier")
		return nil
	}
	s, err := supplier.Repo.Find(v.tx, v.system.SupplierID)
	if err != nil {
		return err
	}
	agreed := slices.ContainsFunc(s.Contracts, func(c supplier.Contract) bool {
		return (c.ValidTo == "" || v.today <= c.ValidTo) && (!v.system.PersonalData || c.ProcessorAgreement == "signed")
	})
	switch {
	case l.Item == "agreement" && !agreed:
		l.on(supplier.Repo.Kind, s.ID, Missing, text("Leverandøren mangler en gyldig avtale, med databehandleravtale der det trengs",
			"The supplier has no agreement in force, with a processor agreement where one is needed"))
	case l.Item != "agreement" && s.Status != supplier.Approved:
		l.on(supplier.Repo.Kind, s.ID, Missing, text("Leverandøren er ikke vurdert og godkjent", "The supplier has not been assessed and approved"))
	case l.Item != "agreement" && s.NextReview.Passed(v.tx.Now):
		l.on(supplier.Repo.Kind, s.ID, Outdated, text("Vurderingen av leverandøren skulle vært fornyet", "The assessment of the supplier is overdue"))
	default:
		l.on(supplier.Repo.Kind, s.ID, Cleared, nil)
		l.Until = s.NextReview
	}
	return nil
}

// byDataset asks that the access to every data set of the system is granted.
func (v *view) byDataset(l *Line) error {
	sets, err := ofSystem(v, dataset.Repo, "system_ids")
	if err != nil {
		return err
	}
	sets = slices.DeleteFunc(sets, func(d *dataset.Dataset) bool { return d.Status == dataset.Retired })
	if len(sets) == 0 {
		l.Why = text("Systemet har ingen datasett", "The system has no data set")
		return nil
	}
	for _, d := range sets {
		if d.Status != dataset.Granted || d.AccessUntil.Passed(v.tx.Now) {
			l.on(dataset.Repo.Kind, d.ID, Missing, text("Tilgangen til "+d.Number+" er ikke gitt, eller er utløpt", "Access to "+d.Number+" is not granted, or has ended"))
			return nil
		}
		l.on(dataset.Repo.Kind, d.ID, Cleared, nil)
	}
	return nil
}

// byValidation asks for criteria that were approved before the results, and then for a study that met them with the release in question. A pilot may also
// begin with a study that is done inside it under supervision; ordinary use may not.
func (v *view) byValidation(l *Line) error {
	studies, err := ofSystem(v, validation.Studies, "system_id")
	if err != nil {
		return err
	}
	l.Why = text("Ingen validering dekker denne versjonen", "No validation covers this release")
	for _, s := range studies {
		covers := s.ReleaseID == v.system.ReleaseID
		met := s.Status == validation.Concluded && s.Verdict != validation.NotMet
		switch {
		case s.Status == validation.Cancelled:
			continue
		case l.Item == "acceptance_criteria_first" && s.CriteriaApproval != nil && s.Status != validation.Outdated:
			l.on(validation.Studies.Kind, s.ID, Cleared, nil)
			return nil
		case l.Item != "acceptance_criteria_first" && covers && met:
			l.on(validation.Studies.Kind, s.ID, Cleared, nil)
			return nil
		case l.Item != "acceptance_criteria_first" && covers && s.Design == validation.InPilot && s.CriteriaApproval != nil && s.Status != validation.Outdated:
			l.on(validation.Studies.Kind, s.ID, Waived, text("Valideringen gjøres i piloten, og må være ferdig før bruk", "The validation is done in the pilot, and is needed before use"))
			return nil
		case s.Status == validation.Outdated && l.RecordID == "":
			l.on(validation.Studies.Kind, s.ID, Outdated, text("Valideringen gjelder en tidligere versjon", "The validation is about an earlier release"))
		case s.Status == validation.Concluded && l.RecordID == "":
			l.on(validation.Studies.Kind, s.ID, Missing, text("Valideringen oppfylte ikke kriteriene, eller gjelder en annen versjon", "The validation missed its criteria, or is about another release"))
		}
	}
	if l.Waivable && l.State != Cleared { // it may be waived with a reason
		if i := v.newest(l.rule); i != nil {
			v.byItem(l)
		}
	}
	return nil
}

// byRight asks for a checked right to use the device: for a pilot or for ordinary use.
func (v *view) byRight(l *Line) error {
	rights, err := ofSystem(v, useright.Rights, "system_id")
	if err != nil {
		return err
	}
	l.Why = text("Ingen rett til bruk gjelder i dag", "No right to use holds today")
	for _, r := range rights {
		pilot, ordinary := r.Valid(v.today)
		switch {
		case ordinary, l.Gate == "pilot" && pilot:
			l.on(useright.Rights.Kind, r.ID, Cleared, nil)
			l.Until, l.Verify = r.ValidUntil, r.ToCheck
			return nil
		case r.Status == useright.Recorded:
			l.on(useright.Rights.Kind, r.ID, InReview, text("Retten er ikke kontrollert av en annen", "Nobody else has checked the right"))
		case r.Status == useright.Expired || r.Status == useright.Checked && r.ValidUntil.Passed(v.tx.Now):
			l.on(useright.Rights.Kind, r.ID, Outdated, text("Retten er utløpt", "The right has expired"))
		case pilot:
			l.on(useright.Rights.Kind, r.ID, Missing, text("Retten gjelder bare i studien eller skyggekjøringen", "The right holds only in the study or the shadow run"))
		}
	}
	return nil
}

// byStudy asks which rules for clinical studies the pilot follows.
func (v *view) byStudy(l *Line) error {
	studies, err := ofSystem(v, study.Studies, "system_id")
	if err != nil {
		return err
	}
	l.Why = text("Det er ikke avklart hvilke regler for kliniske studier som gjelder", "It is not settled which rules for clinical studies apply")
	for _, s := range studies {
		switch {
		case s.Status == study.Stopped:
			continue
		case s.Regime == study.NotAnInvestigation || s.Status == study.Approved || s.Status == study.Running || s.Status == study.Completed:
			l.on(study.Studies.Kind, s.ID, Cleared, nil)
			l.Verify = s.ToCheck
			return nil
		default:
			l.on(study.Studies.Kind, s.ID, Missing, text("Studien er ikke godkjent eller meldt ferdig", "The study is not approved, or its notification is not settled"))
		}
	}
	return nil
}

// byAssessment asks for an approved impact assessment of the kind that the item names. That none is needed is recorded, with the reason, as an item.
func (v *view) byAssessment(l *Line) error {
	all, err := ofSystem(v, impact.Assessments, "system_id")
	if err != nil {
		return err
	}
	for _, a := range all {
		if string(a.Kind) != l.By {
			continue
		}
		state := map[impact.Status]LineState{impact.Approved: Cleared, impact.InReview: InReview, impact.Outdated: Outdated, impact.Draft: Missing}[a.Status]
		l.on(impact.Assessments.Kind, a.ID, state, nil)
		return nil
	}
	l.Why = text("Vurderingen finnes ikke", "There is no such assessment")
	if byItemToo(l.rule) {
		v.byItem(l)
	}
	return nil
}

// byItemToo reports whether a person may clear an item that a record clears: the data protection impact assessment with a reason why none is needed, and
// an item that may be waived.
func byItemToo(rule *aisystem.GateItem) bool { return rule.By == "dpia" || rule.Waivable }
