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

func (k *Kind) saveWords(tx *Tx, v reflect.Value, row *Row, fresh bool) error {
	words := k.words(v, row.Number)
	if tx.db.Postgres {
		return tx.exec(`INSERT INTO `+k.Table+`_words (rid, words) VALUES (?, array_to_tsvector(string_to_array(?, ' ')))
			ON CONFLICT (rid) DO UPDATE SET words = excluded.words`, row.RID, words)
	}
	if fresh {
		return tx.exec(`INSERT INTO `+k.Table+`_words (docid, words) VALUES (?, ?)`, row.RID, words)
	}
	return tx.exec(`UPDATE `+k.Table+`_words SET words = ? WHERE docid = ?`, words, row.RID)
}

// match gives the condition that finds every word of q as a prefix, and its argument.
func (k *Kind) match(tx *Tx, q string) (string, any) {
	words := Words(q)
	if len(words) == 0 {
		return "1 = 0", nil
	}
	if tx.db.Postgres {
		for i, w := range words {
			words[i] = "'" + w + "':*"
		}
		return `n.rid IN (SELECT rid FROM ` + k.Table + `_words WHERE words @@ CAST(? AS tsquery))`, strings.Join(words, " & ")
	}
	for i, w := range words {
		words[i] = w + "*"
	}
	return `n.rid IN (SELECT docid FROM ` + k.Table + `_words WHERE ` + k.Table + `_words MATCH ?)`, strings.Join(words, " ")
}
