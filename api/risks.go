package api

import (
	"net/http"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/risk"
)

// risks serves risks and opportunities, with their assessments, treatments and acceptances.
type risks struct{ *Server }

func (h risks) routes(s *rest.Server) {
	rest.Resource(s, risk.Repo, rest.With[risk.Risk]{Patch: risk.PatchRisk})
	rest.Batch(s, risk.Repo, risk.PatchRisk, nil)
	rest.Create(s, risk.Repo, h.create)
	rest.Verb(s, risk.Repo, "assess", h.assess)
	rest.Verb(s, risk.Repo, "treat", h.treat)
	rest.Verb(s, risk.Repo, "accept", h.accept)
	rest.Verb(s, risk.Repo, "confirm-acceptance", h.confirmAcceptance)
	rest.Verb(s, risk.Repo, "close", h.close)
	rest.Verb(s, risk.Repo, "reopen", h.reopen)
	const treatment = "/risks/{id}/treatments/{sub}"
	rest.Handle(s, http.MethodPost, treatment+"/start", "risk:treatment", h.startTreatment, rest.Shape("verb"))
	rest.Handle(s, http.MethodPost, treatment+"/complete", "risk:treatment", h.completeTreatment, rest.Shape("verb"))
	rest.Handle(s, http.MethodPost, treatment+"/cancel", "risk:treatment", h.cancelTreatment, rest.Shape("verb"))
	rest.Parts(s, "/risks/{id}/assessments", "risk:read", h.assessments)
	rest.Parts(s, "/risks/{id}/treatments", "risk:read", h.treatments)
	rest.Parts(s, "/risks/{id}/acceptances", "risk:read", h.acceptances)
}

// @Summary	Add a risk to a register
// @Tags		risks
// @Param		body	body		risk.Input	true	"the risk"
// @Success	201		{object}	risk.Risk
// @Failure	default	{object}	Problem
// @Router		/risks [post]
func (risks) create(tx *record.Tx, c rest.Call[risk.Input]) (*risk.Risk, error) {
	return risk.IdentifyRisk(tx, c.Body)
}

// @Summary		Assess a risk by the method in force, or confirm an earlier assessment
// @Description	With same_as only the reasons are given. Nobody who has changed what was judged since the last assessment can confirm an earlier one.
// @Tags		risks
// @Param		id		path		string					true	"id"
// @Param		body	body		risk.AssessmentInput	true	"the assessment"
// @Success	200		{object}	risk.Risk
// @Failure	default	{object}	Problem
// @Router		/risks/{id}/assess [post]
func (risks) assess(tx *record.Tx, c rest.Call[risk.AssessmentInput]) (*risk.Risk, error) {
	return risk.AssessRisk(tx, c.Ref(), c.Body)
}

// @Summary	Add a treatment
// @Tags		risks
// @Param		id		path		string				true	"id"
// @Param		body	body		risk.TreatmentInput	true	"the treatment"
// @Success	200		{object}	risk.Risk
// @Failure	default	{object}	Problem
// @Router		/risks/{id}/treat [post]
func (risks) treat(tx *record.Tx, c rest.Call[risk.TreatmentInput]) (*risk.Risk, error) {
	return risk.TreatRisk(tx, c.Ref(), c.Body)
}

// @Summary	Accept a risk until a day
// @Tags		risks
// @Param		id		path		string					true	"id"
// @Param		body	body		risk.AcceptanceInput	true	"why, and until when"
// @Success	200		{object}	risk.Risk
// @Failure	default	{object}	Problem
// @Router		/risks/{id}/accept [post]
func (h risks) accept(tx *record.Tx, c rest.Call[risk.AcceptanceInput]) (*risk.Risk, error) {
	return risk.AcceptRisk(tx, c.Ref(), c.Body, h.Guard)
}

// @Summary	Confirm that an acceptance still holds after a new assessment
// @Tags		risks
// @Param		id		path		string	true	"id"
// @Success	200		{object}	risk.Risk
// @Failure	default	{object}	Problem
// @Router		/risks/{id}/confirm-acceptance [post]
func (risks) confirmAcceptance(tx *record.Tx, c rest.Call[record.None]) (*risk.Risk, error) {
	return risk.Repo.Change(tx, c.Ref(), func(r *risk.Risk) error { return r.ConfirmAcceptance(tx.Actor.ID, tx.Now) })
}

