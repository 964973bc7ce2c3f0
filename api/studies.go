package api

import (
	"net/http"

	"github.com/ki-styring/aims/internal/pathway"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/study"
)

// studies serves the clinical studies of AI systems.
type studies struct{ *Server }

func (h studies) routes(s *rest.Server) {
	rest.Resource(s, study.Studies, rest.With[study.Study]{Patch: h.change})
	rest.Create(s, study.Studies, h.create)
	rest.Verb(s, study.Studies, "apply", h.apply)
	rest.Verb(s, study.Studies, "record-approval", h.recordApproval)
	rest.Verb(s, study.Studies, "start", h.start)
	rest.Verb(s, study.Studies, "complete", h.complete)
	rest.Verb(s, study.Studies, "stop", h.stop)
	rest.Handle(s, http.MethodGet, "/studies/rules", "signed-in: everybody reads which rules studies follow", h.rules)
}

func (h studies) change(tx *record.Tx, ref record.Ref, apply func(*study.Study) error) (*study.Study, error) {
	return pathway.ChangeClinicalStudy(tx, h.studyRules, ref, apply)
}

// @Summary	Record a clinical study of a system, with the rules that it follows
// @Description	A proof of concept counts as a study. Why the row fits is given as the reason.
// @Tags		studies
// @Param		body	body		study.Input	true	"the study"
// @Success	201		{object}	study.Study
// @Failure	default	{object}	Problem
// @Router		/studies [post]
func (h studies) create(tx *record.Tx, c rest.Call[study.Input]) (*study.Study, error) {
	return pathway.PlanClinicalStudy(tx, h.studyRules, c.Body)
}

// @Summary	Read which rules studies follow, and what each of them takes
// @Tags		studies
// @ID			getStudyRules
// @Success	200		{object}	study.Rules
// @Failure	default	{object}	Problem
// @Router		/studies/rules [get]
func (h studies) rules(*record.Tx, rest.Call[record.None]) (*study.Rules, error) {
	return h.studyRules, nil
}

// @Summary	Record that a study was applied for or notified
// @Description	The answer is 409 with blockers until the study is registered in the hospital's submission system, or linked to a project that is.
// @Tags		studies
// @Param		id		path		string					true	"id"
// @Param		body	body		study.Filing	true	"the day; today when left out"
// @Success	200		{object}	study.Study
// @Failure	default	{object}	Problem
// @Router		/studies/{id}/apply [post]
func (h studies) apply(tx *record.Tx, c rest.Call[study.Filing]) (*study.Study, error) {
	return pathway.ApplyForStudy(tx, h.studyRules, c.Ref(), c.Body)
}

// @Summary	Record the answers of the authority and the ethics committee
// @Tags		studies
// @Param		id		path		string				true	"id"
// @Param		body	body		study.Answer	true	"the references, and the day"
// @Success	200		{object}	study.Study
// @Failure	default	{object}	Problem
// @Router		/studies/{id}/record-approval [post]
func (h studies) recordApproval(tx *record.Tx, c rest.Call[study.Answer]) (*study.Study, error) {
	return pathway.ApproveStudy(tx, h.studyRules, c.Ref(), c.Body)
}

// @Summary	Start a study
// @Description	The answer is 409 with blockers while an answer is missing, the regime is open, or the waiting time after a notification has not passed.
// @Tags		studies
// @Param		id		path		string	true	"id"
// @Success	200		{object}	study.Study
// @Failure	default	{object}	Problem
// @Router		/studies/{id}/start [post]
func (h studies) start(tx *record.Tx, c rest.Call[record.None]) (*study.Study, error) {
	return pathway.StartStudy(tx, h.studyRules, c.Ref())
}

// @Summary	Complete a study
// @Tags		studies
// @Param		id		path		string	true	"id"
// @Success	200		{object}	study.Study
// @Failure	default	{object}	Problem
// @Router		/studies/{id}/complete [post]
func (studies) complete(tx *record.Tx, c rest.Call[record.None]) (*study.Study, error) {
	return pathway.CompleteStudy(tx, c.Ref())
}

// @Summary	Stop a study before it is complete
// @Tags		studies
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	study.Study
// @Failure	default	{object}	Problem
// @Router		/studies/{id}/stop [post]
func (studies) stop(tx *record.Tx, c rest.Call[record.Reason]) (*study.Study, error) {
	return pathway.StopStudy(tx, c.Ref(), c.Body.Reason)
}
