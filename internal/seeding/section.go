package seeding

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// section describes one list of entries in seed files, and the records that are made from them. I is an entry as the file gives it, R the record. The
// generic methods read, compare and load the entries of every section. A new section needs only a description.
type section[I, R any] struct {
	title string // the name in files and reports: people
	// fields are the fields of an entry: the name in the file, then = and the API's name where it differs.
	fields string
	needs  []string // the API's names of fields that an entry must have, besides those that the record itself must have
	repo   record.Repo[R]
	key    func(*I) string // identifies an entry
	stored func(*R) string // the key of a stored record; "" when no file made it
	form   func(*I) *R     // the new record that an entry describes
	create func(*loader, *I) (*R, error)
	change func(*record.Tx, record.Ref, func(*R) error, Guard) (*R, error)

	order   func(a, b *I) int                  // the order of creation; that of the file when nil
	from    func(*File) []entry[I]             // the entries, for a section that is a part of the entries of another one
	hidden  func(*R) bool                      // whether a record that is in no file is not reported
	byIDs   bool                               // the key has ids, so reports name a record that is in no file by its number
	submits func(*I) bool                      // whether an entry is submitted to the person who decides; nil for a kind that nobody decides on
	submit  func(*record.Tx, record.Ref) error // submits a draft
}

// entry is one entry of a section, with its pointer in its file.
type entry[I any] struct {
	file *File
	at   string
	in   *I
}

// part is a section without its types.
type part interface {
	name() string
	nested() bool
	read(*File) error
	load(*loader) (*Seeded, error)
	index(*loader) (map[string]string, error)
}

// referred gives the section of the records that a field refers to, by the API's name of the field. Files name such a record by its key.
var referred = map[string]string{
	"owner_id": "people", "user_id": "people", "deputy_for": "people", "body_id": "bodies", "parent_id": "bodies", "register_id": "registers",
}

// ended are the states of records that people have taken out of use. A file does not bring them back.
var ended = []string{"closed", "ended", "inactive", "retired"}

// The reasons why a record is left alone.
const (
	notInFile       = "not_in_file"       // no file has it
	hasEnded        = "ended"             // it was taken out of use
	changedByPerson = "changed_by_person" // a person has changed it, or decided on it
	fixedField      = "fixed_field"       // the field cannot change after the creation
	notEditable     = "not_editable"      // its state does not allow changes: it waits for a decision
)

func (s section[I, R]) name() string { return s.title }

func (s section[I, R]) nested() bool { return s.from != nil }

// field is a field of an entry: its name in the file, and in the API.
type field struct{ name, api string }

func (s section[I, R]) list() (out []field) {
	for _, f := range strings.Fields(s.fields) {
		name, api, _ := strings.Cut(f, "=")
		out = append(out, field{name, cmp.Or(api, name)})
	}
	return out
}

// pointers gives the file's pointer of a field, by the API's pointer.
func (s section[I, R]) pointers() map[string]string {
	out := map[string]string{}
	for _, f := range s.list() {
		out["/"+f.api] = "/" + f.name
		if f.name == "key" {
			out["/external_refs/0/id"] = "/key"
		}
	}
	return out
}

// read reads the entries of the section in a file and checks each by the rules of its kind that need no database.
func (s section[I, R]) read(f *File) error {
	var list []entry[I]
	if s.from != nil {
		list = s.from(f)
	} else {
		names := map[string]string{}
		for _, x := range s.list() {
			names[x.name] = x.api
		}
		f.Each(s.title, names, func(at string) any {
			e := entry[I]{f, at, new(I)}
			list = append(list, e)
			return e.in
		})
	}
	f.entries[s.title] = list
	seen := map[string]bool{}
	for _, e := range list {
		if err := s.check(e); err != nil {
			return err
		}
		key := s.key(e.in)
		if seen[key] {
			twice := fault.NewField("/"+s.list()[0].name, "duplicate_key/entry", "%s is here twice", key)
			if err := f.Check(e.at, fault.Fields{twice}.Err(), nil); err != nil {
				return err
			}
		}
		seen[key] = key != ""
	}
	return nil
}

