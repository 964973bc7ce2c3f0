package api

import (
	"github.com/ki-styring/aims/internal/dataset"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// datasets serves the data sets that AI systems are made, tested and monitored with.
type datasets struct{}

func (h datasets) routes(s *rest.Server) {
	rest.Resource(s, dataset.Repo, rest.With[dataset.Dataset]{Patch: dataset.Change})
	rest.Create(s, dataset.Repo, h.create)
	rest.Verb(s, dataset.Repo, "grant-access", h.grantAccess)
	rest.Verb(s, dataset.Repo, "end-access", h.endAccess)
	rest.Verb(s, dataset.Repo, "retire", h.retire)
}

// @Summary	Describe a data set
// @Tags		datasets
// @Param		body	body		dataset.Input	true	"the data set"
// @Success	201		{object}	dataset.Dataset
// @Failure	default	{object}	Problem
// @Router		/datasets [post]
func (datasets) create(tx *record.Tx, c rest.Call[dataset.Input]) (*dataset.Dataset, error) {
	return dataset.Describe(tx, c.Body)
}

// @Summary	Record the decision that a data set may be used; whoever described it cannot
// @Tags		datasets
// @Param		id		path		string				true	"id"
// @Param		body	body		dataset.AccessInput	true	"the decision"
// @Success	200		{object}	dataset.Dataset
// @Failure	default	{object}	Problem
// @Router		/datasets/{id}/grant-access [post]
func (datasets) grantAccess(tx *record.Tx, c rest.Call[dataset.AccessInput]) (*dataset.Dataset, error) {
	return dataset.Grant(tx, c.Ref(), c.Body)
}

// @Summary	End the access to a data set
// @Tags		datasets
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	dataset.Dataset
// @Failure	default	{object}	Problem
// @Router		/datasets/{id}/end-access [post]
func (datasets) endAccess(tx *record.Tx, c rest.Call[record.Reason]) (*dataset.Dataset, error) {
	return dataset.Repo.Change(tx, c.Ref(), (*dataset.Dataset).EndAccess)
}

// @Summary	Take a data set out of use
// @Tags		datasets
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	dataset.Dataset
// @Failure	default	{object}	Problem
// @Router		/datasets/{id}/retire [post]
func (datasets) retire(tx *record.Tx, c rest.Call[record.Reason]) (*dataset.Dataset, error) {
	return dataset.Repo.Change(tx, c.Ref(), (*dataset.Dataset).Retire)
}
