// Package record stores versioned records: their documents, who changed what, and the event log. All writes go through it.
package record

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// Base has the fields of every record that the server sets.
type Base struct {
	ID        string    `json:"id" format:"uuid"`
	Number    string    `json:"number" example:"RISK-0042"`
	Version   int64     `json:"version" example:"3"`
	CreatedAt time.Time `json:"created_at"`
	CreatedBy string    `json:"created_by" format:"uuid" names:"user"`
	UpdatedAt time.Time `json:"updated_at"`
	UpdatedBy string    `json:"updated_by" format:"uuid" names:"user"`
	// The last decision on the record, and by what right it was taken.
	LastDecision *Decided `json:"last_decision"`

	row     *Row
	counted []PriorAct
	also    []string
}

func (b *Base) base() *Base { return b }

// Row returns the stored row. It is nil before the record is read or written.
func (b *Base) Row() *Row { return b.row }

// Count adds acts on other records to the acts on this one, as the given action.
func (b *Base) Count(action string, done []PriorAct) {
	for _, h := range done {
		h.Action = action
		b.counted = append(b.counted, h)
	}
}

// Also makes the next write count as a further act of the actor, for separations of duties: a patch of a control's implementation is "implement".
func (b *Base) Also(action string) {
	if !slices.Contains(b.also, action) {
		b.also = append(b.also, action)
	}
}

// holder is any record: a struct that embeds Base.
type holder interface{ base() *Base }

// Common has the fields that a caller sets on every record: its scope, which is fixed, and its ids in other systems. The scope may be left out
// of a new record that names a parent: see Kind.Parents.
type Common struct {
	Scope        string        `json:"scope" validate:"omitempty,scope" fixed:"true" example:"/siv/radiologi/" names:"unit"`
	ExternalRefs []ExternalRef `json:"external_refs" validate:"max=20,dive"`
}

// ExternalRef is the record's id in another system.
type ExternalRef struct {
	System   string     `json:"system" validate:"required,max=60" example:"eqs"`
	Type     string     `json:"type,omitempty" validate:"max=60" example:"document"`
	ID       string     `json:"id" validate:"required,max=200" example:"12345"`
	URL      string     `json:"url,omitempty" validate:"omitempty,weburl,max=2000"`
	SyncedAt *time.Time `json:"synced_at,omitempty"`
}

// Text is a text for people in Norwegian (bokmål), in English, or in both. A language without a text is null.
type Text struct {
	NB string `json:"nb" validate:"required_without=EN,omitempty,filled,max=2000" extensions:"x-nullable" yaml:"nb" example:"KI-rådet"`
	EN string `json:"en" validate:"required_without=NB,omitempty,filled,max=2000" extensions:"x-nullable" yaml:"en" example:"AI council"`
}

// In returns the text in a language: English for "en", otherwise bokmål. If there is none in that language, it returns the other one.
func (t Text) In(lang string) string {
	if lang == "en" {
		return cmp.Or(t.EN, t.NB)
	}
	return cmp.Or(t.NB, t.EN)
}

// String is the English text, for the log.
func (t Text) String() string { return t.In("en") }

// Labels are several texts, as one value of a sentence.
type Labels []Text

// In lists the texts in that language.
func (l Labels) In(lang string) string {
	out := make([]string, len(l))
	for i, t := range l {
		out[i] = t.In(lang)
	}
	return strings.Join(out, ", ")
}

// String lists the English texts, for the log.
func (l Labels) String() string { return l.In("en") }

// Reason says why, where a verb asks for it.
type Reason struct {
	Reason string `json:"reason" validate:"required,filled,max=2000" example:"Restrisikoen er ikke beskrevet."`
}

// Why returns the reason for the event log.
func (r Reason) Why() string { return r.Reason }

// None is the body of a verb without content.
type None struct{}

// Actor is who acts: a person, a service account, or the system itself.
type Actor struct {
	ID      string
	Service bool     // an API key's account
	Persons []string // the persons whose acts count as this actor's: the actor, and the person responsible for an API key
	Key     string   // the API key's id, for a service account
}

// Person returns the id of the person who acts. It is empty for an API key and for the system.
func (a *Actor) Person() string {
	if a.Service || a == System {
		return ""
	}
	return a.ID
}

// System is the server acting without a user: expiry, first start.
var System = &Actor{ID: "00000000-0000-7000-8000-000000000000"}

// Permission is an action on a kind of record: risk, accept.
type Permission struct{ Object, Action string }

// String gives object:action.
func (p Permission) String() string { return p.Object + ":" + p.Action }

// Row is a stored record: its document and its columns.
type Row struct {
	Kind      *Kind
	RID       int64
	Seq       int64 // of its newest event, which holds the document
	ID        string
	Number    string
	Scope     string
	Version   int64
	Status    string
	UpdatedAt int64
	Doc       []byte
	Meta      Meta
	Past      bool // an earlier version, read from an event

	by *Authority
}

// Authority returns the authority for the decision that is being made on the record. It is nil for a write that is not a decision.
func (r *Row) Authority() *Authority { return r.by }

// decide stores the authority for the event, when the event shows it.
func (r *Row) decide(d Decision) {
	if r.by = nil; d.Kept {
		r.by = &d.By
	}
}

// Decode reads the document.
func (r *Row) Decode(into any) error { return json.Unmarshal(r.Doc, into) }

// TitleOf returns the title of a record in lists of tasks and references.
func (tx *Tx) TitleOf(r *Row) string {
	if r.Kind.Title != nil {
		if title := r.Kind.Title(tx, r); title != "" {
			return title
		}
	}
	return r.Title()
}

// Title returns the record's title or name, or else its number.
func (r *Row) Title() string {
	title := ""
	if r.Kind.HasField("title") {
		title = shown(r.Field("title"))
	}
	return cmp.Or(title, shown(r.Field("name")), r.Number)
}

// Field returns a field of the document, without decoding the rest of it.
func (r *Row) Field(name string) gjson.Result { return gjson.GetBytes(r.Doc, name) }

// Fields calls fn with each field of the document, without decoding the values.
func (r *Row) Fields(fn func(name string, v gjson.Result)) {
	gjson.ParseBytes(r.Doc).ForEach(func(name, v gjson.Result) bool {
		fn(name.Str, v)
		return true
	})
}

// shown returns a text. Of one in two languages it returns the Norwegian text, or the English one if there is no other.
func shown(v gjson.Result) string {
	if v.IsObject() {
		return Text{NB: v.Get("nb").String(), EN: v.Get("en").String()}.In("nb")
	}
	return v.String()
}
