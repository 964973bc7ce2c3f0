package catalogue

import (
	"fmt"
	"io/fs"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// ObligationRole is a role that an obligation binds, such as deployer. The closed list is read from seed/obligation-words.yaml.
type ObligationRole string

// Gate is a step in the life of an AI system before which obligations are checked. The closed list is read from seed/obligation-words.yaml.
type Gate string

// Words are the words of obligations: the roles, the gates, and the words of due rules.
type Words struct {
	Roles, Gates []Word
	Before       []BeforeWord
	Words        []DueWord
}

// Word is a value of a closed list with its text.
type Word struct {
	Key  string      `json:"key" validate:"required,slug"`
	Text record.Text `json:"text"`
}

// DueWord is a word that stands alone in a due rule, such as continuous.
type DueWord struct {
	Word string      `json:"word" validate:"required,slug"`
	Text record.Text `json:"text"`
}

// BeforeWord is a word after "before:" in a due rule, with the gates at which the obligation is checked, and the reason.
type BeforeWord struct {
	Word   string      `json:"word" validate:"required,slug"`
	Text   record.Text `json:"text"`
	Gates  []string    `json:"gates" validate:"required,max=20"`
	Source string      `json:"source" validate:"required,filled,max=1000"`
}

// ParseWords reads the file with the words of obligations. It returns every fault of the file, and no words when there is one.
func ParseWords(name string, data []byte) (*Words, []Problem) {
	r := &reader{file: name}
	root := r.open(data)
	if root == nil {
		return nil, r.problems
	}
	w := &Words{}
	r.object(root, "", map[string]take{
		"roles": entries(r, &w.Roles), "gates": entries(r, &w.Gates), "before": entries(r, &w.Before), "words": entries(r, &w.Words),
	})
	gates := make([]string, len(w.Gates))
	for i, g := range w.Gates {
		gates[i] = g.Key
	}
	for i, b := range w.Before {
		for j, g := range b.Gates {
			if !slices.Contains(gates, g) {
				at := fmt.Sprintf("/before/%d/gates/%d", i, j)
				r.rule("", fault.Fields{fault.NewField(at, "not_a_choice", "must be one of: %s", strings.Join(gates, ", "))}.Err())
			}
		}
	}
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return w, nil
}

// entries reads a list of objects and checks their shape.
func entries[T any](r *reader, into *[]T) take {
	return func(n ast.Node, path string) {
		r.into(reflect.ValueOf(into).Elem())(n, path)
		for i := range *into {
			r.rule(path+"/"+strconv.Itoa(i), record.Shape(&(*into)[i]))
		}
	}
}

var words = &Words{}

// Load reads clause-support.yaml and obligation-words.yaml from a folder. Call it once, before anything else of this package.
func Load(folder fs.FS) error {
	var err error
	if support, err = loaded(folder, "clause-support.yaml", ParseSupport); err != nil {
		return err
	}
	if words, err = loaded(folder, "obligation-words.yaml", ParseWords); err != nil {
		return err
	}
	record.Choices[ObligationRole](rows(words.Roles)...)
	record.Choices[Gate](rows(words.Gates)...)
	return nil
}

// loaded reads and parses one file.
func loaded[T any](folder fs.FS, name string, parse func(string, []byte) (T, []Problem)) (out T, err error) {
	data, err := fs.ReadFile(folder, name)
	if err != nil {
		return out, fmt.Errorf("read %s: %w", name, err)
	}
	out, problems := parse(name, data)
	if err := Refusal(problems); err != nil {
		return out, fmt.Errorf("%s: %w", problems[0], err)
	}
	return out, nil
}

func rows(list []Word) [][4]string {
	out := make([][4]string, len(list))
	for i, w := range list {
		out[i] = [4]string{w.Key, w.Text.NB, w.Text.EN, "neutral"}
	}
	return out
}

// Due is what a due rule says: the gates before which the obligation is checked, and the rule in words.
type Due struct {
	Gates []Gate
	Text  *record.Text
}

// due reads a due rule: parts joined by "; ", such as "before:first_use; review:P1Y". Unknown is the first part that it cannot read.
func (w *Words) due(rule string) (d Due, unknown string) {
	d.Gates = []Gate{}
	if rule == "" {
		return d, ""
	}
	var nb, en []string
	for part := range strings.SplitSeq(rule, "; ") {
		t, gates, ok := w.part(part)
		if !ok {
			return d, part
		}
		nb, en = append(nb, t.NB), append(en, t.EN)
		for _, g := range gates {
			if !slices.Contains(d.Gates, Gate(g)) {
				d.Gates = append(d.Gates, Gate(g))
			}
		}
	}
	d.Text = &record.Text{NB: strings.Join(nb, "; "), EN: strings.Join(en, "; ")}
	return d, ""
}

// part reads one part of a due rule.
func (w *Words) part(part string) (t record.Text, gates []string, ok bool) {
	word, value, has := strings.Cut(part, ":")
	switch {
	case word == "before":
		if day, err := record.ParseDate(value); err == nil {
			return record.Text{NB: "før " + day.In("nb"), EN: "before " + day.In("en")}, nil, true
		}
		for _, b := range w.Before {
			if b.Word == value {
				return b.Text, b.Gates, true
			}
		}
		return t, nil, false
	case word == "with" && value != "":
		return record.Text{NB: "sammen med " + value, EN: "together with " + value}, nil, true
	case part == "review:on_change":
		return record.Text{NB: "ny vurdering ved endring", EN: "review on change"}, nil, true
	case word == "retain":
		return spanText(value, record.Text{NB: "oppbevares i minst %s", EN: "kept for at least %s"})
	case word == "review":
		return spanText(value, record.Text{NB: "gjennomgås med høyst %s mellom hver gang", EN: "reviewed at most %s apart"})
	case has:
		return t, nil, false
	}
	for _, x := range w.Words {
		if x.Word == part {
			return x.Text, nil, true
		}
	}
	return spanText(part, record.Text{NB: "innen %s", EN: "within %s"})
}

// hoursPattern matches a duration of hours from awareness, such as PT72H.
var hoursPattern = regexp.MustCompile(`^PT(\d{1,4})H$`)

// spanText puts the words of a duration into a sentence.
func spanText(duration string, sentence record.Text) (record.Text, []string, bool) {
	if hours := hoursPattern.FindStringSubmatch(duration); hours != nil {
		return record.Text{NB: fmt.Sprintf(sentence.NB, hours[1]+" timer"), EN: fmt.Sprintf(sentence.EN, hours[1]+" hours")}, nil, true
	}
	d, err := record.ParseDuration(duration)
	if err != nil {
		return record.Text{}, nil, false
	}
	return record.Text{NB: fmt.Sprintf(sentence.NB, d.In("nb")), EN: fmt.Sprintf(sentence.EN, d.In("en"))}, nil, true
}
