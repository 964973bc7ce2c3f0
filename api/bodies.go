package api

import (
	"github.com/ki-styring/aims/internal/flow"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
)

type bodiesAPI struct{ *Server }

func (h bodiesAPI) routes(s *Server) {
	resource(s, governance.Bodies, with[governance.Body]{Patch: func(tx *record.Tx, ref record.Ref, apply func(*governance.Body) error) (*governance.Body, error) {
		return flow.ChangeBody(tx, h.Guard, ref, apply)
	}})
	create(s, governance.Bodies, h.createBody)
	verb(s, governance.Bodies, "close", h.closeBody)

	resource(s, governance.Mandates)
	create(s, governance.Mandates, h.createMandate)
	verb(s, governance.Mandates, "submit", h.submit)
	verb(s, governance.Mandates, "adopt", h.adopt)
	verb(s, governance.Mandates, "reject", h.reject)
	verb(s, governance.Mandates, "withdraw", h.withdraw)

	resource(s, governance.Memberships, with[governance.Membership]{Bars: func(tx *record.Tx, m *governance.Membership, action string) (bool, error) {
		if action != "confirm" {
			return false, nil
		}
		may, err := flow.MayConfirm(tx, h.Guard, m)
		return !may, err
	}})
	create(s, governance.Memberships, h.createMembership)
	verb(s, governance.Memberships, "confirm", h.confirm)
	verb(s, governance.Memberships, "end", h.end)
}

// @Summary	Set up a body: a council, a working group or a committee
// @Tags		bodies
// @Param		body	body		governance.BodyInput	true	"the body"
// @Success	201		{object}	governance.Body
// @Failure	default	{object}	Problem
// @Router		/bodies [post]
func (bodiesAPI) createBody(tx *record.Tx, c Call[governance.BodyInput]) (*governance.Body, error) {
	return governance.Bodies.Create(tx, governance.NewBody(c.Body))
}

// @Summary	End a body, and with it its members' roles
// @Tags		bodies
// @Param		id		path		string			true	"id or key"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	governance.Body
// @Failure	default	{object}	Problem
// @Router		/bodies/{id}/close [post]
func (bodiesAPI) closeBody(tx *record.Tx, c Call[record.Reason]) (*governance.Body, error) {
	return governance.Bodies.Change(tx, c.Ref(), (*governance.Body).Close)
}

// @Summary	Draft the next edition of a body's mandate
// @Tags		mandates
// @Param		body	body		governance.MandateInput	true	"the mandate"
// @Success	201		{object}	governance.Mandate
// @Failure	default	{object}	Problem
// @Router		/mandates [post]
func (bodiesAPI) createMandate(tx *record.Tx, c Call[governance.MandateInput]) (*governance.Mandate, error) {
	return flow.DraftMandate(tx, c.Body)
}

// @Summary	Send a mandate to whoever adopts it
// @Tags		mandates
// @Param		id	path		string	true	"id"
// @Success	200	{object}	governance.Mandate
// @Failure	default	{object}	Problem
// @Router		/mandates/{id}/submit [post]
func (bodiesAPI) submit(tx *record.Tx, c Call[record.None]) (*governance.Mandate, error) {
	return governance.Mandates.Change(tx, c.Ref(), func(m *governance.Mandate) error { return m.Submit(tx.Actor.ID) })
}

// @Summary	Adopt a mandate; the body's earlier one is superseded
// @Tags		mandates
// @Param		id	path		string	true	"id"
// @Success	200	{object}	governance.Mandate
// @Failure	default	{object}	Problem
// @Router		/mandates/{id}/adopt [post]
func (bodiesAPI) adopt(tx *record.Tx, c Call[record.None]) (*governance.Mandate, error) {
	return flow.AdoptMandate(tx, c.Ref())
}

// @Summary	Send a mandate back to its authors
// @Tags		mandates
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	governance.Mandate
// @Failure	default	{object}	Problem
// @Router		/mandates/{id}/reject [post]
func (bodiesAPI) reject(tx *record.Tx, c Call[record.Reason]) (*governance.Mandate, error) {
	return governance.Mandates.Change(tx, c.Ref(), func(m *governance.Mandate) error { return m.Reject(tx.Actor.ID, tx.Now, c.Body.Reason) })
}

// @Summary	Take a mandate back before it is adopted
// @Tags		mandates
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	governance.Mandate
// @Failure	default	{object}	Problem
// @Router		/mandates/{id}/withdraw [post]
func (bodiesAPI) withdraw(tx *record.Tx, c Call[record.Reason]) (*governance.Mandate, error) {
	return governance.Mandates.Change(tx, c.Ref(), func(m *governance.Mandate) error { return m.Withdraw(tx.Actor.ID) })
}

// @Summary	Enter a member of a body; it counts once confirmed
// @Tags		memberships
// @Param		body	body		governance.MembershipInput	true	"who, where and when"
// @Success	201		{object}	governance.Membership
// @Failure	default	{object}	Problem
// @Router		/memberships [post]
func (bodiesAPI) createMembership(tx *record.Tx, c Call[governance.MembershipInput]) (*governance.Membership, error) {
	return flow.EnterMembership(tx, c.Body)
}

// @Summary	Confirm a membership, as the body's lead or top management
// @Tags		memberships
// @Param		id	path		string	true	"id"
// @Success	200	{object}	governance.Membership
// @Failure	default	{object}	Problem
// @Router		/memberships/{id}/confirm [post]
func (h bodiesAPI) confirm(tx *record.Tx, c Call[record.None]) (*governance.Membership, error) {
	return flow.ConfirmMembership(tx, h.Guard, c.Ref())
}

// @Summary	End a membership
// @Tags		memberships
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	governance.Membership
// @Failure	default	{object}	Problem
// @Router		/memberships/{id}/end [post]
func (bodiesAPI) end(tx *record.Tx, c Call[record.Reason]) (*governance.Membership, error) {
	return governance.Memberships.Change(tx, c.Ref(), func(m *governance.Membership) error { return m.End(record.DateOf(tx.Now)) })
}
