package policy

import (
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// AcknowledgePolicy records that the actor has read the edition in force. A repeated acknowledgement changes nothing.
// The second result says whether the acknowledgement is new.
func AcknowledgePolicy(tx *record.Tx, policyID string, read Reading) (*Acknowledgement, bool, error) {
	if tx.Actor.Service {
		return nil, false, fault.New(fault.Forbidden, "person_needed/acknowledge", "only a person can acknowledge a document, not an API key")
	}
	e, err := toAcknowledge(tx, policyID)
	if err != nil {
		return nil, false, err
	}
	if e == nil {
		return nil, false, fault.New(fault.Conflict, "not_published", "the document has no edition in force to acknowledge")
	}
	if err := read.Of(e); err != nil {
		return nil, false, err
	}
	given, err := acknowledged(tx, policyID, tx.Actor.ID)
	if err != nil {
		return nil, false, err
	}
	if i := slices.IndexFunc(given, func(a *Acknowledgement) bool { return a.Edition == e.Edition }); i >= 0 {
		return given[i], false, nil
	}
	a, err := Acknowledgements.Create(tx, NewAcknowledgement(e, tx.Actor.ID))
	return a, err == nil, err
}

// toAcknowledge returns the edition in force of a document that the actor may read, or nil when none is in force.
func toAcknowledge(tx *record.Tx, policyID string) (*Edition, error) {
	e, err := editionInForce(tx, policyID)
	if err != nil {
		return nil, err
	}
	if e != nil && tx.Visible(e.Row()) {
		return e, nil
	}
	_, err = tx.Load(Repo.Kind, policyID)
	return e, err
}

func acknowledged(tx *record.Tx, policyID, person string) ([]*Acknowledgement, error) {
	filters := map[string][]string{"policy_id": {policyID}}
	if person != "" {
		filters["user_id"] = []string{person}
	}
	return query.Each(tx, Acknowledgements, "/", filters)
}

// AcknowledgementState says who has acknowledged a document and who has not.
type AcknowledgementState struct {
	RequiredEdition  *int     `json:"required_edition" example:"1"` // the oldest edition that counts; null when nothing is in force
	AcknowledgedByMe bool     `json:"acknowledged_by_me"`
	Missing          []string `json:"missing" format:"uuid"` // user ids, at most 1,000
	MissingCount     int      `json:"missing_count" example:"12"`
}

// missingShown is the largest number of missing people in one answer.
const missingShown = 1000

// AcknowledgementsOf returns who has acknowledged a document. A reader who may not read acknowledgements sees only
// their own. people lists the active persons whose unit lies in a scope.
func AcknowledgementsOf(tx *record.Tx, policyID string, people func(scope string) ([]string, error)) (*AcknowledgementState, error) {
	e, err := toAcknowledge(tx, policyID)
	if err != nil {
		return nil, err
	}
	out := &AcknowledgementState{Missing: []string{}}
	if e == nil {
		return out, nil
	}
	required := e.Required
	out.RequiredEdition = &required
	given, err := acknowledged(tx, policyID, "")
	if err != nil {
		return nil, err
	}
	counts := map[string]bool{}
	for _, a := range given {
		counts[a.UserID] = counts[a.UserID] || a.Edition >= required
	}
	out.AcknowledgedByMe = counts[tx.Actor.ID]
	target := record.Target{Kind: Acknowledgements.Kind, Scope: e.Scope, Status: string(Given)}
	if ok, err := tx.May(record.Permission{Object: "acknowledgement", Action: "read"}, target); !ok {
		return out, err
	}
	return out, out.missing(e, counts, people)
}

func (s *AcknowledgementState) missing(e *Edition, counts map[string]bool, people func(scope string) ([]string, error)) error {
	p, err := e.Policy()
	if err != nil {
		return err
	}
	asked := map[string]bool{}
	for _, scope := range p.Audience() {
		list, err := people(scope)
		if err != nil {
			return err
		}
		for _, person := range list {
			if asked[person] || counts[person] {
				continue
			}
			asked[person] = true
			s.Missing = append(s.Missing, person)
		}
	}
	slices.Sort(s.Missing)
	s.MissingCount = len(s.Missing)
	s.Missing = s.Missing[:min(len(s.Missing), missingShown)]
	return nil
}

// MissingAcknowledgements lists the editions in force that a person has not acknowledged yet, of those the person may read.
func MissingAcknowledgements(tx *record.Tx, person, unit string) ([]*record.Row, error) {
	given, err := query.Each(tx, Acknowledgements, "/", map[string][]string{"user_id": {person}})
	if err != nil {
		return nil, err
	}
	newest := map[string]int{}
	for _, a := range given {
		newest[a.PolicyID] = max(newest[a.PolicyID], a.Edition)
	}
	var out []*record.Row
	editions, err := query.Each(tx, Editions, query.Exactly(record.Ancestors(unit)...), map[string][]string{"status": {string(EditionPublished)}})
	if err != nil {
		return nil, err
	}
	for _, e := range editions {
		if newest[e.PolicyID] >= e.Required || !tx.Visible(e.Row()) {
			continue
		}
		p, err := e.Policy()
		if err != nil {
			return nil, err
		}
		if !p.Applies(unit) {
			continue
		}
		row, err := FromEdition(e.Row())
		if err != nil {
			return nil, err
		}
		row.RID = e.Row().RID // the list of tasks sorts by it
		out = append(out, row)
	}
	return out, nil
}
