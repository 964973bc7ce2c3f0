-- Organisations of the sector, with their self-assessments as parts of the document.

{{collection "organisations" "key:text:unique" "kind:plain" "name:text:sort" "org_number:text:filter:unique" "successor_id" "maturity_level:int:sort"}}
