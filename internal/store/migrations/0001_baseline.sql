-- Everything that v0.1.0 stores. Times are microseconds since 1970, UTC. Later schemas are migrations of their own; this file never changes.

{{if .Postgres -}}
create function refuse_change() returns trigger language plpgsql as $$
begin
	raise exception '% is append-only: % is refused', tg_table_name, tg_op using errcode = 'restrict_violation';
end
$$;
{{- end}}

-- The event log. The writer gives the numbers: without gaps, in the order of the commits. doc is the record's JSON after the write, without its
-- private fields. It is the truth: a record is read from its newest event.
create table events (
	seq {{if .SQLite}}integer{{else}}bigint{{end}} primary key,
	id {{.Text}} not null,
	time bigint not null,
	request_id {{.Text}} not null,
	actor {{.Text}} not null,
	action {{.Text}} not null,
	kind {{.Text}} not null,
	record_id {{.Text}} not null,
	number {{.Text}} not null,
	subject_kind {{.Text}},
	subject_id {{.Text}},
	scope {{.Text}} not null,
	status {{.Text}} not null,
	version bigint not null,
	schema int not null,
	reason text,
	authority text,
	doc text
);
create index events_record on events (record_id, seq);
create index events_subject on events (subject_id, seq) where subject_id is not null;
{{appendonly "events"}}
-- Where the log stands: one row, which the writers of all servers on PostgreSQL lock in turn.
create table log_end (
	id int primary key check (id = 1),
	seq bigint not null, -- of the newest event
	time bigint not null, -- of the newest event
	epoch bigint not null, -- counts the changes of who may do what
	docid bigint not null -- of the newest record
);
insert into log_end (id, seq, time, epoch, docid) values (1, 0, 0, 1, 0);

-- Every record of every kind: which kind it is, and the scope it lies in now. Its docid is the rid of the kind's own table. A record is found by
-- its id here only.
create table records (
	docid {{if .SQLite}}integer{{else}}bigint{{end}} primary key,
	id {{.Text}} not null unique,
	kind {{.Text}} not null,
	number {{.Text}} not null,
	scope {{.Text}} not null
);

-- The words that q finds a record by, folded; and the endings of those words, by which q finds parts of compounds.
{{if .SQLite -}}
create virtual table full_text using fts4 (words, tokenize=simple, matchinfo=fts3);
{{else -}}
create table full_text (
	docid bigint primary key,
	words tsvector not null
);
create index full_text_words on full_text using gin (words);
{{end -}}
create table word_parts (
	part {{.Text}} not null,
	word {{.Text}} not null,
	primary key (part, word)
){{.Clustered}};

-- Which record refers to which, by which field. docid and kind are those of the record that refers, to_docid that of the other.
create table refs (
	docid bigint not null,
	field {{.Text}} not null,
	to_docid bigint not null,
	kind {{.Text}} not null,
	primary key (docid, field, to_docid)
){{.Clustered}};
create index refs_to on refs (to_docid, kind, field{{if .Postgres}}, docid{{end}});

-- What waits for somebody: for one person, or for whoever may do the action when the person is empty.
create table open_tasks (
	docid bigint not null,
	action {{.Text}} not null,
	person {{.Text}} not null,
	kind {{.Text}} not null,
	scope {{.Text}} not null,
	due {{.Text}} not null, -- a day, or empty
	basis {{.Text}} not null, -- equal for records that are alike to the rights; a hash
	primary key (docid, action, person)
){{.Clustered}};
create index open_tasks_of_person on open_tasks (person, kind, action, scope, basis, due);

-- The next number of each kind.
create table counters (
	kind {{.Text}} not null primary key,
	next bigint not null
){{.Clustered}};

create table settings (
	key {{.Text}} not null primary key,
	value text not null
);

-- Personal data, apart from documents and events, so that it can be erased.
create table private_values (
	kind {{.Text}} not null,
	record_id {{.Text}} not null,
	field {{.Text}} not null,
	value {{.Text}} not null,
	primary key (record_id, field)
);
-- PostgreSQL refuses to index a value of more than some 2,700 bytes, and the text of a concern may have that. A query names the limit too.
create index private_values_value on private_values (kind, field, value) where length(value) <= 320;

create table credentials (
	user_id {{.Text}} not null primary key,
	username {{.Text}} not null unique,
	hash text not null,
	one_time smallint not null default 0,
	changed_at bigint not null
);

