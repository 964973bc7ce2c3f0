package api

import (
	"github.com/ki-styring/aims/internal/aisystem"
	"github.com/ki-styring/aims/internal/pathway"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// gateItems serves what was recorded to clear the gates of AI systems.
type gateItems struct{ s *Server }

func (h gateItems) routes(s *rest.Server) {
	rest.Resource(s, aisystem.Items, rest.With[aisystem.Item]{Bars: pathway.ItemBars})
	rest.Create(s, aisystem.Items, h.create)
	rest.Verb(s, aisystem.Items, "approve", h.approve)
	rest.Verb(s, aisystem.Items, "return", h.sendBack)
	rest.Verb(s, aisystem.Items, "withdraw", h.withdraw)
	rest.Verb(s, aisystem.Items, "advise", h.advise)
	rest.Verb(s, aisystem.Items, "clear", h.clear)
}

// @Summary	Record what clears an item of a gate
// @Description	The caller has the function or the role that clears the item. It counts at once, or when it is approved, as policies/gates.yaml says. A checklist needs an answer to each line that applies.
// @Tags		gate-items
// @Param		body	body		aisystem.ItemInput	true	"the item, with its text, answers and evidence"
// @Success	201		{object}	aisystem.Item
// @Failure	default	{object}	Problem
// @Router		/gate-items [post]
func (h gateItems) create(tx *record.Tx, c rest.Call[aisystem.ItemInput]) (*aisystem.Item, error) {
	return aiSystems(h).rules().ClearItem(tx, c.Body)
}

// @Summary	Approve what was recorded for the item
// @Description	Nobody approves what they cleared, nor anything of a system that they made or own.
// @Tags		gate-items
// @Param		id		path		string	true	"id"
// @Success	200		{object}	aisystem.Item
// @Failure	default	{object}	Problem
// @Router		/gate-items/{id}/approve [post]
func (gateItems) approve(tx *record.Tx, c rest.Call[record.None]) (*aisystem.Item, error) {
	return pathway.ApproveItem(tx, c.Ref())
}

// @Summary	Send the item back to the person who cleared it
// @Tags		gate-items
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	aisystem.Item
// @Failure	default	{object}	Problem
// @Router		/gate-items/{id}/return [post]
func (gateItems) sendBack(tx *record.Tx, c rest.Call[record.Reason]) (*aisystem.Item, error) {
	return pathway.ReturnItem(tx, c.Ref(), c.Body.Reason)
}

// @Summary	Withdraw the item from approval
// @Tags		gate-items
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	aisystem.Item
// @Failure	default	{object}	Problem
// @Router		/gate-items/{id}/withdraw [post]
func (gateItems) withdraw(tx *record.Tx, c rest.Call[record.Reason]) (*aisystem.Item, error) {
	return aisystem.Items.Change(tx, c.Ref(), func(i *aisystem.Item) error { return i.Withdraw(tx.Actor.ID, tx.Now, c.Body.Reason) })
}

// @Summary	Give the advice that the item needs before it counts
// @Tags		gate-items
// @Param		id		path		string					true	"id"
// @Param		body	body		aisystem.AdviceInput	true	"the advice"
// @Success	200		{object}	aisystem.Item
// @Failure	default	{object}	Problem
// @Router		/gate-items/{id}/advise [post]
func (gateItems) advise(tx *record.Tx, c rest.Call[aisystem.AdviceInput]) (*aisystem.Item, error) {
	return aisystem.Items.Change(tx, c.Ref(), func(i *aisystem.Item) error { return i.Advise(c.Body, tx.Actor.ID, tx.Now) })
}

// @Summary	Clear the item again, after it was returned or became outdated
// @Tags		gate-items
// @Param		id		path		string	true	"id"
// @Success	200		{object}	aisystem.Item
// @Failure	default	{object}	Problem
// @Router		/gate-items/{id}/clear [post]
func (h gateItems) clear(tx *record.Tx, c rest.Call[record.None]) (*aisystem.Item, error) {
	return aiSystems(h).rules().ClearAgain(tx, c.Ref())
}
