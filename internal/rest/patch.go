package rest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// patchBody is a parsed merge patch.
type patchBody map[string]any

// Patch adds PATCH on a record of the kind. Change stores the record; nil means the standard way.
func Patch[E any](s *Server, repo record.Repo[E], change func(tx *record.Tx, ref record.Ref, apply func(*E) error) (*E, error), opts ...Option) {
	if change == nil {
		change = repo.Change
	}
	opts = append([]Option{Shape("patch"), OfKind(repo.Kind), Body(repo.InputType()), Summary("Change fields of one " + singular(repo.Kind) + " (RFC 7396)")}, opts...)
	Handle(s, http.MethodPatch, "/"+repo.Path+"/{id}", repo.Name+":update", func(tx *record.Tx, c Call[patchBody]) (*E, error) {
		return change(tx, c.Ref(), patched[E](tx, repo.Kind, c.Body))
	}, opts...)
}

// BatchItem is one record of a batch: its id, the version that was read, and the patch.
type BatchItem struct {
	ID      string         `json:"id" validate:"required,uuid"`
	Version int64          `json:"version" validate:"required,min=1"`
	Patch   map[string]any `json:"patch" validate:"required"`
}

// BatchInput changes several records in one transaction: all of them or none.
type BatchInput struct {
	Items []BatchItem `json:"items" validate:"required,min=1,max=100,dive"`
} // @name Batch

// BatchResult holds the records as they became, in the order of the batch.
type BatchResult[E any] struct {
	Items []E `json:"items"`
	rows  []*record.Row
}

func (b BatchResult[E]) records() []*record.Row { return b.rows }

// Batch adds POST on <collection>/batch, which changes at most 100 records in one transaction: all of them or none. Change stores one record;
// nil means the standard way. After runs once, after all changes.
func Batch[E any](s *Server, repo record.Repo[E], change func(*record.Tx, record.Ref, func(*E) error) (*E, error), after func(*record.Tx, []*E) error) {
	if change == nil {
		change = repo.Change
	}
	Handle(s, http.MethodPost, "/"+repo.Path+"/batch", repo.Name+":update", func(tx *record.Tx, c Call[BatchInput]) (BatchResult[json.RawMessage], error) {
		out := BatchResult[json.RawMessage]{}
		var worst *fault.Error
		var faults fault.Fields
		var changed []*E
		for i, item := range c.Body.Items {
			at := "/items/" + strconv.Itoa(i)
			e, err := change(tx, record.Ref{ID: item.ID, Version: item.Version}, patched[E](tx, repo.Kind, item.Patch))
			err = tx.WithFaults(err)
			if err == nil {
				row := any(e).(interface{ Row() *record.Row }).Row()
				out.Items, out.rows, changed = append(out.Items, row.Doc), append(out.rows, row), append(changed, e)
				continue
			}
			f := fault.As(err)
			if f == nil {
				return out, err
			}
			if worst == nil || f.Kind < worst.Kind {
				worst = f
			}
			if f.Kind != fault.Invalid || len(f.Fields) == 0 {
				faults = append(faults, fault.Field{Pointer: at, Code: f.Code, Detail: f.Text})
				continue
			}
			for _, x := range f.Fields {
				x.Pointer = at + "/patch" + x.Pointer
				faults = append(faults, x)
			}
		}
		switch {
		case worst == nil && after != nil:
			return out, after(tx, changed)
		case worst == nil:
			return out, nil
		}
		worst.Fields = faults
		return out, worst
	}, Shape("verb"), OfKind(repo.Kind), Out(reflect.TypeFor[BatchResult[E]]()), Summary("Change up to 100 "+plural(repo.Kind)+", all or none"))
}

// patched applies a patch to a record. Its faults are reported together with those that the write finds.
func patched[E any](tx *record.Tx, k *record.Kind, patch map[string]any) func(*E) error {
	return func(e *E) error {
		faults, err := apply(k, e, patch)
		tx.AddFaults(faults...)
		return err
	}
}

// apply merges a patch into a fresh Input and sets it in the record. It returns the faults of the members that do not fit.
func apply(k *record.Kind, e any, patch map[string]any) (fault.Fields, error) {
	v := reflect.ValueOf(e).Elem()
	input := k.Input(v)
	f := asRead(k, e, patch)
	tree, _ := fit(input.Type(), map[string]any(patch), "", &f).(map[string]any)
	raw, err := json.Marshal(input.Interface())
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", k.Name, err)
	}
	now := map[string]any{}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&now); err != nil {
		return nil, fmt.Errorf("decode %s: %w", k.Name, err)
	}
	fresh := reflect.New(input.Type())
	if err := fill(merge(now, tree), fresh.Interface(), f); err != nil {
		bad := fault.As(err)
		if bad == nil || bad.Kind != fault.Invalid {
			return nil, err
		}
		f = bad.Fields
	}
	for _, fd := range k.Fields() {
		if !fd.Fixed {
			continue
		}
		old := v.FieldByIndex(fd.Index).Interface()
		if now := fieldOf(fresh.Elem(), fd.Name); now.IsValid() && !reflect.DeepEqual(now.Interface(), old) {
			f.Join(fault.NewField("/"+fd.Name, "immutable", "cannot change after the record is created"))
			now.Set(reflect.ValueOf(old))
		}
	}
	input.Set(fresh.Elem())
	return f, nil
}

// asRead removes the members of a patch that only the server sets, as long as they are as they were read, so that a client can send back what it read.
// It returns the faults of those that differ. Members that depend on the caller or the day are not compared.
func asRead(k *record.Kind, e any, patch map[string]any) (f fault.Fields) {
	row := rowOf(e)
	if row == nil {
		return nil
	}
	settable := members(k.InputType())
	for name, sent := range patch {
		if _, ok := settable[name]; ok {
			continue
		}
		switch stored := row.Field(name); {
		case slices.Contains(k.ShownBeside(), name):
		case !stored.Exists():
			continue
		case !sameJSON(stored.Raw, sent):
			f.Add("/"+escape(name), "read_only", "is set by the server; leave it out or send it as you read it")
		}
		delete(patch, name)
	}
	slices.SortFunc(f, func(a, b fault.Field) int { return strings.Compare(a.Pointer, b.Pointer) })
	return f
}

// sameJSON reports whether a stored value is what was sent.
func sameJSON(stored string, sent any) bool {
	d := json.NewDecoder(strings.NewReader(stored))
	d.UseNumber()
	var v any
	return d.Decode(&v) == nil && reflect.DeepEqual(v, sent)
}

// fieldOf finds a field by its JSON name, embedded structs included.
func fieldOf(v reflect.Value, name string) reflect.Value {
	for _, m := range record.Members(v.Type()) {
		if m.Name == name {
			return v.FieldByIndex(m.Index)
		}
	}
	return reflect.Value{}
}
