package identity

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// SessionLife is the lifetime of a session.
const SessionLife = 12 * time.Hour

// KeyPrefix begins the token of an API key.
const KeyPrefix = "aims_"

// Session is an authenticated caller.
type Session struct {
	Actor      *record.Actor
	Hash       string
	ExpiresAt  time.Time
	Cookie     bool
	CSRF       string
	MustChange bool   // the user signed in with a one-time password and must set a new one before any other request
	Key        bool   // the caller is an API key
	Language   string // the language that the person reads; empty for an API key
}

type sessionRow struct {
	Hash       string `gorm:"primaryKey"`
	UserID     string
	CreatedAt  int64 `gorm:"autoCreateTime:false"`
	ExpiresAt  int64
	LastSeenAt int64
	RevokedAt  *int64
	Cookie     int
	CSRF       string `gorm:"column:csrf"`
}

type credentialRow struct {
	UserID    string `gorm:"primaryKey"`
	Username  string
	Hash      string
	OneTime   int
	ChangedAt int64
}

type keyRow struct {
	Hash  string `gorm:"primaryKey"`
	KeyID string
}

var (
	sessions    = record.Side[sessionRow]{Table: "sessions"}
	credentials = record.Side[credentialRow]{Table: "credentials"}
	secrets     = record.Side[keyRow]{Table: "api_key_secrets"}
)

// Accounts tells which users may sign in.
type Accounts interface {
	// Account reports whether a user may sign in, and the language that the user reads.
	Account(tx *record.Tx, userID string) (active bool, language string, err error)
}

// Service signs people in and authenticates tokens.
type Service struct {
	db       *record.DB
	accounts Accounts
	known    atomic.Pointer[cache]
}

// cache has the authenticated tokens of one access epoch.
type cache struct {
	epoch int64
	m     sync.Map
	n     atomic.Int64
}

// New returns a Service.
func New(db *record.DB, accounts Accounts) *Service { return &Service{db: db, accounts: accounts} }

func unknown() error {
	return fault.New(fault.Unauthenticated, "unauthenticated", "sign in or send a valid API key")
}

func badCredentials() error {
	return fault.New(fault.Unauthenticated, "bad_credentials", "the username or the password is wrong")
}

