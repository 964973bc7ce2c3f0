package api

import (
	"net/http"

	"github.com/ki-styring/aims/internal/improve"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// cycles serves the improvement cycles.
type cycles struct{}

func (h cycles) routes(s *rest.Server) {
	rest.Resource(s, improve.Cycles, rest.With[improve.Cycle]{Extra: h.progress, Patch: improve.ChangeCycle})
	rest.Create(s, improve.Cycles, h.create)
	rest.Verb(s, improve.Cycles, "advance", h.advance)
	rest.Verb(s, improve.Cycles, "return", h.back)
	rest.Verb(s, improve.Cycles, "close", h.close)
	rest.Verb(s, improve.Cycles, "cancel", h.cancel)
	rest.Verb(s, improve.Cycles, "next", h.next, rest.Answers(http.StatusCreated))
}

// progress computes the progress of a cycle when it is read. Its blockers are those that a refusal of the next phase would list.
func (cycles) progress(tx *record.Tx, c *improve.Cycle, lang string) (map[string]any, error) {
	p, missing, err := improve.ProgressOf(tx, c)
	if err != nil {
		return nil, err
	}
	p.Blockers = make([]improve.CycleBlocker, len(missing))
	for i, b := range missing {
		p.Blockers[i] = improve.CycleBlocker{
			Code: b.Code, Detail: texts.Say(b.Detail, lang), Pointer: b.Pointer, Link: b.Link, Who: b.Who,
		}
	}
	return map[string]any{"progress": p}, nil
}

// @Summary	Open an improvement cycle
// @Tags		improvement-cycles
// @Param		body	body		improve.CycleInput	true	"the cycle"
// @Success	201		{object}	improve.Cycle
// @Failure	default	{object}	Problem
// @Router		/improvement-cycles [post]
func (cycles) create(tx *record.Tx, c rest.Call[improve.CycleInput]) (*improve.Cycle, error) {
	return improve.Cycles.Create(tx, improve.NewCycle(c.Body, tx.Actor.ID, tx.Now))
}

// @Summary	Advance the cycle to its next phase
// @Tags		improvement-cycles
// @Param		id		path		string	true	"id"
// @Success	200		{object}	improve.Cycle
// @Failure	default	{object}	Problem
// @Router		/improvement-cycles/{id}/advance [post]
func (cycles) advance(tx *record.Tx, c rest.Call[record.None]) (*improve.Cycle, error) {
	return improve.AdvanceCycle(tx, c.Ref())
}

// @Summary	Return the cycle to its previous phase
// @Tags		improvement-cycles
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	improve.Cycle
// @Failure	default	{object}	Problem
// @Router		/improvement-cycles/{id}/return [post]
func (cycles) back(tx *record.Tx, c rest.Call[record.Reason]) (*improve.Cycle, error) {
	return improve.Cycles.Change(tx, c.Ref(), func(e *improve.Cycle) error {
		e.Return(tx.Actor.ID, tx.Now)
		return nil
	})
}

// @Summary	Close the cycle, with the decision
// @Tags		improvement-cycles
// @Param		id		path		string			true	"id"
// @Param		body	body		improve.Closing	true	"the decision"
// @Success	200		{object}	improve.Cycle
// @Failure	default	{object}	Problem
// @Router		/improvement-cycles/{id}/close [post]
func (cycles) close(tx *record.Tx, c rest.Call[improve.Closing]) (*improve.Cycle, error) {
	return improve.CloseCycle(tx, c.Ref(), c.Body.DecisionText)
}

// @Summary	Cancel the cycle
// @Tags		improvement-cycles
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	improve.Cycle
// @Failure	default	{object}	Problem
// @Router		/improvement-cycles/{id}/cancel [post]
func (cycles) cancel(tx *record.Tx, c rest.Call[record.Reason]) (*improve.Cycle, error) {
	return improve.CancelCycle(tx, c.Ref())
}

// @Summary	Open the next cycle after a closed one, with the objectives and measures that are still open
// @Tags		improvement-cycles
// @Param		id		path		string				true	"id"
// @Param		body	body		improve.Succession	true	"the next cycle"
// @Success	201		{object}	improve.Cycle
// @Failure	default	{object}	Problem
// @ID			createNextImprovementCycle
// @Router		/improvement-cycles/{id}/next [post]
func (cycles) next(tx *record.Tx, c rest.Call[improve.Succession]) (*improve.Cycle, error) {
	return improve.NextCycle(tx, c.Ref(), c.Body)
}
