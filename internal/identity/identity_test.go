package identity_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// open is a guard that allows everything.
type open struct{}

func (open) Check(*record.Tx, record.Permission, record.Target) (record.Decision, error) {
	return record.Decision{}, nil
}

func (open) Branches(*record.Tx, record.Permission) ([]record.Branch, error) {
	return []record.Branch{{Scope: "/"}}, nil
}

func (open) OfBody(record.Permission) bool { return false }

func (open) Units(*record.Tx) ([]string, error) { return nil, nil }

func (open) RoleMay(*record.Tx, string, record.Permission, record.Target) (bool, error) {
	return true, nil
}

func (open) Ever(*record.Tx, record.Permission) error { return nil }

const (
	password = "et langt passord for prøvene"
	address  = "192.0.2.7"
)

var hash = sync.OnceValue(func() string {
	h, err := identity.Hash(context.Background(), password)
	if err != nil {
		panic(err)
	}
	return h
})

// door is a test installation with a sign-in service and one person, kari, who is active unless a test deactivates her.
type door struct {
	*testing.T
	*identity.Service
	db  *record.DB
	mu  sync.Mutex
	now time.Time
	out bool
	id  string
}

func (d *door) Account(_ *record.Tx, id string) (bool, string, error) {
	return id == d.id && !d.out, "nb", nil
}

func each(t *testing.T, run func(d *door)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := &door{T: t, now: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)}
		clock := func() time.Time { d.mu.Lock(); defer d.mu.Unlock(); return d.now }
		var err error
		if d.db, err = record.Open(s.Writer, s.Reader, s.Engine == store.Postgres, open{}, clock, store.Down); err != nil {
			t.Fatal(err)
		}
		d.Service = identity.New(d.db, d)
		d.write(func(tx *record.Tx) error {
			u, err := org.Users.Create(tx.Follow("user", "create"), org.NewUser(org.UserInput{Common: record.Common{Scope: "/"}, Username: "kari", Name: "Kari"}))
			if err != nil {
				return err
			}
			d.id = u.ID
			return identity.SetPassword(tx, u.ID, "Kari", hash(), false)
		})
		run(d)
	})
}

func (d *door) write(fn func(tx *record.Tx) error) {
	d.Helper()
	if err := d.db.Write(context.Background(), record.System, record.Permission{}, "", fn); err != nil {
		d.Fatal(err)
	}
}

func (d *door) later(by time.Duration) { d.mu.Lock(); defer d.mu.Unlock(); d.now = d.now.Add(by) }

// opens signs in and returns the token, or the code of the refusal.
func (d *door) opens(username, password string) (token, code string) {
	d.Helper()
	token, _, err := d.SignIn(d.Context(), username, password, address, false)
	if err != nil {
		f := fault.As(err)
		if f == nil {
			d.Fatal(err)
		}
		return "", f.Code
	}
	return token, ""
}

// knows reports whether a token is accepted.
func (d *door) knows(token string) bool {
	d.Helper()
	x, err := d.Authenticate(d.Context(), token)
	if err != nil && !fault.Is(err, fault.Unauthenticated) {
		d.Fatal(err)
	}
	return err == nil && x.Actor.ID != ""
}

func TestSignIn(t *testing.T) {
	each(t, func(d *door) {
		token, _ := d.opens("KARI", password)
		if token == "" || !d.knows(token) || d.knows(token+"x") || d.knows("") || d.knows(strings.Repeat("x", 300)) {
			d.Error("a token is recognised, and nothing else")
		}
		for _, c := range [][2]string{{"kari", "feil"}, {"kari", ""}, {"nobody", password}, {"", ""}} {
			if _, code := d.opens(c[0], c[1]); code != "bad_credentials" {
				d.Errorf("%v: %q", c, code)
			}
		}
		// A session ends when it expires, when it is revoked, and when the person is deactivated, also when its token is cached.
		d.later(identity.SessionLife - time.Second)
		if !d.knows(token) {
			d.Error("a session ends early")
		}
		d.later(time.Second)
		if d.knows(token) {
			d.Error("a session outlives its time")
		}
		first, _ := d.opens("kari", password)
		second, _ := d.opens("kari", password)
		if !d.knows(first) || !d.knows(second) {
			d.Error("two sessions")
		}
		d.write(func(tx *record.Tx) error { return identity.Revoke(tx, d.id, identity.Digest(first), "") })
		if d.knows(first) || !d.knows(second) {
			d.Error("one session is revoked, the other stays")
		}
		third, _ := d.opens("kari", password)
		d.write(func(tx *record.Tx) error { return identity.Revoke(tx, d.id, "", identity.Digest(third)) })
		if d.knows(second) || !d.knows(third) {
			d.Error("all sessions but one are revoked")
		}
		d.out = true
		d.write((*record.Tx).RaiseEpoch)
		if _, code := d.opens("kari", password); d.knows(third) || code != "bad_credentials" {
			d.Errorf("somebody kept out: %q", code)
		}
	})
}

