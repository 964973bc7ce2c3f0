package governance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// About names an action on a record that a body is asked to decide: the approval of a statement of applicability.
type About struct {
	Kind   string `json:"kind" validate:"required,max=60" of:"RecordKind" example:"soa"`
	ID     string `json:"id" validate:"required,uuid" format:"uuid" names:"kind"`
	Action string `json:"action" validate:"required,max=60" example:"approve"`
	// The body of the request that takes the action, without it when the action needs none.
	Input map[string]any `json:"input"`
} // @name DecisionAbout

// Subjects are the actions on records that a case or a decision is about.
type Subjects struct {
	About []About `json:"about" validate:"max=20,dive"`
}

// Judged is a record that a decision is about, as its content stood when the decision was drafted. The decision holds for that content only.
type Judged struct {
	ID      string `json:"id" format:"uuid"`
	Number  string `json:"number" example:"SOA-0002"`
	Version int64  `json:"version" example:"4"`
	Content string `json:"content" example:"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"` // a hash of what is judged
} // @name DecisionJudged

// permission is what the action takes.
func (a About) permission() record.Permission {
	return record.Permission{Object: a.Kind, Action: a.Action}
}

// same reports whether two of them name one action on one record.
func (a About) same(as About) bool {
	return a.Kind == as.Kind && a.ID == as.ID && a.Action == as.Action
}

// equal reports whether two of them name one action on one record, with the same input.
func (a About) equal(to About) bool {
	mine, _ := json.Marshal(a.Input) // both were read from JSON, so they are always valid
	theirs, _ := json.Marshal(to.Input)
	return a.same(to) && (len(a.Input)+len(to.Input) == 0 || bytes.Equal(mine, theirs))
}

// ids lists the records, each once.
func (s Subjects) ids() []string {
	out := []string{}
	for _, a := range s.About {
		if !slices.Contains(out, a.ID) {
			out = append(out, a.ID)
		}
	}
	return out
}

func (s *Subjects) lists() {
	s.About = noneNil(s.About)
	for i := range s.About {
		if s.About[i].Input == nil {
			s.About[i].Input = map[string]any{}
		}
	}
}

// rows reads the records, and reports those that cannot be decided on by the body: an action that is not a body's, or a record that it does not reach.
func (s Subjects) rows(tx *record.Tx, b *Body) ([]*record.Row, error) {
	var f fault.Fields
	out := make([]*record.Row, len(s.About))
	for i, a := range s.About {
		at := "/about/" + strconv.Itoa(i)
		k := record.KindOf(a.Kind)
		if k == nil || !tx.Guard().OfBody(a.permission()) {
			f.Add(at+"/action", "not_of_body", "must be an action that bodies decide; see policies/body-actions.csv")
			continue
		}
		row, err := tx.Load(k, a.ID)
		switch {
		case fault.Is(err, fault.NotFound):
			f.Add(at+"/id", "unknown_reference", "there is no such record, or you cannot read it: %s", fault.Word{Kind: a.Kind})
			continue
		case err != nil:
			return nil, err
		case !record.Covers(b.Scope, row.Scope):
			f.Add(at+"/id", "outside_body", "must be in the scope of the body, %s, or below it", b.Scope)
		}
		if slices.ContainsFunc(s.About[:i], a.same) {
			f.Add(at, "repeated", "must not have the same value twice")
		}
		out[i] = row
	}
	return out, f.Err()
}

// judge reads what the records of a decision contain now.
func (s Subjects) judge(tx *record.Tx, rows []*record.Row) ([]Judged, error) {
	out := make([]Judged, len(rows))
	for i, row := range rows {
		content, err := tx.Judged(row)
		if err != nil {
			return nil, err
		}
		out[i] = Judged{ID: row.ID, Number: row.Number, Version: row.Version, Content: content}
	}
	return out, nil
}

// records reads the records, whoever asks.
func (s Subjects) records(tx *record.Tx) ([]*record.Row, error) {
	out := make([]*record.Row, len(s.About))
	for i, a := range s.About {
		found, err := tx.Rows(record.KindOf(a.Kind), []string{a.ID})
		if err != nil {
			return nil, fmt.Errorf("read what is decided on: %w", err)
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("the %s %s that is decided on is not there", a.Kind, a.ID)
		}
		out[i] = found[0]
	}
	return out, nil
}

