-- What a create need not pay for. Numbers come from one counter, an event's id is found by nobody, and a row needs no
-- rid that is never given again: their indexes go. Which events tell of a record is noted together with the scopes they lie in, many at once, instead of one by one.
{{lean "units" "path"}}
{{lean "users"}}
{{lean "roles" "key"}}
{{lean "assignments"}}
{{lean "api_keys"}}
{{lean "comments"}}
{{lean "bodies" "key"}}
{{lean "mandates"}}
{{lean "memberships"}}
{{lean "frameworks" "key"}}
{{lean "requirements" "ref_key"}}
{{lean "clause_judgements" "place"}}
{{lean "controls" "adoption"}}
{{lean "statements_of_applicability"}}
{{lean "policies"}}
{{lean "policy_editions"}}
{{lean "acknowledgements"}}
{{lean "evidence"}}
{{lean "risk_methods"}}
{{lean "risk_registers"}}
{{lean "risks"}}
{{lean "treatment_plans"}}
{{lean "improvement_cycles"}}
{{lean "objectives"}}
{{lean "measurements"}}
{{lean "measures"}}
{{lean "organisations" "key" "org_number"}}
{{lean "standards" "key"}}
{{lean "topics"}}
{{lean "needs"}}
{{lean "activities"}}
{{lean "applications"}}
{{lean "cases"}}
{{lean "meetings"}}
{{lean "advice"}}
{{lean "proposals"}}
{{lean "decisions"}}

{{if .Postgres -}}
alter table events drop constraint events_id_key;
drop index events_record;
drop index events_subject;
{{else -}}
create temp table lean as select * from events;
drop table events;
create table events (
	seq integer primary key, -- without gaps, in commit order: the writer assigns it
	id text not null,
	time bigint not null,
	request_id text not null,
	actor text not null,
	action text not null,
	kind text not null,
	record_id text not null,
	number text not null,
	subject_kind text,
	subject_id text,
	scope text not null,
	status text not null,
	version bigint not null,
	schema int not null,
	reason text,
	doc text
);
insert into events select seq, id, time, request_id, actor, action, kind, record_id, number, subject_kind, subject_id, scope, status, version, schema, reason, doc
	from temp.lean order by seq;
drop table temp.lean;
{{appendonly "events"}}
{{end -}}
insert into event_nodes (node, seq)
	select record_id, seq from events where seq <= (select max(seq) from event_nodes where node = '/')
	union
	select subject_id, seq from events where seq <= (select max(seq) from event_nodes where node = '/') and subject_id is not null
	union
	select '*', max(seq) from event_nodes where node = '/' having max(seq) is not null
	order by 1, 2;
