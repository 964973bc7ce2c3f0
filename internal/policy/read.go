package policy

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/event"
	"github.com/ki-styring/aims/internal/record/query"
)

// ReadPolicy returns the document if the actor may read it in its present state, and otherwise the edition in force.
func ReadPolicy(tx *record.Tx, id string) (*Policy, error) {
	p, err := Repo.Get(tx, id)
	if !fault.Is(err, fault.NotFound) {
		return p, err
	}
	e, err := readableEdition(tx, id, map[string][]string{"status": {string(EditionPublished)}})
	if err != nil {
		return nil, err
	}
	return e.Policy()
}

// InForce returns the row of the document's edition in force, if the actor may read it.
func InForce(tx *record.Tx, id string) (*record.Row, error) {
	e, err := readableEdition(tx, id, map[string][]string{"status": {string(EditionPublished)}})
	if err != nil {
		return nil, err
	}
	return FromEdition(e.Row())
}

// InForceAt returns the row of the document's edition that was in force at that instant, if the actor may read it.
func InForceAt(tx *record.Tx, id string, at time.Time) (*record.Row, error) {
	list, err := query.Each(tx, Editions, "/", map[string][]string{"policy_id": {id}})
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(e *Edition) bool { return e.InForce(at) })
	if i < 0 {
		return nil, absent()
	}
	was, err := event.AsOf(tx, list[i].Row(), at)
	if err != nil {
		return nil, err
	}
	row, err := FromEdition(was)
	if err == nil {
		row.Past = true
	}
	return row, err
}

// ReadsInForceAlone reports whether the actor may only read documents in force, in every scope.
func ReadsInForceAlone(tx *record.Tx) (bool, error) {
	branches, err := tx.Guard().Branches(tx, record.Permission{Object: Repo.Name, Action: "read"})
	more := slices.ContainsFunc(branches, func(b record.Branch) bool { return !slices.Equal(b.States, []string{string(Published)}) })
	return len(branches) > 0 && !more, err
}

// ListInForce is a page of the documents in force, each as it was published. Every filter of documents is one of editions too.
func ListInForce(tx *record.Tx, q query.Query) (*query.Page, error) {
	if asked := q.Filters["status"]; len(asked) > 0 && !slices.Contains(asked, string(EditionPublished)) {
		return &query.Page{}, nil
	}
	q.Filters, q.Rows = InForceFilters(q.Filters), true
	page, err := query.List(tx, Editions.Kind, q)
	if err != nil {
		return nil, err
	}
	for i, r := range page.Rows {
		if page.Rows[i], err = FromEdition(r); err != nil {
			return nil, err
		}
	}
	return page, nil
}

// InForceFilters converts filters of documents to filters of the editions in force.
func InForceFilters(documents map[string][]string) map[string][]string {
	out := maps.Clone(documents)
	if out == nil {
		out = map[string][]string{}
	}
	out["status"] = []string{string(EditionPublished)}
	return out
}

// FromEdition converts the row of an edition to the row of its document.
func FromEdition(r *record.Row) (*record.Row, error) {
	var e Edition
	if err := r.Decode(&e); err != nil {
		return nil, fmt.Errorf("read edition %s: %w", r.ID, err)
	}
	p, err := e.Policy()
	if err != nil {
		return nil, err
	}
	return &record.Row{
		Kind: Repo.Kind, ID: e.PolicyID, Number: p.Number, Scope: r.Scope, Version: p.Version, Status: string(p.Status),
		UpdatedAt: p.UpdatedAt.UnixMicro(), Doc: e.Document, Meta: record.Meta{Due: p.DueOn(), Facts: p.Facts()},
	}, nil
}

// EditionSummary is a short form of an edition.
type EditionSummary struct {
	ID          string        `json:"id" format:"uuid"`
	Number      string        `json:"number" example:"PED-0003"`
	Edition     int           `json:"edition" example:"2"`
	Status      EditionStatus `json:"status"`
	Title       string        `json:"title"`
	ApproverID  string        `json:"approver_id" format:"uuid" names:"user"`
	ApprovedAt  time.Time     `json:"approved_at"`
	PublishedAt *time.Time    `json:"published_at"`
	Significant bool          `json:"significant"`
	ContentHash string        `json:"content_hash"`
	Link        string        `json:"link" example:"/api/v1/policies/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5/editions/2"`
} // @name PolicyEditionSummary

// EditionsOf lists the editions of a document that the actor may read, newest first.
func EditionsOf(tx *record.Tx, id string) ([]EditionSummary, error) {
	page, err := query.List(tx, Editions.Kind, query.Query{
		Filters: map[string][]string{"policy_id": {id}}, Sort: "-edition", Limit: 1000, Rows: true,
	})
	if err != nil {
		return nil, err
	}
	if len(page.Rows) == 0 {
		if _, err := tx.Load(Repo.Kind, id); err != nil {
			return nil, err
		}
	}
	out := make([]EditionSummary, len(page.Rows))
	for i, r := range page.Rows {
		var e Edition
		if err := r.Decode(&e); err != nil {
			return nil, fmt.Errorf("read edition %s: %w", r.ID, err)
		}
		out[i] = EditionSummary{
			ID: e.ID, Number: e.Number, Edition: e.Edition, Status: e.Status, Title: e.Title, ApproverID: e.ApproverID, ApprovedAt: e.ApprovedAt,
			PublishedAt: e.PublishedAt, Significant: e.Significant, ContentHash: e.ContentHash,
			Link: "/api/v1/policies/" + e.PolicyID + "/editions/" + strconv.Itoa(e.Edition),
		}
	}
	return out, nil
}

// AtEdition returns the document as it was in that edition.
func AtEdition(tx *record.Tx, id, edition string) (*Policy, error) {
	if _, err := strconv.ParseInt(edition, 10, 32); err != nil {
		return nil, absent()
	}
	e, err := readableEdition(tx, id, map[string][]string{"edition": {edition}})
	if err != nil {
		return nil, err
	}
	return e.Policy()
}

func readableEdition(tx *record.Tx, policyID string, filters map[string][]string) (*Edition, error) {
	filters["policy_id"] = []string{policyID}
	list, err := query.Each(tx, Editions, "/", filters)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(e *Edition) bool { return tx.Visible(e.Row()) })
	if i < 0 {
		return nil, absent()
	}
	return list[i], nil
}

func absent() error {
	return fault.New(fault.NotFound, "not_found", "there is no such record, or you cannot read it")
}

// CheckTemplate compares a document with a template, by default the one for its kind.
func CheckTemplate(tx *record.Tx, id, key string) (*TemplateCheck, error) {
	p, err := ReadPolicy(tx, id)
	if err != nil {
		return nil, err
	}
	named := key != ""
	if !named {
		key = DefaultTemplate(p.Kind)
	}
	if t, ok := TemplateOf(key); ok {
		return t.Check(p), nil
	}
	if !named {
		return nil, fault.New(fault.Malformed, "missing_parameter", "the parameter %s is required", "template").At("?template")
	}
	return nil, fault.New(fault.Malformed, "unknown_template", "there is no such template; name another one in the parameter template").At("?template")
}
