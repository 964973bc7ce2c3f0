-- The day a record is due, for lists of what is overdue. It stands first in the meta of those that have one.
{{define "due"}}
{{widen . "due_on:plain"}}
update "{{.}}_nodes" set due_on = (select substr(r.meta, 3, 10) from "{{.}}" r where r.rid = "{{.}}_nodes".rid and r.meta like 'd %');
update "{{.}}_new" set due_on = (select substr(r.meta, 3, 10) from "{{.}}" r where r.rid = "{{.}}_new".rid and r.meta like 'd %');
{{end}}
{{template "due" "risks"}}
{{template "due" "policies"}}
{{template "due" "evidence"}}
{{template "due" "objectives"}}
{{template "due" "measures"}}
{{template "due" "api_keys"}}
{{template "due" "mandates"}}
{{template "due" "activities"}}
