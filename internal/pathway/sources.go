package pathway

import (
	"slices"

	"github.com/ki-styring/aims/internal/aisystem"
	"github.com/ki-styring/aims/internal/record/query"
	"github.com/ki-styring/aims/internal/risk"
)

// sources tell how an item stands that a record of its own clears, by that record's kind in policies/gates.yaml.
var sources = map[string]func(*view, *Line) error{
	"system":         (*view).bySystem,
	"qualification":  (*view).byQualification,
	"classification": (*view).byClassification,
	"risks":          (*view).byRisks,
	"go_live":        (*view).byGoLive,
	"allowed_tool":   (*view).byAllowedTool,
	"supplier":       (*view).bySupplier,
	"dataset":        (*view).byDataset,
	"validation":     (*view).byValidation,
	"right_to_use":   (*view).byRight,
	"study":          (*view).byStudy,
	"dpia":           (*view).byAssessment,
	"aisia":          (*view).byAssessment,
	"fria":           (*view).byAssessment,
}

// bySystem asks that the persons of the system are named.
func (v *view) bySystem(l *Line) error {
	if v.system.OwnerID != "" && v.system.ClinicalLeadID != "" {
		l.State = Cleared
		return nil
	}
	l.Why = text("Klinisk ansvarlig er ikke navngitt", "No clinical lead is named")
	return nil
}

// byQualification asks whether the system is a device.
func (v *view) byQualification(l *Line) error {
	if v.system.Findings.Device != aisystem.DeviceOpen {
		l.State = Cleared
		return nil
	}
	l.Why = text("Det er ikke avklart om systemet er medisinsk utstyr", "It is not settled whether the system is a device")
	return nil
}

// byClassification asks for the classes: a forecast in concept, and a confirmed class without open answers before the pilot.
func (v *view) byClassification(l *Line) error {
	f := v.system.Findings
	laws := []string{"ai_act"}
	if f.Device == aisystem.IsDevice {
		laws = append(laws, "mdr")
	}
	found := f.Classified
	if l.Gate != "concept" {
		found = f.Confirmed
	}
	switch {
	case f.Prohibited:
		l.Why = text("Bruken er forbudt etter KI-forordningen art. 5", "The use is prohibited by AI Act Art. 5")
	case slices.ContainsFunc(laws, func(law string) bool { return !slices.Contains(found, law) }):
		l.Why = text("Klassifiseringen mangler, eller er ikke bekreftet av en annen", "The classification is missing, or nobody else has confirmed it")
	case f.Undecided && l.Gate != "concept":
		l.Why = text("Et svar i klassifiseringen står åpent", "An answer of the classification is open")
	default:
		l.State = Cleared
	}
	return nil
}

// byRisks asks that every risk of the system is accepted, not outdated, and not above what the unit allows.
func (v *view) byRisks(l *Line) error {
	risks, err := query.Each(v.tx, risk.Repo, v.system.Scope, nil)
	if err != nil {
		return err
	}
	most := risk.Level(v.highest.InUse)
	if l.Gate == "pilot" {
		most = risk.Level(v.highest.Pilot)
	}
	threats := 0
	for _, r := range risks {
		if r.Status == risk.Closed || r.Polarity != risk.Threat {
			continue
		}
		threats++
		switch {
		case r.LevelOutdated != nil:
			l.State = Outdated
			l.Why = text("Nivået for "+r.Number+" er utdatert", "The level of "+r.Number+" is outdated")
		case r.Level.Rank() > most.Rank():
			l.Why = text(r.Number+" har et høyere nivå enn enheten tillater her", r.Number+" has a higher level than the unit allows here")
		case r.Status != risk.Accepted:
			l.Why = text(r.Number+" er ikke akseptert", r.Number+" is not accepted")
		default:
			continue
		}
		l.on(risk.Repo.Kind, r.ID, l.State, l.Why)
		return nil
	}
	if threats == 0 {
		l.Why = text("Ingen risiko er vurdert for systemet", "No risk has been assessed for the system")
		return nil
	}
	l.State = Cleared
	return nil
}

// byGoLive asks for the approval of ordinary use, of the release that the gates are about.
func (v *view) byGoLive(l *Line) error {
	switch g := v.system.GoLive; {
	case g == nil:
		l.Why = text("Oppstart er ikke godkjent", "Going live is not approved")
	case g.ReleaseID != v.system.ReleaseID:
		l.State = Outdated
		l.Why = text("Godkjenningen gjelder en annen versjon", "The approval is for another release")
	default:
		l.State = Cleared
	}
	return nil
}
