package rest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// answered is a stored 2xx answer. It is stored in the transaction of its write, so that a repeated request finds both or neither of them.
type answered struct {
	Actor     string `gorm:"primaryKey"`
	Method    string `gorm:"primaryKey"`
	Path      string `gorm:"primaryKey"`
	Key       string `gorm:"primaryKey"`
	BodyHash  string
	Status    int
	Headers   string
	Body      string
	CreatedAt int64 `gorm:"autoCreateTime:false"`
}

var answeredTable = record.Side[answered]{Table: "idempotency"}

// idempotencyLife is how long an answer is stored.
const idempotencyLife = 24 * time.Hour

// checkKey refuses an Idempotency-Key that is malformed, or that is sent to a route which stores no answers.
func (r *Route) checkKey(key string) error {
	switch {
	case key == "" || r.Method == http.MethodGet:
		return nil
	case !r.Idempotent:
		return fault.New(fault.Malformed, "no_idempotency_key", "send this request without Idempotency-Key")
	case len(key) > 200 || !printable(key):
		return fault.New(fault.Malformed, "bad_idempotency_key", "Idempotency-Key must be at most 200 printable characters")
	}
	return nil
}

// once runs a write, or replays the stored answer of the same request.
func (s *Server) once(tx *record.Tx, x *exchange, r *Route, out *answer, do func(*record.Tx) error) error {
	key := x.gin.GetHeader("Idempotency-Key")
	if key == "" {
		return do(tx)
	}
	sum := sha256.Sum256(append([]byte(x.gin.Request.URL.RawQuery+"\n"), x.body...))
	row := &answered{Actor: x.actor.ID, Method: r.Method, Path: x.gin.Request.URL.Path, Key: key, BodyHash: hex.EncodeToString(sum[:])}
	const same = "actor = ? AND method = ? AND path = ? AND key = ?"
	old, err := answeredTable.First(tx, same, row.Actor, row.Method, row.Path, row.Key)
	if err == nil && old.CreatedAt > tx.Now.Add(-idempotencyLife).UnixMicro() {
		return replay(tx, x, old, row.BodyHash, out)
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("read idempotency key: %w", err)
	}
	if err := do(tx); err != nil {
		return err
	}
	header := http.Header{}
	for _, l := range out.header {
		header[l.name] = []string{l.value}
	}
	for _, r := range out.rows {
		if tx.Visible(r) {
			header.Add(shows, r.Kind.Name+" "+r.ID)
		}
	}
	headers, err := json.Marshal(header)
	if err != nil {
		return fmt.Errorf("store answer: %w", err)
	}
	row.Status, row.Headers, row.Body, row.CreatedAt = out.status, string(headers), string(out.body), tx.Now.UnixMicro()
	if err := answeredTable.Delete(tx, "created_at < ?", tx.Now.Add(-idempotencyLife).UnixMicro()); err != nil {
		return fmt.Errorf("drop old answers: %w", err)
	}
	return answeredTable.Put(tx, row)
}

// shows is a header of stored answers that is never sent. It holds the ids of the records in the answer that the caller could read.
const shows = "Shows"

// ForgetAnswers deletes the stored answers of a collection, which may hold personal data.
func ForgetAnswers(tx *record.Tx, path string) error {
	if err := answeredTable.Delete(tx, "path = ? OR path LIKE ?", path, path+"/%"); err != nil {
		return fmt.Errorf("drop answers: %w", err)
	}
	return nil
}

// replay answers a repeated request. The caller must still have the permission in the scope of the body, and must still be able to read
// the records in the answer.
func replay(tx *record.Tx, x *exchange, old *answered, bodyHash string, out *answer) error {
	if old.BodyHash != bodyHash {
		return fault.New(fault.Invalid, "idempotency_mismatch", "this Idempotency-Key was used for another body; use a new key")
	}
	h := http.Header{}
	if err := json.Unmarshal([]byte(old.Headers), &h); err != nil {
		return fmt.Errorf("read stored answer: %w", err)
	}
	var in struct{ Scope string }
	k := record.KindOf(x.perm.Object)
	known := k != nil && json.Unmarshal(x.body, &in) == nil
	for _, shown := range h[shows] {
		kind, id, _ := strings.Cut(shown, " ")
		row, err := tx.Load(record.KindOf(kind), id)
		if err != nil {
			return err
		}
		if row.Kind == k && in.Scope == "" { // it took the scope of its parent
			in.Scope = row.Scope
		}
	}
	delete(h, shows)
	if known && in.Scope != "" {
		if err := tx.Ask(x.perm, record.Target{Kind: k, Scope: in.Scope, AnyState: true}); err != nil {
			return err
		}
	}
	*out = answer{status: old.Status}
	for name := range h {
		out.set(name, h.Get(name))
	}
	out.set("Idempotent-Replay", "true")
	if old.Body != "" {
		out.body = []byte(old.Body)
	}
	return nil
}
