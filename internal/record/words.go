package record

import (
	"encoding/json"
	"strings"
	"sync"

	"github.com/ki-styring/aims/internal/record/text"
)

// partsAtMost is how many words of the vocabulary a part of a compound stands for.
const partsAtMost = 200

// shortestPart is how many letters q needs to find a word by its middle or end.
const shortestPart = 4

// vocabulary remembers which words have their endings in word_parts, so that a write adds only those of new words.
type vocabulary struct {
	mu    sync.RWMutex
	words map[string]struct{}
}

// vocabularyAtMost bounds what is remembered.
const vocabularyAtMost = 100_000

func (v *vocabulary) has(word string) bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	_, ok := v.words[word]
	return ok
}

func (v *vocabulary) add(words []string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.words == nil || len(v.words) > vocabularyAtMost {
		v.words = map[string]struct{}{}
	}
	for _, w := range words {
		v.words[w] = struct{}{}
	}
}

// learn adds the endings of words that are new to the installation.
func (tx *Tx) learn(words string) error {
	var learnt []string
	for w := range strings.SplitSeq(words, " ") {
		if tx.db.known.has(w) {
			continue
		}
		learnt = append(learnt, w)
		endings := text.Suffixes(w)
		if len(endings) == 0 {
			continue
		}
		args := make([]any, 0, 2*len(endings))
		for _, e := range endings {
			args = append(args, e, w)
		}
		if err := tx.exec(`INSERT INTO word_parts (part, word) VALUES (?,?)`+strings.Repeat(`,(?,?)`, len(endings)-1)+` ON CONFLICT DO NOTHING`, args...); err != nil {
			return err
		}
	}
	if len(learnt) > 0 {
		tx.OnCommit(func() { tx.db.known.add(learnt) })
	}
	return nil
}

// wordsOf is the SQL that stores words.
func (db *DB) wordsOf() string {
	if db.Postgres {
		return `array_to_tsvector(string_to_array(?, ' '))`
	}
	return `?`
}

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

// search makes the search for words: each is the beginning of one of a record's words, or a part of one.
func (tx *Tx) search(words []string) (found search, err error) {
	and, or, prefix, quote := " AND ", " OR ", "*", ""
	if tx.db.Postgres {
		and, or, prefix, quote = " & ", " | ", ":*", "'"
	}
	terms := make([]string, len(words))
	for i, w := range words {
		e := either{beginning: w}
		if len([]rune(w)) >= shortestPart {
			e.compounds, err = tx.texts(`SELECT DISTINCT word FROM word_parts WHERE part >= ? AND part < ? LIMIT ?`, w, w+"\U0010FFFF", partsAtMost)
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
func (f search) check(db *DB) (string, []any) {
	if db.Postgres {
		return `(SELECT f.words @@ CAST(? AS tsquery) FROM full_text f WHERE f.docid = t.rid)`, []any{f.query}
	}
	var all []string
	var args []any
	for _, e := range f.words { // the first comparison spares most rows the others
		compounds, _ := json.Marshal(e.compounds) // of texts
		all = append(all, `instr(w, ?) > 0 AND (instr(w, ?) > 0 OR EXISTS (SELECT 1 FROM json_each(?) c WHERE instr(w, ' ' || c.value || ' ') > 0))`)
		args = append(args, e.beginning, " "+e.beginning, string(compounds))
	}
	return `(SELECT ` + strings.Join(all, " AND ") + ` FROM (SELECT ' ' || f.words || ' ' AS w FROM full_text f WHERE f.docid = t.rid LIMIT 1) AS f)`, args
}

// matches is the SQL of the docids that a full-text query finds, to which the query is the argument.
func (db *DB) matches() string {
	if db.Postgres {
		return `SELECT docid FROM full_text WHERE words @@ CAST(? AS tsquery)`
	}
	return `SELECT docid FROM full_text WHERE full_text MATCH ?`
}
