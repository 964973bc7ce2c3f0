package api

import (
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/trace"
)

// Media types that answers can have.
const (
	jsonMime     = "application/json"
	markdownType = "text/markdown"
	htmlType     = "text/html"
	calendarType = "text/calendar"
)

// traced answers with the trace of a record: its chain of related records, as JSON or as SVG.
func traced(tx *record.Tx, c rest.Call[record.None], k *record.Kind) (any, error) {
	picture, err := wantsPicture(c.Accept)
	if err != nil {
		return nil, err
	}
	t, err := trace.Of(tx, k, c.ID)
	if err != nil {
		return nil, err
	}
	if picture {
		return rest.Raw{Type: svgType, Body: t.SVG(c.Lang)}, nil
	}
	return t, nil
}
