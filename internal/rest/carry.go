package rest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/ki-styring/aims/internal/record"
)

// carried is the handler of a verb, as a decision of a body calls it.
type carried struct {
	check func(input map[string]any) (any, error)
	run   func(tx *record.Tx, id string, input map[string]any) error
}

// carry keeps the handler of a verb on a record, so that a decision of a body can take the action.
func carry[B, R any](s *Server, r *Route, fn func(*record.Tx, Call[B]) (R, error)) {
	object, action, _ := strings.Cut(r.Permission, ":")
	if k := record.KindOf(object); k == nil || r.Method != http.MethodPost || r.Path != "/"+k.Path+"/{id}/"+action {
		return
	}
	decode := func(input map[string]any) (body B, err error) {
		if len(input) == 0 && (r.Body == nil || r.Shape == "optional") {
			return body, nil
		}
		if input == nil {
			input = map[string]any{}
		}
		raw, err := json.Marshal(input)
		if err != nil {
			return body, fmt.Errorf("encode the input: %w", err)
		}
		return body, decodeInto(raw, &body)
	}
	s.carried[record.Permission{Object: object, Action: action}] = carried{
		check: func(input map[string]any) (any, error) { return decode(input) },
		run: func(tx *record.Tx, id string, input map[string]any) error {
			body, err := decode(input)
			if err != nil {
				return err
			}
			if b, ok := any(body).(interface{ Why() string }); ok {
				tx.Because(b.Why())
			}
			_, err = fn(tx, Call[B]{ID: id, Version: record.AnyVersion, Body: body})
			return err
		},
	}
}

// Check reads the body of the request that takes an action, and returns its faults.
func (s *Server) Check(p record.Permission, input map[string]any) (body any, err error) {
	c, ok := s.carried[p]
	if !ok {
		return nil, fmt.Errorf("rest: no route takes the action %s", p)
	}
	return c.check(input)
}

// CarryOut takes the action that the transaction is for on a record, as a request for it would.
func (s *Server) CarryOut(tx *record.Tx, id string, input map[string]any) error {
	c, ok := s.carried[tx.Permission]
	if !ok {
		return fmt.Errorf("rest: no route takes the action %s", tx.Permission)
	}
	return c.run(tx, id, input)
}
