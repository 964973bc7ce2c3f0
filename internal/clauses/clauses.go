// Package clauses shows the clauses of ISO/IEC 42001 as they stand in a scope: what people judge, and which records support them.
package clauses

import (
	"fmt"
	"slices"
	"time"

	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/policy"
	"github.com/ki-styring/aims/internal/record"
)

// Tree is the clauses of ISO/IEC 42001 as they stand in a scope.
type Tree struct {
	Scope string `json:"scope" example:"/siv/"`
	Items []Node `json:"items"`
} // @name ClauseTree

// Node is a clause: what people judge, and what the records in reach support.
type Node struct {
	Key       string       `json:"key" example:"5.2"`
	Title     record.Text  `json:"title"`
	Guidance  *record.Text `json:"guidance"`
	Judgement *Judgement   `json:"judgement"` // null for who may not read judgements of the scope
	Support   []Support    `json:"support"`
	Supported *Supported   `json:"supported"` // null where the caller may read nothing that would tell
	Children  []Node       `json:"children"`
} // @name ClauseNode

// Judgement is what a person found. Where nobody judged the value is not_assessed, and there is no id.
type Judgement struct {
	ID      string            `json:"id,omitempty" format:"uuid"`
	Version int64             `json:"version,omitempty"`
	Value   catalogue.Verdict `json:"value"`
	Reasons string            `json:"reasons"`
	By      string            `json:"by,omitempty" format:"uuid"`
	At      *time.Time        `json:"at"`
} // @name ClauseJudgementView

// Support is one thing that supports a clause, with the records that do: the newest ones the caller reads.
type Support struct {
	Kind string      `json:"kind" example:"policy"`
	Text record.Text `json:"text"`
	// Whether such a record is there; null, and counting for nothing, when the caller reads none and may not read them all.
	Satisfied *bool           `json:"satisfied"`
	Records   []SupportRecord `json:"records"`
	More      bool            `json:"more"` // there are further ones
	// Partly says that the clause asks for more than such records can show.
	Partly bool `json:"partly"`
} // @name ClauseSupport

// SupportRecord is a record that supports a clause.
type SupportRecord struct {
	Kind   string `json:"kind" example:"policy"`
	ID     string `json:"id" format:"uuid"`
	Number string `json:"number" example:"POL-0003"`
	Title  string `json:"title"`
	Status string `json:"status" example:"published"`
	Scope  string `json:"scope" example:"/siv/"`
} // @name ClauseSupportRecord

// Supported says how much of what supports a clause is there.
type Supported string // @name ClauseSupported

// How much is there.
const (
	SupportedNone   Supported = "none"
	SupportedPartly Supported = "partly"
	SupportedFull   Supported = "full"
)

// SupportedValues is the closed list.
var SupportedValues = record.Choices[Supported](
	[4]string{"none", "ingenting", "none", "neutral"},
	[4]string{"partly", "delvis", "partly", "warning"},
	[4]string{"full", "alt", "everything", "success"},
)

// supportLimit is how many records a line of support shows.
const supportLimit = 10

// TreeOf gives the clause tree for a scope, from what the caller may read.
func TreeOf(tx *record.Tx, scope string, support []catalogue.ClauseSupport) (*Tree, error) {
	list, err := catalogue.Requirements.Each(tx, "=/", map[string][]string{
		"framework": {catalogue.ISO42001}, "kind": {string(catalogue.Clause)}, "status": {string(catalogue.RequirementActive)},
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b *catalogue.Requirement) int { return a.Position - b.Position })
	t := tree{tx: tx, scope: scope, under: map[string][]*catalogue.Requirement{}, support: map[string][]catalogue.SupportLine{}}
	for _, r := range list {
		t.under[r.Parent] = append(t.under[r.Parent], r)
	}
	for _, s := range support {
		t.support[s.Clause] = s.Lines
	}
	if t.judged, err = judgements(tx, scope); err != nil {
		return nil, err
	}
	t.open = tx.Visible(&record.Row{Kind: catalogue.Judgements.Kind, Scope: scope, Status: string(catalogue.JudgementActive)})
	items, err := t.nodes("")
	return &Tree{Scope: scope, Items: items}, err
}

func judgements(tx *record.Tx, scope string) (map[string]*Judgement, error) {
	list, err := catalogue.Judgements.Each(tx, "="+scope, nil)
	if err != nil {
		return nil, err
	}
	out := map[string]*Judgement{}
	for _, j := range list {
		if tx.Visible(j.Row()) {
			out[j.Clause] = &Judgement{ID: j.ID, Version: j.Version, Value: j.Judgement, Reasons: j.Reasons, By: j.UpdatedBy, At: &j.UpdatedAt}
		}
	}
	return out, nil
}

type tree struct {
	tx      *record.Tx
	scope   string
	under   map[string][]*catalogue.Requirement
	support map[string][]catalogue.SupportLine
	judged  map[string]*Judgement
	open    bool // the caller may read judgements of the scope
}

// judgement is what people found about a clause; nil for a caller who may not read judgements of the scope.
func (t *tree) judgement(clause string) *Judgement {
	if j := t.judged[clause]; j != nil || !t.open {
		return j
	}
	return &Judgement{Value: catalogue.NotAssessed}
}

