-- What bodies work by: cases, meetings, advice, proposals, decisions; who carries measures out. What a member is in a body was called
-- its function; its position is the word of the field. Documents get what is new in them, empty.

{{widen "bodies" "predecessor_id" "interim:int:plain" "lead_organisation_id"}}
update bodies set doc = substr(doc, 1, length(doc) - 1) || ',"interim":false,"powers":[],"project_ids":[]}';

update mandates set doc = replace(substr(doc, 1, length(doc) - 1), '"cadence":{', '"cadence":{"every":null,')
	|| ',"planned":null,"rules":null,"admission":null,"deliverables":[],"review_path":[],"evaluation_due":null,"evaluation":null}';

alter table memberships_nodes rename column function to position;
alter table memberships_new rename column function to position;
{{widen "memberships" "organisation_id"}}
update memberships set doc = replace(substr(doc, 1, length(doc) - 1), '"function":', '"position":') || ',"in_parent_body":null}';

update measures set doc = substr(doc, 1, length(doc) - 1) || ',"executor_ids":[],"milestones":[],"progress":[],"follow_ups":[]}';

{{collection "cases" "body_id" "title:text:sort" "kind:plain" "strategic:int:plain" "national_interest:int:plain" "organisation_id" "escalated_from_id"}}
{{collection "meetings" "body_id" "title:text:sort" "form:plain" "day:text:sort"}}
{{collection "advice" "body_id" "case_id" "meeting_id" "addressee" "title:text:sort"}}
{{collection "proposals" "body_id" "case_id" "meeting_id" "title:text:sort" "kind:plain" "tier:int:sort" "deciding_body_id" "outcome:plain"}}
{{collection "decisions" "body_id" "case_id" "meeting_id" "proposal_id" "advice_id" "title:text:sort" "outcome:plain" "corrects_id"}}
