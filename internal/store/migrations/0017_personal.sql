-- What other systems call a person, such as an employee number, is personal data: it moves out of the documents, to where it can be erased.
-- Of those who are erased it goes for good. Events of before keep what they said.
{{if .Postgres -}}
insert into private_values (kind, record_id, field, value)
	select 'user', id, 'external_refs', doc::jsonb ->> 'external_refs' from users where status <> 'erased' and doc::jsonb -> 'external_refs' is not null;
update users set doc = (doc::jsonb - 'external_refs')::text where doc::jsonb -> 'external_refs' is not null;
{{else -}}
insert into private_values (kind, record_id, field, value)
	select 'user', id, 'external_refs', json_extract(doc, '$.external_refs') from users where status <> 'erased' and json_type(doc, '$.external_refs') is not null;
update users set doc = json_remove(doc, '$.external_refs') where json_type(doc, '$.external_refs') is not null;
{{end -}}
