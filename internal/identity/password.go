// Package identity authenticates callers: passwords, sessions and API keys.
package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"

	"golang.org/x/crypto/argon2"

	"github.com/ki-styring/aims/internal/fault"
)

// cost is the cost of deriving a key: memory in KiB, and passes. It is part of the stored form.
type cost struct{ memory, passes uint32 }

// full is the cost of new password hashes: 19 MiB and two passes in one lane, the first choice of OWASP.
var full = cost{memory: 19 * 1024, passes: 2}

const (
	argonLanes = 1
	argonBytes = 32
)

// MinPassword is the least length of a password, in characters.
const MinPassword = 12

var derivations = make(chan struct{}, 2)

// derive derives a key from a password. At most two derivations run at once.
func (c cost) derive(ctx context.Context, password string, salt []byte) ([]byte, error) {
	select {
	case derivations <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() {
		<-derivations
		if len(derivations) == 0 && c == full {
			debug.FreeOSMemory() // a hash takes 19 MiB, and the server may be small
		}
	}()
	return argon2.IDKey([]byte(password), salt, c.passes, c.memory, argonLanes, argonBytes), nil
}

// stored returns the stored form of a key.
func (c cost) stored(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", c.memory, c.passes, argonLanes, b64.EncodeToString(salt), b64.EncodeToString(key))
}

// Hash returns the stored form of a password. Call it outside transactions, because it is slow by design.
func Hash(ctx context.Context, password string) (string, error) {
	salt := random(16)
	key, err := full.derive(ctx, password, salt)
	if err != nil {
		return "", err
	}
	return full.stored(salt, key), nil
}

// nobody returns a hash that no password matches. It is checked for an unknown user, so that the answer takes the same time as for a known one.
var nobody = sync.OnceValue(func() string { return full.stored(make([]byte, 16), make([]byte, argonBytes)) })

// verify reports whether a password matches the stored form. It uses the stored cost, so that the cost of new hashes can be raised later. A stored
// cost above the full one is an error.
func verify(ctx context.Context, hash, password string) (bool, error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 {
		parts = strings.Split(nobody(), "$")
		password = ""
	}
	var c cost
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=1", &c.memory, &c.passes); err != nil || c.memory > full.memory || c.passes < 1 || c.passes > full.passes {
		return false, fmt.Errorf("read password hash: the cost %q is not known", parts[3])
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, fmt.Errorf("read password hash: %w", err)
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return false, fmt.Errorf("read password hash: %w", err)
	}
	got, err := c.derive(ctx, password, salt)
	if err != nil {
		return false, err
	}
	return len(hash) > 0 && subtle.ConstantTimeCompare(got, want) == 1, nil
}

// CheckPassword refuses a password that is too short or too long, or contains the username.
func CheckPassword(pointer, password, username string) error {
	var f fault.Fields
	if n := len([]rune(password)); n < MinPassword || n > 200 {
		f.Add(pointer, "bad_password", "must be from %d to 200 characters", MinPassword)
	}
	if username != "" && strings.Contains(strings.ToLower(password), strings.ToLower(username)) {
		f.Add(pointer, "bad_password/username", "must not contain the username")
	}
	return f.Err()
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails; it stops the program instead
	return b
}

// NewSecret returns a random token of 256 bits.
func NewSecret() string { return base64.RawURLEncoding.EncodeToString(random(32)) }

// NewPassword returns a one-time password that a person can type.
func NewPassword() string {
	const letters = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	b := random(20)
	for i, c := range b {
		b[i] = letters[int(c)%len(letters)]
	}
	return string(b)
}

// Digest returns the stored form of a token.
func Digest(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}
