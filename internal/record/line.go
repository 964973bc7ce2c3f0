package record

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/ki-styring/aims/internal/fault"
)

// lineAtMost is the longest text, in characters, that is one line: a name, a title or the like. Longer texts may have line breaks.
const lineAtMost = 300

// lineNames are the members with texts in both languages that are one line.
var lineNames = []string{"title", "name", "label", "instrument", "ref"}

// isLine reports whether a text is one line: it has no line break and no other control character.
func isLine(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' })
}

// checkLines reports the one-line texts of a value that have a line break or another control character. Which texts are one line follows from
// their tags: a text of at most lineAtMost characters, an element of such a list, and a Text by one of the lineNames.
func checkLines(v reflect.Value, at string, out *fault.Fields) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			checkLines(v.Elem(), at, out)
		}
	case reflect.Slice:
		for i := range v.Len() {
			checkLines(v.Index(i), at+"/"+strconv.Itoa(i), out)
		}
	case reflect.Struct:
		for _, f := range lineFields(v.Type()) {
			f.check(v.FieldByIndex(f.index), at+f.at, out)
		}
	}
}

// lineField is a field that is a one-line text, or that may contain one.
type lineField struct {
	index []int
	at    string // its JSON pointer below the struct
	line  bool
}

func (f lineField) check(v reflect.Value, at string, out *fault.Fields) {
	if !f.line {
		checkLines(v, at, out)
		return
	}
	switch x := reflect.Indirect(v); {
	case !x.IsValid():
	case x.Type() == reflect.TypeFor[Text]():
		addUnlessLine(x.Interface().(Text).NB, at+"/nb", out)
		addUnlessLine(x.Interface().(Text).EN, at+"/en", out)
	case x.Kind() == reflect.Slice:
		for i := range x.Len() {
			addUnlessLine(x.Index(i).String(), at+"/"+strconv.Itoa(i), out)
		}
	default:
		addUnlessLine(x.String(), at, out)
	}
}

func addUnlessLine(s, at string, out *fault.Fields) {
	if !isLine(s) {
		out.Add(at, "bad_text/line", "must be one line, without line breaks and other control characters")
	}
}

var lineFieldsOf sync.Map // reflect.Type → []lineField

// lineFields returns the fields of a struct that are one-line texts or may contain one.
func lineFields(t reflect.Type) []lineField {
	if known, ok := lineFieldsOf.Load(t); ok {
		return known.([]lineField)
	}
	var out []lineField
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() && !f.Anonymous || name == "-" {
			continue
		}
		at := "/" + name
		if name == "" {
			at = ""
		}
		inner := f.Type
		for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		switch {
		case inner == reflect.TypeFor[Text]():
			if slices.Contains(lineNames, name) && f.Type.Kind() != reflect.Slice {
				out = append(out, lineField{[]int{i}, at, true})
			}
		case inner.Kind() == reflect.String:
			if isLineTag(f.Tag.Get("validate"), f.Type.Kind() == reflect.Slice) {
				out = append(out, lineField{[]int{i}, at, true})
			}
		case inner.Kind() == reflect.Struct, inner.Kind() == reflect.Interface:
			out = append(out, lineField{[]int{i}, at, false})
		}
	}
	lineFieldsOf.Store(t, out)
	return out
}

// isLineTag reports whether a validate tag limits a text, or the elements of a list, to at most lineAtMost characters.
func isLineTag(tag string, list bool) bool {
	if _, elements, ok := strings.Cut(tag, "dive"); ok {
		tag = elements
	} else if list {
		return false
	}
	for rule := range strings.SplitSeq(tag, ",") {
		if limit, ok := strings.CutPrefix(rule, "max="); ok {
			n, err := strconv.Atoi(limit)
			return err == nil && n <= lineAtMost
		}
	}
	return false
}
