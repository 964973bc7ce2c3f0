package record

import (
	"reflect"
	"strings"
	"unicode"
)

// longestWord is in bytes; what is longer is found by its beginning. PostgreSQL refuses words over 2,046.
const longestWord = 200

// Words splits a text into the words it is found by: letters and digits, case folded, æ ø å kept.
func Words(s string) []string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range words {
		if len(w) > longestWord {
			words[i] = strings.ToValidUTF8(w[:longestWord], "")
		}
	}
	return words
}

// searched is a record that is found by more words than those of its fields.
type searched interface{ Words() string }

func (k *Kind) words(v reflect.Value, number string) string {
	var b strings.Builder
	b.WriteString(number)
	for _, f := range k.searched {
		b.WriteByte(' ')
		switch x := v.FieldByIndex(f.Index).Interface().(type) {
		case string:
			b.WriteString(x)
		case Text:
			b.WriteString(x.NB + " " + x.EN)
		}
	}
	if s, ok := v.Addr().Interface().(searched); ok {
		b.WriteString(" " + s.Words())
	}
	seen := map[string]bool{}
	var out []string
	for _, w := range Words(b.String()) {
		if !seen[w] && len(out) < 2000 {
			seen[w] = true
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}

func (db *DB) wordsKey() string {
	if db.Postgres {
		return "rid"
	}
	return "docid"
}

// match is the condition that a row of the tree holds every word as the beginning of one of its own, and its arguments.
func (k *Kind) match(db *DB, words []string) (string, []any) {
	if len(words) == 0 {
		return "", nil
	}
	marked := make([]string, len(words))
	for i, w := range words {
		if marked[i] = w + "*"; db.Postgres {
			marked[i] = "'" + w + "':*"
		}
	}
	if db.Postgres {
		return ` AND rid IN (SELECT w.rid FROM ` + k.Table + `_words w WHERE w.words @@ CAST(? AS tsquery))`, []any{strings.Join(marked, " & ")}
	}
	return ` AND rid IN (SELECT docid FROM ` + k.Table + `_words WHERE ` + k.Table + `_words MATCH ?)`, []any{strings.Join(marked, " ")}
}

// matchNew is the same condition on a record that waits: none of the words is missing.
func (k *Kind) matchNew(db *DB, words []string) (string, []any) {
	if len(words) == 0 {
		return "", nil
	}
	if db.Postgres {
		return ` AND NOT EXISTS (SELECT 1 FROM unnest(CAST(? AS text[])) q WHERE strpos(' ' || words, ' ' || q) = 0)`, []any{`{"` + strings.Join(words, `","`) + `"}`}
	}
	return ` AND NOT EXISTS (SELECT 1 FROM json_each(?) q WHERE instr(' ' || words, ' ' || q.value) = 0)`, []any{`["` + strings.Join(words, `","`) + `"]`}
}
