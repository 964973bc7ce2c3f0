package api

import (
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// session adapts an identity.Session to rest.Session.
type session struct{ *identity.Session }

// Who returns the actor that the session belongs to.
func (s session) Who() *record.Actor { return s.Actor }

// Reads returns the language that the person reads.
func (s session) Reads() string { return s.Language }

// sessionOf returns the session of a call, or nil on a public route.
func sessionOf[B any](c rest.Call[B]) *identity.Session {
	s, _ := c.Session.(session)
	return s.Session
}

// authenticate identifies the caller by bearer token or session cookie.
// A write with a cookie must come from this origin, or from an allowed origin of the same site, and have the CSRF token of the session.
func (s *Server) authenticate(req *http.Request, r *rest.Route) (rest.Session, error) {
	token, byCookie := "", false
	if h := req.Header.Get("Authorization"); h != "" {
		scheme, after, _ := strings.Cut(h, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return nil, fault.New(fault.Unauthenticated, "unauthenticated", "sign in or send a valid API key")
		}
		token = strings.TrimSpace(after)
	} else if c, err := req.Cookie(cookieName(req)); err == nil {
		token, byCookie = c.Value, true
	}
	x, err := s.Identity.Authenticate(req.Context(), token)
	if err != nil {
		return nil, err
	}
	if x.Cookie != byCookie {
		return nil, fault.New(fault.Unauthenticated, "unauthenticated", "sign in or send a valid API key")
	}
	if byCookie && r.Method != http.MethodGet {
		if err := s.checkOrigin(req); err != nil {
			return nil, fault.New(fault.Forbidden, "cross_origin", "with a session cookie, changes must come from this site").Because(err)
		}
		if req.Header.Get("X-CSRF-Token") != x.CSRF {
			return nil, fault.New(fault.Forbidden, "csrf_token", "with a session cookie, changes must have the session's X-CSRF-Token")
		}
	}
	if x.MustChange && !slices.Contains(oneTimePasswordRoutes, r.Method+" "+r.Path) {
		return nil, fault.New(fault.Forbidden, "password_change_required", "choose a password of your own first: POST /me/password")
	}
	return session{x}, nil
}

// checkOrigin refuses a write that a page of another site makes, even if its origin is allowed: such a page uses a token.
func (s *Server) checkOrigin(req *http.Request) error {
	if req.Header.Get("Sec-Fetch-Site") == "cross-site" {
		return errors.New("the request comes from another site")
	}
	return s.origins.Check(req)
}

// oneTimePasswordRoutes are the routes that a session opened with a one-time password may call.
var oneTimePasswordRoutes = []string{"GET /me", "POST /me/password", "DELETE /sessions/current", "GET /sessions/current", "GET /setup"}

// cookieName returns the name of the session cookie. The prefix __Host- binds the cookie to the host. It needs TLS, so loopback does without it.
func cookieName(r *http.Request) string {
	if loopback(r) {
		return "aims_session"
	}
	return "__Host-aims_session"
}

func loopback(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
