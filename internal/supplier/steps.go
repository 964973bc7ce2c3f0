package supplier

import (
	"strconv"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Propose stores a new supplier. Without a name it gets that of its organisation.
func Propose(tx *record.Tx, in Input) (*Supplier, error) {
	s := New(in)
	if err := s.takeName(tx); err != nil {
		return nil, err
	}
	if err := s.checkContracts(tx, nil); err != nil {
		return nil, err
	}
	return Repo.Create(tx, s)
}

// Change changes the fields of a supplier.
func Change(tx *record.Tx, ref record.Ref, fn func(*Supplier) error) (*Supplier, error) {
	return Repo.Change(tx, ref, func(s *Supplier) error {
		held := s.cited()
		if err := fn(s); err != nil {
			return err
		}
		if err := s.takeName(tx); err != nil {
			return err
		}
		return s.checkContracts(tx, held)
	})
}

// AssessSupplier stores the working group's assessment.
func AssessSupplier(tx *record.Tx, ref record.Ref, in AssessmentInput) (*Supplier, error) {
	return Repo.Change(tx, ref, func(s *Supplier) error {
		if err := tx.CheckInPart("evidence", s.Scope, "/evidence_ids", in.EvidenceIDs, nil); err != nil {
			return err
		}
		return s.Assess(in, tx.Actor.ID, tx.Now)
	})
}

// takeName gives a supplier without a name that of its organisation. The write reports an organisation that does not exist.
func (s *Supplier) takeName(tx *record.Tx) error {
	if s.Name != "" || s.OrganisationID == "" {
		return nil
	}
	o, err := tx.Load(record.KindOf("organisation"), s.OrganisationID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	s.Name = record.Text{NB: o.Field("name.nb").String(), EN: o.Field("name.en").String()}.In("nb")
	return nil
}

// checkContracts checks the evidence that contracts name. What the supplier named before stays valid.
func (s *Supplier) checkContracts(tx *record.Tx, held []string) error {
	for i, c := range s.Contracts {
		if err := tx.CheckInPart("evidence", s.Scope, "/contracts/"+strconv.Itoa(i)+"/evidence_ids", c.EvidenceIDs, held); err != nil {
			return err
		}
	}
	return nil
}
