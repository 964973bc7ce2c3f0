-- Improvement cycles, their objectives, what was measured of them, and measures (tiltak).

{{kind "improvement_cycles" "title:text:sort" "starts_on:text:sort" "ends_on:text:sort" "previous_cycle_id"}}
{{kind "objectives" "cycle_id" "title:text:sort" "category:plain" "owner_id" "due:text:sort" "carried_from"}}
{{kind "measurements" "objective_id"}}
{{kind "measures" "cycle_id" "objective_id" "title:text:sort" "kind:plain" "responsible_id" "due:text:sort" "source_id" "carried_from"}}
