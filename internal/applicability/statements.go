package applicability

import (
	"reflect"
	"slices"

	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/control"
	"github.com/ki-styring/aims/internal/evidence"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
	"github.com/ki-styring/aims/internal/risk"
)

// openStatements lists the open statements of applicability of exactly this scope.
func openStatements(tx *record.Tx, scope string) ([]*control.Statement, error) {
	return query.Each(tx, control.Statements, "="+scope, map[string][]string{"status": {string(control.Draft), string(control.InReview)}})
}

// CreateStatement compiles a draft for a scope and framework without an open statement.
func CreateStatement(tx *record.Tx, in control.StatementInput) (*control.Statement, error) {
	s := control.NewStatement(in)
	s.Defaults()
	if entries, err := catalogue.ControlsOf(tx, s.Framework); err != nil {
		return nil, err
	} else if len(entries) == 0 && s.Framework != catalogue.ISO42001 {
		return nil, notAdoptable(tx, s.Framework)
	}
	if err := compile(tx, s); err != nil {
		return nil, err
	}
	all, err := openStatements(tx, in.Scope)
	if err != nil {
		return nil, err
	}
	framework := s.Framework
	if s, err = control.Statements.Create(tx, s); err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(all, func(o *control.Statement) bool { return o.Framework == framework }); i >= 0 { // asked last: who may not create here is not told
		return nil, fault.New(fault.Conflict, "open_statement_exists", "%s is still open in this scope; finish it first", all[i].Number).With("record_id", all[i].ID).
			BlockedBy("/api/v1/statements-of-applicability/" + all[i].ID)
	}
	return s, nil
}

// NextStatement drafts the statement that comes after an approved one, for the same scope and framework.
func NextStatement(tx *record.Tx, ref record.Ref) (*control.Statement, error) {
	s, err := control.Statements.Change(tx, ref, func(*control.Statement) error { return nil })
	if err != nil {
		return nil, err
	}
	in := control.StatementInput{Common: record.Common{Scope: s.Scope}, Title: s.Title, Framework: s.Framework}
	return CreateStatement(tx.Follow("soa", "create"), in)
}

// compile rebuilds the rows from the controls. Whoever changed the controls since the statement in force was submitted counts as
// a participant of this one.
func compile(tx *record.Tx, s *control.Statement) error {
	b, err := basis(tx, s)
	if err != nil {
		return err
	}
	s.Compile(b)
	hands, err := priorActs(tx, s, b.Controls)
	if err != nil {
		return err
	}
	s.Count("control", hands)
	return nil
}

// today is the statement as its rows would be compiled now.
func today(tx *record.Tx, s *control.Statement) (*control.Statement, error) {
	b, err := basis(tx, s)
	if err != nil {
		return nil, err
	}
	now := *s
	now.Compile(b)
	return &now, nil
}

// basis reads what the rows of a statement are compiled from.
func basis(tx *record.Tx, s *control.Statement) (b control.Basis, err error) {
	b = control.Basis{Own: s.Framework == catalogue.ISO42001, At: tx.Now}
	entries, err := catalogue.ControlsOf(tx, s.Framework)
	if err != nil {
		return b, err
	}
	for _, e := range entries {
		duties, err := obligations(tx, e)
		if err != nil {
			return b, err
		}
		b.Entries = append(b.Entries, control.Entry{Requirement: catalogue.ShortKey(e.RefKey), Title: e.Title.In("nb"), ObligationIDs: duties})
	}
	if b.Controls, err = query.Each(tx, control.Repo, "="+s.Scope, nil); err != nil {
		return b, err
	}
	if b.Above, err = controlsAbove(tx, s.Scope); err != nil {
		return b, err
	}
	all := slices.Concat(b.Controls, b.Above)
	if b.Evidence, err = citedBy(tx, all); err != nil {
		return b, err
	}
	b.Treats, err = treats(tx, s.Scope, all)
	return b, err
}

// obligations are the ids of the obligations that a requirement helps to meet, as far as their frameworks are imported.
func obligations(tx *record.Tx, e *catalogue.Requirement) (ids []string, err error) {
	if len(e.Obligations) == 0 {
		return nil, nil
	}
	return query.IDs(tx, catalogue.Requirements, "=/", map[string][]string{
		"ref_key": e.Obligations, "kind": {string(catalogue.Obligation)}, "status": {string(catalogue.RequirementActive)},
	})
}

