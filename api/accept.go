package api

import (
	"mime"
	"strconv"
	"strings"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/trace"
)

// Media types beside JSON.
const (
	jsonMime     = "application/json"
	markdownType = "text/markdown"
	htmlType     = "text/html"
	calendarType = "text/calendar"
)

// prefers tells which of the media types an Accept header likes best; the first is what whoever takes anything gets.
func prefers(accept string, offered ...string) (string, error) {
	if strings.TrimSpace(accept) == "" {
		return offered[0], nil
	}
	best, most := "", 0.0
	for part := range strings.SplitSeq(accept, ",") {
		mt, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		q := 1.0
		if v, err := strconv.ParseFloat(params["q"], 64); err == nil {
			q = v
		}
		for i, o := range offered {
			family, _, _ := strings.Cut(o, "/")
			liking := 0.0
			switch {
			case mt == o || mt == family+"/*":
				liking = q
			case mt == "*/*" && i == 0:
				liking = q / 1000
			}
			if liking > most {
				best, most = o, liking
			}
		}
	}
	if best == "" {
		return "", fault.New(fault.NotAcceptable, "not_acceptable", "this is served as %s", strings.Join(offered, ", "))
	}
	return best, nil
}

// impossible refuses a parameter whose value cannot be.
func impossible(name string) error {
	e := fault.New(fault.Malformed, "bad_parameter", "the parameter %s has a value that cannot be", name)
	e.Fields = fault.Fields{{Pointer: "?" + name, Code: e.Code, Detail: e.Text}}
	return e
}

// traced answers the chain a record is part of, as data or as a picture.
func traced(tx *record.Tx, c Call[record.None], k *record.Kind) (any, error) {
	picture, err := wantsPicture(c.Accept)
	if err != nil {
		return nil, err
	}
	t, err := trace.Of(tx, k, c.ID)
	if err != nil {
		return nil, err
	}
	if picture {
		return Raw{Type: svgType, Body: t.SVG(c.Lang)}, nil
	}
	return t, nil
}
