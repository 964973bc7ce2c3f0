package identity

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// After wrong passwords the next attempt must wait. The wait for an account is short, so that nobody can lock a colleague out. The wait for an
// address is longer, and grows with each attempt.
const (
	freeTries        = 3
	freeAddressTries = 20 // the workstations of a hospital may share one address
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

// try is one attempt to sign in. It counts as failed until the password is found to be right, so that parallel attempts all count.
type try struct {
	account, address string
	was, next        int64 // the time of the address's next attempt, before and after this one
}

// begin counts an attempt and waits for the account's delay. An address over its limit gets TooMany with retry_after in seconds.
func (s *Service) begin(ctx context.Context, username, address string) (*try, error) {
	account, addr := throttleKeys(username, address)
	t, wait := &try{account: account, address: addr}, time.Duration(0)
	err := s.db.Write(ctx, record.System, record.Permission{}, "", func(tx *record.Tx) error {
		if err := throttles.Delete(tx, "updated_at < ?", tx.Now.Add(-forgetAfter).UnixMicro()); err != nil {
			return fmt.Errorf("forget throttles: %w", err)
		}
		a, err := throttleOf(tx, account)
		if err != nil {
			return err
		}
		b, err := throttleOf(tx, addr)
		if err != nil {
			return err
		}
		if left := time.UnixMicro(b.NextAt).Sub(tx.Now); left > 0 {
			return fault.New(fault.TooMany, "throttled", "too many wrong passwords from this address; try again in %d seconds", int(left.Seconds())+1).
				With("retry_after", int(left.Seconds())+1)
		}
		wait, t.was = min(time.UnixMicro(a.NextAt).Sub(tx.Now), accountWait), b.NextAt
		a.count(tx.Now, freeTries, accountWait)
		b.count(tx.Now, freeAddressTries, addressWait)
		t.next = b.NextAt
		if err := throttles.Put(tx, a); err != nil {
			return err
		}
		return throttles.Put(tx, b)
	})
	if err != nil {
		return nil, err
	}
	select {
	case <-time.After(wait):
		return t, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// right undoes the count of an attempt whose password was right. The account starts from zero; the address gets its earlier state back.
func (t *try) right(tx *record.Tx) error {
	if err := throttles.Delete(tx, "key = ?", t.account); err != nil {
		return fmt.Errorf("forget throttle: %w", err)
	}
	b, err := throttleOf(tx, t.address)
	if err != nil {
		return err
	}
	if b.Failures = max(b.Failures-1, 0); b.NextAt == t.next {
		b.NextAt = t.was
	}
	return throttles.Put(tx, b)
}

func throttleOf(tx *record.Tx, key string) (*throttleRow, error) {
	r, err := throttles.First(tx, "key = ?", key)
	if fault.Is(err, fault.NotFound) {
		return &throttleRow{Key: key}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read throttle: %w", err)
	}
	return r, nil
}

// count adds an attempt and sets the time of the next one.
func (r *throttleRow) count(now time.Time, free int, most time.Duration) {
	r.Failures++
	r.UpdatedAt = now.UnixMicro()
	if over := r.Failures - free; over > 0 {
		r.NextAt = now.Add(min(most, time.Second<<min(over-1, 6))).UnixMicro()
	}
}