// content reads what the records contain now, whoever asks.
func (s Subjects) content(tx *record.Tx) ([]Judged, error) {
	rows, err := s.records(tx)
	if err != nil {
		return nil, err
	}
	return s.judge(tx, rows)
}

// onCase checks that the decision is about what its case names, with the same input. The members read the case before they vote.
func (s Subjects) onCase(c *Case) error {
	var f fault.Fields
	for i, a := range s.About {
		switch {
		case c == nil || !slices.ContainsFunc(c.About, a.same):
			f.Add("/about/"+strconv.Itoa(i), "not_in_case", "must be what the case is about")
		case !slices.ContainsFunc(c.About, a.equal):
			f.Add("/about/"+strconv.Itoa(i)+"/input", "not_in_case/input", "must be the input that the case names; raise another case for another input")
		}
	}
	return f.Err()
}

// standing checks, when a decision is adopted, that its case still names what it is about, that each record is as it stood, and that the members' role may
// take the action.
func (d *Decision) standing(tx *record.Tx, b *Body, c *Case) ([]*record.Row, error) {
	var blockers fault.Blockers
	rows, err := d.records(tx)
	if err != nil {
		return nil, err
	}
	for i, a := range d.About {
		row := rows[i]
		content, err := tx.Judged(row)
		if err != nil {
			return nil, err
		}
		may, err := tx.Guard().RoleMay(tx, string(b.MemberRole), a.permission(), row.Target())
		switch link := "/api/v1/" + row.Kind.Path + "/" + row.ID; {
		case err != nil:
			return nil, err
		case c == nil || !slices.ContainsFunc(c.About, a.equal):
			blockers.Add("about_changed/case", "/about/"+strconv.Itoa(i), "the case has changed since the decision was drafted; draft it again")
		case content != d.Judged[i].Content:
			blockers.Add("about_changed", "/about/"+strconv.Itoa(i), "%s has changed since the decision was drafted; draft it again", row.Number).Link = link
		case !may:
			blockers.Add("beyond_powers", "/about/"+strconv.Itoa(i), "%s cannot decide this on %s", b.Number, row.Number).Link = link
		}
	}
	return rows, blockers.Err()
}

// barred returns the seats whose member an earlier act keeps from the decision. They have no vote, as with a conflict of interest.
func (s Subjects) barred(tx *record.Tx, rows []*record.Row, seats []MeetingSeat, carrier Carrier) ([]string, error) {
	out := []string{}
	for _, seat := range seats {
		if seat.UserID == "" || !seat.Votes {
			continue
		}
		separated, err := s.separated(tx, seat.UserID, rows, carrier)
		if err != nil {
			return nil, err
		}
		if separated {
			out = append(out, seat.MembershipID)
		}
	}
	return out, nil
}

// separated reports whether an earlier act keeps a person from the decision.
func (s Subjects) separated(tx *record.Tx, person string, rows []*record.Row, carrier Carrier) (bool, error) {
	for i, a := range s.About {
		if yes, err := carrier.Separated(tx, person, a.permission(), rows[i]); yes || err != nil {
			return yes, err
		}
	}
	return false, nil
}

// Carrier takes the actions that a body has decided, as the requests for them would.
type Carrier interface {
	// Check reads the body of the request that takes an action, and returns its faults.
	Check(p record.Permission, input map[string]any) (body any, err error)
	// CarryOut takes the action on a record, in the transaction of the decision.
	CarryOut(tx *record.Tx, id string, input map[string]any) error
	// Separated reports whether an earlier act of a person keeps them from an action on a record.
	Separated(tx *record.Tx, person string, p record.Permission, row *record.Row) (bool, error)
}

