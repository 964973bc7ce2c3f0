package main

import "github.com/ki-styring/aims/internal/record"

// requireScopes makes the scope required in the inputs of kinds that cannot take it from a parent.
func (s *schemas) requireScopes() {
	for _, k := range record.Kinds() {
		in := s.out[s.nameFor(k.InputType(), input)]
		if in != nil && len(k.Parents()) == 0 && in.Value.Properties["scope"] != nil {
			in.Value.Required = append([]string{"scope"}, in.Value.Required...)
		}
	}
}
