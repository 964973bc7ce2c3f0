-- Methods, registers, risks and treatment plans. Assessments, treatments and acceptances are parts of the risk's document.

{{kind "risk_methods" "key" "title:sort" "edition:int:sort"}}
{{kind "risk_registers" "title:sort" "method" "owner_id"}}
{{kind "risks" "register_id" "title:sort" "polarity:plain" "owner_id" "level:plain" "level_rank:int:sort" "accepted_until:sort"}}
{{kind "treatment_plans" "title:sort" "level:plain"}}
