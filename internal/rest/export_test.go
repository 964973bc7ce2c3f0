package rest

import "net/url"

// Single reports whether one query answers the request, so that it needs no snapshot.
func (r Route) Single(v url.Values) bool { return r.single != nil && r.single(v) }

// HasRule reports whether a kind has a rule of its own in addition to the grants.
func (s *Server) HasRule(kind string) bool { return s.bars[kind] != nil }
