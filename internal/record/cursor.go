package record

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record/text"
)

// mark is where a page ended.
type mark struct {
	text   string
	number int64
	rid    int64
}

// print identifies a list: a cursor of another one is refused.
func (s *selection) print() uint64 {
	h := sha256.New()
	fmt.Fprintf(h, "%s|%s|%v|%q|%q|%d|", s.kind.Name, s.sort.name, s.sort.desc, s.query.Scope, s.query.Q, s.query.Since.UnixMicro())
	if s.query.Overdue != nil {
		fmt.Fprintf(h, "overdue %v|", *s.query.Overdue)
	}
	names := make([]string, 0, len(s.query.Filters))
	for n := range s.query.Filters {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		fmt.Fprintf(h, "%q=%q;", n, s.query.Filters[n])
	}
	return binary.BigEndian.Uint64(h.Sum(nil))
}

// encode makes the cursor after a document.
func (s *selection) encode(doc []byte, rid int64) string {
	b := binary.BigEndian.AppendUint64(nil, s.print())
	b = binary.AppendVarint(b, rid)
	switch s.sort.name {
	case "created_at":
	case "updated_at":
		var d struct {
			At time.Time `json:"updated_at"`
		}
		_ = json.Unmarshal(doc, &d)
		b = binary.AppendVarint(b, d.At.UnixMicro())
	default:
		var d map[string]json.RawMessage
		_ = json.Unmarshal(doc, &d)
		if d[s.sort.name] == nil {
			d[s.sort.name] = json.RawMessage("null")
		}
		b = append(b, d[s.sort.name]...)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func (s *selection) decode(cursor string) (*mark, error) {
	bad := fault.New(fault.Malformed, "bad_cursor", "the cursor belongs to another list or query; start again without cursor").At("?cursor")
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(b) < 9 || binary.BigEndian.Uint64(b) != s.print() {
		return nil, bad
	}
	rid, n := binary.Varint(b[8:])
	if n <= 0 {
		return nil, bad
	}
	m := &mark{rid: rid}
	rest := b[8+n:]
	switch s.sort.name {
	case "created_at":
		return m, nil
	case "updated_at":
		if m.number, n = binary.Varint(rest); n <= 0 {
			return nil, bad
		}
		return m, nil
	}
	return m, s.decodeKey(m, rest, bad)
}

func (s *selection) decodeKey(m *mark, raw []byte, bad error) error {
	var both Text
	switch {
	case s.sort.numeric && json.Unmarshal(raw, &m.number) == nil:
	case s.sort.numeric && json.Unmarshal(raw, new(bool)) == nil:
		if string(raw) == "true" {
			m.number = 1
		}
	case json.Unmarshal(raw, &m.text) == nil:
	case json.Unmarshal(raw, &both) == nil:
		m.text = both.NB
	default:
		return bad
	}
	if strings.ContainsRune(m.text, 0) { // no text holds one, and PostgreSQL takes none
		return bad
	}
	m.text = s.sort.mark(m.text).text
	return nil
}

// mark is the place of a text in the order of the list.
func (k sortKey) mark(s string) *mark {
	if k.text {
		s = text.SortKey(s)
	}
	return &mark{text: s}
}
