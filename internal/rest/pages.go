package rest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/ki-styring/aims/internal/record"
)

// PublicPage is a page outside the API, which everybody may read. It is HTML for people, and the same content as JSON for programs.
type PublicPage struct {
	Path string // such as /problems/{code}
	// View returns what the page shows, given the part of the path in braces. It is also the page as JSON.
	View func(ctx context.Context, part string) (any, error)
	// HTML writes the page for people. With chosen, the address of the page named the language.
	HTML func(w io.Writer, view any, lang string, chosen bool) error
	// Policy is the Content-Security-Policy of the HTML.
	Policy string
}

const htmlMime = "text/html"

// page answers with a page, or with 304 when the client has it. The parameter lang goes before the Accept-Language header.
func (s *Server) page(g *gin.Context, p PublicPage) {
	format, err := Preferred(g.GetHeader("Accept"), htmlMime, "application/json")
	if err != nil {
		s.refuse(g, err)
		return
	}
	view, err := p.View(g.Request.Context(), g.Param("id"))
	if err != nil {
		s.refuse(g, err)
		return
	}
	lang := g.Query("lang")
	chosen := lang == "nb" || lang == "en"
	if !chosen {
		lang = language(g.GetHeader("Accept-Language"))
	}
	h := g.Writer.Header()
	var body []byte
	if format == htmlMime {
		var b bytes.Buffer
		err = p.HTML(&b, view, lang, chosen)
		body = b.Bytes()
		h.Set("Content-Type", htmlMime+"; charset=utf-8")
		h.Set("Content-Language", lang)
		h.Set("Content-Security-Policy", p.Policy)
	} else {
		body, err = record.Encode(view)
		h.Set("Content-Type", jsonType)
	}
	if err != nil {
		s.refuse(g, err)
		return
	}
	h.Set("ETag", `"`+hash(body)+`"`)
	h.Set("Cache-Control", "public, no-cache")
	h.Add("Vary", "Accept, Accept-Language")
	if notModified(g) {
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	g.Status(http.StatusOK)
	if g.Request.Method != http.MethodHead {
		_, _ = g.Writer.Write(body)
	}
}
