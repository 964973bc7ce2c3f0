package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// parts adds a read-only list of what a record holds, page by page. Parts are only ever added at the end, so a cursor is a count.
func parts[T any](s *Server, path, permission string, fn func(tx *record.Tx, id string) ([]T, error), opts ...option) {
	opts = append([]option{shape("list"), outOf(reflect.TypeFor[T]()), query(
		Param{Name: "limit", In: "query", Type: "integer", Doc: "1 to 200; 50 when left out."},
		Param{Name: "cursor", In: "query", Type: "string", Doc: "next_cursor of the page before."})}, opts...)
	handle(s, http.MethodGet, path, permission, func(tx *record.Tx, c Call[record.None]) (*listing, error) {
		all, err := fn(tx, c.ID)
		if err != nil {
			return nil, err
		}
		list := printed(path, c.ID)
		limit, from, err := partsRange(list, c.Query.Get("limit"), c.Query.Get("cursor"), len(all))
		if err != nil {
			return nil, err
		}
		to := min(from+limit, len(all))
		l := &listing{}
		docs := make([]string, 0, to-from)
		for _, part := range all[from:to] {
			raw, err := encode(part)
			if err != nil {
				return nil, err
			}
			docs = append(docs, string(raw))
		}
		l.docs = strings.Join(docs, ",\n")
		if to < len(all) {
			l.next = cursorAt(list, int64(to))
			u := *c.gin.Request.URL
			q := u.Query()
			q.Set("cursor", l.next)
			u.RawQuery = q.Encode()
			l.link = u.RequestURI()
		}
		return l, nil
	}, opts...)
}

// printed identifies a list by what it is of and how it is narrowed: a cursor of another one is refused.
func printed(list ...any) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", list))
	return sum[:8]
}

// cursorAt is the cursor of a list whose page ended at that number, which is above 0.
func cursorAt(list []byte, n int64) string {
	return base64.RawURLEncoding.EncodeToString(binary.AppendVarint(list[:len(list):len(list)], n))
}

func readCursor(list []byte, cursor string) (int64, error) {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if rest, ours := bytes.CutPrefix(raw, list); err == nil && ours {
		if at, n := binary.Varint(rest); n > 0 && n == len(rest) && at > 0 {
			return at, nil
		}
	}
	return 0, badParameter("cursor", "bad_cursor", "the cursor does not belong to this list")
}

func partsRange(list []byte, limit, cursor string, length int) (int, int, error) {
	n := 50
	if limit != "" {
		n, _ = strconv.Atoi(limit)
		if n < 1 || n > 200 {
			return 0, 0, badParameter("limit", "bad_limit", "limit is from 1 to 200")
		}
	}
	if cursor == "" {
		return n, 0, nil
	}
	from, err := readCursor(list, cursor)
	if err == nil && from > int64(length) {
		err = badParameter("cursor", "bad_cursor", "the cursor does not belong to this list")
	}
	return n, int(from), err
}

func badParameter(name, code, format string) error {
	e := fault.New(fault.Malformed, code, format)
	e.Fields = fault.Fields{{Pointer: "?" + name, Code: code, Detail: e.Text}}
	return e
}
