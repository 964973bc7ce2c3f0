package record

import (
	"cmp"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"time"
)

// Kind describes one kind of record: its names, tables, states and transitions.
type Kind struct {
	Name      string       // the name in grants and events: risk
	Path      string       // the path of its collection: risks
	Table     string       // the name of its table; Path with underscores when empty
	Prefix    string       // the prefix of its numbers: RISK
	Label     Text         // the name of one record, for people
	Schema    int          // raised when the document's shape changes; 1 when unset
	Editable  []string     // the states in which its fields may be patched; nil means all
	Removable []string     // the states in which it may be deleted while nobody refers to it
	Workflow  []Transition // the verbs that change its state
	Parts     []string     // actions on parts that leave the state as it is: assess, treat
	Key       string       // the field that is its unique key, which paths take for the id
	Access    bool         // writing one changes who may what
	Due       bool         // its records have a due day: single reads show overdue, and lists can filter by it
	DueField  string       // for a kind that is not Due: the field that lists compare to find overdue records
	Marks     []Mark       // values that single reads add to the document, computed from its facts
	Tasks     []Task       // the tasks that its records create
	Reminds   []string     // the fields with the persons who are reminded of the due day
	Order     string       // the field a list is ordered by when the caller names none; the newest first when empty
	Companion bool         // it belongs to the record in on_kind and on_id; whoever reads that record reads it too
	Global    bool         // everybody signed in reads it, in any scope
	Person    bool         // its records are the users: everybody reads their own record and may refer to colleagues
	Acts      bool         // its records are accounts of other systems, which act like users: everybody reads their names
	Place     *Place       // its records are the units that scopes consist of; set for one kind only
	Personal  []string     // common fields that are private in this kind: external_refs
	Upcast    func(schema int, doc []byte) ([]byte, error)
	// Rules are the functions on its records. They are of type Rules[E], with the struct that NewRepo gets.
	Rules rules
	// Title returns the title of a record whose document has neither title nor name.
	Title func(tx *Tx, r *Row) string
	// TitleBy is the field with the reference to the record that Title reads.
	TitleBy string
	// PartsIn lists the states in which an action on a part is allowed. An action that is not listed is allowed in every state.
	PartsIn map[string][]string
	// NotApplicable reports whether an action does not apply to a record with these facts, for any actor.
	NotApplicable func(action string, m Meta) bool
	// CountsAs lists the acts that a write may also count as, for separations of duties: implement. See Base.Also.
	CountsAs []string
	// RuleFacts lists, for actions with a rule of this kind, the facts that the rule depends on. For one person, records with equal facts get the same
	// answer. For an action that is not listed, the rule runs for each record.
	RuleFacts map[string][]string
	// Mine lists the fields with the ids of the persons a record belongs to, for grants with the reach "own". A path follows references to a field of
	// another record: case_id/from_person_id.
	Mine []string
	// Asks lists the fields with the ids of the persons whom a record asks to act, for grants with the reach "own". They may also read the record itself,
	// but not find it in lists.
	Asks []string
	// About lists the paths to the records that a record is about, for grants with the reach "about".
	About []string
	// Unjudged lists the members that follow from who looks after a record or its parts, which no decision judges.
	Unjudged []string
	// Judges returns what a decision on a record judges beside its document: the objectives and measures of a cycle.
	Judges func(tx *Tx, r *Row) (any, error)
	// Own lists, for actions that only certain persons may do, the facts with their ids: withdraw, submitted_by.
	Own map[string][]string

	entity   reflect.Type
	fields   []Field
	input    []int // index of the embedded Input (or MethodInput, where a package has several)
	scope    []int
	status   []int
	private  []Field
	columns  []column // the columns of the kind's table, without those that every kind has
	stored   []Field  // the fields of these columns
	linked   []Field  // filter fields that are lists of references
	searched []Field
	actions  []string
	refs     []Field
	rules    []taskRule
	reminds  []Field
	mentions *Mentions
	custody  []Custody
	byUnit   bool // its keys are unique in each top-level unit only
}

