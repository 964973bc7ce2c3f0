package applicability

import (
	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/control"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// openStatement returns the open statement of applicability of exactly this scope, or nil.
func openStatement(tx *record.Tx, scope string) (*control.Statement, error) {
	list, err := query.Each(tx, control.Statements, "="+scope, map[string][]string{"status": {string(control.Draft), string(control.InReview)}})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// CreateStatement compiles a draft for a scope without an open statement.
func CreateStatement(tx *record.Tx, in control.StatementInput) (*control.Statement, error) {
	s := control.NewStatement(in)
	if err := compile(tx, s); err != nil {
		return nil, err
	}
	open, err := openStatement(tx, in.Scope)
	if err != nil {
		return nil, err
	}
	if s, err = control.Statements.Create(tx, s); err != nil {
		return nil, err
	}
	if open != nil { // asked last: who may not create here is not told
		return nil, fault.New(fault.Conflict, "open_statement_exists", "%s is still open in this scope; finish it first", open.Number).With("record_id", open.ID).
			BlockedBy("/api/v1/statements-of-applicability/" + open.ID)
	}
	return s, nil
}

// compile rebuilds the rows from the controls. Whoever changed the controls since the statement in force was submitted counts as
// a participant of this one.
func compile(tx *record.Tx, s *control.Statement) error {
	entries, err := catalogue.AnnexA(tx)
	if err != nil {
		return err
	}
	rows := make([]control.Annex, len(entries))
	for i, e := range entries {
		rows[i] = control.Annex{Key: e.Key, Title: e.Title.In("nb")}
	}
	controls, err := query.Each(tx, control.Repo, "="+s.Scope, nil)
	if err != nil {
		return err
	}
	s.Compile(rows, controls, tx.Now)
	hands, err := priorActs(tx, s.Scope, controls)
	if err != nil {
		return err
	}
	s.Count("control", hands)
	return nil
}

// priorActs lists who changed the controls of a scope since the last approved statement of applicability was submitted. The rows were
// compiled then, so a change during its review counts for the next one.
func priorActs(tx *record.Tx, scope string, controls []*control.Control) ([]record.PriorAct, error) {
	statements, err := query.Each(tx, control.Statements, "="+scope, nil)
	if err != nil {
		return nil, err
	}
	var approved, frozen int64
	for _, s := range statements {
		if at := s.Row().Meta.Last("approve"); at > approved {
			approved, frozen = at, s.Row().Meta.Last("submit")
		}
	}
	var out []record.PriorAct
	for _, c := range controls {
		for _, h := range c.Row().Meta.PriorActs {
			if h.Seq > frozen {
				out = append(out, h)
			}
		}
	}
	return out, nil
}

// recompile updates the rows of an open draft from the controls of its scope.
func recompile(tx *record.Tx, scope string) error {
	open, err := openStatement(tx, scope)
	if err != nil || open == nil || open.Status != control.Draft {
		return err
	}
	_, err = CompileStatement(tx.Follow("soa", "compile"), record.Ref{ID: open.ID, Version: record.AnyVersion})
	return err
}

// CompileStatement rebuilds the rows of a draft from the controls.
func CompileStatement(tx *record.Tx, ref record.Ref) (*control.Statement, error) {
	return control.Statements.Change(tx, ref, func(s *control.Statement) error { return compile(tx, s) })
}

// SubmitStatement compiles a draft once more and submits it for approval.
func SubmitStatement(tx *record.Tx, ref record.Ref) (*control.Statement, error) {
	return control.Statements.Change(tx, ref, func(s *control.Statement) error {
		if err := compile(tx, s); err != nil {
			return err
		}
		return s.Submit(tx.Actor.ID, tx.Now)
	})
}

// WithdrawStatement withdraws a submitted statement. The draft then shows the controls as they are now.
func WithdrawStatement(tx *record.Tx, ref record.Ref) (*control.Statement, error) {
	return reopenStatement(tx, ref, func(s *control.Statement) error {
		return s.Withdraw(append([]string{tx.Actor.ID}, tx.Actor.Persons...)...)
	})
}

// RejectStatement rejects a submitted statement. The draft then shows the controls as they are now.
func RejectStatement(tx *record.Tx, ref record.Ref) (*control.Statement, error) {
	return reopenStatement(tx, ref, (*control.Statement).Reject)
}

func reopenStatement(tx *record.Tx, ref record.Ref, fn func(*control.Statement) error) (*control.Statement, error) {
	return control.Statements.Change(tx, ref, func(s *control.Statement) error {
		if err := fn(s); err != nil {
			return err
		}
		return compile(tx, s)
	})
}
