package api

import (
	"net/http"
	"reflect"
	"slices"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/risk"
)

// riskRegisters serves the risk registers.
type riskRegisters struct{}

func (h riskRegisters) routes(s *rest.Server) {
	rest.Resource(s, risk.Registers, rest.With[risk.Register]{Patch: risk.PatchRegister})
	rest.Create(s, risk.Registers, h.create)
	rest.Verb(s, risk.Registers, "change-method", h.changeMethod)
	rest.Verb(s, risk.Registers, "close", h.close)
	rest.Verb(s, risk.Registers, "reopen", h.reopen)
	rest.Handle(s, http.MethodGet, "/risk-registers/{id}/matrix", "risk_register:read", h.matrix,
		rest.Out(reflect.TypeFor[risk.Matrix]()), rest.Media(svgType), rest.Query(
			rest.Param{Name: "stage", In: "query", Type: "string", Enum: values(risk.Stages), Doc: "The stage of the assessments that are shown; current when left out."},
			rest.Param{Name: "polarity", In: "query", Type: "string", Enum: values(risk.Polarities), Doc: "Threats or opportunities; threat when left out."}))
}

const svgType = "image/svg+xml"

// values returns the values of a closed list.
func values(list []record.Choice) []string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = c.Value
	}
	return out
}

// @Summary	Open a risk register
// @Tags		risk-registers
// @Param		body	body		risk.RegisterInput	true	"the register"
// @Success	201		{object}	risk.Register
// @Failure	default	{object}	Problem
// @Router		/risk-registers [post]
func (riskRegisters) create(tx *record.Tx, c rest.Call[risk.RegisterInput]) (*risk.Register, error) {
	return risk.OpenRegister(tx, c.Body)
}

// @Summary	Change the method of a register in use; every level in it becomes outdated
// @Tags		risk-registers
// @Param		id		path		string				true	"id"
// @Param		body	body		risk.MethodChange	true	"the method, and why"
// @Success	200		{object}	risk.Register
// @Failure	default	{object}	Problem
// @Router		/risk-registers/{id}/change-method [post]
func (riskRegisters) changeMethod(tx *record.Tx, c rest.Call[risk.MethodChange]) (*risk.Register, error) {
	return risk.ChangeMethod(tx, c.Ref(), c.Body)
}

// @Summary	Close a register whose risks are all closed
// @Tags		risk-registers
// @Param		id		path		string	true	"id"
// @Success	200		{object}	risk.Register
// @Failure	default	{object}	Problem
// @Router		/risk-registers/{id}/close [post]
func (riskRegisters) close(tx *record.Tx, c rest.Call[record.None]) (*risk.Register, error) {
	return risk.CloseRegister(tx, c.Ref())
}

// @Summary	Reopen a register
// @Tags		risk-registers
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	risk.Register
// @Failure	default	{object}	Problem
// @Router		/risk-registers/{id}/reopen [post]
func (riskRegisters) reopen(tx *record.Tx, c rest.Call[record.Reason]) (*risk.Register, error) {
	return risk.Registers.Change(tx, c.Ref(), (*risk.Register).Reopen)
}

// @Summary		Show the risks of a register in the matrix of the method in force
// @Description	It is JSON, or a drawing with Accept: image/svg+xml. It has the open risks that the caller may read.
// @Tags			risk-registers
// @Param			id			path		string	true	"id"
// @Param			stage		query		string	false	"the stage of the assessments that are shown"
// @Param			polarity	query		string	false	"threats or opportunities"
// @Success		200			{object}	risk.Matrix
// @Failure		409			{object}	Problem	"no method is in force"
// @Failure		default		{object}	Problem
// @Router			/risk-registers/{id}/matrix [get]
func (riskRegisters) matrix(tx *record.Tx, c rest.Call[record.None]) (any, error) {
	picture, err := wantsPicture(c.Accept)
	if err != nil {
		return nil, err
	}
	stage, err := enumParam(c.Query.Get("stage"), string(risk.Current), "stage", risk.Stages)
	if err != nil {
		return nil, err
	}
	polarity, err := enumParam(c.Query.Get("polarity"), string(risk.Threat), "polarity", risk.Polarities)
	if err != nil {
		return nil, err
	}
	m, err := risk.MatrixOf(tx, c.ID, risk.Stage(stage), risk.Polarity(polarity))
	if err != nil {
		return nil, err
	}
	if picture {
		return rest.Raw{Type: svgType, Body: m.SVG(c.Lang)}, nil
	}
	return m, nil
}

// enumParam reads a query parameter that is one value of an enumeration.
func enumParam(v, fallback, name string, list []record.Choice) (string, error) {
	if v == "" {
		return fallback, nil
	}
	if !slices.Contains(values(list), v) {
		return "", rest.BadChoice(name, values(list))
	}
	return v, nil
}

// wantsPicture reports whether an Accept header prefers SVG to JSON. A header that accepts neither is refused.
func wantsPicture(accept string) (bool, error) {
	as, err := rest.Preferred(accept, jsonMime, svgType)
	return as == svgType, err
}
