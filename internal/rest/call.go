package rest

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"github.com/ki-styring/aims/internal/record"
)

// Call is the input of a handler: the ids of the path, the version that the caller read, the body and the query.
type Call[B any] struct {
	ID      string
	Sub     string
	Version int64
	Body    B
	Query   url.Values
	Lang    string
	Accept  string
	Media   string  // the media type of the body
	Raw     []byte  // the body as received
	Session Session // nil on a public route
	gin     *gin.Context
}

// Session is the caller's session, as Config.Authenticate found it.
type Session interface {
	Who() *record.Actor
	Reads() string // the language of answers to a request without Accept-Language; empty for the installation's
}

// Ref returns the id of the record in the path, and the version that the caller read.
func (c Call[B]) Ref() record.Ref { return record.Ref{ID: c.ID, Version: c.Version} }

// Request returns the HTTP request. Its body is already read.
func (c Call[B]) Request() *http.Request { return c.gin.Request }

// RequestID returns the id of the request in the logs and events.
func (c Call[B]) RequestID() string { return requestID(c.gin) }

// ClientIP returns the address of the caller. X-Forwarded-For is trusted only from Config.Proxies.
func (c Call[B]) ClientIP() string { return c.gin.ClientIP() }

// SetCookie adds a cookie to the answer.
func (c Call[B]) SetCookie(cookie *http.Cookie) { http.SetCookie(c.gin.Writer, cookie) }

// next returns the URL of the next page.
func (c Call[B]) next(cursor string) string {
	u := *c.gin.Request.URL
	v := url.Values{}
	for name, list := range c.Query {
		v[name] = list
	}
	v.Set("cursor", cursor)
	u.RawQuery = v.Encode()
	return u.RequestURI()
}