// Place describes the kind of the units that scopes consist of.
type Place struct {
	Path   string // the unique field with the scope of a unit
	Closed string // the state of a unit in which no record can be created
	Open   string // the state used to check who may read a unit
	Common string // the top-level unit whose record a key means, when no unit of the actor has one with that key
}

// places is the kind of the units; persons is the kind of the users.
var places, persons *Kind

// Transition is a verb with the states it starts from and the states it leads to.
type Transition struct {
	Verb  string   `json:"verb"`
	From  []string `json:"from"`
	To    []string `json:"to"`
	Needs []string `json:"needs"`
	Label Text     `json:"label"`
}

// Task describes the states in which a record waits, the action it waits for, and for whom: the person in the field Owner, or everyone who may do the
// action.
type Task struct {
	States []string
	Action string
	Owner  string
	Vacant bool // also for everyone who may do the action, while Owner is empty
	Soon   bool // only in the thirty days before its due day, and later
	Label  Text
	// Day returns the day a task is due for a person; record is a pointer to its struct. The record's due day applies when Day is nil.
	Day func(record any, person string) Date
}

// Mark is a yes-or-no value of a record that is not in its document.
type Mark struct {
	Name, Doc string
	Of        func(Meta) bool
}

// Field is a field of the document.
type Field struct {
	Name   string // the name in JSON
	Index  []int
	Type   reflect.Type
	Ref    string // the kind it refers to
	ID     bool   // an id whose kind is not checked
	Filter bool
	Sort   bool
	Unique bool
	ByUnit bool // unique in each top-level unit, not in the whole installation
	Fixed  bool
	Number bool // stored as a number
	Parent bool // gives a new record its scope, when the caller gives none
	Within bool // the record must lie in the scope of the one it refers to, or below it

	order string // the column that lists are sorted by: the field's own, except for text
}

// column is a column of a kind's table.
type column struct {
	name    string
	field   Field
	sortKey bool // the column has the Norwegian sort key of a text, not its value
	filter  bool
	sort    bool
	unique  bool
	byUnit  bool
}

var kinds = map[string]*Kind{}

