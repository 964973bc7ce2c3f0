package api

import (
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/sector"
	"github.com/ki-styring/aims/internal/standards"
)

// needs serves the standardisation needs of the sector, and the topics and standards that a group follows.
type needs struct{}

func (h needs) routes(s *rest.Server) {
	rest.Resource(s, sector.Needs, rest.With[sector.Need]{Patch: sector.ChangeNeed})
	rest.Create(s, sector.Needs, h.create)
	rest.Verb(s, sector.Needs, "assess", h.assess)
	rest.Verb(s, sector.Needs, "forward", h.forward)
	rest.Verb(s, sector.Needs, "decline", h.decline)
	rest.Verb(s, sector.Needs, "withdraw", h.withdraw)
	rest.Verb(s, sector.Needs, "reopen", h.reopen)

	rest.Resource(s, sector.Topics, rest.With[sector.Topic]{Patch: sector.ChangeTopic})
	rest.Create(s, sector.Topics, h.createTopic)
	rest.Verb(s, sector.Topics, "close", h.closeTopic)
	rest.Verb(s, sector.Topics, "reopen", h.reopenTopic)

	rest.Resource(s, sector.Standards, rest.With[sector.Standard]{Patch: standards.Change})
	rest.Create(s, sector.Standards, h.createStandard)
	rest.Verb(s, sector.Standards, "advance", h.advance)
}

// @Summary	Register a need of the sector; its priority is high while the Commission asks for one of its standards
// @Tags		needs
// @Param		body	body		sector.NeedInput	true	"the need"
// @Success	201		{object}	sector.Need
// @Failure	default	{object}	Problem
// @Router		/needs [post]
func (needs) create(tx *record.Tx, c rest.Call[sector.NeedInput]) (*sector.Need, error) {
	return sector.TakeInNeed(tx, c.Body)
}

// @Summary	Assess a need
// @Tags		needs
// @Param		id		path		string						true	"id"
// @Param		body	body		sector.NeedAssessmentInput	true	"the assessment"
// @Success	200		{object}	sector.Need
// @Failure	default	{object}	Problem
// @Router		/needs/{id}/assess [post]
func (needs) assess(tx *record.Tx, c rest.Call[sector.NeedAssessmentInput]) (*sector.Need, error) {
	return sector.Needs.Change(tx, c.Ref(), func(n *sector.Need) error { return n.Assess(c.Body, tx.Actor.ID, tx.Now) })
}

// @Summary	Forward a need to a committee or another recipient
// @Tags		needs
// @Param		id		path		string						true	"id"
// @Param		body	body		sector.NeedForwardingInput	true	"the recipient"
// @Success	200		{object}	sector.Need
// @Failure	default	{object}	Problem
// @Router		/needs/{id}/forward [post]
func (needs) forward(tx *record.Tx, c rest.Call[sector.NeedForwardingInput]) (*sector.Need, error) {
	return sector.Needs.Change(tx, c.Ref(), func(n *sector.Need) error { return n.Forward(c.Body, tx.Actor.ID, tx.Now) })
}

// @Summary	Decline a need
// @Tags		needs
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	sector.Need
// @Failure	default	{object}	Problem
// @Router		/needs/{id}/decline [post]
func (needs) decline(tx *record.Tx, c rest.Call[record.Reason]) (*sector.Need, error) {
	return sector.Needs.Change(tx, c.Ref(), func(n *sector.Need) error { return n.Decline(tx.Actor.ID, tx.Now, c.Body.Reason) })
}

// @Summary	Withdraw a need; only the person who registered it can
// @Tags		needs
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	sector.Need
// @Failure	default	{object}	Problem
// @Router		/needs/{id}/withdraw [post]
func (needs) withdraw(tx *record.Tx, c rest.Call[record.Reason]) (*sector.Need, error) {
	return sector.Needs.Change(tx, c.Ref(), func(n *sector.Need) error { return n.Withdraw(tx.Actor.ID) })
}

// @Summary	Reopen a need
// @Tags		needs
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	sector.Need
// @Failure	default	{object}	Problem
// @Router		/needs/{id}/reopen [post]
func (needs) reopen(tx *record.Tx, c rest.Call[record.Reason]) (*sector.Need, error) {
	return sector.ReopenNeed(tx, c.Ref())
}

// @Summary	Add a topic that a body works with
// @Tags		topics
// @Param		body	body		sector.TopicInput	true	"the topic"
// @Success	201		{object}	sector.Topic
// @Failure	default	{object}	Problem
// @Router		/topics [post]
func (needs) createTopic(tx *record.Tx, c rest.Call[sector.TopicInput]) (*sector.Topic, error) {
	return sector.AddTopic(tx, c.Body)
}

// @Summary	Close a topic
// @Tags		topics
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	sector.Topic
// @Failure	default	{object}	Problem
// @Router		/topics/{id}/close [post]
func (needs) closeTopic(tx *record.Tx, c rest.Call[record.Reason]) (*sector.Topic, error) {
	return sector.Topics.Change(tx, c.Ref(), (*sector.Topic).Close)
}

// @Summary	Reopen a topic
// @Tags		topics
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	sector.Topic
// @Failure	default	{object}	Problem
// @Router		/topics/{id}/reopen [post]
func (needs) reopenTopic(tx *record.Tx, c rest.Call[record.Reason]) (*sector.Topic, error) {
	return sector.Topics.Change(tx, c.Ref(), (*sector.Topic).Reopen)
}

// @Summary	Add a standard to follow, at the stage it has reached
// @Tags		standards
// @Param		body	body		sector.StandardInput	true	"the standard"
// @Success	201		{object}	sector.Standard
// @Failure	default	{object}	Problem
// @Router		/standards [post]
func (needs) createStandard(tx *record.Tx, c rest.Call[sector.StandardInput]) (*sector.Standard, error) {
	return standards.Add(tx, c.Body)
}

// @Summary	Record that a standard reached another stage
// @Tags		standards
// @Param		id		path		string		true	"id or key"
// @Param		body	body		sector.Step	true	"the stage, and the day it was reached"
// @Success	200		{object}	sector.Standard
// @Failure	default	{object}	Problem
// @Router		/standards/{id}/advance [post]
func (needs) advance(tx *record.Tx, c rest.Call[sector.Step]) (*sector.Standard, error) {
	return sector.AdvanceStandard(tx, c.Ref(), c.Body)
}
