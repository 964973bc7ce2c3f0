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

// Texts says sentences in the reader's language.
type Texts struct {
	norwegian map[string]string // by the English sentence
	words     map[string]Word   // by the action
}

// Word is what people call an action that no workflow has a label for.
type Word struct {
	record.Text
	Of string // the preposition before the object in an English sentence
}

// NewTexts reads the Norwegian of sentences from the *.tsv files in a folder: English, a tab, Norwegian. Words name actions.
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

// Word gives what people call a kind, or an action on one.
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

// inSentence begins a label with a small letter, unless it begins with an abbreviation.
func inSentence(label string) string {
	first, size := utf8.DecodeRuneInString(label)
	if second, _ := utf8.DecodeRuneInString(label[size:]); unicode.IsUpper(second) {
		return label
	}
	return string(unicode.ToLower(first)) + label[size:]
}

// Say gives a sentence in a language: nb or en. Sentences, words and choices of closed lists among its values are translated too. All other
// values stay as they are, since they may be the caller's own.
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

// quoted marks a label in a Norwegian sentence, because it need not fit the grammar.
func quoted(label record.Text, lang string) string {
	if lang == "en" {
		return label.EN
	}
	return "«" + label.NB + "»"
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