// citedBy reads the evidence of controls as it is now, by its id.
func citedBy(tx *record.Tx, controls []*control.Control) (map[string]control.Cited, error) {
	out := map[string]control.Cited{}
	var ids []string
	for _, c := range controls {
		ids = append(ids, c.Evidence...)
	}
	slices.Sort(ids)
	for some := range slices.Chunk(slices.Compact(ids), atOnce) {
		list, err := query.Each(tx, evidence.Repo, "", map[string][]string{"id": some})
		if err != nil {
			return nil, err
		}
		for _, e := range list {
			out[e.ID] = cited(e)
		}
	}
	return out, nil
}

// atOnce is how many ids a query names.
const atOnce = 500

// treats lists the risks that are not closed and have a treatment that names a control, in the scope, below it and above it, by the control's id.
func treats(tx *record.Tx, scope string, controls []*control.Control) (map[string][]string, error) {
	var ids []string
	for _, c := range controls {
		ids = append(ids, c.ID)
	}
	open := slices.DeleteFunc(risk.Repo.States(), func(s string) bool { return s == string(risk.Closed) })
	out := map[string][]string{}
	for _, at := range []string{scope, query.Exactly(record.Ancestors(scope)...)} {
		for some := range slices.Chunk(ids, atOnce) {
			rows, err := query.Rows(tx, risk.Repo.Kind, at, map[string][]string{"controls": some, "status": open})
			if err != nil {
				return nil, err
			}
			for _, r := range rows {
				for _, c := range r.Field("controls").Array() {
					if id := c.String(); slices.Contains(some, id) && !slices.Contains(out[id], r.ID) {
						out[id] = append(out[id], r.ID)
					}
				}
			}
		}
	}
	for _, risks := range out {
		slices.Sort(risks)
	}
	return out, nil
}

// priorActs lists who changed the controls of a scope since the last approved statement of applicability was submitted. The rows were
// compiled then, so a change during its review counts for the next one.
func priorActs(tx *record.Tx, of *control.Statement, controls []*control.Control) ([]record.PriorAct, error) {
	statements, err := query.Each(tx, control.Statements, "="+of.Scope, map[string][]string{"framework": {of.Framework}})
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

// follow brings the statements of a scope and below up to date after a change of its controls: a draft takes the rows of today, and an approved statement
// says what differs.
func follow(tx *record.Tx, scope string) error {
	list, err := query.Each(tx, control.Statements, scope, map[string][]string{"status": {string(control.Draft), string(control.Approved)}})
	if err != nil {
		return err
	}
	for _, s := range list {
		verb, apply := "compile", draftFollows
		if s.Status == control.Approved {
			verb, apply = "drift", drifts
		}
		if changed, err := apply(tx, s); err != nil || !changed {
			if err != nil {
				return err
			}
			continue
		}
		_, err := control.Statements.Change(tx.Follow("soa", verb), record.Ref{ID: s.ID, Version: record.AnyVersion}, func(s *control.Statement) error {
			_, err := apply(tx, s)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// draftFollows compiles a draft anew, and reports whether a row changed.
func draftFollows(tx *record.Tx, s *control.Statement) (bool, error) {
	was := s.Rows
	if err := compile(tx, s); err != nil {
		return false, err
	}
	return !reflect.DeepEqual(was, s.Rows), nil
}

// drifts stores what differs between an approved statement and the controls, and reports whether that is news.
func drifts(tx *record.Tx, s *control.Statement) (bool, error) {
	now, err := today(tx, s)
	if err != nil {
		return false, err
	}
	return s.DriftFrom(now), nil
}

// ApproveStatement approves a statement and supersedes the one in force in its scope for the same framework. The controls must say what they said when it
// was submitted.
func ApproveStatement(tx *record.Tx, ref record.Ref) (*control.Statement, error) {
	var earlier []*control.Statement
	s, err := control.Statements.Change(tx, ref, func(s *control.Statement) error {
		now, err := today(tx, s)
		if err != nil {
			return err
		}
		if err := s.Changed(now); err != nil {
			return err
		}
		earlier, err = query.Each(tx, control.Statements, "="+s.Scope, map[string][]string{
			"status": {string(control.Approved)}, "framework": {s.Framework},
		})
		if err != nil {
			return err
		}
		id := ""
		if len(earlier) > 0 {
			id = earlier[0].ID
		}
		return s.Approve(tx.Actor.ID, tx.Now, id)
	})
	if err != nil {
		return nil, err
	}
	for _, e := range earlier {
		_, err := control.Statements.Change(tx.Follow("soa", "supersede"), record.Ref{ID: e.ID, Version: record.AnyVersion}, (*control.Statement).Supersede)
		if err != nil {
			return nil, err
		}
	}
	return s, nil
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
