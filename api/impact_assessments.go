package api

import (
	"net/http"

	"github.com/ki-styring/aims/internal/impact"
	"github.com/ki-styring/aims/internal/pathway"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// impactAssessments serves the impact assessments of AI systems, the answers that they share, and what they ask.
type impactAssessments struct{ *Server }

func (h impactAssessments) routes(s *rest.Server) {
	rest.Resource(s, impact.Assessments, rest.With[impact.Assessment]{Patch: h.change, Extra: h.fields, Bars: pathway.AssessmentBars})
	rest.Create(s, impact.Assessments, h.create)
	rest.Verb(s, impact.Assessments, "advise", h.advise)
	rest.Verb(s, impact.Assessments, "answer-advice", h.answerAdvice)
	rest.Verb(s, impact.Assessments, "submit", h.submit)
	rest.Verb(s, impact.Assessments, "withdraw", h.withdraw)
	rest.Verb(s, impact.Assessments, "approve", h.approve)
	rest.Verb(s, impact.Assessments, "reject", h.reject)
	rest.Verb(s, impact.Assessments, "revise", h.revise)
	rest.Handle(s, http.MethodGet, "/impact-assessments/content", "signed-in: everybody reads what impact assessments ask", h.content,
		rest.Query(rest.Param{Name: "kind", In: "query", Type: "string", Enum: []string{"aisia", "dpia", "fria"}, Doc: "The kind of assessment; all fields when left out."}))
	rest.Resource(s, impact.SharedAnswers, rest.With[impact.SystemAnswers]{Patch: h.changeShared})
}

func (h impactAssessments) change(tx *record.Tx, ref record.Ref, apply func(*impact.Assessment) error) (*impact.Assessment, error) {
	return pathway.ChangeAssessment(tx, h.impact, ref, apply)
}

func (h impactAssessments) changeShared(tx *record.Tx, ref record.Ref, apply func(*impact.SystemAnswers) error) (*impact.SystemAnswers, error) {
	return pathway.ChangeSharedAnswers(tx, h.impact, ref, apply)
}

// fields adds every field that the assessment asks, with its answer.
func (h impactAssessments) fields(tx *record.Tx, a *impact.Assessment, _ string) (map[string]any, error) {
	fields, err := pathway.ShowAssessment(tx, h.impact, a)
	return map[string]any{"fields": fields}, err
}

// @Summary	Draft an impact assessment of an AI system
// @Description	An AI system has one assessment of each kind. Answers that the kinds share are written at /impact-answers.
// @Tags		impact-assessments
// @Param		body	body		impact.Input	true	"the system, the kind, and the answers"
// @Success	201		{object}	impact.Assessment
// @Failure	default	{object}	Problem
// @Router		/impact-assessments [post]
func (h impactAssessments) create(tx *record.Tx, c rest.Call[impact.Input]) (*impact.Assessment, error) {
	return pathway.OpenAssessment(tx, h.impact, c.Body)
}

// @Summary	Read what impact assessments ask: the fields with their labels and references
// @Tags		impact-assessments
// @ID			getImpactAssessmentContent
// @Success	200		{object}	impact.Content
// @Failure	default	{object}	Problem
// @Router		/impact-assessments/content [get]
func (h impactAssessments) content(_ *record.Tx, c rest.Call[record.None]) (*impact.Content, error) {
	return h.impact.Of(impact.Kind(c.Query.Get("kind"))), nil
}

// @Summary	Advise on an assessment as the data protection officer
// @Description	The officer advises and never approves. The advice on a DPIA comes before it is submitted.
// @Tags		impact-assessments
// @Param		id		path		string				true	"id"
// @Param		body	body		impact.AdviceInput	true	"the advice"
// @Success	200		{object}	impact.Assessment
// @Failure	default	{object}	Problem
// @Router		/impact-assessments/{id}/advise [post]
func (impactAssessments) advise(tx *record.Tx, c rest.Call[impact.AdviceInput]) (*impact.Assessment, error) {
	return impact.Assessments.Change(tx, c.Ref(), func(a *impact.Assessment) error { return a.Advise(c.Body, tx.Actor.ID, tx.Now) })
}

// @Summary	Say whether the advice of the data protection officer is followed
// @Tags		impact-assessments
// @Param		id		path		string				true	"id"
// @Param		body	body		impact.AdviceAnswer	true	"whether it is followed, and why not"
// @Success	200		{object}	impact.Assessment
// @Failure	default	{object}	Problem
// @Router		/impact-assessments/{id}/answer-advice [post]
func (impactAssessments) answerAdvice(tx *record.Tx, c rest.Call[impact.AdviceAnswer]) (*impact.Assessment, error) {
	return impact.Assessments.Change(tx, c.Ref(), func(a *impact.Assessment) error { return a.AnswerAdvice(c.Body, tx.Actor.ID, tx.Now) })
}

// @Summary	Submit an assessment for approval, with a copy of the shared answers
// @Description	The answer is 409 with blockers until every required field has an answer, and the advice on a DPIA is answered.
// @Tags		impact-assessments
// @Param		id		path		string	true	"id"
// @Success	200		{object}	impact.Assessment
// @Failure	default	{object}	Problem
// @Router		/impact-assessments/{id}/submit [post]
func (h impactAssessments) submit(tx *record.Tx, c rest.Call[record.None]) (*impact.Assessment, error) {
	return pathway.SubmitAssessment(tx, h.impact, c.Ref())
}

// @Summary	Withdraw a submitted assessment
// @Tags		impact-assessments
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	impact.Assessment
// @Failure	default	{object}	Problem
// @Router		/impact-assessments/{id}/withdraw [post]
func (impactAssessments) withdraw(tx *record.Tx, c rest.Call[record.Reason]) (*impact.Assessment, error) {
	return impact.Assessments.Change(tx, c.Ref(), (*impact.Assessment).Withdraw)
}

// @Summary	Approve an assessment; its document can no longer change
// @Description	The answer is 409 changed_since_submit when a shared answer has changed since the assessment was submitted.
// @Tags		impact-assessments
// @Param		id		path		string	true	"id"
// @Success	200		{object}	impact.Assessment
// @Failure	default	{object}	Problem
// @Router		/impact-assessments/{id}/approve [post]
func (impactAssessments) approve(tx *record.Tx, c rest.Call[record.None]) (*impact.Assessment, error) {
	return pathway.ApproveAssessment(tx, c.Ref())
}

// @Summary	Reject an assessment; it is a draft again
// @Tags		impact-assessments
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	impact.Assessment
// @Failure	default	{object}	Problem
// @Router		/impact-assessments/{id}/reject [post]
func (impactAssessments) reject(tx *record.Tx, c rest.Call[record.Reason]) (*impact.Assessment, error) {
	return impact.Assessments.Change(tx, c.Ref(), func(a *impact.Assessment) error { return a.Reject(tx.Actor.ID, tx.Now, c.Body.Reason) })
}

// @Summary	Start the next edition of an assessment
// @Tags		impact-assessments
// @Param		id		path		string	true	"id"
// @Success	200		{object}	impact.Assessment
// @Failure	default	{object}	Problem
// @Router		/impact-assessments/{id}/revise [post]
func (impactAssessments) revise(tx *record.Tx, c rest.Call[record.None]) (*impact.Assessment, error) {
	return impact.Assessments.Change(tx, c.Ref(), (*impact.Assessment).Revise)
}