// A one-time password opens one session. Its holder then chooses a password without entering the old one.
func TestOneTimePassword(t *testing.T) {
	each(t, func(d *door) {
		d.write(func(tx *record.Tx) error { return identity.SetPassword(tx, d.id, "kari", hash(), true) })
		_, x, err := d.SignIn(d.Context(), "kari", password, address, true)
		if err != nil || !x.MustChange || !x.Cookie || x.CSRF == "" {
			d.Fatalf("%+v, %v", x, err)
		}
		if _, code := d.opens("kari", password); code != "bad_credentials" {
			d.Errorf("used twice: %q", code)
		}
		if _, err := d.Confirm(d.Context(), d.id, "anything", address); err != nil {
			d.Errorf("choosing a password: %v", err)
		}
		d.write(func(tx *record.Tx) error { return identity.SetPassword(tx, d.id, "kari", hash(), false) })
		if _, err := d.Confirm(d.Context(), d.id, "anything", address); !fault.Is(err, fault.Invalid) {
			d.Errorf("a wrong present password: %v", err)
		}
		if name, err := d.Confirm(d.Context(), d.id, password, address); err != nil || name != "kari" {
			d.Errorf("the present password: %q, %v", name, err)
		}
		err = d.db.Write(d.Context(), record.System, record.Permission{}, "", func(tx *record.Tx) error {
			return identity.SetPassword(tx, record.NewID(), "KARI", hash(), false)
		})
		if !fault.Is(err, fault.Invalid) {
			d.Errorf("a second kari: %v", err)
		}
	})
}

// After wrong passwords the next attempt waits: a little for the account, and for the address until the time in the refusal.
func TestThrottle(t *testing.T) {
	each(t, func(d *door) {
		wrong := func(username string) string {
			_, code := d.opens(username, "feil")
			d.later(5 * time.Second) // no attempt waits
			return code
		}
		for i := range 20 {
			if code := wrong(string(rune('a' + i))); code != "bad_credentials" {
				d.Fatalf("try %d: %q", i, code)
			}
		}
		_, code := d.opens("x", "feil")
		if code != "bad_credentials" {
			d.Errorf("the last free try: %q", code)
		}
		_, _, err := d.SignIn(d.Context(), "kari", password, address, false)
		if f := fault.As(err); f == nil || f.Kind != fault.TooMany || f.Extra["retry_after"] != 2 {
			d.Errorf("an address over its limit: %v", err)
		}
		if _, _, err := d.SignIn(d.Context(), "kari", password, "192.0.2.8", false); err != nil {
			d.Errorf("another address: %v", err)
		}
		d.later(time.Hour)
		if _, code := d.opens("kari", password); code != "" {
			d.Errorf("an hour later: %q", code)
		}
		// The account waits but is not locked, and a success resets the count.
		for range 4 {
			_, _ = d.opens("kari", "feil")
		}
		ctx, cancel := context.WithTimeout(d.Context(), 50*time.Millisecond)
		defer cancel()
		if _, _, err := d.SignIn(ctx, "kari", password, address, false); !errors.Is(err, context.DeadlineExceeded) {
			d.Errorf("the next try does not wait: %v", err)
		}
		d.later(time.Minute)
		if _, code := d.opens("kari", password); code != "" {
			d.Errorf("a minute later: %q", code)
		}
		_, _ = d.opens("kari", "feil")
		if _, code := d.opens("kari", password); code != "" {
			d.Errorf("after one wrong try: %q", code)
		}
	})
}