func (s section[I, R]) check(e entry[I]) error {
	r := s.form(e.in)
	v := reflect.ValueOf(r).Elem()
	var missing fault.Fields
	for _, f := range s.list() {
		value, ok := fieldOf(v, f.api)
		if !ok || value.Kind() != reflect.String {
			continue
		}
		needed := slices.Contains(s.needs, f.api) && value.IsZero()
		if needed {
			missing.Add("/"+f.api, "required", "is required")
		}
		if referred[f.api] != "" && (needed || !value.IsZero()) {
			value.SetString(record.NewID()) // the load finds the record
		}
	}
	faults, err := s.repo.Faults(r)
	if err != nil {
		return err
	}
	missing.Join(faults...)
	return e.file.Check(e.at, missing.Err(), s.pointers())
}

// known returns the stored records that files can name, by their keys. Of several with one key it is the newest.
func (s section[I, R]) known(l *loader) (map[string]*R, error) {
	list, err := query.Each(l.tx, s.repo, "/", nil)
	out := make(map[string]*R, len(list))
	for _, r := range list {
		if key := s.stored(r); key != "" {
			out[key] = r
		}
	}
	return out, err
}

// index returns the ids of the stored records by their keys.
func (s section[I, R]) index(l *loader) (map[string]string, error) {
	known, err := s.known(l)
	out := make(map[string]string, len(known))
	for key, r := range known {
		out[key] = rowOf(r).ID
	}
	return out, err
}

// load creates and changes the records of the section as the files say.
func (s section[I, R]) load(l *loader) (*Seeded, error) {
	var list []entry[I]
	for _, f := range l.files {
		list = append(list, f.entries[s.title].([]entry[I])...)
	}
	if len(list) == 0 {
		return nil, nil //nolint:nilnil // the files have no such section
	}
	if s.order != nil {
		slices.SortStableFunc(list, func(a, b entry[I]) int { return s.order(a.in, b.in) })
	}
	known, err := s.known(l)
	if err != nil {
		return nil, err
	}
	out, here := &Seeded{What: s.title}, maps.Clone(known)
	for _, e := range list {
		err := l.tx.WithFaults(s.apply(l, out, known, e))
		if err := e.file.Check(e.at, err, s.pointers()); err != nil {
			return nil, err
		}
		delete(here, s.key(e.in))
	}
	for key, r := range here {
		if s.byIDs {
			key = rowOf(r).Number
		}
		if s.hidden == nil || !s.hidden(r) {
			out.LeftAlone = append(out.LeftAlone, catalogue.LeftAlone{Key: key, Reason: notInFile})
		}
	}
	slices.SortFunc(out.LeftAlone, func(a, b catalogue.LeftAlone) int { return strings.Compare(a.Key, b.Key) })
	return out, nil
}

// apply creates the record of an entry if it is new, changes it if it differs, and leaves alone what people have decided.
func (s section[I, R]) apply(l *loader, out *Seeded, known map[string]*R, e entry[I]) error {
	name := s.key(e.in) // as the file gives it
	if err := s.resolve(l, e); err != nil {
		return err
	}
	key := s.key(e.in)
	was := known[key]
	if was == nil {
		made, err := s.create(l, e.in)
		if err != nil {
			return err
		}
		known[key] = made
		if ids := l.ids[s.title]; ids != nil {
			ids[key] = rowOf(made).ID
		}
		out.Added = append(out.Added, name)
		if s.submits == nil || !s.submits(e.in) {
			return nil
		}
		return s.submit(l.tx.Follow(s.repo.Name, "submit"), anyVersion(made))
	}
	is := s.form(e.in)
	if _, err := s.repo.Faults(is); err != nil {
		return err
	}
	differ := s.differ(e, was, is)
	drafted := rowOf(was).Status == "draft" && s.submits != nil && s.submits(e.in)
	if reason := s.keeps(was, differ, drafted); reason != "" {
		out.LeftAlone = append(out.LeftAlone, catalogue.LeftAlone{Key: name, Reason: reason})
		return nil
	}
	if len(differ) > 0 {
		_, err := s.change(l.tx.Follow(s.repo.Name, "update"), anyVersion(was), func(r *R) error {
			for _, f := range differ {
				to, _ := fieldOf(reflect.ValueOf(r).Elem(), f.api)
				value, _ := fieldOf(reflect.ValueOf(is).Elem(), f.api)
				to.Set(value)
			}
			return nil
		}, l.guard)
		if err != nil {
			return err
		}
	}
	if drafted {
		if err := s.submit(l.tx.Follow(s.repo.Name, "submit"), anyVersion(was)); err != nil {
			return err
		}
	}
	if len(differ) == 0 && !drafted {
		out.Unchanged++
		return nil
	}
	names := make([]string, len(differ))
	for i, f := range differ {
		names[i] = f.name
	}
	if drafted {
		names = append(names, "submit")
	}
	out.Changed = append(out.Changed, catalogue.ImportChange{Key: name, Fields: names})
	return nil
}

