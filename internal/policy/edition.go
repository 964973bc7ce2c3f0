package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ki-styring/aims/internal/record"
)

// EditionStatus is the state of an approved edition.
type EditionStatus string

// The states of an approved edition.
const (
	EditionApproved   EditionStatus = "approved"
	EditionPublished  EditionStatus = "published"
	EditionSuperseded EditionStatus = "superseded"
	EditionRetired    EditionStatus = "retired"
)

// This registers the closed list.
var _ = record.Choices[EditionStatus](
	[4]string{"approved", "godkjent", "approved", "info"},
	[4]string{"published", "i kraft", "in force", "success"},
	[4]string{"superseded", "erstattet", "superseded", "neutral"},
	[4]string{"retired", "utgått", "retired", "neutral"},
)

// Edition is a document as it was approved. It is a record of its own, so that people who may read only the edition in force
// can still read it while the next edition is written.
type Edition struct {
	record.Base
	record.Common
	PolicyID        string          `json:"policy_id" validate:"required,uuid" format:"uuid" ref:"policy" filter:""`
	Edition         int             `json:"edition" filter:"" sort:"" example:"2"`
	Kind            Kind            `json:"kind" filter:"" example:"guideline"`
	DocumentNumber  string          `json:"document_number,omitempty" filter:"" search:"" example:"1.10.3.1"`
	Title           string          `json:"title" search:"" sort:"" example:"Utvikling av kunstig intelligens"`
	OwnerID         string          `json:"owner_id,omitempty" format:"uuid" ref:"user" filter:""`
	Clauses         []string        `json:"clauses" ref:"requirement,prefix=iso-42001:" filter:"" example:"5.2"`
	Status          EditionStatus   `json:"status" filter:""`
	ApproverID      string          `json:"approver_id" format:"uuid" filter:"" names:"user"`
	ApprovedAt      time.Time       `json:"approved_at"`
	PublishedAt     *time.Time      `json:"published_at"`
	SupersededAt    *time.Time      `json:"superseded_at"`
	RetiredAt       *time.Time      `json:"retired_at"`
	ReviewDue       record.Date     `json:"review_due" swaggertype:"string" format:"date" sort:""`
	Significant     bool            `json:"significant"`
	Required        int             `json:"required_edition" example:"1"` // the oldest edition whose acknowledgement counts; 0 before publication
	ContentHash     string          `json:"content_hash" example:"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
	RelatedPolicies []string        `json:"related_policies" ref:"policy" filter:""`
	Document        json.RawMessage `json:"document" swaggertype:"object"` // all of it, as the author wrote it
} // @name PolicyEdition

// Editions reads and writes the approved editions. Only the approval, publication and retirement of a document change them.
var Editions = record.NewRepo[Edition](record.Kind{
	Rules: record.Rules[Edition]{Defaults: (*Edition).Defaults, Words: (*Edition).Words},
	Name:  "policy_edition", Path: "policy-editions", Prefix: "PED",
	Label:    record.Text{NB: "Utgave", EN: "Edition"},
	DueField: "review_due",
	Editable: []string{},
	Schema:   2,
	Upcast:   func(_ int, doc []byte) ([]byte, error) { return unscheduled(doc, "}}"), nil }, // the document is the last field
	Workflow: []record.Transition{
		{Verb: "publish", From: []string{"approved"}, To: []string{"published"}, Label: record.Text{NB: "Settes i kraft", EN: "Comes into force"}},
		{Verb: "supersede", From: []string{"published"}, To: []string{"superseded"}, Label: record.Text{NB: "Erstattes", EN: "Is superseded"}},
		{Verb: "confirm-review", From: []string{"published"}, To: []string{"published"}, Label: record.Text{NB: "Gjennomgang bekreftes", EN: "Review is confirmed"}},
		{Verb: "retire", From: []string{"published", "approved"}, To: []string{"retired"}, Label: record.Text{NB: "Tas ut av bruk", EN: "Is retired"}},
	},
})

// NewEdition creates the edition of a document that was just approved.
func NewEdition(p *Policy) (*Edition, error) {
	hash, err := contentHash(p)
	if err != nil {
		return nil, err
	}
	e := &Edition{
		Common: record.Common{Scope: p.Scope}, PolicyID: p.ID, Edition: p.Edition, Kind: p.Kind,
		DocumentNumber: p.DocumentNumber, Title: p.Title, OwnerID: p.OwnerID, Status: EditionApproved,
		ApproverID: p.ApproverID, ApprovedAt: *p.ApprovedAt, Clauses: p.Clauses, RelatedPolicies: p.RelatedPolicies,
		ContentHash: hash, Document: p.Row().Doc,
	}
	e.Defaults()
	return e, nil
}

// Defaults replaces missing lists by empty ones.
func (e *Edition) Defaults() {
	e.ExternalRefs, e.Clauses, e.RelatedPolicies = filled(e.ExternalRefs), filled(e.Clauses), filled(e.RelatedPolicies)
}

// Words returns the searchable text of the edition, the same as for the document.
func (e *Edition) Words() string {
	p, err := e.Policy()
	if err != nil {
		return "" // reading the edition reports the error
	}
	return p.Body
}

// InForce reports whether the edition was in force at that instant.
func (e *Edition) InForce(at time.Time) bool {
	began := e.PublishedAt != nil && !e.PublishedAt.After(at)
	ended := e.SupersededAt != nil && !e.SupersededAt.After(at) || e.RetiredAt != nil && !e.RetiredAt.After(at)
	return began && !ended
}

// Publish puts the edition in force, with the present server-side fields of the document.
func (e *Edition) Publish(p *Policy, at time.Time) error {
	if err := e.Keep(p); err != nil {
		return err
	}
	e.Status, e.PublishedAt, e.Significant, e.Required = EditionPublished, &at, p.Significant, *p.RequiredEdition
	return nil
}

// Keep updates the fields that the server maintains, such as the review date. It refuses any change in what the author wrote.
func (e *Edition) Keep(p *Policy) error {
	frozen, err := e.Policy()
	if err != nil {
		return err
	}
	was, err := contentHash(frozen)
	if err != nil {
		return err
	}
	is, err := contentHash(p)
	if err != nil {
		return err
	}
	if was != is {
		return fmt.Errorf("edition %d of %s differs from what was approved", e.Edition, p.Number)
	}
	e.Document, e.ReviewDue = p.Row().Doc, p.ReviewDue
	return nil
}

// Supersede ends the edition when the next one is published.
func (e *Edition) Supersede(at time.Time) error {
	e.Status, e.SupersededAt = EditionSuperseded, &at
	return nil
}

// Retire ends the edition when its document is retired.
func (e *Edition) Retire(at time.Time) error {
	e.Status, e.RetiredAt = EditionRetired, &at
	return nil
}

// Policy returns the document of the edition.
func (e *Edition) Policy() (*Policy, error) {
	p := &Policy{}
	if err := json.Unmarshal(e.Document, p); err != nil {
		return nil, fmt.Errorf("read edition %s: %w", e.ID, err)
	}
	p.Defaults()
	return p, nil
}

// contentHash is the SHA-256 of what the author wrote, as JSON in the order of the document's fields. It leaves out the day of the last professional
// change, because publication may set it.
func contentHash(p *Policy) (string, error) {
	written := p.Input
	written.LastProfessionalChangeAt = nil
	b, err := json.Marshal(written)
	if err != nil {
		return "", fmt.Errorf("encode %s: %w", p.Number, err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}