// Authenticate returns the session of a token.
func (s *Service) Authenticate(ctx context.Context, token string) (*Session, error) {
	if token == "" || len(token) > 200 {
		return nil, unknown()
	}
	epoch := s.db.Epoch()
	c := s.known.Load()
	if c == nil || c.epoch != epoch {
		c = &cache{epoch: epoch}
		s.known.Store(c)
	}
	now := s.db.Now()
	if v, ok := c.m.Load(token); ok {
		if x := v.(*Session); now.Before(x.ExpiresAt) {
			return x, nil
		}
		return nil, unknown()
	}
	var x *Session
	err := s.db.Read(ctx, record.System, record.Permission{}, func(tx *record.Tx) (err error) {
		if strings.HasPrefix(token, KeyPrefix) {
			x, err = s.byKey(tx, Digest(token))
		} else {
			x, err = s.bySession(tx, Digest(token))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if c.n.Add(1) > 10000 {
		s.known.CompareAndSwap(c, nil)
	}
	c.m.Store(token, x)
	return x, nil
}

func (s *Service) bySession(tx *record.Tx, hash string) (*Session, error) {
	r, err := sessions.First(tx, "hash = ?", hash)
	if fault.Is(err, fault.NotFound) {
		return nil, unknown()
	}
	if err != nil {
		return nil, fmt.Errorf("read session: %w", err)
	}
	ok, language, err := s.accounts.Account(tx, r.UserID)
	if err != nil {
		return nil, err
	}
	expires := time.UnixMicro(r.ExpiresAt).UTC()
	if r.RevokedAt != nil || !ok || !tx.Now.Before(expires) {
		return nil, unknown()
	}
	cred, err := credentials.First(tx, "user_id = ?", r.UserID)
	if err != nil {
		return nil, fmt.Errorf("read credential: %w", err)
	}
	return &Session{
		Actor: &record.Actor{ID: r.UserID, Persons: []string{r.UserID}}, Hash: hash, ExpiresAt: expires,
		Cookie: r.Cookie == 1, CSRF: r.CSRF, MustChange: cred.OneTime == 1, Language: language,
	}, nil
}

func (s *Service) byKey(tx *record.Tx, hash string) (*Session, error) {
	r, err := secrets.First(tx, "hash = ?", hash)
	if fault.Is(err, fault.NotFound) {
		return nil, unknown()
	}
	if err != nil {
		return nil, fmt.Errorf("read API key: %w", err)
	}
	k, err := Keys.Find(tx, r.KeyID)
	if err != nil {
		return nil, fmt.Errorf("read API key: %w", err)
	}
	ok, _, err := s.accounts.Account(tx, k.ResponsibleID)
	if err != nil {
		return nil, err
	}
	if !ok || k.Status != KeyActive || k.ExpiresOn.Passed(tx.Now) {
		return nil, unknown()
	}
	return &Session{
		Actor: &record.Actor{ID: k.ID, Service: true, Key: k.ID, Persons: []string{k.ID, k.ResponsibleID}},
		Hash:  hash, Key: true, ExpiresAt: k.ExpiresOn.Time().AddDate(0, 0, 1).UTC(),
	}, nil
}

// SignIn checks a password and starts a session. It returns the token, which is shown only once.
func (s *Service) SignIn(ctx context.Context, username, password, address string, cookie bool) (string, *Session, error) {
	t, err := s.begin(ctx, username, address)
	if err != nil {
		return "", nil, err
	}
	var cred credentialRow
	active := false
	err = s.db.Read(ctx, record.System, record.Permission{}, func(tx *record.Tx) error {
		c, err := credentials.First(tx, "username = ?", strings.ToLower(username))
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read credential: %w", err)
		}
		cred = *c
		active, _, err = s.accounts.Account(tx, c.UserID)
		return err
	})
	if err != nil {
		return "", nil, err
	}
	ok, err := verify(ctx, cred.Hash, password)
	if err != nil {
		return "", nil, err
	}
	if !ok || !active {
		return "", nil, badCredentials()
	}
	return s.open(ctx, &cred, t, cookie)
}

func (s *Service) open(ctx context.Context, cred *credentialRow, t *try, cookie bool) (string, *Session, error) {
	token := NewSecret()
	x := &Session{
		Actor: &record.Actor{ID: cred.UserID, Persons: []string{cred.UserID}},
		Hash:  Digest(token), Cookie: cookie, MustChange: cred.OneTime == 1,
	}
	err := s.db.Write(ctx, x.Actor, record.Permission{}, "", func(tx *record.Tx) error {
		now, err := credentials.First(tx, "user_id = ?", cred.UserID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return fmt.Errorf("read credential: %w", err)
		}
		if err != nil || now.Hash != cred.Hash { // changed or used during the check
			return badCredentials()
		}
		x.ExpiresAt = tx.Now.Add(SessionLife)
		row := sessionRow{Hash: x.Hash, UserID: cred.UserID, CreatedAt: tx.Now.UnixMicro(), LastSeenAt: tx.Now.UnixMicro(), ExpiresAt: x.ExpiresAt.UnixMicro()}
		if cookie {
			x.CSRF = NewSecret()
			row.Cookie, row.CSRF = 1, x.CSRF
		}
		if cred.OneTime == 1 {
			cred.Hash = "" // a one-time password opens one session
			if err := credentials.Put(tx, cred); err != nil {
				return fmt.Errorf("use one-time password: %w", err)
			}
		}
		if err := sessions.Delete(tx, "expires_at < ?", tx.Now.UnixMicro()); err != nil {
			return fmt.Errorf("drop old sessions: %w", err)
		}
		if err := t.right(tx); err != nil {
			return err
		}
		return sessions.Insert(tx, &row)
	})
	return token, x, err
}

// Revoke ends the session with that hash, or all sessions of the user when hash is empty. The session keep is not ended.
func Revoke(tx *record.Tx, userID, hash, keep string) error {
	list, err := sessions.All(tx, "user_id = ? AND revoked_at IS NULL", userID)
	if err != nil {
		return fmt.Errorf("read sessions: %w", err)
	}
	now := tx.Now.UnixMicro()
	for i := range list {
		if list[i].Hash == keep || hash != "" && list[i].Hash != hash {
			continue
		}
		list[i].RevokedAt = &now
		if err := sessions.Put(tx, &list[i]); err != nil {
			return fmt.Errorf("revoke session: %w", err)
		}
	}
	return tx.RaiseEpoch()
}

// SetPassword stores the hash of a user's password.
func SetPassword(tx *record.Tx, userID, username, hash string, oneTime bool) error {
	row := credentialRow{UserID: userID, Username: strings.ToLower(username), Hash: hash, ChangedAt: tx.Now.UnixMicro()}
	if oneTime {
		row.OneTime = 1
	}
	old, err := credentials.First(tx, "username = ?", row.Username)
	if err == nil && old.UserID != userID {
		return fault.Fields{fault.NewField("/username", "taken", "another person has this username; choose another one")}.Err()
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("read credential: %w", err)
	}
	return credentials.Put(tx, &row)
}

// Forget deletes a user's credential, so that the user can no longer sign in.
func Forget(tx *record.Tx, userID string) error { return credentials.Delete(tx, "user_id = ?", userID) }

// Told reports whether a person must still be told that their password was reset: until they have chosen a new one, and for thirty days
// after that.
func Told(tx *record.Tx, userID string) (bool, error) {
	c, err := credentials.First(tx, "user_id = ?", userID)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read credential: %w", err)
	}
	return c.OneTime == 1 || tx.Now.Before(time.UnixMicro(c.ChangedAt).AddDate(0, 0, 30)), nil
}

// UserOf returns the id of the user with that username.
func UserOf(tx *record.Tx, username string) (string, error) {
	c, err := credentials.First(tx, "username = ?", strings.ToLower(username))
	if err != nil {
		return "", err
	}
	return c.UserID, nil
}

// Confirm checks the current password of a signed-in person. Wrong passwords are throttled as in SignIn. After a one-time password no check is
// needed.
func (s *Service) Confirm(ctx context.Context, userID, password, address string) (username string, err error) {
	var cred *credentialRow
	err = s.db.Read(ctx, record.System, record.Permission{}, func(tx *record.Tx) (err error) {
		cred, err = credentials.First(tx, "user_id = ?", userID)
		return err
	})
	if err != nil {
		return "", err
	}
	if cred.OneTime == 1 && cred.Hash == "" {
		return cred.Username, nil
	}
	t, err := s.begin(ctx, cred.Username, address)
	if err != nil {
		return "", err
	}
	ok, err := verify(ctx, cred.Hash, password)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", fault.Fields{fault.NewField("/current_password", "wrong_password", "must be your present password")}.Err()
	}
	return cred.Username, s.db.Write(ctx, record.System, record.Permission{}, "", t.right)
}

// WithoutPassword lists the users who have not chosen a password of their own.
func WithoutPassword(tx *record.Tx) ([]string, error) {
	list, err := credentials.All(tx, "one_time = 1 OR hash = ''")
	if err != nil {
		return nil, fmt.Errorf("read credentials: %w", err)
	}
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = c.UserID
	}
	return out, nil
}