// resolve replaces the keys of other records in an entry by their ids.
func (s section[I, R]) resolve(l *loader, e entry[I]) error {
	var unknown fault.Fields
	for _, f := range s.list() {
		to := referred[f.api]
		value, ok := fieldOf(reflect.ValueOf(e.in).Elem(), f.api)
		if to == "" || !ok || value.IsZero() {
			continue
		}
		key := value.String()
		if to == people.title {
			key = usernameOf(key)
		}
		if to == bodies.title {
			meant, err := l.bodyKeys(e.file, key)
			if err != nil {
				return err
			}
			if len(meant) > 1 {
				unknown.Add("/"+f.api, "ambiguous_key/entry", "several bodies have the key %s; give one of: %s", key, strings.Join(meant, ", "))
				continue
			}
			key = strings.Join(meant, "")
		}
		id, err := l.id(to, key)
		if err != nil {
			return err
		}
		if id == "" {
			unknown.Add("/"+f.api, "unknown_entry", "there is no %s in %s, neither in the files nor in the database", value.String(), to)
			continue
		}
		value.SetString(id)
	}
	return unknown.Err()
}

// differ returns the fields that the file gives and that the record has with another value. A field that the file leaves out stays as it is.
func (s section[I, R]) differ(e entry[I], was, is *R) (out []field) {
	for _, f := range s.list() {
		a, ok := fieldOf(reflect.ValueOf(was).Elem(), f.api)
		if !ok || !e.file.Given(e.at+"/"+f.name) {
			continue
		}
		if b, _ := fieldOf(reflect.ValueOf(is).Elem(), f.api); !reflect.DeepEqual(a.Interface(), b.Interface()) {
			out = append(out, f)
		}
	}
	return out
}

// keeps returns why a stored record is left alone, or "".
func (s section[I, R]) keeps(was *R, differ []field, drafted bool) string {
	row := rowOf(was)
	switch {
	case slices.Contains(ended, row.Status):
		return hasEnded
	case len(differ) == 0 && !drafted:
		return ""
	case slices.ContainsFunc(row.Meta.PriorActs, func(a record.PriorAct) bool { return a.Person != record.System.ID }):
		return changedByPerson // also when the system has written it since, for example because a day has passed
	case slices.ContainsFunc(differ, func(f field) bool { return isFixed(reflect.TypeFor[R](), f.api) }):
		return fixedField
	case s.repo.Editable != nil && !slices.Contains(s.repo.Editable, row.Status):
		return notEditable
	}
	return ""
}

// fieldOf returns the field of a struct with that JSON name.
func fieldOf(v reflect.Value, name string) (reflect.Value, bool) {
	m, ok := memberOf(v.Type(), name)
	if !ok {
		return reflect.Value{}, false
	}
	return v.FieldByIndex(m.Index), true
}

func memberOf(t reflect.Type, name string) (record.Member, bool) {
	for _, m := range record.Members(t) {
		if m.Name == name {
			return m, true
		}
	}
	return record.Member{}, false
}

// isFixed reports whether a field is set at the creation only.
func isFixed(t reflect.Type, name string) bool {
	m, _ := memberOf(t, name)
	_, fixed := m.Field.Tag.Lookup("fixed")
	return fixed
}

func rowOf(r any) *record.Row { return r.(interface{ Row() *record.Row }).Row() }

func anyVersion(r any) record.Ref { return record.Ref{ID: rowOf(r).ID, Version: record.AnyVersion} }
