package api

import (
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/trace"
)

// Media types beside JSON.
const (
	jsonMime     = "application/json"
	markdownType = "text/markdown"
	htmlType     = "text/html"
	calendarType = "text/calendar"
)

// traced answers the chain a record is part of, as data or as a picture.
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
