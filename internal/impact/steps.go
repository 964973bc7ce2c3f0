package impact

import (
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// FieldAnswer is a field that an assessment asks, with its answer.
type FieldAnswer struct {
	ID       string      `json:"id" example:"sys-1"`
	Section  string      `json:"section" example:"system"`
	Label    record.Text `json:"label"`
	Need     Demand      `json:"need" example:"required"` // for this assessment: the short form requires fewer fields
	Sharing  Sharing     `json:"shared" example:"yes"`
	Source   Source      `json:"answered_by,omitempty" example:"advice"`
	Answer   *Answer     `json:"answer"`
	Proposed *Answer     `json:"proposed"` // what another assessment of the system answers to an offered field
	Missing  bool        `json:"missing"`  // an answer is required, and there is none
	ToCheck  bool        `json:"to_check"` // it rests on references that are still to be checked
} // @name ImpactFieldAnswer

// CheckOwn returns the faults of the answers that an assessment holds itself.
func (c *Content) CheckOwn(a *Assessment) error {
	return c.check(a.Answers, func(at string, f *Field) (out fault.Fields) {
		switch {
		case f.Need(a.Kind) == NotAsked:
			out.Add(at, "not_of_kind", "this kind of assessment does not ask for this field: %s", a.Kind)
		case f.AnsweredBy != "":
			out.Add(at, "answered_by_record", "is answered by another part of the assessment: %s", f.AnsweredBy)
		case f.Sharing == Shared:
			out.Add(at, "shared_field", "is an answer that all assessments of the system share; change it in the shared answers")
		}
		return out
	}).Err()
}

// CheckShared returns the faults of the answers that the assessments of a system share.
func (c *Content) CheckShared(s *SystemAnswers) error {
	return c.check(s.Answers, func(at string, f *Field) (out fault.Fields) {
		switch {
		case f.AnsweredBy != "":
			out.Add(at, "answered_by_record", "is answered by another part of the assessment: %s", f.AnsweredBy)
		case f.Sharing != Shared:
			out.Add(at, "own_field", "is not shared; each assessment has an answer of its own")
		}
		return out
	}).Err()
}

// all returns every answer of the assessment: its own, and the shared ones that its kind asks, with the rows that count for the kind.
func (c *Content) all(a *Assessment, shared Answers) Answers {
	out := maps.Clone(a.Answers)
	for id, answer := range shared {
		if f := c.Field(id); f != nil && f.Need(a.Kind) != NotAsked {
			out[id] = answer.in(a.Kind)
		}
	}
	return out
}

// Show returns every field that the assessment asks, with its answer. A draft shows the shared answers as they are now, and what the others propose.
// An assessment that was submitted or approved shows its own copy.
func (c *Content) Show(a *Assessment, shared Answers, others []*Assessment) []FieldAnswer {
	answers := c.all(a, shared)
	if a.Document != nil {
		answers = a.Document.Answers
	}
	var out []FieldAnswer
	for i := range c.Fields {
		f := &c.Fields[i]
		if f.Need(a.Kind) == NotAsked {
			continue
		}
		v := FieldAnswer{
			ID: f.ID, Section: f.Section, Label: f.Label, Need: f.Need(a.Kind), Sharing: f.Sharing, Source: f.AnsweredBy,
			Missing: c.missing(a, f, answers), ToCheck: f.Confidence != "high",
		}
		if v.Need == Required && !c.demands(a, f) {
			v.Need = IfRelevant
		}
		if answer, ok := answers[f.ID]; ok {
			v.Answer = &answer
		} else if f.Sharing == Offered && a.Status == Draft {
			v.Proposed = proposed(f, others)
		}
		out = append(out, v)
	}
	return out
}

// proposed returns the answer of another assessment to a field.
func proposed(f *Field, others []*Assessment) *Answer {
	for _, o := range others {
		if answer, ok := o.Answers[f.ID]; ok {
			return &answer
		}
	}
	return nil
}

// missing reports whether the assessment must have an answer to the field and has none.
func (c *Content) missing(a *Assessment, f *Field, answers Answers) bool {
	demanded := c.demands(a, f)
	if !demanded {
		return false
	}
	switch f.AnsweredBy {
	case BySystem, ByApproval: // the system is always named, and the approval comes last
		return false
	case ByAdvice:
		return a.Advice == nil
	case ByConsultation:
		return a.PriorConsultation == nil
	}
	return !f.answered(answers[f.ID], demanded, a.Kind)
}

// Submit sends the assessment for approval, with a copy of the shared answers. Everything that is missing is listed at once.
func (a *Assessment) Submit(c *Content, shared *SystemAnswers, releaseID, by string, at time.Time) error {
	answers := c.all(a, shared.Answers)
	var b fault.Blockers
	for i := range c.Fields {
		f := &c.Fields[i]
		switch {
		case !c.missing(a, f, answers):
		case f.AnsweredBy == ByAdvice:
			b.Add("officer_advice_missing", "/advice", "the data protection officer has to advise first")
		case f.AnsweredBy == ByConsultation:
			b.Add("consultation_missing", "/prior_consultation", "say whether the authority has to be consulted, and why")
		case f.Sharing == Shared:
			b.Add("answer_missing/assessment", "/answers/"+f.ID, "%s: “%s” has no answer", f.ID, f.Label).Link = "/api/v1/impact-answers/" + shared.ID
		default:
			b.Add("answer_missing/assessment", "/answers/"+f.ID, "%s: “%s” has no answer", f.ID, f.Label)
		}
	}
	if a.Advice != nil && a.Advice.Followed == nil {
		b.Add("advice_unanswered", "/advice", "say whether the advice of the data protection officer is followed")
	}
	if p := a.PriorConsultation; p != nil && !p.Needed && a.Kind == DPIA && privacyHigh(answers) {
		b.Add("consultation_needed", "/prior_consultation/needed", "a harm stays high after the measures, so the authority has to be consulted")
	}
	if err := b.Err(); err != nil {
		return err
	}
	a.Status, a.LastRejection = InReview, nil
	a.Document = &Document{Answers: answers, ReleaseID: releaseID, By: by, At: at}
	return nil
}

// privacyHigh reports whether a harm stays high after the measures.
func privacyHigh(answers Answers) bool {
	return slices.ContainsFunc(answers["harm-1"].Rows, func(r Row) bool { return r.After != nil && r.After.Level.rank() >= High.rank() })
}

// PrivacyHigh reports whether the approved assessment leaves a high risk to privacy.
func (a *Assessment) PrivacyHigh() bool {
	return a.Kind == DPIA && a.Approval != nil && privacyHigh(a.Approval.Document.Answers)
}

// Barred reports whether a person may not approve the assessment, because they own the system or made the assessment.
func (a *Assessment) Barred(person string) bool {
	return person == a.OwnerID || slices.Contains(a.AssessorIDs, person)
}

// Approve approves the document. The shared answers must still be those that were submitted.
func (a *Assessment) Approve(shared *SystemAnswers, by string, at time.Time) error {
	if a.Advice != nil && a.Advice.Followed == nil {
		var b fault.Blockers
		b.Add("advice_unanswered", "/advice", "say whether the advice of the data protection officer is followed")
		return b.Err()
	}
	if a.differs(shared.Answers) {
		return fault.New(fault.Conflict, "changed_since_submit/answers",
			"the shared answers have changed since the assessment was submitted; reject or withdraw it, and submit it again").
			BlockedBy("/api/v1/impact-answers/" + shared.ID)
	}
	a.Status, a.Outdated = Approved, nil
	a.Approval = &Approval{Edition: a.Edition, By: by, At: at, Document: *a.Document}
	return nil
}

// differs reports whether an answer that was submitted is neither the assessment's own nor a shared answer any more.
func (a *Assessment) differs(shared Answers) bool {
	for id, submitted := range a.Document.Answers {
		if own, ok := a.Answers[id]; ok && reflect.DeepEqual(own, submitted) {
			continue
		}
		if now, ok := shared[id]; !ok || !reflect.DeepEqual(now.in(a.Kind), submitted) {
			return true
		}
	}
	return false
}

// Withdraw takes the assessment back from review.
func (a *Assessment) Withdraw() error {
	a.Status, a.Document = Draft, nil
	return nil
}

// Reject sends the assessment back to its authors.
func (a *Assessment) Reject(by string, at time.Time, reason string) error {
	a.Status, a.Document, a.LastRejection = Draft, nil, &Rejection{By: by, At: at, Reason: reason}
	return nil
}

// Revise starts the next edition. The approved edition stays readable.
func (a *Assessment) Revise() error {
	a.Status, a.Document, a.Advice = Draft, nil, nil
	a.Edition++
	return nil
}

// AdviceInput is the advice of the data protection officer.
type AdviceInput struct {
	Text string `json:"text" validate:"required,filled,max=10000" example:"Behandlingen kan gjennomføres når loggene slettes etter seks måneder."`
} // @name ImpactAdviceInput

// Advise records the advice of the data protection officer, who never approves.
func (a *Assessment) Advise(in AdviceInput, by string, at time.Time) error {
	a.Advice = &Advice{Text: in.Text, By: by, At: at}
	return nil
}

// AdviceAnswer says whether the hospital follows the advice.
type AdviceAnswer struct {
	Followed *bool  `json:"followed" validate:"required" example:"true"`
	Reason   string `json:"reason,omitempty" validate:"omitempty,filled,max=2000"` // required when the advice is not followed
} // @name ImpactAdviceAnswer

// Validate asks for the reason when the advice is not followed.
func (in *AdviceAnswer) Validate() error {
	var f fault.Fields
	if in.Followed != nil && !*in.Followed && in.Reason == "" {
		f.Add("/reason", "required", "is required")
	}
	return f.Err()
}

// AnswerAdvice says whether the advice is followed.
func (a *Assessment) AnswerAdvice(in AdviceAnswer, by string, at time.Time) error {
	if a.Advice == nil {
		return fault.New(fault.Conflict, "no_advice", "the data protection officer has not advised on %s", a.Number)
	}
	a.Advice.Followed, a.Advice.Reason, a.Advice.AnsweredBy, a.Advice.AnsweredAt = in.Followed, in.Reason, by, &at
	return nil
}

// Outdate marks that the assessment has to be renewed.
func (a *Assessment) Outdate(why []Trigger, at time.Time) {
	a.Status, a.Outdated = Outdated, &Lapse{At: at, Why: why}
}
