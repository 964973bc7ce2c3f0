package identity

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// A wrong password makes the next try wait: for the account a little, so that
// nobody can lock a colleague out; for the address more, and longer each time.
const (
	freeTries        = 3
	freeAddressTries = 20 // a hospital's workstations share an address
	accountWait      = 4 * time.Second
	addressWait      = time.Minute
	forgetAfter      = 15 * time.Minute
)

type throttleRow struct {
	Key       string `gorm:"primaryKey"`
	Failures  int
	NextAt    int64
	UpdatedAt int64 `gorm:"autoUpdateTime:false"`
}

var throttles = record.Side[throttleRow]{Table: "throttles"}

func throttleKeys(username, address string) (account, addr string) {
	return "account:" + Digest(strings.ToLower(username)), "address:" + Digest(address)
}

// throttled tells how long this try has to wait; an address over its limit is told when to come back.
func (s *Service) throttled(ctx context.Context, username, address string) (wait time.Duration, err error) {
	account, addr := throttleKeys(username, address)
	err = s.db.Read(ctx, record.System, record.Permission{}, func(tx *record.Tx) error {
		rows, err := throttles.All(tx, "key IN ?", []string{account, addr})
		if err != nil {
			return fmt.Errorf("read throttles: %w", err)
		}
		for _, r := range rows {
			left := time.UnixMicro(r.NextAt).Sub(tx.Now)
			switch {
			case left <= 0:
			case r.Key == addr:
				return fault.New(fault.TooMany, "throttled", "too many wrong passwords from this address; try again in %d seconds", int(left.Seconds())+1).
					With("retry_after", int(left.Seconds())+1)
			default:
				wait = min(left, accountWait)
			}
		}
		return nil
	})
	return wait, err
}

func (s *Service) failed(ctx context.Context, username, address string) error {
	account, addr := throttleKeys(username, address)
	return s.db.Write(ctx, record.System, record.Permission{}, "", func(tx *record.Tx) error {
		if err := throttles.Delete(tx, "updated_at < ?", tx.Now.Add(-forgetAfter).UnixMicro()); err != nil {
			return fmt.Errorf("forget throttles: %w", err)
		}
		if err := fail(tx, account, freeTries, accountWait); err != nil {
			return err
		}
		return fail(tx, addr, freeAddressTries, addressWait)
	})
}

func fail(tx *record.Tx, key string, free int, most time.Duration) error {
	r, err := throttles.First(tx, "key = ?", key)
	if fault.Is(err, fault.NotFound) {
		r, err = &throttleRow{Key: key}, nil
	}
	if err != nil {
		return fmt.Errorf("read throttle: %w", err)
	}
	r.Failures++
	r.UpdatedAt = tx.Now.UnixMicro()
	if over := r.Failures - free; over > 0 {
		r.NextAt = tx.Now.Add(min(most, time.Second<<min(over-1, 6))).UnixMicro()
	}
	return throttles.Put(tx, r)
}

func (s *Service) succeeded(tx *record.Tx, username, address string) error {
	account, _ := throttleKeys(username, address)
	return throttles.Delete(tx, "key = ?", account)
}