func (t *tree) nodes(parent string) ([]Node, error) {
	out := make([]Node, 0, len(t.under[parent]))
	for _, r := range t.under[parent] {
		n := Node{Key: r.Key, Title: r.Title, Guidance: r.Guidance, Judgement: t.judgement(r.Key), Support: []Support{}}
		for _, l := range t.support[r.Key] {
			s, err := t.line(l)
			if err != nil {
				return nil, err
			}
			if s != nil {
				n.Support = append(n.Support, *s)
			}
		}
		var err error
		if n.Children, err = t.nodes(r.Key); err != nil {
			return nil, err
		}
		n.Supported = n.supported()
		out = append(out, n)
	}
	return out, nil
}

// supported is full when every line of the clause and every clause under it is satisfied, and none when nothing is. Lines that the caller
// cannot judge are left out; without any other line the answer is nil.
func (n Node) supported() *Supported {
	var parts []Supported
	for _, s := range n.Support {
		switch {
		case s.Satisfied == nil:
		case *s.Satisfied && s.Partly:
			parts = append(parts, SupportedPartly)
		case *s.Satisfied:
			parts = append(parts, SupportedFull)
		default:
			parts = append(parts, SupportedNone)
		}
	}
	for _, c := range n.Children {
		if c.Supported != nil {
			parts = append(parts, *c.Supported)
		}
	}
	all := func(s Supported) bool { return !slices.ContainsFunc(parts, func(p Supported) bool { return p != s }) }
	out := SupportedPartly
	switch {
	case len(parts) == 0 && len(n.Support)+len(n.Children) > 0:
		return nil
	case all(SupportedNone):
		out = SupportedNone
	case all(SupportedFull):
		out = SupportedFull
	}
	return &out
}

// line finds the records of a line of support: in the scope and below it, and in the scopes above it. It is nil when this server has no
// such kind or cannot filter it that way.
func (t *tree) line(l catalogue.SupportLine) (*Support, error) {
	k := record.KindOf(l.Kind)
	if k == nil {
		return nil, nil //nolint:nilnil // no line is an answer
	}
	filters := map[string][]string{"status": l.States}
	for _, c := range l.Where {
		if !slices.ContainsFunc(k.Filters(), func(f record.Field) bool { return f.Name == c.Field }) {
			return nil, nil //nolint:nilnil // no line is an answer
		}
		filters[c.Field] = append(filters[c.Field], c.Value)
	}
	out := &Support{Kind: l.Kind, Text: l.Text, Partly: l.Partly, Records: []SupportRecord{}}
	scopes := []string{t.scope}
	above := record.Ancestors(t.scope)
	for i := len(above) - 2; i >= 0; i-- {
		scopes = append(scopes, "="+above[i])
	}
	for _, scope := range scopes {
		q := record.Query{Scope: scope, Filters: filters, Limit: supportLimit, Rows: true}
		pages := []func(*record.Tx, record.Query) (*record.Page, error){listOf(k)}
		if k == policy.Repo.Kind && slices.Contains(l.States, string(policy.Published)) {
			pages = append(pages, policy.ListInForce) // also while its next edition is written
		}
		for _, page := range pages {
			if err := t.find(out, page, q); err != nil {
				return nil, err
			}
		}
	}
	if there := len(out.Records) > 0; there || t.reads(k, l.States) {
		out.Satisfied = &there
	}
	return out, nil
}

// find adds the records of a list that are valid today, until enough are shown.
func (t *tree) find(out *Support, list func(*record.Tx, record.Query) (*record.Page, error), q record.Query) error {
	for {
		p, err := list(t.tx, q)
		if err != nil {
			return err
		}
		for _, r := range p.Rows {
			valid, err := t.valid(r)
			if err != nil {
				return err
			}
			if valid {
				out.add(t.tx, r)
			}
		}
		if p.Next == "" {
			return nil
		}
		if len(out.Records) == supportLimit {
			out.More = true
			return nil
		}
		q.Cursor = p.Next
	}
}

func listOf(k *record.Kind) func(*record.Tx, record.Query) (*record.Page, error) {
	return func(tx *record.Tx, q record.Query) (*record.Page, error) { return tx.List(k, q) }
}

// reads tells whether the caller may read records of a kind in the scope, in every one of the states.
func (t *tree) reads(k *record.Kind, states []string) bool {
	return !slices.ContainsFunc(states, func(state string) bool {
		return !t.tx.Visible(&record.Row{Kind: k, Scope: t.scope, Status: state})
	})
}

// valid tells whether today lies within the record's valid_from and valid_to, if it has any.
func (t *tree) valid(r *record.Row) (bool, error) {
	var days struct {
		From record.Date `json:"valid_from"`
		To   record.Date `json:"valid_to"`
	}
	if err := r.Decode(&days); err != nil {
		return false, fmt.Errorf("read %s: %w", r.Number, err)
	}
	return record.Within(t.tx.Now, days.From, days.To), nil
}

// add shows a record, once.
func (s *Support) add(tx *record.Tx, r *record.Row) {
	if slices.ContainsFunc(s.Records, func(known SupportRecord) bool { return known.ID == r.ID }) {
		return
	}
	if len(s.Records) == supportLimit {
		s.More = true
		return
	}
	s.Records = append(s.Records, SupportRecord{Kind: s.Kind, ID: r.ID, Number: r.Number, Title: tx.TitleOf(r), Status: r.Status, Scope: r.Scope})
}
