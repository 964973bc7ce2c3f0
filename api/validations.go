package api

import (
	"github.com/ki-styring/aims/internal/pathway"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/validation"
)

// validations serves the validation studies of AI systems.
type validations struct{}

func (h validations) routes(s *rest.Server) {
	rest.Resource(s, validation.Studies, rest.With[validation.Study]{Patch: pathway.ChangeStudy, Bars: pathway.StudyBars})
	rest.Create(s, validation.Studies, h.create)
	rest.Verb(s, validation.Studies, "set-criteria", h.setCriteria)
	rest.Verb(s, validation.Studies, "approve-criteria", h.approveCriteria)
	rest.Verb(s, validation.Studies, "record-results", h.recordResults)
	rest.Verb(s, validation.Studies, "conclude", h.conclude)
	rest.Verb(s, validation.Studies, "cancel", h.cancel)
}

// @Summary	Plan a validation study of an AI system
// @Tags		validations
// @Param		body	body		validation.Input	true	"the study"
// @Success	201		{object}	validation.Study
// @Failure	default	{object}	Problem
// @Router		/validations [post]
func (validations) create(tx *record.Tx, c rest.Call[validation.Input]) (*validation.Study, error) {
	return pathway.PlanStudy(tx, c.Body)
}

// @Summary	Set the acceptance criteria of a study
// @Description	The clinical lead of the system approves them, else the line manager. After results are recorded the answer is 409 criteria_fixed.
// @Tags		validations
// @Param		id		path		string						true	"id"
// @Param		body	body		validation.CriteriaInput	true	"the criteria"
// @Success	200		{object}	validation.Study
// @Failure	default	{object}	Problem
// @Router		/validations/{id}/set-criteria [post]
func (validations) setCriteria(tx *record.Tx, c rest.Call[validation.CriteriaInput]) (*validation.Study, error) {
	return pathway.SetCriteria(tx, c.Ref(), c.Body)
}

// @Summary	Approve the acceptance criteria of a study
// @Tags		validations
// @Param		id		path		string	true	"id"
// @Success	200		{object}	validation.Study
// @Failure	default	{object}	Problem
// @Router		/validations/{id}/approve-criteria [post]
func (validations) approveCriteria(tx *record.Tx, c rest.Call[record.None]) (*validation.Study, error) {
	return pathway.ApproveCriteria(tx, c.Ref())
}

// @Summary	Record the results of a study
// @Description	The answer is 409 criteria_unapproved until the criteria are set and approved.
// @Tags		validations
// @Param		id		path		string					true	"id"
// @Param		body	body		validation.ResultsInput	true	"the results"
// @Success	200		{object}	validation.Study
// @Failure	default	{object}	Problem
// @Router		/validations/{id}/record-results [post]
func (validations) recordResults(tx *record.Tx, c rest.Call[validation.ResultsInput]) (*validation.Study, error) {
	return pathway.RecordResults(tx, c.Ref(), c.Body)
}

// @Summary	Conclude a study
// @Description	Somebody who neither set the criteria nor recorded the results concludes. The criteria are met only when the results meet each of them.
// @Tags		validations
// @Param		id		path		string						true	"id"
// @Param		body	body		validation.ConclusionInput	true	"the verdict, and why"
// @Success	200		{object}	validation.Study
// @Failure	default	{object}	Problem
// @Router		/validations/{id}/conclude [post]
func (validations) conclude(tx *record.Tx, c rest.Call[validation.ConclusionInput]) (*validation.Study, error) {
	return pathway.ConcludeStudy(tx, c.Ref(), c.Body)
}

// @Summary	Cancel a study without a conclusion
// @Tags		validations
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	validation.Study
// @Failure	default	{object}	Problem
// @Router		/validations/{id}/cancel [post]
func (validations) cancel(tx *record.Tx, c rest.Call[record.Reason]) (*validation.Study, error) {
	return validation.Studies.Change(tx, c.Ref(), (*validation.Study).Cancel)
}
