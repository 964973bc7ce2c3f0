package main

import (
	"reflect"
	"slices"
	"strings"

	"github.com/ki-styring/aims/internal/rest"
)

// kinds returns the record kinds in Go spelling: RiskRegister.
func kinds(routes []rest.Route) []string {
	seen := map[string]bool{}
	for _, r := range routes {
		if r.Kind != "" {
			seen[pascal(r.Kind)] = true
		}
	}
	return sortedKeys(seen)
}

// nameFor returns the component name of a type in a mode.
func (s *schemas) nameFor(t reflect.Type, m mode) string {
	name := s.name(t)
	switch {
	case m == patch:
		return strings.TrimSuffix(name, "Input") + "Patch"
	case m == input && s.answered[t]:
		return name + "Input"
	}
	return name
}

// name is the component name of a type: what `// @name` says; else that of its kind, as RiskStatus; else the type's name, with the package before it
// unless the name begins with the package or a record kind. List[risk.Risk] is RiskList.
func (s *schemas) name(t reflect.Type) string {
	if given := s.swagName[t]; given != "" && !strings.ContainsAny(given, ".-") {
		return given
	}
	if owned := s.owned[t]; owned != "" {
		return owned
	}
	return s.plainName(t.PkgPath() + "." + t.Name())
}

func (s *schemas) plainName(full string) string {
	generic, args := full, ""
	if open := strings.IndexByte(full, '['); open >= 0 {
		generic, args = full[:open], strings.TrimSuffix(full[open+1:], "]")
	}
	dot := strings.LastIndex(generic, ".")
	pkg, typ := pascal(generic[strings.LastIndex(generic, "/")+1:max(dot, 0)]), generic[dot+1:]
	if args != "" {
		var names string
		for _, arg := range splitArgs(args) {
			names += s.argName(strings.TrimPrefix(arg, "*"))
		}
		return names + pascal(typ)
	}
	typ = pascal(typ)
	if slices.Contains([]string{"Api", "Record", "Rest"}, pkg) || strings.HasPrefix(typ, pkg) {
		return typ
	}
	for _, kind := range s.kinds {
		if strings.HasPrefix(typ, kind) {
			return typ
		}
	}
	return pkg + typ
}

// argName returns the name of a type argument. For a type of this module it is the component name.
func (s *schemas) argName(full string) string {
	for t, given := range s.swagName {
		if t.PkgPath()+"."+t.Name() == full && !strings.ContainsAny(given, ".-") {
			return given
		}
	}
	return s.plainName(full)
}

// splitArgs splits at commas outside brackets.
func splitArgs(args string) []string {
	var out []string
	depth, from := 0, 0
	for i, r := range args {
		switch {
		case r == '[':
			depth++
		case r == ']':
			depth--
		case r == ',' && depth == 0:
			out, from = append(out, args[from:i]), i+1
		}
	}
	return append(out, args[from:])
}

// pascal spells risk-register, risk_register and riskRegister as RiskRegister.
func pascal(s string) string {
	var b strings.Builder
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == '-' || r == '_' || r == '.' || r == ' ' }) {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}

func camel(s string) string {
	p := pascal(s)
	if p == "" {
		return p
	}
	return strings.ToLower(p[:1]) + p[1:]
}

// singular returns the English singular of a path segment: policies → policy, statements-of-applicability → statement-of-applicability.
func singular(s string) string {
	if head, tail, ok := strings.Cut(s, "-of-"); ok {
		return singular(head) + "-of-" + tail
	}
	switch {
	case s == "people":
		return "person"
	case strings.HasSuffix(s, "ies"):
		return strings.TrimSuffix(s, "ies") + "y"
	case strings.HasSuffix(s, "xes"), strings.HasSuffix(s, "ches"), strings.HasSuffix(s, "shes"), strings.HasSuffix(s, "sses"):
		return strings.TrimSuffix(s, "es")
	case strings.HasSuffix(s, "ss"), strings.HasSuffix(s, "us"), strings.HasSuffix(s, "is"):
		return s
	}
	return strings.TrimSuffix(s, "s")
}

// operationID names an operation from its method and path: acceptRisk, listRiskComments, patchRiskTreatment.
func operationID(r rest.Route) string {
	parts := strings.Split(strings.Trim(r.Path, "/"), "/")
	isParam := func(i int) bool { return i < len(parts) && strings.HasPrefix(parts[i], "{") }
	last := len(parts) - 1
	if isParam(last) {
		last--
	}
	one := r.Method != "GET" || isParam(last+1) // the last word is singular
	verb := r.Shape == "verb" || r.Method == "POST" && r.Shape != "create" && last > 0 && singular(parts[last]) == parts[last]
	action := map[string]string{"GET": "get", "POST": "create", "PUT": "put", "PATCH": "patch", "DELETE": "delete"}[r.Method]
	if r.Shape == "list" {
		action = "list"
	}
	if verb {
		action, last = camel(parts[last]), last-1
		if isParam(last) {
			last--
		}
	}
	var noun strings.Builder
	for i := 0; i <= last; i++ {
		switch {
		case isParam(i):
		case isParam(i+1) || i == last && one && !verb:
			noun.WriteString(pascal(singular(parts[i])))
		default:
			noun.WriteString(pascal(parts[i]))
		}
	}
	return action + noun.String()
}
