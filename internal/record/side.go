package record

import (
	"errors"

	"gorm.io/gorm"

	"github.com/ki-styring/aims/internal/fault"
)

// Side is a table outside the event log: sessions, throttles, idempotency keys, credentials. T is a plain struct with the columns.
type Side[T any] struct{ Table string }

// Put inserts the row, or replaces the one with its primary key.
func (s Side[T]) Put(tx *Tx, row *T) error {
	return tx.gormDB().Table(s.Table).Save(row).Error
}

// Insert adds the row. A row with the same primary or unique key is a Conflict.
func (s Side[T]) Insert(tx *Tx, row *T) error {
	err := tx.gormDB().Table(s.Table).Create(row).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return fault.New(fault.Conflict, "duplicate", "another record already has this key").Because(err)
	}
	return err
}

// First returns one matching row, or NotFound.
func (s Side[T]) First(tx *Tx, where string, args ...any) (*T, error) {
	var row T
	err := tx.gormDB().Table(s.Table).Where(where, args...).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, fault.New(fault.NotFound, "not_found", "there is no such record, or you cannot read it")
	}
	return &row, err
}

// All returns the matching rows.
func (s Side[T]) All(tx *Tx, where string, args ...any) ([]T, error) {
	var rows []T
	return rows, tx.gormDB().Table(s.Table).Where(where, args...).Find(&rows).Error
}

// Delete deletes the matching rows.
func (s Side[T]) Delete(tx *Tx, where string, args ...any) error {
	return tx.gormDB().Table(s.Table).Where(where, args...).Delete(new(T)).Error
}
