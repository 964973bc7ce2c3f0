package rest

import (
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Texts translates sentences and labels.
type Texts struct {
	norwegian map[string]string      // by the sentence's key
	actions   map[string]record.Text // what people call the actions that have no label in a workflow, or several
}

// NewTexts reads the Norwegian of sentences from the *.tsv files in a folder: key, a tab, Norwegian.
func NewTexts(files fs.FS, actions map[string]record.Text) (*Texts, error) {
	t := &Texts{norwegian: map[string]string{}, actions: actions}
	names, err := fs.Glob(files, "*.tsv")
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		b, err := fs.ReadFile(files, n)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(b)) {
			key, nb, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "\t")
			if ok && !strings.HasPrefix(line, "#") {
				t.norwegian[key] = nb
			}
		}
	}
	return t, nil
}

// Word gives what people call a kind, in small letters, or an action on one, as its button says it.
func (t *Texts) Word(w fault.Word) record.Text {
	if w.Action == "" {
		var nb, en []string
		for name := range strings.SplitSeq(w.Kind, "|") {
			label := record.Text{NB: name, EN: fault.Word{Kind: name}.String()}
			if k := record.KindOf(name); k != nil {
				label = k.Label
			}
			nb, en = append(nb, inSentence(label.NB)), append(en, inSentence(label.EN))
		}
		return record.Text{NB: strings.Join(nb, " eller "), EN: strings.Join(en, " or ")}
	}
	if k := record.KindOf(w.Kind); k != nil {
		if label, one := labelOf(k, w.Action); one {
			return label
		}
	}
	if known, ok := t.actions[w.Action]; ok {
		return known
	}
	return record.Text{NB: w.String(), EN: w.String()}
}

// labelOf gives the label of a verb, where all its steps have the same.
func labelOf(k *record.Kind, verb string) (label record.Text, one bool) {
	for _, step := range k.Workflow {
		if step.Verb == verb {
			if one && step.Label != label {
				return record.Text{}, false
			}
			label, one = step.Label, true
		}
	}
	return label, one
}

// inSentence begins a label with a small letter, unless it begins with an abbreviation.
func inSentence(label string) string {
	first, size := utf8.DecodeRuneInString(label)
	if second, _ := utf8.DecodeRuneInString(label[size:]); unicode.IsUpper(second) {
		return label
	}
	return string(unicode.ToLower(first)) + label[size:]
}

// Say gives a sentence in a language: nb or en. Sentences, words, labels and choices of closed lists among its values are translated
// too. All other values stay as they are, since they may be the caller's own.
func (t *Texts) Say(s fault.Text, lang string) string {
	format, args := s.Format, slices.Clone(s.Args)
	if nb, ok := t.norwegian[s.Key]; ok && lang != "en" {
		format = nb
	}
	for i, a := range args {
		switch a := a.(type) {
		case fault.Text:
			args[i] = t.Say(a, lang)
		case fault.Word:
			args[i] = t.Word(a).In(lang)
		case record.Text:
			args[i] = a.In(lang)
		case record.Labels:
			args[i] = a.In(lang)
		default:
			for _, c := range record.ChoicesOf(reflect.TypeOf(a)) {
				if c.Value == reflect.ValueOf(a).String() {
					args[i] = c.Label.In(lang)
				}
			}
		}
	}
	if len(args) == 0 {
		return format
	}
	return fmt.Sprintf(format, args...)
}

// language picks nb or en by the caller's preference (RFC 9110). nn and no are answered in bokmål.
func language(header string) string {
	if header == "" {
		return "nb"
	}
	best, bestQ := "nb", -1.0
	for part := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if _, err := fmt.Sscanf(strings.TrimSpace(params), "q=%f", &q); err != nil {
			q = 1
		}
		tag, _, _ = strings.Cut(strings.ToLower(tag), "-")
		lang := map[string]string{"nb": "nb", "nn": "nb", "no": "nb", "en": "en", "*": "nb"}[tag]
		if lang != "" && q > bestQ && q > 0 {
			best, bestQ = lang, q
		}
	}
	return best
}
