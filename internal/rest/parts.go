package rest

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"github.com/ki-styring/aims/internal/record"
)

// Parts adds a route for the parts of a record, in pages. New parts only come at the end, so the cursor is the number of parts before the page.
func Parts[T any](s *Server, path, permission string, fn func(tx *record.Tx, id string) ([]T, error), opts ...Option) {
	opts = append([]Option{Shape("list"), Out(reflect.TypeFor[T]()), Query(PageParams...)}, opts...)
	Handle(s, http.MethodGet, path, permission, func(tx *record.Tx, c Call[record.None]) (*Listing, error) {
		all, err := fn(tx, c.ID)
		if err != nil {
			return nil, err
		}
		n, err := Limit(c.Query)
		if err != nil {
			return nil, err
		}
		list := Fingerprint(path, c.ID)
		from, err := cursorIn(list, c.Query.Get("cursor"))
		if err == nil && from > int64(len(all)) {
			err = badCursor()
		}
		if err != nil {
			return nil, err
		}
		to := min(int(from)+n, len(all))
		l := &Listing{}
		docs := make([]string, 0, to-int(from))
		for _, part := range all[from:to] {
			raw, err := record.Encode(part)
			if err != nil {
				return nil, err
			}
			docs = append(docs, string(raw))
		}
		l.docs = strings.Join(docs, ",\n")
		if to < len(all) {
			l.next = cursorAt(list, int64(to))
			l.link = c.next(l.next)
		}
		return l, nil
	}, opts...)
}

// Fingerprint identifies a list by its name and its filters. The list's cursors begin with it, so that a cursor of another list is refused.
func Fingerprint(list ...any) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", list))
	return sum[:8]
}

// cursorAt returns the cursor after the first n parts; n is above 0.
func cursorAt(list []byte, n int64) string {
	return base64.RawURLEncoding.EncodeToString(binary.AppendVarint(list[:len(list):len(list)], n))
}

// cursorIn returns the number of parts before the page. Without a cursor it is 0.
func cursorIn(list []byte, cursor string) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if after, ours := bytes.CutPrefix(raw, list); err == nil && ours {
		if at, n := binary.Varint(after); n > 0 && n == len(after) && at > 0 {
			return at, nil
		}
	}
	return 0, badCursor()
}

// CursorAfter returns the cursor of the page after a place. The place is a text in the list's own order.
func CursorAfter(list []byte, place string) string {
	return base64.RawURLEncoding.EncodeToString(append(list[:len(list):len(list)], place...))
}

// PlaceIn returns the place of a cursor that CursorAfter wrote. Without a cursor it is empty.
func PlaceIn(list []byte, cursor string) (string, error) {
	if cursor == "" {
		return "", nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if place, ours := bytes.CutPrefix(raw, list); err == nil && ours && len(place) > 0 {
		return string(place), nil
	}
	return "", badCursor()
}