create table sessions (
	hash {{.Text}} not null primary key,
	user_id {{.Text}} not null,
	created_at bigint not null,
	expires_at bigint not null,
	last_seen_at bigint not null,
	revoked_at bigint,
	cookie smallint not null default 0,
	csrf text
);
create index sessions_user on sessions (user_id);

create table api_key_secrets (
	hash {{.Text}} not null primary key,
	key_id {{.Text}} not null unique
);

create table throttles (
	key {{.Text}} not null primary key,
	failures int not null,
	next_at bigint not null,
	updated_at bigint not null
);

create table idempotency (
	actor {{.Text}} not null,
	method {{.Text}} not null,
	path {{.Text}} not null,
	key {{.Text}} not null,
	body_hash text not null,
	status int,
	headers text,
	body text,
	created_at bigint not null,
	primary key (actor, method, path, key)
);
create index idempotency_created_at on idempotency (created_at);

-- One table per kind of record.
{{collection "acknowledgements" "policy_id:filter" "edition:int:filter" "user_id:filter"}}
{{collection "activities" "body_id:filter" "kind:filter" "title_order:sort" "starts_on:sort" "ends_on:sort" "due_on:filter"}}
{{collection "advice" "body_id:filter" "case_id:filter" "meeting_id:filter" "addressee:filter" "title_order:sort"}}
{{collection "advice_requests" "title_order:sort" "from_person_id:filter" "contact_id:filter" "answer_due:sort" "due_on:filter"}}
{{collection "ai_systems" "name_order:sort" "kind:filter" "origin:filter" "autonomy:filter" "owner_id:filter" "clinical_lead_id:filter" "accountable_developer_id:filter" "security_officer_id:filter" "supplier_id:filter" "part_of_id:filter" "mdr_role:filter" "track:filter" "review_due:sort" "due_on:filter"}}
{{collection "qualifications" "system_id:filter" "origin:filter" "outcome:filter" "law_version:filter"}}
{{collection "classifications" "system_id:filter" "law:filter" "law_version:filter"}}
{{collection "gate_items" "system_id:filter" "gate:filter" "item:filter" "deployment_id:filter" "approver:filter" "cleared_by:filter" "due_on:filter"}}
{{collection "allowed_tools" "name_order:sort" "verdict:filter" "system_id:filter" "owner_id:filter" "valid_to:sort" "due_on:filter"}}
{{collection "validations" "system_id:filter" "title_order:sort" "design:filter" "release_id:filter" "deployment_id:filter" "owner_id:filter" "approver:filter" "approver_id:filter" "verdict:filter"}}
{{collection "rights_to_use" "system_id:filter" "row:filter" "regulation:filter" "declared_class:filter" "owner_id:filter" "use:filter" "route:filter" "valid_until:sort" "due_on:filter"}}
{{collection "studies" "system_id:filter" "title_order:sort" "type:filter" "row:filter" "starts_on:sort" "ends_on:sort" "owner_id:filter" "regime:filter"}}
{{collection "impact_assessments" "system_id:filter" "kind:filter" "form:filter" "owner_id:filter" "due_on:filter"}}
{{collection "impact_answers" "system_id:unique" "owner_id:filter"}}
{{collection "api_keys" "title_order:sort" "responsible_id:filter" "due_on:filter"}}
{{collection "applications" "body_id:filter" "organisation_id:filter" "wanted_position:filter" "received_on:sort"}}
{{collection "assignments" "user_id:filter" "role:filter" "deputy_for:filter"}}
{{collection "authorities" "key:unique" "name_order:sort"}}
{{collection "bodies" "key:unit" "kind:filter" "name_order:sort" "parent_id:filter" "predecessor_id:filter" "interim:int:filter" "lead_organisation_id:filter"}}
{{collection "cases" "body_id:filter" "title_order:sort" "kind:filter" "strategic:int:filter" "national_interest:int:filter" "organisation_id:filter" "from_person_id:filter" "escalated_from_id:filter"}}
{{collection "clause_judgements" "clause:filter" "clause_order:sort" "party:filter" "judgement:filter" "judged_by:filter" "place:unique"}}
{{collection "comments" "on_id:filter"}}
{{collection "contact_points" "person_id:filter" "place:unique"}}
{{collection "controls" "requirement:filter" "requirement_order:sort" "title_order:sort" "applicability:filter" "implementation_status:filter" "owner_id:filter" "adoption:unique" "verification:filter" "deciding_id:filter"}}
{{collection "datasets" "name_order:sort" "guideline_id:filter" "owner_id:filter" "access_until:sort" "due_on:filter"}}
{{collection "decisions" "body_id:filter" "case_id:filter" "meeting_id:filter" "proposal_id:filter" "advice_id:filter" "title_order:sort" "outcome:filter" "corrects_id:filter"}}
{{collection "evidence" "title_order:sort" "kind:filter" "collected_on:sort" "valid_until:sort" "due_on:filter"}}
{{collection "external_references" "title_order:sort" "kind:filter" "owner_id:filter" "last_checked_on:sort" "outcome:filter" "changed:int:filter" "check_due:sort" "due_on:filter"}}
{{collection "frameworks" "key:unique" "key_order:sort" "title_order:sort"}}
{{collection "improvement_cycles" "title_order:sort" "starts_on:sort" "ends_on:sort" "previous_cycle_id:filter"}}
{{collection "intakes" "tool_order:sort" "from_person_id:filter" "triage_due:sort" "system_id:filter" "tool_id:filter" "due_on:filter"}}
{{collection "mandates" "body_id:filter" "title_order:sort" "due_on:filter"}}
{{collection "measurements" "objective_id:filter" "owner_id:filter"}}
{{collection "measures" "cycle_id:filter" "objective_id:filter" "title_order:sort" "kind:filter" "responsible_id:filter" "due:sort" "source_id:filter" "carried_from:filter" "due_on:filter"}}
{{collection "meetings" "body_id:filter" "title_order:sort" "form:filter" "day:sort"}}
{{collection "memberships" "body_id:filter" "user_id:filter" "organisation_id:filter" "position:filter"}}
{{collection "needs" "body_id:filter" "title_order:sort" "organisation_id:filter" "priority:filter" "from_person_id:filter" "priority_rank:int:sort" "to_standard_id:filter"}}
{{collection "objectives" "cycle_id:filter" "title_order:sort" "category:filter" "owner_id:filter" "due:sort" "carried_from:filter" "due_on:filter"}}
{{collection "organisations" "key:unique" "kind:filter" "name_order:sort" "org_number:filter:unique" "successor_id:filter" "maturity_level:int:filter:sort"}}
{{collection "policies" "kind:filter" "document_number:filter" "title_order:sort" "owner_id:filter" "approver_id:filter" "review_due:sort" "due_on:filter"}}
{{collection "policy_editions" "policy_id:filter" "edition:int:filter:sort" "kind:filter" "document_number:filter" "title_order:sort" "owner_id:filter" "approver_id:filter" "review_due:sort"}}
{{collection "proposals" "body_id:filter" "case_id:filter" "meeting_id:filter" "title_order:sort" "kind:filter" "tier:int:filter:sort" "deciding_body_id:filter" "outcome:filter"}}
{{collection "requirements" "key:filter" "key_order:sort" "kind:filter" "parent:filter" "title_order:sort" "position:int:sort" "framework:filter" "ref_key:unique"}}
{{collection "risk_methods" "key:filter" "title_order:sort" "edition:int:filter:sort"}}
{{collection "risk_registers" "title_order:sort" "method:filter" "owner_id:filter"}}
{{collection "risks" "register_id:filter" "title_order:sort" "polarity:filter" "owner_id:filter" "level:filter" "level_rank:int:sort" "accepted_until:sort" "accepted_by:filter" "due_on:filter"}}
{{collection "roles" "key:unique" "title_order:sort" "built_in:int:filter"}}
{{collection "standards" "key:unit" "title_order:sort" "committee:filter" "stage:filter" "commission_requested:int:filter" "priority:filter" "priority_rank:int:sort"}}
{{collection "statements_of_applicability" "title_order:sort" "framework:filter"}}
{{collection "suppliers" "organisation_id:filter" "name_order:sort" "owner_id:filter" "next_review:sort" "due_on:filter"}}
{{collection "topics" "body_id:filter" "title_order:sort" "as_of:sort" "active_participation:int:filter"}}
{{collection "treatment_plans" "title_order:sort" "level:filter"}}
{{collection "unit_settings" "edition:int:filter:sort"}}
{{collection "units" "kind:filter" "name_order:sort" "path:unique" "parent:filter"}}
{{collection "users"}}
