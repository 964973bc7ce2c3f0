package record

import (
	"strings"
	"sync"

	"github.com/ki-styring/aims/internal/record/text"
)

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
