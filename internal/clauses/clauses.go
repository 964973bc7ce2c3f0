// Package clauses shows the clauses of ISO/IEC 42001 as they stand in a scope: what people judge, and which records support them.
package clauses

import (
	"cmp"
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// Tree is the clauses of a framework as they stand in a scope.
type Tree struct {
	Scope     string `json:"scope" example:"/siv/"`
	Framework string `json:"framework" example:"iso-42001"`
	Items     []Node `json:"items"`
} // @name ClauseTree

// Node is a clause: what people judge, and what the records in reach support.
type Node struct {
	Key       string       `json:"key" example:"5.2"`
	Title     record.Text  `json:"title"`
	Guidance  *record.Text `json:"guidance"`
	Judgement *Judgement   `json:"judgement"` // of the working group; null for who may not read judgements of the scope
	// The judgement of the internal audit.
	InternalAudit *Judgement `json:"internal_audit"`
	Support       []Support  `json:"support"`
	Supported     *Supported `json:"supported"` // null where the caller may read nothing that would tell
	Children      []Node     `json:"children"`
} // @name ClauseNode

// Judgement is what a person found. Where nobody judged the value is not_assessed, and there is no id.
type Judgement struct {
	ID       string            `json:"id,omitempty" format:"uuid"`
	Version  int64             `json:"version,omitempty"`
	Value    catalogue.Verdict `json:"value"`
	Reasons  string            `json:"reasons"`
	Evidence []string          `json:"evidence" names:"evidence"`
	By       string            `json:"by,omitempty" format:"uuid" names:"user"`
	At       *time.Time        `json:"at"`
	// Why the judgement is stale; null unless something that it rests on has changed.
	Stale *catalogue.Staleness `json:"stale"`
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

// This registers the closed list.
var _ = record.Choices[Supported](
	[4]string{"none", "ingenting", "none", "neutral"},
	[4]string{"partly", "delvis", "partly", "warning"},
	[4]string{"full", "alt", "everything", "success"},
)

// supportLimit is how many records a line of support shows.
const supportLimit = 10

// TreeOf gives the tree of a framework's clauses for a scope, from what the caller may read. What supports a clause is known for ISO/IEC 42001.
func TreeOf(tx *record.Tx, scope, framework string, support []catalogue.ClauseSupport) (*Tree, error) {
	t := tree{tx: tx, scope: scope, framework: framework, support: map[string][]Support{}, valid: map[*record.Row]bool{}}
	var err error
	if t.under, err = clausesUnder(tx, framework); err != nil {
		return nil, err
	}
	if t.judged, err = judgements(tx, scope); err != nil {
		return nil, err
	}
	t.open = tx.Visible(&record.Row{Kind: catalogue.Judgements.Kind, Scope: scope, Status: string(catalogue.JudgementActive)})
	if err := t.find(support); err != nil {
		return nil, err
	}
	items, err := t.nodes("")
	return &Tree{Scope: scope, Framework: framework, Items: items}, err
}

// clause is what the tree shows of a requirement that is a clause.
type clause struct {
	key      string
	title    record.Text
	guidance *record.Text
	position int64
}

// clausesUnder reads the clauses in their order, by the key of the clause that they belong to.
func clausesUnder(tx *record.Tx, framework string) (map[string][]clause, error) {
	rows, err := query.Rows(tx, catalogue.Requirements.Kind, "=/", map[string][]string{
		"framework": {framework}, "kind": {string(catalogue.Clause)}, "status": {string(catalogue.RequirementActive)},
	})
	if err != nil {
		return nil, err
	}
	text := func(v gjson.Result) record.Text {
		return record.Text{NB: v.Get("nb").String(), EN: v.Get("en").String()}
	}
	out := map[string][]clause{}
	for _, r := range rows {
		var c clause
		var parent string
		r.Fields(func(name string, v gjson.Result) {
			switch name {
			case "key":
				c.key = v.String()
			case "title":
				c.title = text(v)
			case "guidance":
				if v.IsObject() {
					guidance := text(v)
					c.guidance = &guidance
				}
			case "position":
				c.position = v.Int()
			case "parent":
				parent = v.String()
			}
		})
		out[parent] = append(out[parent], c)
	}
	for _, list := range out {
		slices.SortFunc(list, func(a, b clause) int { return cmp.Compare(a.position, b.position) })
	}
	return out, nil
}

// place is a clause and the party that judges it.
type place struct {
	clause string
	party  catalogue.Party
}

func judgements(tx *record.Tx, scope string) (map[place]*Judgement, error) {
	list, err := query.Each(tx, catalogue.Judgements, "="+scope, nil)
	if err != nil {
		return nil, err
	}
	out := map[place]*Judgement{}
	for _, j := range list {
		if tx.Visible(j.Row()) {
			out[place{j.Clause, j.Party}] = &Judgement{ID: j.ID, Version: j.Version, Value: j.Judgement, Reasons: j.Reasons, Evidence: j.Evidence, By: j.JudgedBy, At: &j.JudgedAt, Stale: j.Stale}
		}
	}
	return out, nil
}

type tree struct {
	tx        *record.Tx
	scope     string
	framework string
	under     map[string][]clause // by the key of the clause that they belong to
	support   map[string][]Support
	judged    map[place]*Judgement
	open      bool                 // the caller may read judgements of the scope
	valid     map[*record.Row]bool // whether today lies within a record's days
}

// judgement is what a party found about a clause; nil for a caller who may not read judgements of the scope.
func (t *tree) judgement(clause string, party catalogue.Party) *Judgement {
	if j := t.judged[place{clause, party}]; j != nil || !t.open {
		return j
	}
	return &Judgement{Value: catalogue.NotAssessed, Evidence: []string{}}
}

func (t *tree) nodes(parent string) ([]Node, error) {
	out := make([]Node, 0, len(t.under[parent]))
	for _, c := range t.under[parent] {
		n := Node{Key: c.key, Title: c.title, Guidance: c.guidance, Support: []Support{}}
		clause := catalogue.ShortKey(t.framework + ":" + c.key)
		n.Judgement, n.InternalAudit = t.judgement(clause, catalogue.WorkingGroup), t.judgement(clause, catalogue.InternalAudit)

		n.Support = append(n.Support, t.support[c.key]...)
		var err error
		if n.Children, err = t.nodes(c.key); err != nil {
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

// reads tells whether the caller may read records of a kind in the scope, in every one of the states.
func (t *tree) reads(k *record.Kind, states []string) bool {
	return !slices.ContainsFunc(states, func(state string) bool {
		return !t.tx.Visible(&record.Row{Kind: k, Scope: t.scope, Status: state})
	})
}
