// Package identity knows who is asking: passwords, sessions and API keys.
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

// cost is what deriving a key takes: memory in KiB, and passes over it. It stands in the stored form.
type cost struct{ memory, passes uint32 }

// full is the cost of every password that Hash stores: 19 MiB and two passes in one lane, OWASP's first choice.
var full = cost{memory: 19 * 1024, passes: 2}

const (
	argonLanes = 1
	argonBytes = 32
)

// MinPassword is the least length of a password, in characters.
const MinPassword = 12

var kitchen = make(chan struct{}, 2)

// derive makes a key from a password, at most two at a time.
func (c cost) derive(ctx context.Context, password string, salt []byte) ([]byte, error) {
	select {
	case kitchen <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() {
		<-kitchen
		if len(kitchen) == 0 && c == full {
			debug.FreeOSMemory() // 19 MiB a hash, and the server is small
		}
	}()
	return argon2.IDKey([]byte(password), salt, c.passes, c.memory, argonLanes, argonBytes), nil
}

// stored is the stored form of a key.
func (c cost) stored(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", c.memory, c.passes, argonLanes, b64.EncodeToString(salt), b64.EncodeToString(key))
}

// Hash makes the stored form of a password. Call it outside transactions: it takes a while on purpose.
func Hash(ctx context.Context, password string) (string, error) {
	salt := random(16)
	key, err := full.derive(ctx, password, salt)
	if err != nil {
		return "", err
	}
	return full.stored(salt, key), nil
}

// nobody is a hash that no password fits, so that an unknown user costs as much as a known one.
var nobody = sync.OnceValue(func() string { return full.stored(make([]byte, 16), make([]byte, argonBytes)) })

// verify tells whether a password fits the stored form, deriving at the cost that it was stored with, so that the cost can be raised later.
// A stored form of higher cost is not trusted.
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

// CheckPassword refuses passwords that are too short or the username itself.
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
	_, _ = rand.Read(b) // never fails; it ends the program instead
	return b
}

// NewSecret makes a random token of 256 bits.
func NewSecret() string { return base64.RawURLEncoding.EncodeToString(random(32)) }

// NewPassword makes a one-time password that a person can type.
func NewPassword() string {
	const letters = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	b := random(20)
	for i, c := range b {
		b[i] = letters[int(c)%len(letters)]
	}
	return string(b)
}

// Digest is the stored form of a token.
func Digest(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}
