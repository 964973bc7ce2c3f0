-- What every kind of record shares: the event log, references, numbers, private values and what lies outside the log.
-- Times are microseconds since 1970, UTC.

{{if .Postgres -}}
create function refuse_change() returns trigger language plpgsql as $$
begin
	raise exception '% is append-only: % is refused', tg_table_name, tg_op using errcode = 'restrict_violation';
end
$$;
{{- end}}

create table events (
	seq {{if .SQLite}}integer{{else}}bigint{{end}} primary key, -- without gaps, in commit order: the writer assigns it
	id {{.Text}} not null unique,
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
	doc text
);
create index events_record on events (record_id, seq);
create index events_subject on events (subject_id, seq) where subject_id is not null;
{{appendonly "events"}}
create table event_nodes (
	node {{.Text}} not null,
	seq bigint not null,
	primary key (node, seq)
){{.Clustered}};
{{appendonly "event_nodes"}}
create table counters (
	kind {{.Text}} not null primary key,
	next bigint not null
){{.Clustered}};

create table epochs (
	name {{.Text}} not null primary key,
	value bigint not null
){{.Clustered}};
insert into epochs (name, value) values ('access', 1);

create table settings (
	key {{.Text}} not null primary key,
	value text not null
);

create table refs (
	from_kind {{.Text}} not null,
	from_id {{.Text}} not null,
	field {{.Text}} not null,
	to_kind {{.Text}} not null,
	to_id {{.Text}} not null,
	primary key (from_id, field, to_id)
){{.Clustered}};
create index refs_to on refs (to_id);

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
