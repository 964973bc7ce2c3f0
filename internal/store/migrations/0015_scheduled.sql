-- A document says whether its publication waits for a day, and its meta whether there is an edition to go back to. Editions are found by
-- their text too: only the program tells its words, and does when it next starts.
update policies set doc = substr(doc, 1, length(doc) - 1) || ',"scheduled":null}';
update policies set meta = meta || 'f first_edition yes
' where doc like '%"first_published_at":null%';
update policy_editions set doc = substr(doc, 1, length(doc) - 2) || ',"scheduled":null}}' where doc like '%"document":{%';
insert into settings (key, value) select 'reword', 'policy_editions' where exists (select 1 from policy_editions where doc like '%"document":{%');
