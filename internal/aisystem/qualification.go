package aisystem

import (
	"slices"
	"time"

	"github.com/ki-styring/aims/internal/classify"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// QualificationStatus is the state of a qualification.
type QualificationStatus string

// The states of a qualification. What the hospital develops is signed; what it buys is checked.
const (
	QualificationDraft        QualificationStatus = "draft"
	QualificationSigned       QualificationStatus = "signed"
	QualificationChecked      QualificationStatus = "checked"
	QualificationQuestionOpen QualificationStatus = "question_open"
	QualificationOutdated     QualificationStatus = "outdated"
)

// This registers the closed list of the states.
var _ = record.Choices[QualificationStatus](
	[4]string{"draft", "under arbeid", "draft", "neutral"},
	[4]string{"signed", "signert", "signed", "success"},
	[4]string{"checked", "kontrollert", "checked", "success"},
	[4]string{"question_open", "spørsmål til leverandøren", "question to the supplier", "warning"},
	[4]string{"outdated", "må fornyes", "to be renewed", "warning"},
)

// QualificationInput has the answers to the question whether a system is a medical device, and for a bought one what its maker states.
type QualificationInput struct {
	record.Common
	SystemID string           `json:"system_id" validate:"required,uuid" ref:"ai_system" parent:"within" fixed:"true" filter:"" format:"uuid"`
	Answers  classify.Answers `json:"answers" validate:"required,min=1,max=300,dive"`
	Maker    *MakerStatement  `json:"maker_statement"`
	// The maker's declaration of conformity, certificate and instructions for use.
	DeclarationID  string `json:"declaration_id,omitempty" validate:"omitempty,uuid" ref:"evidence" format:"uuid"`
	CertificateID  string `json:"certificate_id,omitempty" validate:"omitempty,uuid" ref:"evidence" format:"uuid"`
	InstructionsID string `json:"instructions_id,omitempty" validate:"omitempty,uuid" ref:"evidence" format:"uuid"`
	Reasoning      string `json:"reasoning,omitempty" validate:"max=5000" search:"" example:"Formålet i bruksanvisningen er å støtte diagnostikk av brudd."`
}

// MakerStatement is what the maker of a bought product states. The hospital checks it, and does not sign as the maker.
type MakerStatement struct {
	// The class that the maker declares, or not_device.
	DeclaredClass string              `json:"declared_class" validate:"required,max=10" example:"IIa"`
	Regulation    classify.Regulation `json:"regulation,omitempty" validate:"omitempty,choice" example:"MDR"`
	Purpose       string              `json:"purpose,omitempty" validate:"max=5000" example:"Støtte til å finne brudd på røntgenbilder av voksne."`
	Version       string              `json:"version" validate:"required,filled,max=60" example:"2.4.1"`
	StatedOn      record.Date         `json:"stated_on" swaggertype:"string" format:"date" example:"2026-05-04"`
} // @name MakerStatement

// SupplierQuestion is what the hospital asks the supplier because its own answers differ from what the maker declares.
type SupplierQuestion struct {
	Declared string     `json:"declared" example:"IIa"`
	Found    string     `json:"found" example:"III"` // by the answers of the hospital
	AskedAt  time.Time  `json:"asked_at"`
	AskedBy  string     `json:"asked_by" format:"uuid" names:"user"`
	Answer   string     `json:"answer,omitempty"`
	ClosedBy string     `json:"closed_by,omitempty" format:"uuid" names:"user"`
	ClosedAt *time.Time `json:"closed_at"`
} // @name SupplierQuestion

// SupplierAnswer is the request that records what the supplier answered. The class that the maker declares stands.
type SupplierAnswer struct {
	Answer           string `json:"answer" validate:"required,filled,max=5000" example:"Klassen er vurdert av meldt organ, se vedlagt brev."`
	AnswerEvidenceID string `json:"answer_evidence_id,omitempty" validate:"omitempty,uuid" format:"uuid"`
} // @name SupplierAnswer

// Accountable is the person who signed or checked a qualification.
type Accountable struct {
	By string    `json:"by" format:"uuid" names:"user"`
	At time.Time `json:"at"`
} // @name QualificationAccountable

// Qualification is the answer to the question whether a system is a medical device (MDR Art. 2(1)).
type Qualification struct {
	record.Base
	QualificationInput
	Status     QualificationStatus    `json:"status" filter:""`
	Origin     Origin                 `json:"origin" filter:""`
	Outcome    classify.Qualification `json:"outcome" filter:""`
	LawVersion string                 `json:"law_version" filter:"" example:"2026-11-27"`
	Result     *classify.Result       `json:"result"`
	Purpose    string                 `json:"purpose"` // the intended purpose that was qualified
	// True when the hospital gives a general tool a medical purpose, and so becomes its maker (MDR Art. 2(12) and 2(30)).
	BecomesMaker bool              `json:"becomes_maker"`
	Signed       *Accountable      `json:"signed"`
	Checked      *Accountable      `json:"checked"`
	Question     *SupplierQuestion `json:"question"`
	// The evidence of what the supplier answered.
	AnswerEvidenceID string    `json:"answer_evidence_id,omitempty" validate:"omitempty,uuid" ref:"evidence" format:"uuid"`
	Outdated         *Outdated `json:"outdated"`
} // @name Qualification

// Qualifications reads and writes the qualifications of systems.
var Qualifications = record.NewRepo[Qualification](record.Kind{
	Rules: record.Rules[Qualification]{Defaults: (*Qualification).Defaults, Validate: (*Qualification).Validate, Facts: (*Qualification).Facts},
	Name:  "qualification", Path: "qualifications", Prefix: "QUAL", Label: record.Text{NB: "Kvalifisering", EN: "Qualification"},
	Editable: []string{"draft"}, Removable: []string{"draft"}, TitleBy: "system_id", Title: titleOfSystem,
	Mine: []string{"system_id/owner_id", "system_id/clinical_lead_id", "system_id/accountable_developer_id", "system_id/security_officer_id"},
	Workflow: []record.Transition{
		{Verb: "sign", From: []string{"draft"}, To: []string{"signed"}, Needs: []string{}, Label: record.Text{NB: "Signer", EN: "Sign"}},
		{Verb: "check", From: []string{"draft"}, To: []string{"checked", "question_open"}, Needs: []string{}, Label: record.Text{NB: "Kontroller", EN: "Check"}},
		{Verb: "ask", From: []string{"checked"}, To: []string{"question_open"}, Needs: []string{}, Label: record.Text{NB: "Spør leverandøren", EN: "Ask the supplier"}},
		{Verb: "answer", From: []string{"question_open"}, To: []string{"checked"}, Needs: []string{"answer"}, Label: record.Text{NB: "Før inn svaret", EN: "Record the answer"}},
		{
			Verb: "outdate", From: []string{"draft", "signed", "checked", "question_open"}, To: []string{"outdated"}, Needs: []string{},
			Label: record.Text{NB: "Må fornyes", EN: "Is to be renewed"},
		},
	},
	NotApplicable: func(action string, m record.Meta) bool {
		return action == "sign" && m.Fact("origin") != string(Own) || action == "check" && m.Fact("origin") == string(Own)
	},
	Tasks: []record.Task{
		{States: []string{"draft"}, Action: "check", Label: record.Text{NB: "Kvalifisering som skal kontrolleres", EN: "Qualification to check"}},
		{States: []string{"draft"}, Action: "sign", Label: record.Text{NB: "Kvalifisering som skal signeres", EN: "Qualification to sign"}},
		{States: []string{"question_open"}, Action: "answer", Label: record.Text{NB: "Spørsmål til leverandøren om klassen", EN: "Question to the supplier about the class"}},
	},
})

// A qualification rests on the purpose of its system.
var _ = Qualifications.RestsOn(record.Rest[Qualification]{
	On: "ai_system", By: []string{"system_id"}, When: []string{"update"}, Verb: "outdate",
	Apply: func(tx *record.Tx, q *Qualification, change record.Change) (bool, error) {
		s, err := Systems.Decode(tx, change.Row)
		if err != nil || s.IntendedPurpose == q.Purpose {
			return false, err
		}
		q.Status, q.Outdated = QualificationOutdated, &Outdated{Reason: PurposeChanged, At: tx.Now}
		return true, nil
	},
})

// Defaults makes lists of what was left out.
func (q *Qualification) Defaults() {
	if q.ExternalRefs == nil {
		q.ExternalRefs = []record.ExternalRef{}
	}
}

// Validate checks that the statement of the maker fits the origin of the system.
func (q *Qualification) Validate() error {
	var f fault.Fields
	switch {
	case q.Origin == Own && q.Maker != nil:
		f.Add("/maker_statement", "own_has_no_maker", "must be left out: the hospital develops the system itself, and is its maker")
	case q.Maker == nil:
	case !classify.KnownClass(q.Maker.DeclaredClass):
		f.Add("/maker_statement/declared_class", "unknown_class/declared", "must be a class of a device, such as IIa, Im or C, or not_device")
	case q.Maker.DeclaredClass != classify.NotDevice && q.Maker.Regulation == "":
		f.Add("/maker_statement/regulation", "required", "is required")
	}
	return f.Err()
}

// Facts give what the rules on actions ask of a qualification.
func (q *Qualification) Facts() []record.Fact {
	return []record.Fact{{Name: "origin", Value: string(q.Origin)}}
}

// answer computes the outcome for a system, by the rules in force.
func (q *Qualification) answer(s *System) error {
	t := classify.InForce(classify.MDR)
	f := classify.ForMDR
	if q.Maker != nil && q.Maker.Regulation == classify.UnderIVDR {
		f = classify.ForIVDR
	}
	result, err := classify.Classify(t, f, q.Answers, classify.Facts{})
	if err != nil {
		return err
	}
	q.Origin, q.Purpose, q.LawVersion, q.Result = s.Origin, s.IntendedPurpose, t.Version, result
	q.Outcome, q.BecomesMaker = result.Device.Outcome, result.Device.Maker
	return nil
}

// Sign signs the qualification of what the hospital develops. Only the accountable developer of the system does.
func (q *Qualification) Sign(by string, at time.Time) error {
	if q.Origin != Own {
		return fault.New(fault.Conflict, "maker_signs", "the maker signs for a bought system; the hospital checks what the maker states")
	}
	q.Status, q.Signed = QualificationSigned, &Accountable{By: by, At: at}
	return nil
}

// Check records that the hospital has checked what the maker states. Where its answers differ, the supplier is asked, and the declared class stands.
func (q *Qualification) Check(by string, at time.Time) error {
	if q.Origin == Own {
		return fault.New(fault.Conflict, "developer_signs", "the accountable developer signs for a system that the hospital develops itself")
	}
	if q.Maker == nil && !q.BecomesMaker {
		var b fault.Blockers
		b.Add("maker_statement_missing", "/maker_statement", "record what the maker states: the class, the regulation and the version")
		return b.Err()
	}
	q.Status, q.Checked = QualificationChecked, &Accountable{By: by, At: at}
	if q.Maker != nil && differs(q.Result.Device, q.Maker.DeclaredClass) {
		q.ask(found(q.Result.Device), by, at)
	}
	return nil
}

// ask opens a question to the supplier.
func (q *Qualification) ask(found, by string, at time.Time) {
	q.Status = QualificationQuestionOpen
	q.Question = &SupplierQuestion{Declared: q.Maker.DeclaredClass, Found: found, AskedAt: at, AskedBy: by}
}

// found is the class by the answers, or not_device.
func found(d *classify.DeviceResult) string {
	if d.Outcome != classify.Device {
		return classify.NotDevice
	}
	return orElse(classWith(d), string(classify.Device))
}

// Answer records what the supplier answered.
func (q *Qualification) Answer(in SupplierAnswer, by string, at time.Time) error {
	q.Status = QualificationChecked
	q.Question.Answer, q.Question.ClosedBy, q.Question.ClosedAt, q.AnswerEvidenceID = in.Answer, by, &at, in.AnswerEvidenceID
	return nil
}

// settled reports whether somebody has signed or checked the qualification, and it still holds.
func (q *Qualification) settled() bool {
	return slices.Contains([]QualificationStatus{QualificationSigned, QualificationChecked, QualificationQuestionOpen}, q.Status)
}

// settle adds what was found to the findings of the system. A class that a classification found stays.
func (q *Qualification) settle(f *Findings) {
	was := *f
	f.Device = deviceOf(q.Outcome)
	if q.Maker != nil {
		f.declare(q.Maker.DeclaredClass)
		f.Regulation = string(q.Maker.Regulation)
	}
	if f.Device != IsDevice {
		f.Regulation, f.DeviceClass = "", ""
	}
	f.compare(was)
}