// Kinds returns every kind of record, sorted by name.
func Kinds() []*Kind {
	out := make([]*Kind, 0, len(kinds))
	for _, k := range kinds {
		out = append(out, k)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// KindOf returns the kind with that name, or nil.
func KindOf(name string) *Kind { return kinds[name] }

// Entity is the Go type of the record.
func (k *Kind) Entity() reflect.Type { return k.entity }

// Input returns the part of a record that a caller may set.
func (k *Kind) Input(entity reflect.Value) reflect.Value { return entity.FieldByIndex(k.input) }

// InputType is the Go type of what a caller may set.
func (k *Kind) InputType() reflect.Type { return k.entity.FieldByIndex(k.input).Type }

// Fields lists the top-level fields of the document.
func (k *Kind) Fields() []Field { return k.fields }

// HasField reports whether the document has a top-level field.
func (k *Kind) HasField(name string) bool { return k.fieldNamed(name) != nil }

// Filters returns the fields that lists can be filtered by.
func (k *Kind) Filters() []Field {
	return slices.DeleteFunc(slices.Concat(k.stored, k.linked), func(f Field) bool { return !f.Filter })
}

// Filtered is the field of that name that a list can be narrowed by, a unique one included; nil when there is none.
func (k *Kind) Filtered(name string) *Field {
	for _, f := range slices.Concat(k.stored, k.linked) {
		if f.Name == name && (f.Filter || f.Unique) {
			return &f
		}
	}
	return nil
}

// KeyByUnit reports whether its keys are unique in each top-level unit only.
func (k *Kind) KeyByUnit() bool { return k.byUnit }

// Sorted is the field of that name that a list can be ordered by, besides created_at and updated_at; nil when there is none.
func (k *Kind) Sorted(name string) *Field {
	for _, f := range k.stored {
		if f.Name == name && f.Sort {
			return &f
		}
	}
	return nil
}

// DefaultSort is the order of a list whose caller names none.
func (k *Kind) DefaultSort() string { return cmp.Or(k.Order, "-created_at") }

// Sorts lists the fields a list can be ordered by, besides created_at and updated_at.
func (k *Kind) Sorts() []string {
	var out []string
	for _, f := range k.stored {
		if f.Sort {
			out = append(out, f.Name)
		}
	}
	return out
}

// Overdue reports whether lists can be filtered by overdue.
func (k *Kind) Overdue() bool { return k.Due || k.DueField != "" }

// HasMarks reports whether answers show more of a record than its document: overdue, and the marks of the kind.
func (k *Kind) HasMarks() bool { return k.Due || len(k.Marks) > 0 }

// AppendMarks appends overdue and the marks of a record to its document, before the closing brace. Each begins with a comma.
func (k *Kind) AppendMarks(b []byte, m Meta, now time.Time) []byte {
	if k.Due {
		b = strconv.AppendBool(append(b, `,"overdue":`...), m.Due.Passed(now))
	}
	for _, mark := range k.Marks {
		b = strconv.AppendBool(append(append(append(b, `,"`...), mark.Name...), `":`...), mark.Of(m))
	}
	return b
}

// ShownBeside lists the members that answers show beside the document, because they depend on the caller or the day.
func (k *Kind) ShownBeside() []string {
	out := []string{"allowed_actions", "expanded", "overdue"}
	for _, m := range Members(k.entity) {
		if m.Extra {
			out = append(out, m.Name)
		}
	}
	for _, mark := range k.Marks {
		out = append(out, mark.Name)
	}
	return out
}

// Private returns the fields that are stored apart from documents and events.
func (k *Kind) Private() []Field { return k.private }

// Verbs lists the verbs of the workflow, each once.
func (k *Kind) Verbs() []string {
	var out []string
	for _, t := range k.Workflow {
		if !slices.Contains(out, t.Verb) {
			out = append(out, t.Verb)
		}
	}
	return out
}

// Actions returns every write on a record of this kind.
func (k *Kind) Actions() []string { return k.actions }

func (k *Kind) allActions() []string {
	out := []string{"update"}
	if k.Removable != nil {
		out = append(out, "delete")
	}
	for _, v := range append(k.Verbs(), k.Parts...) {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// Fits reports whether an action is allowed in a state.
func (k *Kind) Fits(action, status string) bool {
	switch action {
	case "update":
		return k.Editable == nil || slices.Contains(k.Editable, status)
	case "delete":
		return slices.Contains(k.Removable, status)
	}
	verb := false
	for _, t := range k.Workflow {
		if t.Verb == action {
			if len(t.From) == 0 || slices.Contains(t.From, status) {
				return true
			}
			verb = true
		}
	}
	if states, ok := k.PartsIn[action]; ok {
		return slices.Contains(states, status)
	}
	return !verb
}

// Offers reports whether an action applies to a record's state and facts and to the actor. It decides what allowed_actions and tasks show.
func (k *Kind) Offers(action, status string, m Meta, by *Actor) bool {
	return k.Fits(action, status) && (k.NotApplicable == nil || !k.NotApplicable(action, m)) && k.owns(action, m, by)
}

// owns reports whether an action with an entry in Own is the actor's. Without an actor it returns true.
func (k *Kind) owns(action string, m Meta, by *Actor) bool {
	facts, own := k.Own[action]
	return !own || by == nil || slices.ContainsFunc(facts, func(name string) bool { return by.ID == m.Fact(name) })
}

func (k *Kind) leads(action, from, to string) bool {
	verb := false
	for _, t := range k.Workflow {
		if t.Verb == action && (len(t.From) == 0 || slices.Contains(t.From, from)) {
			if slices.Contains(t.To, to) {
				return true
			}
			verb = true
		}
	}
	return !verb && from == to
}

// States lists the states of the kind, as its choices declare them.
func (k *Kind) States() []string {
	var out []string
	if k.status != nil {
		for _, c := range ChoicesOf(k.entity.FieldByIndex(k.status).Type) {
			out = append(out, c.Value)
		}
	}
	return out
}

// StateLabel returns the label of a state.
func (k *Kind) StateLabel(state string) Text {
	if k.status != nil {
		for _, c := range ChoicesOf(k.entity.FieldByIndex(k.status).Type) {
			if c.Value == state {
				return c.Label
			}
		}
	}
	return Text{NB: state, EN: state}
}
