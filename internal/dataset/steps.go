package dataset

import (
	"reflect"
	"slices"
	"strconv"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// Describe stores a new data set.
func Describe(tx *record.Tx, in Input) (*Dataset, error) {
	d := New(in)
	if err := d.checkEvidence(tx, nil); err != nil {
		return nil, err
	}
	return Repo.Create(tx, d)
}

// Change changes the fields of a data set, but not what a decision on access rests on.
func Change(tx *record.Tx, ref record.Ref, fn func(*Dataset) error) (*Dataset, error) {
	return Repo.Change(tx, ref, func(d *Dataset) error {
		held, bases, categories := d.cited(), d.LegalBases, d.Categories
		if err := fn(d); err != nil {
			return err
		}
		d.Defaults()
		if d.Status == Granted {
			tx.AddFaults(d.changed(bases, categories)...)
		}
		return d.checkEvidence(tx, held)
	})
}

// changed returns a fault for each field that a decision on access rests on and that has changed.
func (d *Dataset) changed(bases []LegalBasis, categories []DataCategory) (f fault.Fields) {
	if !reflect.DeepEqual(d.LegalBases, bases) {
		f.Add("/legal_bases", "access_rests_on_it", "must not change while access is granted; end the access first")
	}
	if !slices.Equal(d.Categories, categories) {
		f.Add("/categories", "access_rests_on_it", "must not change while access is granted; end the access first")
	}
	return f
}

// Grant stores the decision that a data set may be used.
func Grant(tx *record.Tx, ref record.Ref, in AccessInput) (*Dataset, error) {
	return Repo.Change(tx, ref, func(d *Dataset) error {
		if err := tx.CheckInPart("evidence", d.Scope, "/evidence_ids", in.EvidenceIDs, d.cited()); err != nil {
			return err
		}
		return d.GrantAccess(in, tx.Actor.ID, tx.Now)
	})
}

// ExpireAccess ends all access whose last day has passed. The worker calls it as the system.
func ExpireAccess(tx *record.Tx) error {
	return query.EachPassed(tx, Repo, "access_until", string(Granted), func(ref record.Ref) error {
		_, err := Repo.Change(tx.Follow("dataset", "expire"), ref, (*Dataset).EndAccess)
		return err
	})
}

// checkEvidence checks the evidence of the legal bases. What the data set named before stays valid.
func (d *Dataset) checkEvidence(tx *record.Tx, held []string) error {
	for i, b := range d.LegalBases {
		if err := tx.CheckInPart("evidence", d.Scope, "/legal_bases/"+strconv.Itoa(i)+"/evidence_ids", b.EvidenceIDs, held); err != nil {
			return err
		}
	}
	return nil
}
