package api

import (
	"github.com/ki-styring/aims/internal/intake"
	"github.com/ki-styring/aims/internal/pathway"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/settings"
)

// intakes serves the questions of employees whether a tool may be used, and the list of allowed tools.
type intakes struct{ *Server }

func (h intakes) routes(s *rest.Server) {
	rest.Resource(s, intake.Intakes, rest.With[intake.Intake]{Extra: h.next})
	rest.Create(s, intake.Intakes, h.create)
	rest.Verb(s, intake.Intakes, "screen", h.screen)
	rest.Verb(s, intake.Intakes, "triage", h.triage)
	rest.Verb(s, intake.Intakes, "close", h.close)
	rest.Verb(s, intake.Intakes, "withdraw", h.withdraw)

	rest.Resource(s, intake.Tools)
	rest.Create(s, intake.Tools, h.createTool)
	rest.Verb(s, intake.Tools, "submit", h.submitTool)
	rest.Verb(s, intake.Tools, "withdraw", h.withdrawTool)
	rest.Verb(s, intake.Tools, "reject", h.rejectTool)
	rest.Verb(s, intake.Tools, "approve", h.approveTool)
	rest.Verb(s, intake.Tools, "retire", h.retireTool)
}

// next adds what happens next to the answer about one intake.
func (intakes) next(_ *record.Tx, i *intake.Intake, _ string) (map[string]any, error) {
	return map[string]any{"next": i.NextStep()}, nil
}

// @Summary	Ask whether a tool may be used
// @Description	Any employee may ask. triage_due follows from the hospital's settings, and next says what happens next.
// @Tags		intakes
// @Param		body	body		intake.Input	true	"the tool, and what it is for"
// @Success	201		{object}	intake.Intake
// @Failure	default	{object}	Problem
// @Router		/intakes [post]
func (h intakes) create(tx *record.Tx, c rest.Call[intake.Input]) (*intake.Intake, error) {
	within, err := h.within(tx, c.Body.Scope, settings.Intake)
	if err != nil {
		return nil, err
	}
	return intake.Receive(tx, c.Body, within)
}

// @Summary	Judge whether the use is a prohibited practice (AI Act, Art. 5)
// @Tags		intakes
// @Param		id		path		string					true	"id"
// @Param		body	body		intake.ScreeningInput	true	"the judgement"
// @Success	200		{object}	intake.Intake
// @Failure	default	{object}	Problem
// @Router		/intakes/{id}/screen [post]
func (intakes) screen(tx *record.Tx, c rest.Call[intake.ScreeningInput]) (*intake.Intake, error) {
	return intake.Intakes.Change(tx, c.Ref(), func(i *intake.Intake) error { return i.Screen(c.Body, tx.Actor.ID, tx.Now) })
}

// @Summary	Answer an intake; whoever asked cannot
// @Description	The route new_system makes the AI system in the same call.
// @Tags		intakes
// @Param		id		path		string				true	"id"
// @Param		body	body		pathway.TriageInput	true	"the answer"
// @Success	200		{object}	intake.Intake
// @Failure	default	{object}	Problem
// @Router		/intakes/{id}/triage [post]
func (intakes) triage(tx *record.Tx, c rest.Call[pathway.TriageInput]) (*intake.Intake, error) {
	return pathway.TriageIntake(tx, c.Ref(), c.Body)
}

// @Summary	Close an answered intake
// @Tags		intakes
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	intake.Intake
// @Failure	default	{object}	Problem
// @Router		/intakes/{id}/close [post]
func (intakes) close(tx *record.Tx, c rest.Call[record.Reason]) (*intake.Intake, error) {
	return intake.Intakes.Change(tx, c.Ref(), (*intake.Intake).Close)
}

// @Summary	Withdraw an intake; only the person who asked can
// @Tags		intakes
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	intake.Intake
// @Failure	default	{object}	Problem
// @Router		/intakes/{id}/withdraw [post]
func (intakes) withdraw(tx *record.Tx, c rest.Call[record.Reason]) (*intake.Intake, error) {
	return intake.Intakes.Change(tx, c.Ref(), (*intake.Intake).Withdraw)
}

// @Summary	Draft an entry in the list of tools: allowed, allowed on conditions, or refused
// @Tags		allowed-tools
// @Param		body	body		intake.ToolInput	true	"the entry"
// @Success	201		{object}	intake.AllowedTool
// @Failure	default	{object}	Problem
// @Router		/allowed-tools [post]
func (intakes) createTool(tx *record.Tx, c rest.Call[intake.ToolInput]) (*intake.AllowedTool, error) {
	return intake.Tools.Create(tx, intake.NewTool(c.Body))
}

// @Summary	Submit an entry for approval
// @Tags		allowed-tools
// @Param		id		path		string	true	"id"
// @Success	200		{object}	intake.AllowedTool
// @Failure	default	{object}	Problem
// @Router		/allowed-tools/{id}/submit [post]
func (intakes) submitTool(tx *record.Tx, c rest.Call[record.None]) (*intake.AllowedTool, error) {
	return intake.Tools.Change(tx, c.Ref(), func(t *intake.AllowedTool) error { return t.Submit(tx.Actor.ID) })
}

// @Summary	Withdraw an entry from review
// @Tags		allowed-tools
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	intake.AllowedTool
// @Failure	default	{object}	Problem
// @Router		/allowed-tools/{id}/withdraw [post]
func (intakes) withdrawTool(tx *record.Tx, c rest.Call[record.Reason]) (*intake.AllowedTool, error) {
	return intake.Tools.Change(tx, c.Ref(), func(t *intake.AllowedTool) error { return t.Withdraw(tx.Actor.ID) })
}

// @Summary	Send an entry back to its authors
// @Tags		allowed-tools
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	intake.AllowedTool
// @Failure	default	{object}	Problem
// @Router		/allowed-tools/{id}/reject [post]
func (intakes) rejectTool(tx *record.Tx, c rest.Call[record.Reason]) (*intake.AllowedTool, error) {
	return intake.Tools.Change(tx, c.Ref(), (*intake.AllowedTool).Reject)
}

// @Summary	Put an entry in force; nobody who wrote it can
// @Tags		allowed-tools
// @Param		id		path		string	true	"id"
// @Success	200		{object}	intake.AllowedTool
// @Failure	default	{object}	Problem
// @Router		/allowed-tools/{id}/approve [post]
func (intakes) approveTool(tx *record.Tx, c rest.Call[record.None]) (*intake.AllowedTool, error) {
	return intake.Tools.Change(tx, c.Ref(), func(t *intake.AllowedTool) error { return t.Approve(tx.Actor.ID, tx.Now) })
}

// @Summary	Take an entry off the list
// @Tags		allowed-tools
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	intake.AllowedTool
// @Failure	default	{object}	Problem
// @Router		/allowed-tools/{id}/retire [post]
func (intakes) retireTool(tx *record.Tx, c rest.Call[record.Reason]) (*intake.AllowedTool, error) {
	return intake.Tools.Change(tx, c.Ref(), (*intake.AllowedTool).Retire)
}