// inputs reports the faults in the bodies of the actions, and those that say something else than the outcome of the decision: an approval cannot decline.
// A case has no outcome yet.
func (s Subjects) inputs(carrier Carrier, outcome Outcome) error {
	var out fault.Fields
	for i, a := range s.About {
		at := "/about/" + strconv.Itoa(i) + "/input"
		answer, err := a.answer(carrier)
		f := fault.As(err)
		switch {
		case err != nil && (f == nil || f.Kind != fault.Invalid):
			return err
		case f != nil:
			for _, x := range f.Fields {
				x.Pointer = at + x.Pointer
				out = append(out, x)
			}
		case outcome != "" && answer != Approve && answer != outcome:
			out.Add(at, "outcome_differs", `says "%s", but the outcome of the decision is "%s"`, answer.label(), outcome.label())
		}
	}
	return out.Err()
}

// answering is the body of an action that itself answers yes or no: the decision on a measure.
type answering interface {
	// Answer returns the outcome of a decision that gives this answer.
	Answer() string
}

// answer returns what an action says to the record: its input may decline it or send it back, and every other action approves.
func (a About) answer(carrier Carrier) (Outcome, error) {
	body, err := carrier.Check(a.permission(), a.Input)
	if x, ok := body.(answering); ok && err == nil {
		return Outcome(x.Answer()), nil
	}
	return Approve, err
}

// complete refuses to admit a case with an input that cannot be carried out, because it cannot change after that.
func (s Subjects) complete(carrier Carrier) error {
	err := s.inputs(carrier, "")
	if !fault.Is(err, fault.Invalid) {
		return err
	}
	var b fault.Blockers
	for _, x := range fault.As(err).Fields {
		b.Add("input_incomplete", x.Pointer, "the case must name what is carried out: %s %s", x.Pointer, x.Detail)
	}
	return b.Err()
}

// takes reports whether a decision with this outcome carries out an action that gives that answer.
func (o Outcome) takes(answer Outcome) bool { return o == answer || o.Positive() && answer.Positive() }

// CarryOut takes the actions that an adopted decision is about, by the right of its body. Those to which the decision says no are not taken.
func (d *Decision) CarryOut(tx *record.Tx, carrier Carrier) error {
	if len(d.About) == 0 {
		return nil
	}
	b, err := bodyOf(tx, d.BodyID)
	if err != nil {
		return err
	}
	m, err := Mandates.Find(tx, d.Resolution.MandateID)
	if err != nil {
		return fmt.Errorf("read mandate: %w", err)
	}
	by := record.Authority{
		Role: string(b.MemberRole), Scope: b.Scope, BodyID: b.ID, Mandate: m.Number, Edition: m.Edition, Decision: d.Number, DecisionID: d.ID, Conditions: d.Conditions,
	}
	return d.carryOut(tx, d.Outcome, by, carrier)
}

// carryOut takes the actions by an authority. Those to which the outcome says no are not taken.
func (s Subjects) carryOut(tx *record.Tx, outcome Outcome, by record.Authority, carrier Carrier) error {
	for i, a := range s.About {
		answer, err := a.answer(carrier)
		if err != nil {
			return astray(err, i)
		}
		if !outcome.takes(answer) {
			continue
		}
		if err := carrier.CarryOut(tx.CarryOut(a.permission(), by), a.ID, a.Input); err != nil {
			return astray(err, i)
		}
	}
	return nil
}

// astray points the faults and blockers of an action at its place in the decision.
func astray(err error, i int) error {
	f := fault.As(err)
	if f == nil {
		return err
	}
	at := "/about/" + strconv.Itoa(i)
	for j := range f.Fields {
		f.Fields[j].Pointer = at + "/input" + f.Fields[j].Pointer
	}
	return f
}

// Advised reports whether a body has given its advice about a record, for the content that it has now.
func Advised(tx *record.Tx, bodyID string, row *record.Row) (bool, error) {
	cases, err := tx.Referrers(Cases.Name, "about_ids", row.ID)
	if err != nil || len(cases) == 0 {
		return false, err
	}
	given, err := query.Each(tx, AdviceRepo, "/", map[string][]string{
		"body_id": {bodyID}, "case_id": cases, "status": {string(AdviceGiven), string(AdviceAnswered)},
	})
	if err != nil {
		return false, err
	}
	content, err := tx.Judged(row)
	return slices.ContainsFunc(given, func(a *Advice) bool {
		return slices.ContainsFunc(a.Judged, func(j Judged) bool { return j.ID == row.ID && j.Content == content })
	}), err
}
