-- Frameworks and their requirements, judgements of clauses, controls and statements of applicability.

{{kind "frameworks" "key:sort:unique" "title:sort"}}
{{kind "requirements" "framework" "key:sort" "kind:plain" "parent" "position:int:sort" "title:sort" "ref_key:unique"}}
{{kind "clause_judgements" "clause:sort" "judgement:plain" "place:unique"}}
{{kind "controls" "requirement:sort" "title:sort" "applicability:plain" "implementation_status:plain" "owner_id" "deciding_id" "adoption:unique"}}
{{kind "statements_of_applicability" "title:sort"}}
