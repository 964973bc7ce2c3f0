package query

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"sort"
	"unicode/utf8"

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

// encode makes the cursor after a row.
func (s *selection) encode(rid int64, key any) string {
	b := binary.BigEndian.AppendUint64(nil, s.print())
	b = binary.AppendVarint(b, rid)
	switch key := key.(type) {
	case int64:
		b = binary.AppendVarint(b, key)
	case string:
		b = append(binary.AppendUvarint(b, uint64(len(key))), key...)
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
	m, rest := &mark{rid: rid}, b[8+n:]
	switch {
	case s.sort.col == "rid":
	case s.sort.numeric:
		if m.number, n = binary.Varint(rest); n <= 0 {
			return nil, bad
		}
	default:
		size, n := binary.Uvarint(rest)
		if n <= 0 || size != uint64(len(rest)-n) || !utf8.Valid(rest[n:]) || bytes.IndexByte(rest[n:], 0) >= 0 { // PostgreSQL takes no NUL
			return nil, bad
		}
		m.text = string(rest[n:])
	}
	return m, nil
}

// mark is the place of a text in the order of the list.
func (k sortKey) mark(s string) *mark {
	if k.text {
		s = text.SortKey(s)
	}
	return &mark{text: s}
}
