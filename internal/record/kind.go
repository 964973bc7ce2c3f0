package record

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"

	"github.com/ki-styring/aims/internal/record/text"
)

// Kind says what one kind of record is: its names, its tables, its states and the steps between them.
type Kind struct {
	Name      string       // as grants and events call it: risk
	Path      string       // its collection: risks
	Table     string       // its tables' name; Path with underscores when empty
	Prefix    string       // of its numbers: RISK
	Label     Text         // what people call one of them
	Schema    int          // raised when the document's shape changes; 1 when unset
	Editable  []string     // the states in which its fields may be patched; nil means all
	Removable []string     // the states in which it may be deleted while nobody refers to it
	Workflow  []Transition // the verbs that change its state
	Parts     []string     // actions on parts that leave the state as it is: assess, treat
	Key       string       // the field that is its unique key, which paths take for the id
	Access    bool         // writing one changes who may what
	Due       bool         // it has a day that it is due: single reads say overdue, and lists can ask for it
	DueField  string       // where it is not Due itself: the field by which lists tell what is overdue
	Marks     []Mark       // what single reads say beside the document, worked out of the row
	Tasks     []Task       // what waits for somebody
	Reminds   []string     // the fields that name who looks after a record; they are reminded of its due day
	Order     string       // the field a list is ordered by when the caller names none; the newest first when empty
	Companion bool         // it stands on the record that its on_kind and on_id name, and who reads that reads it
	Global    bool         // everybody signed in reads it, wherever it lies
	Person    bool         // it is those who sign in: everybody reads their own, and refers to colleagues
	Place     *Place       // it is the units that scopes are made of; of one kind alone
	Personal  []string     // fields that every kind has and that are private in this one: external_refs
	Upcast    func(schema int, doc []byte) ([]byte, error)
	// Rules are the functions on its records: a Rules of the struct that NewRepo is given.
	Rules rules
	// Title is what people call one of them, where its document holds neither title nor name.
	Title func(tx *Tx, r *Row) string
	// TitleBy is the field that refers to the record that Title reads.
	TitleBy string
	// PartsIn names the states that an action on a part fits, where it does not fit all.
	PartsIn map[string][]string
	// Moot says that an action has no use for a record with these facts, whoever asks.
	Moot func(action string, m Meta) bool
	// RestsOn names, for actions that a rule of the kind's own may keep somebody from, the facts that the rule rests on: it answers a person
	// alike for all records with the same facts. Of an action that is not named, the rule is asked for each record.
	RestsOn map[string][]string
	// Mine names the fields that hold the ids of those whose own a record is, for grants that reach one's own alone.
	Mine []string
	// Own names, for actions that are for certain people alone, the facts that hold their ids: withdraw, submitted_by.
	Own map[string][]string

	entity   reflect.Type
	fields   []Field
	input    []int // index of the embedded Input (or MethodInput, where a package has several)
	scope    []int
	status   []int
	private  []Field
	columns  []column // what the kind's table keeps of a record, beside the columns of every kind
	stored   []Field  // the fields behind them
	linked   []Field  // lists of references that filter
	searched []Field
	actions  []string
	refs     []Field
	rules    []taskRule
	reminds  []Field
}

// Place tells of the units that scopes are made of.
type Place struct {
	Path   string // the unique field that holds a unit's scope
	Closed string // the state in which nothing new lies there
	Open   string // the state by which the guard is asked who knows a unit
}

// places is the kind whose records are the units, persons that of those who sign in.
var places, persons *Kind

// Transition is a verb: the states it fits, and the states it leads to.
type Transition struct {
	Verb  string   `json:"verb"`
	From  []string `json:"from"`
	To    []string `json:"to"`
	Needs []string `json:"needs"`
	Label Text     `json:"label"`
}

// Task says in which states a record waits, for which action, and for whom:
// the person in the field Owner, or everyone who may do the action.
type Task struct {
	States []string
	Action string
	Owner  string
	Vacant bool // and for everyone who may do the action, while nobody is named there
	Soon   bool // only from thirty days before its due day
	Label  Text
	// Day is the day that the task is due for a person, out of the record (a pointer to its struct); the record's own day when nil.
	Day func(record any, person string) Date
}

// Mark is a yes or no about a record that its document does not hold.
type Mark struct {
	Name, Doc string
	Of        func(*Row) (bool, error)
}

