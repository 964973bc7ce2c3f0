package rest

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"github.com/ki-styring/aims/internal/record"
)

// Call is what a handler gets: the ids of the path, the version that the caller read, the body and the query.
type Call[B any] struct {
	ID      string
	Sub     string
	Version int64
	Body    B
	Query   url.Values
	Lang    string
	Accept  string
	Media   string  // the media type of the body
	Raw     []byte  // the body as it came
	Session Session // nil on a public route
	gin     *gin.Context
}

// Session is who sent a request, as Config.Authenticate recognised them.
type Session interface {
	Who() *record.Actor
}

// Ref names the record of the path, in the version that the caller read.
func (c Call[B]) Ref() record.Ref { return record.Ref{ID: c.ID, Version: c.Version} }

// Request is the request as it came. Its body is already read.
func (c Call[B]) Request() *http.Request { return c.gin.Request }

// RequestID is the id that logs and events name the request by.
func (c Call[B]) RequestID() string { return requestID(c.gin) }

// ClientIP is the address of the caller. A proxy's word is taken if Config.Proxies names it.
func (c Call[B]) ClientIP() string { return c.gin.ClientIP() }

// SetCookie adds a cookie to the answer.
func (c Call[B]) SetCookie(cookie *http.Cookie) { http.SetCookie(c.gin.Writer, cookie) }

// next is the address of the page after this one.
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
