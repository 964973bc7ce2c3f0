package api

import (
	"net/http"
	"reflect"

	"github.com/ki-styring/aims/internal/aisystem"
	"github.com/ki-styring/aims/internal/classify"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// qualifications serves the answers to the question whether an AI system is a medical device.
type qualifications struct{}

func (h qualifications) routes(s *rest.Server) {
	rest.Resource(s, aisystem.Qualifications, rest.With[aisystem.Qualification]{Patch: aisystem.ChangeQualification, Bars: aisystem.QualificationBars})
	rest.Create(s, aisystem.Qualifications, h.create)
	rest.Verb(s, aisystem.Qualifications, "sign", h.sign, rest.OptionalBody)
	rest.Verb(s, aisystem.Qualifications, "check", h.check, rest.OptionalBody)
	rest.Verb(s, aisystem.Qualifications, "answer", h.answer)
}

// @Summary	Record whether an AI system is a medical device
// @Description	Own development: the accountable developer signs. Bought: what the maker states is recorded, and somebody else checks it; the hospital does not sign as the maker.
// @Tags		qualifications
// @Param		body	body		aisystem.QualificationInput	true	"the answers, and what the maker states"
// @Success	201		{object}	aisystem.Qualification
// @Failure	default	{object}	Problem
// @Router		/qualifications [post]
func (qualifications) create(tx *record.Tx, c rest.Call[aisystem.QualificationInput]) (*aisystem.Qualification, error) {
	return aisystem.Qualify(tx, c.Body)
}

// @Summary	Sign the qualification of a system that the hospital develops
// @Description	Only the accountable developer of the system signs.
// @Tags		qualifications
// @Param		id	path		string	true	"id"
// @Success	200	{object}	aisystem.Qualification
// @Failure	default	{object}	Problem
// @Router		/qualifications/{id}/sign [post]
func (qualifications) sign(tx *record.Tx, c rest.Call[record.None]) (*aisystem.Qualification, error) {
	return aisystem.SignQualification(tx, c.Ref())
}

// @Summary	Check what the maker of a bought system states
// @Description	If the answers of the hospital differ from what the maker declares, a question to the supplier is opened. The declared class stands.
// @Tags		qualifications
// @Param		id	path		string	true	"id"
// @Success	200	{object}	aisystem.Qualification
// @Failure	default	{object}	Problem
// @Router		/qualifications/{id}/check [post]
func (qualifications) check(tx *record.Tx, c rest.Call[record.None]) (*aisystem.Qualification, error) {
	return aisystem.CheckQualification(tx, c.Ref())
}

// @Summary	Record what the supplier answered
// @Tags		qualifications
// @Param		id		path		string					true	"id"
// @Param		body	body		aisystem.SupplierAnswer	true	"the answer"
// @Success	200		{object}	aisystem.Qualification
// @Failure	default	{object}	Problem
// @Router		/qualifications/{id}/answer [post]
func (qualifications) answer(tx *record.Tx, c rest.Call[aisystem.SupplierAnswer]) (*aisystem.Qualification, error) {
	return aisystem.AnswerQuestion(tx, c.Ref(), c.Body)
}

// classifications serves what device law and the AI Act say of the systems.
type classifications struct{}

func (h classifications) routes(s *rest.Server) {
	k := rest.OfKind(aisystem.Classifications.Kind)
	rest.Resource(s, aisystem.Classifications, rest.With[aisystem.Classification]{Patch: aisystem.ChangeClassification})
	rest.Handle(s, http.MethodPost, "/ai-systems/{id}/classification", "classification:create", h.create, rest.Unversioned, k,
		rest.Out(reflect.TypeFor[aisystem.Classification]()), rest.Answers(http.StatusCreated))
	rest.Parts(s, "/ai-systems/{id}/classification", "classification:read", aisystem.CurrentClassifications,
		rest.Summary("List the classifications of a system that hold or wait for confirmation"))
	rest.Verb(s, aisystem.Classifications, "confirm", h.confirm, rest.OptionalBody)
	rest.Verb(s, aisystem.Classifications, "override", h.override)
	rest.Handle(s, http.MethodGet, "/classifications/{id}/what-if", "classification:read", h.whatIf, k, rest.Out(reflect.TypeFor[classify.Result]()), rest.Query(
		rest.Param{Name: "law_version", In: "query", Type: "string", Required: true, Doc: "The version of the rules, a proposed one too."},
	))
}

// @Summary	Classify an AI system by the answers to the rules of a law
// @Description	The rules compute the result. It waits for confirmation by another person than the one who answered. Unknown is never read as no.
// @Tags		classifications
// @Param		id		path		string							true	"id of the system"
// @Param		body	body		aisystem.ClassificationAnswers	true	"the answers"
// @Success	201		{object}	aisystem.Classification
// @Failure	default	{object}	Problem
// @Router		/ai-systems/{id}/classification [post]
func (classifications) create(tx *record.Tx, c rest.Call[aisystem.ClassificationAnswers]) (*aisystem.Classification, error) {
	return aisystem.Classify(tx, c.ID, c.Body)
}

// @Summary	Confirm what the rules say of a system
// @Description	Another person than the one who answered confirms.
// @Tags		classifications
// @Param		id	path		string	true	"id"
// @Success	200	{object}	aisystem.Classification
// @Failure	default	{object}	Problem
// @Router		/classifications/{id}/confirm [post]
func (classifications) confirm(tx *record.Tx, c rest.Call[record.None]) (*aisystem.Classification, error) {
	return aisystem.ConfirmClassification(tx, c.Ref())
}

// @Summary	Decide otherwise than the rules say, with a reason
// @Tags		classifications
// @Param		id		path		string					true	"id"
// @Param		body	body		aisystem.OverrideInput	true	"what is decided, and why"
// @Success	200		{object}	aisystem.Classification
// @Failure	default	{object}	Problem
// @Router		/classifications/{id}/override [post]
func (classifications) override(tx *record.Tx, c rest.Call[aisystem.OverrideInput]) (*aisystem.Classification, error) {
	return aisystem.OverrideClassification(tx, c.Ref(), c.Body)
}

// @Summary	Classify by another edition of the rules, without storing anything
// @Tags		classifications
// @Param		id			path		string	true	"id"
// @Param		law_version	query		string	true	"the version of the rules"
// @Success	200			{object}	classify.Result
// @Failure	default		{object}	Problem
// @Router		/classifications/{id}/what-if [get]
func (classifications) whatIf(tx *record.Tx, c rest.Call[record.None]) (*classify.Result, error) {
	version := c.Query.Get("law_version")
	if version == "" {
		return nil, rest.MissingParameter("law_version")
	}
	return aisystem.WhatIf(tx, c.ID, version)
}
