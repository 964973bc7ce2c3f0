package rest

import "net/url"

// Single tells whether one query answers the request, so that it needs no snapshot.
func (r Route) Single(v url.Values) bool { return r.single != nil && r.single(v) }

// HasRule tells whether a kind has a rule of its own beside the grants.
func (s *Server) HasRule(kind string) bool { return s.bars[kind] != nil }
