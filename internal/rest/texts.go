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
	norwegian map[string]string // by the English sentence
	words     map[string]Word   // by the action
}

// Word is the label of an action that is in no workflow.
type Word struct {
	record.Text
	Of string // the preposition before the object in an English sentence
}

// NewTexts reads Norwegian translations from the *.tsv files in a folder. A line is English, a tab, Norwegian. Words are the labels of actions.
func NewTexts(files fs.FS, words map[string]Word) (*Texts, error) {
	t := &Texts{norwegian: map[string]string{}, words: words}
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
			en, nb, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "\t")
			if ok && !strings.HasPrefix(line, "#") {
				t.norwegian[en] = nb
			}
		}
	}
	return t, nil
}

// Word returns the label of a kind, or of an action on a kind.
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
		return record.Text{NB: strings.Join(nb, "/"), EN: strings.Join(en, "/")}
	}
	if k := record.KindOf(w.Kind); k != nil {
		for _, step := range k.Workflow {
			if step.Verb == w.Action {
				return record.Text{NB: inSentence(step.Label.NB), EN: w.String()}
			}
		}
	}
	if known, ok := t.words[w.Action]; ok {
		return record.Text{NB: inSentence(known.NB), EN: strings.TrimSuffix(inSentence(known.EN)+" "+known.Of, " ")}
	}
	return record.Text{NB: w.String(), EN: w.String()}
}

// inSentence makes the first letter of a label lower case, unless the label begins with an abbreviation.
func inSentence(label string) string {
	first, size := utf8.DecodeRuneInString(label)
	if second, _ := utf8.DecodeRuneInString(label[size:]); unicode.IsUpper(second) {
		return label
	}
	return string(unicode.ToLower(first)) + label[size:]
}

// Say returns a sentence in a language: nb or en. Arguments that are sentences, words or choices of enumerations are translated too.
// Other arguments are not, because they may be the caller's own text.
func (t *Texts) Say(s fault.Text, lang string) string {
	format, args := s.Format, slices.Clone(s.Args)
	if nb, ok := t.norwegian[format]; ok && lang != "en" {
		format = nb
	}
	for i, a := range args {
		switch a := a.(type) {
		case fault.Text:
			args[i] = t.Say(a, lang)
		case fault.Word:
			args[i] = quoted(t.Word(a), lang)
		case record.Text:
			args[i] = quoted(a, lang)
		default:
			for _, c := range record.ChoicesOf(reflect.TypeOf(a)) {
				if c.Value == reflect.ValueOf(a).String() {
					args[i] = quoted(c.Label, lang)
				}
			}
		}
	}
	if len(args) == 0 {
		return format
	}
	return fmt.Sprintf(format, args...)
}

// quoted puts a label of a Norwegian sentence in quotes, because the label may not fit the grammar.
func quoted(label record.Text, lang string) string {
	if lang == "en" {
		return label.EN
	}
	return "«" + label.NB + "»"
}

// language returns nb or en by the Accept-Language header (RFC 9110). For nn and no it returns nb.
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