// Field is a field of the document that the store keeps a copy of, or checks.
type Field struct {
	Name   string // in JSON
	Index  []int
	Type   reflect.Type
	Ref    string // the kind an id points to
	ID     bool   // it holds an id, though of no kind that is checked
	Filter bool
	Sort   bool
	Unique bool
	Fixed  bool
	Number bool // kept as a number

	order string // the column that lists are sorted by; the field's own unless it is a text
}

// column is what a kind's table keeps of a field.
type column struct {
	name    string
	field   Field
	sortKey bool // the place of a text in Norwegian order, instead of its value
	filter  bool
	sort    bool
	unique  bool
}

var kinds = map[string]*Kind{}

// Kinds lists every kind of record by name.
func Kinds() []*Kind {
	out := make([]*Kind, 0, len(kinds))
	for _, k := range kinds {
		out = append(out, k)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// KindOf gives the kind of that name, or nil.
func KindOf(name string) *Kind { return kinds[name] }

// Entity is the Go type of the record.
func (k *Kind) Entity() reflect.Type { return k.entity }

// Input gives the part of a record that a caller may set.
func (k *Kind) Input(entity reflect.Value) reflect.Value { return entity.FieldByIndex(k.input) }

// InputType is the Go type of what a caller may set.
func (k *Kind) InputType() reflect.Type { return k.entity.FieldByIndex(k.input).Type }

// Fields lists the top-level fields of the document.
func (k *Kind) Fields() []Field { return k.fields }

// Filters lists the fields a list can be narrowed by.
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

// Overdue tells whether lists can be asked for what is overdue.
func (k *Kind) Overdue() bool { return k.Due || k.DueField != "" }

// Private lists the fields kept apart from documents and events.
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

// Actions lists every write there is on a record of this kind.
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

// Fits tells whether an action fits a state.
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

// Offers tells whether an action fits a record's state and facts, and whoever asks: what allowed_actions and tasks may show.
func (k *Kind) Offers(action, status string, m Meta, by *Actor) bool {
	return k.Fits(action, status) && (k.Moot == nil || !k.Moot(action, m)) && k.owns(action, m, by)
}

// owns asks whose action it is; nobody in particular is asked without an actor.
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

// StateLabel is what people call a state of the kind.
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

// register reads the tags of the entity once.
func (k *Kind) register(entity reflect.Type) {
	if kinds[k.Name] != nil {
		panic("record: kind " + k.Name + " twice")
	}
	k.entity = entity
	if k.Table == "" {
		k.Table = strings.ReplaceAll(k.Path, "-", "_")
	}
	if k.Schema == 0 {
		k.Schema = 1
	}
	k.walk(entity, nil)
	k.actions = k.allActions()
	if k.scope == nil {
		panic("record: kind " + k.Name + " has no scope")
	}
	k.taskRules()
	kinds[k.Name] = k
	if k.Place != nil {
		places = k
	}
	if k.Person {
		persons = k
	}
}

func (k *Kind) walk(t reflect.Type, index []int) {
	for i := range t.NumField() {
		f := t.Field(i)
		at := append(slices.Clone(index), i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			if strings.HasSuffix(f.Name, "Input") {
				k.input = at
			}
			k.walk(f.Type, at)
			continue
		}
		if name == "-" && f.Tag.Get("column") != "" { // kept for a constraint, and in no document
			k.store(Field{Name: f.Tag.Get("column"), Index: at, Type: f.Type, Unique: true})
		}
		if !f.IsExported() || name == "-" {
			continue
		}
		k.field(f, name, at)
	}
}

func (k *Kind) field(f reflect.StructField, name string, at []int) {
	_, filter := f.Tag.Lookup("filter")
	_, sorted := f.Tag.Lookup("sort")
	_, unique := f.Tag.Lookup("unique")
	_, fixed := f.Tag.Lookup("fixed")
	_, private := f.Tag.Lookup("private")
	private = private || slices.Contains(k.Personal, name)
	_, searched := f.Tag.Lookup("search")
	fd := Field{
		Name: name, Index: at, Type: f.Type, Ref: f.Tag.Get("ref"), ID: f.Tag.Get("format") == "uuid",
		Filter: filter, Sort: sorted, Unique: unique, Fixed: fixed, Number: isNumber(f.Type),
	}
	if sorted && f.Type.Kind() == reflect.Pointer {
		panic("record: " + k.Name + "." + name + " sorts and can be null: a page could not go on after it")
	}
	switch name {
	case "scope":
		k.scope = at
	case "status":
		k.status = at
	default:
		switch {
		case filter && f.Type.Kind() == reflect.Slice:
			k.linked = append(k.linked, fd)
		case filter || sorted || unique:
			fd = k.store(fd)
		}
	}
	if fd.Ref != "" {
		k.refs = append(k.refs, fd)
	}
	if private {
		k.private = append(k.private, fd)
	}
	if searched {
		k.searched = append(k.searched, fd)
	}
	k.fields = append(k.fields, fd)
}

// store gives a field its columns. A text that sorts has one of its own for its place in Norwegian order.
func (k *Kind) store(f Field) Field {
	if f.Sort {
		f.order = f.Name
		if f.IsText() {
			f.order = f.Name + "_order"
		}
	}
	if f.Filter || f.Unique || f.Sort && !f.IsText() {
		k.columns = append(k.columns, column{name: f.Name, field: f, filter: f.Filter, sort: f.Sort && !f.IsText(), unique: f.Unique})
	}
	if f.Sort && f.IsText() {
		k.columns = append(k.columns, column{name: f.order, field: f, sortKey: true, sort: true})
	}
	k.stored = append(k.stored, f)
	return f
}

// IsText tells whether a field holds what people read, and not a day or a value of a closed list.
func (f Field) IsText() bool {
	return f.Type == reflect.TypeFor[string]() || f.Type == reflect.TypeFor[Text]()
}

// Columns describes what the kind's table keeps beside the columns of every kind, as a migration names it: "owner_id:filter".
func (k *Kind) Columns() []string {
	var out []string
	for _, c := range k.columns {
		spec := c.name
		for _, use := range []struct {
			yes  bool
			name string
		}{{c.field.Number && !c.sortKey, ":int"}, {c.filter, ":filter"}, {c.sort, ":sort"}, {c.unique, ":unique"}} {
			if use.yes {
				spec += use.name
			}
		}
		out = append(out, spec)
	}
	if k.Due {
		out = append(out, "due_on:filter")
	}
	return out
}

func isNumber(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Int, reflect.Int64, reflect.Bool:
		return true
	default:
		return false
	}
}

// Choice is one value of a closed list, with what people call it.
type Choice struct {
	Value string `json:"value"`
	Label Text   `json:"label"`
	Order int    `json:"order"`
	Tone  string `json:"tone" enums:"neutral,info,success,warning,danger"`
}

var choices = map[reflect.Type][]Choice{}

// Choices declares a closed list: value, bokmål, English and tone, four texts each.
func Choices[T ~string](rows ...[4]string) []Choice {
	list := make([]Choice, len(rows))
	for i, r := range rows {
		list[i] = Choice{Value: r[0], Label: Text{NB: r[1], EN: r[2]}, Order: i + 1, Tone: r[3]}
	}
	choices[reflect.TypeFor[T]()] = list
	return list
}

// ChoicesOf gives the closed list of a type, or nil.
func ChoicesOf(t reflect.Type) []Choice { return choices[t] }

// AllChoices gives every closed list by the type's name: risk.Status.
func AllChoices() map[string][]Choice {
	out := make(map[string][]Choice, len(choices))
	for t, c := range choices {
		out[t.String()] = c
	}
	return out
}

// Column is the column that lists are sorted by.
func (f Field) Column() string { return f.order }

// value is what a column keeps of a record: a text, a number, or nil.
func (c column) value(entity reflect.Value) any {
	v := entity.FieldByIndex(c.field.Index)
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.String:
		switch s := v.String(); {
		case c.sortKey:
			return text.SortKey(s)
		case s == "" && !c.sort:
			return nil
		default:
			return s
		}
	case reflect.Bool:
		if v.Bool() {
			return int64(1)
		}
		return int64(0)
	case reflect.Int, reflect.Int64:
		return v.Int()
	case reflect.Struct:
		if t, ok := v.Interface().(Text); ok {
			return text.SortKey(t.NB)
		}
	}
	panic(fmt.Sprintf("record: field %s of type %s cannot be a column", c.name, c.field.Type))
}

// ids gives the ids a reference field holds.
func (f Field) ids(entity reflect.Value) []string {
	v := entity.FieldByIndex(f.Index)
	switch {
	case v.Kind() == reflect.Slice:
		out := make([]string, v.Len())
		for i := range out {
			out[i] = v.Index(i).String()
		}
		return out
	case v.String() == "":
		return nil
	default:
		return []string{v.String()}
	}
}
