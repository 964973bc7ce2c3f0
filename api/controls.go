package api

import (
	"net/http"
	"net/url"
	"reflect"

	"github.com/ki-styring/aims/internal/applicability"
	"github.com/ki-styring/aims/internal/control"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// controls serves the controls of a scope: those adopted from frameworks, such as Annex A of ISO/IEC 42001, and the scope's own.
type controls struct{}

func (h controls) routes(s *rest.Server) {
	rest.Resource(s, control.Repo, rest.With[control.Control]{Patch: applicability.ChangeControl})
	rest.Batch(s, control.Repo, applicability.AlterControl, applicability.FollowControls)
	rest.Create(s, control.Repo, h.create)
	rest.Verb(s, control.Repo, "verify", h.verify)
	rest.Verb(s, control.Repo, "retire", h.retire)
	rest.Verb(s, control.Repo, "reinstate", h.reinstate)
	rest.Handle(s, http.MethodPost, "/controls/adopt", "control:adopt", h.adopt,
		rest.Shape("verb"), rest.Out(reflect.TypeFor[applicability.Adoption]()), rest.Answers(http.StatusCreated))
}

// ControlAdoption names the framework whose controls are adopted, and the scope.
type ControlAdoption struct {
	Scope     string `json:"scope" validate:"required,scope" example:"/siv/"`
	Framework string `json:"framework" validate:"required,slug" example:"iso-42001"`
}

// adopted is the result of an adoption. The status is 200 if the controls were adopted before.
type adopted struct {
	*applicability.Adoption
	scope string
}

// StatusCode is 201 if controls were created, and 200 otherwise.
func (a adopted) StatusCode() int {
	if a.Created > 0 {
		return http.StatusCreated
	}
	return http.StatusOK
}

// Location returns the path of the list of the scope's controls.
func (a adopted) Location() string { return Base + "/controls?scope=" + url.QueryEscape(a.scope) }

// @Summary	Add a control of the scope's own, or where it deviates from the scope above
// @Tags		controls
// @Param		body	body		control.Input	true	"the control"
// @Success	201		{object}	control.Control
// @Failure	default	{object}	Problem
// @Router		/controls [post]
func (controls) create(tx *record.Tx, c rest.Call[control.Input]) (*control.Control, error) {
	return applicability.CreateControl(tx, c.Body)
}

// @Summary	Create a control in a scope for every control of a framework
// @Description	A control that the scope or a scope above has already is not created: a department decides only where it deviates. The status is 201 if controls were created, and 200 otherwise.
// @Tags		controls
// @Param		body	body		ControlAdoption	true	"scope and framework"
// @Success	201		{object}	applicability.Adoption
// @Success	200		{object}	applicability.Adoption
// @Failure	default	{object}	Problem
// @Router		/controls/adopt [post]
func (controls) adopt(tx *record.Tx, c rest.Call[ControlAdoption]) (adopted, error) {
	a, err := applicability.AdoptControls(tx, c.Body.Scope, c.Body.Framework)
	return adopted{a, c.Body.Scope}, err
}

// @Summary	Verify that a control works
// @Description	The caller has neither changed the implementation of the control nor written its evidence. The verification lapses when the evidence expires, is retired or gets a newer edition.
// @Tags		controls
// @Param		id		path		string						true	"id"
// @Param		body	body		control.VerificationInput	true	"the evidence, how it was checked, and what was found"
// @Success	200		{object}	control.Control
// @Failure	default	{object}	Problem
// @Router		/controls/{id}/verify [post]
func (controls) verify(tx *record.Tx, c rest.Call[control.VerificationInput]) (*control.Control, error) {
	return applicability.VerifyControl(tx, c.Ref(), c.Body)
}

// @Summary	Retire a control
// @Tags		controls
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	control.Control
// @Failure	default	{object}	Problem
// @Router		/controls/{id}/retire [post]
func (controls) retire(tx *record.Tx, c rest.Call[record.Reason]) (*control.Control, error) {
	return applicability.ChangeControl(tx, c.Ref(), (*control.Control).Retire)
}

// @Summary	Reinstate a retired control
// @Tags		controls
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	control.Control
// @Failure	default	{object}	Problem
// @Router		/controls/{id}/reinstate [post]
func (controls) reinstate(tx *record.Tx, c rest.Call[record.Reason]) (*control.Control, error) {
	return applicability.ChangeControl(tx, c.Ref(), (*control.Control).Reinstate)
}
