package api

import (
	"net/http"

	"github.com/ki-styring/aims/internal/pathway"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/useright"
)

// rightsToUse serves the rights by which AI systems that are devices may be used on patients.
type rightsToUse struct{ *Server }

func (h rightsToUse) routes(s *rest.Server) {
	rest.Resource(s, useright.Rights, rest.With[useright.Right]{Patch: h.change, Bars: pathway.RightBars})
	rest.Create(s, useright.Rights, h.create)
	rest.Verb(s, useright.Rights, "check", h.check)
	rest.Verb(s, useright.Rights, "end", h.end)
	rest.Handle(s, http.MethodGet, "/rights-to-use/rules", "signed-in: everybody reads by which rights a device may be used", h.rules)
}

func (h rightsToUse) change(tx *record.Tx, ref record.Ref, apply func(*useright.Right) error) (*useright.Right, error) {
	return pathway.ChangeRight(tx, h.useRights, ref, apply)
}

// @Summary	Record by which right a system may be used on patients
// @Description	The right gives the conformity route and, by law, its last day for the class. Class I has no certificate.
// @Tags		rights-to-use
// @Param		body	body		useright.Input	true	"the right"
// @Success	201		{object}	useright.Right
// @Failure	default	{object}	Problem
// @Router		/rights-to-use [post]
func (h rightsToUse) create(tx *record.Tx, c rest.Call[useright.Input]) (*useright.Right, error) {
	return pathway.RecordRight(tx, h.useRights, c.Body)
}

// @Summary	Read by which rights a device may be used, and what each of them takes
// @Tags		rights-to-use
// @ID			getUseRightRules
// @Success	200		{object}	useright.Rules
// @Failure	default	{object}	Problem
// @Router		/rights-to-use/rules [get]
func (h rightsToUse) rules(*record.Tx, rest.Call[record.None]) (*useright.Rules, error) {
	return h.useRights, nil
}

// @Summary	Confirm a right, after checking its documents
// @Description	Somebody else than who recorded it checks the right. The answer is 409 with blockers when the certificate has run out without a letter, or a condition of an in-house device is not met.
// @Tags		rights-to-use
// @Param		id		path		string	true	"id"
// @Success	200		{object}	useright.Right
// @Failure	default	{object}	Problem
// @Router		/rights-to-use/{id}/check [post]
func (h rightsToUse) check(tx *record.Tx, c rest.Call[record.None]) (*useright.Right, error) {
	return pathway.CheckRight(tx, h.useRights, c.Ref())
}

// @Summary	End a right
// @Tags		rights-to-use
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	useright.Right
// @Failure	default	{object}	Problem
// @Router		/rights-to-use/{id}/end [post]
func (rightsToUse) end(tx *record.Tx, c rest.Call[record.Reason]) (*useright.Right, error) {
	return pathway.EndRight(tx, c.Ref(), c.Body.Reason)
}