// @Summary	Decide that a risk needs no more follow-up, and close it
// @Tags		risks
// @Param		id		path		string				true	"id"
// @Param		body	body		risk.ClosureInput	true	"why"
// @Success	200		{object}	risk.Risk
// @Failure	default	{object}	Problem
// @Router		/risks/{id}/close [post]
func (risks) close(tx *record.Tx, c rest.Call[risk.ClosureInput]) (*risk.Risk, error) {
	return risk.CloseRisk(tx, c.Ref(), c.Body)
}

// @Summary	Reopen an accepted or closed risk
// @Tags		risks
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	risk.Risk
// @Failure	default	{object}	Problem
// @Router		/risks/{id}/reopen [post]
func (risks) reopen(tx *record.Tx, c rest.Call[record.Reason]) (*risk.Risk, error) {
	return risk.ReopenRisk(tx, c.Ref())
}

// @Summary	Start a treatment
// @Tags		risks
// @Param		id		path		string	true	"id"
// @Param		sub		path		string	true	"id of the treatment"
// @Success	200		{object}	risk.Risk
// @Failure	default	{object}	Problem
// @Router		/risks/{id}/treatments/{sub}/start [post]
func (risks) startTreatment(tx *record.Tx, c rest.Call[record.None]) (*risk.Risk, error) {
	return risk.Repo.Change(tx, c.Ref(), func(r *risk.Risk) error { return r.StartTreatment(c.Sub, tx.Now) })
}

// @Summary	Complete a treatment, with its outcome
// @Tags		risks
// @Param		id		path		string			true	"id"
// @Param		sub		path		string			true	"id of the treatment"
// @Param		body	body		risk.Completion	true	"the outcome"
// @Success	200		{object}	risk.Risk
// @Failure	default	{object}	Problem
// @Router		/risks/{id}/treatments/{sub}/complete [post]
func (risks) completeTreatment(tx *record.Tx, c rest.Call[risk.Completion]) (*risk.Risk, error) {
	return risk.Repo.Change(tx, c.Ref(), func(r *risk.Risk) error { return r.CompleteTreatment(c.Sub, tx.Now, c.Body.Outcome) })
}

// @Summary	Cancel a treatment
// @Tags		risks
// @Param		id		path		string			true	"id"
// @Param		sub		path		string			true	"id of the treatment"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	risk.Risk
// @Failure	default	{object}	Problem
// @Router		/risks/{id}/treatments/{sub}/cancel [post]
func (risks) cancelTreatment(tx *record.Tx, c rest.Call[record.Reason]) (*risk.Risk, error) {
	return risk.CancelTreatment(tx, c.Ref(), c.Sub, c.Body.Reason)
}

// @Summary	List the assessments of a risk, oldest first
// @Tags		risks
// @Param		id		path		string	true	"id"
// @Success	200		{object}	risk.Assessment
// @Failure	default	{object}	Problem
// @Router		/risks/{id}/assessments [get]
func (risks) assessments(tx *record.Tx, id string) ([]risk.Assessment, error) {
	r, err := risk.Repo.Get(tx, id)
	if err != nil {
		return nil, err
	}
	return r.Assessments, nil
}

// @Summary	List the treatments of a risk, oldest first
// @Tags		risks
// @Param		id		path		string	true	"id"
// @Success	200		{object}	risk.Treatment
// @Failure	default	{object}	Problem
// @Router		/risks/{id}/treatments [get]
func (risks) treatments(tx *record.Tx, id string) ([]risk.Treatment, error) {
	r, err := risk.Repo.Get(tx, id)
	if err != nil {
		return nil, err
	}
	return r.Treatments, nil
}

// @Summary	List the acceptances of a risk, oldest first
// @Tags		risks
// @Param		id		path		string	true	"id"
// @Success	200		{object}	risk.Acceptance
// @Failure	default	{object}	Problem
// @Router		/risks/{id}/acceptances [get]
func (risks) acceptances(tx *record.Tx, id string) ([]risk.Acceptance, error) {
	r, err := risk.Repo.Get(tx, id)
	if err != nil {
		return nil, err
	}
	return r.Acceptances, nil
}
