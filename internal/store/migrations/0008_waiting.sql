-- Where new records of each kind wait to be hung in the tree of scopes, many at once, and where their references wait.
{{if .SQLite}}create table refs_new as select * from refs limit 0;
{{else}}create table refs_new (like refs);
{{end -}}
create view links as
	select from_kind, from_id, field, to_kind, to_id from refs
	union all
	select from_kind, from_id, field, to_kind, to_id from refs_new;

{{waiting "units"}}
{{waiting "users"}}
{{waiting "roles"}}
{{waiting "assignments"}}
{{waiting "api_keys"}}
{{waiting "comments"}}
{{waiting "bodies"}}
{{waiting "mandates"}}
{{waiting "memberships"}}
{{waiting "frameworks"}}
{{waiting "requirements"}}
{{waiting "clause_judgements"}}
{{waiting "controls"}}
{{waiting "statements_of_applicability"}}
{{waiting "policies"}}
{{waiting "policy_editions"}}
{{waiting "acknowledgements"}}
{{waiting "evidence"}}
{{waiting "risk_methods"}}
{{waiting "risk_registers"}}
{{waiting "risks"}}
{{waiting "treatment_plans"}}
{{waiting "improvement_cycles"}}
{{waiting "objectives"}}
{{waiting "measurements"}}
{{waiting "measures"}}
