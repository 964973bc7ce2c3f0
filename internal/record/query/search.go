package query

import (
	"strings"

	"github.com/ki-styring/aims/internal/record"

	"github.com/ki-styring/aims/internal/record/internal/conn"
)

// partsAtMost is how many words of the vocabulary a part of a compound stands for.
const partsAtMost = 200

// shortestPart is how many letters q needs to find a word by its middle or end.
const shortestPart = 4

// search is what a record's words must match.
type search struct {
	query string   // for the full text
	words []either // all of them, one after another
}

// either is a word that is asked for: the beginning of one of a record's words, or a whole one that the word asked for is a part of.
type either struct {
	beginning string
	compounds []string
}

// searchFor makes the search for words: each is the beginning of one of a record's words, or a part of one.
func searchFor(tx *record.Tx, words []string) (found search, err error) {
	and, or, prefix, quote := " AND ", " OR ", "*", ""
	if tx.Conn().Postgres() {
		and, or, prefix, quote = " & ", " | ", ":*", "'"
	}
	terms := make([]string, len(words))
	for i, w := range words {
		e := either{beginning: w}
		if len([]rune(w)) >= shortestPart {
			e.compounds, err = conn.Texts(tx.Conn(), `SELECT DISTINCT word FROM word_parts WHERE part >= ? AND part < ? LIMIT ?`, w, w+"\U0010FFFF", partsAtMost)
			if err != nil {
				return found, err
			}
		}
		all := []string{quote + w + quote + prefix}
		for _, c := range e.compounds {
			all = append(all, quote+c+quote)
		}
		terms[i], found.words = "("+strings.Join(all, or)+")", append(found.words, e)
	}
	found.query = strings.Join(terms, and)
	return found, nil
}

// check is the SQL that asks a single row t of a kind's table whether it matches. SQLite would ask its index for every row that matches
// each time, and so compares the row's words itself.
func (f search) check(postgres bool) (string, []any) {
	if postgres {
		return `(SELECT f.words @@ CAST(? AS tsquery) FROM full_text f WHERE f.docid = t.rid)`, []any{f.query}
	}
	var all []string
	var args []any
	for _, e := range f.words { // the first comparison spares most rows the others
		all, args = append(all, `instr(w, ?) > 0 AND (instr(w, ?) > 0`+strings.Repeat(` OR instr(w, ?) > 0`, len(e.compounds))+`)`), append(args, e.beginning, " "+e.beginning)
		for _, c := range e.compounds {
			args = append(args, " "+c+" ")
		}
	}
	return `(SELECT ` + strings.Join(all, " AND ") + ` FROM (SELECT ' ' || f.words || ' ' AS w FROM full_text f WHERE f.docid = t.rid LIMIT 1) AS f)`, args
}

// matches is the SQL of the docids that a full-text query finds, to which the query is the argument.
func matches(postgres bool) string {
	if postgres {
		return `SELECT docid FROM full_text WHERE words @@ CAST(? AS tsquery)`
	}
	return `SELECT docid FROM full_text WHERE full_text MATCH ?`
}