// Parallel attempts are all counted before any of them is checked.
func TestThrottleAtOnce(t *testing.T) {
	each(t, func(d *door) {
		codes := make(chan string, 40)
		for i := range cap(codes) {
			go func() {
				_, code := d.opens("u"+strconv.Itoa(i), "feil")
				codes <- code
			}()
		}
		got := map[string]int{}
		for range cap(codes) {
			got[<-codes]++
		}
		if got["bad_credentials"] != 21 || got["throttled"] != 19 {
			d.Errorf("forty at once: %v", got)
		}
	})
}

// A key is valid until its last day ends, it is revoked, or the person responsible for it is deactivated.
func TestKeys(t *testing.T) {
	each(t, func(d *door) {
		issue := func() (id, secret string) {
			d.write(func(tx *record.Tx) error {
				k, s, err := identity.Issue(tx.Follow("api_key", "create"), identity.Input{
					Common: record.Common{Scope: "/"}, Title: "EQS", ResponsibleID: d.id, Roles: []identity.KeyRole{{Role: "integration", Scope: "/"}}, ExpiresOn: "2026-11-22",
				})
				if err == nil {
					id, secret = k.ID, s
				}
				return err
			})
			return id, secret
		}
		id, secret := issue()
		x, err := d.Authenticate(d.Context(), secret)
		if err != nil || !x.Key || !x.Actor.Service || x.Actor.ID != id || len(x.Actor.Persons) != 2 || x.Actor.Persons[1] != d.id || !strings.HasPrefix(secret, identity.KeyPrefix) {
			d.Fatalf("%+v, %v", x, err)
		}
		d.write(func(tx *record.Tx) error {
			_, err := identity.Keys.Change(tx.Follow("api_key", "revoke"), record.Ref{ID: id, Version: 1}, (*identity.Key).Revoke)
			return err
		})
		if d.knows(secret) {
			d.Error("a revoked key is known")
		}
		_, secret = issue()
		d.mu.Lock()
		d.now = time.Date(2026, 11, 22, 23, 59, 59, 0, record.Oslo)
		d.mu.Unlock()
		if !d.knows(secret) {
			d.Error("a key ends before its last day does")
		}
		d.later(time.Second)
		if d.knows(secret) {
			d.Error("a key outlives its last day")
		}
		d.later(-time.Hour)
		d.out = true
		d.write((*record.Tx).RaiseEpoch)
		if d.knows(secret) {
			d.Error("a key outlives its person")
		}
	})
}

// A password is checked at the stored cost. A stored cost of zero, or above the full one, is an error.
func TestStoredCost(t *testing.T) {
	each(t, func(d *door) {
		for cost, readable := range map[string]bool{
			"m=19456,t=2,p=1": true, "m=8,t=1,p=1": true, "m=19457,t=2,p=1": false, "m=19456,t=3,p=1": false, "m=8,t=0,p=1": false, "m=8,t=1,p=2": false, "": false,
		} {
			stored := strings.Replace(hash(), "m=19456,t=2,p=1", cost, 1)
			d.write(func(tx *record.Tx) error { return identity.SetPassword(tx, d.id, "Kari", stored, false) })
			d.later(time.Hour) // so that no earlier attempt delays this one
			if _, _, err := d.SignIn(d.Context(), "kari", "feil passord her", address, false); err == nil || (fault.As(err) != nil) != readable {
				t.Errorf("stored at the cost %q: %v", cost, err)
			}
		}
	})
}

func TestPasswords(t *testing.T) {
	if !strings.HasPrefix(hash(), "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(hash(), password) {
		t.Errorf("the stored form is %s", hash())
	}
	if other, err := identity.Hash(t.Context(), password); err != nil || other == hash() {
		t.Errorf("no salt: %v", err)
	}
	for text, ok := range map[string]bool{password: true, "kort": false, "inneholder KARI i seg": false, strings.Repeat("å", 12): true, strings.Repeat("å", 11): false, strings.Repeat("x", 201): false} {
		if err := identity.CheckPassword("/password", text, "kari"); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
	seen := map[string]bool{}
	for range 100 {
		seen[identity.NewPassword()] = true
		seen[identity.NewSecret()] = true
	}
	if len(seen) != 200 {
		t.Errorf("%d different secrets of 200", len(seen))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var all sync.WaitGroup
	for range 8 { // at most two run at once; a cancelled one runs no derivation
		all.Go(func() {
			if _, err := identity.Hash(t.Context(), password); err != nil {
				t.Error(err)
			}
		})
	}
	_, _ = identity.Hash(ctx, password)
	all.Wait()
}
