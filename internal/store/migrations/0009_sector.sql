-- Organisations of the sector, and what a standardisation group follows. Self-assessments and stages are parts of their documents; who
-- applies to join is kept with the other private values.

{{collection "organisations" "key:text:unique" "kind:plain" "name:text:sort" "org_number:text:filter:unique" "successor_id" "maturity_level:int:sort"}}
{{collection "standards" "key:text:unique" "title:text:sort" "committee" "stage:plain" "commission_requested:int:plain" "priority:plain" "priority_rank:int:sort"}}
{{collection "topics" "body_id" "title:text:sort" "as_of:text:sort" "active_participation:int:plain"}}
{{collection "needs" "body_id" "title:text:sort" "organisation_id" "priority:plain" "priority_rank:int:sort" "to_standard_id"}}
{{collection "activities" "body_id" "kind:plain" "title:text:sort" "starts_on:text:sort" "ends_on:text:sort"}}
{{collection "applications" "body_id" "organisation_id" "wanted_position:plain" "received_on:text:sort"}}
