-- Controls come in the order of Annex A: the numbers in what they answer, each with three digits. None there has more than 10.
{{widen "controls" "requirement_order:sort"}}
{{define "ordered"}}update "{{.}}" set requirement_order = replace(replace(requirement, '.', '.00'), '.0010', '.010');
{{end -}}
{{template "ordered" "controls_nodes"}}
{{template "ordered" "controls_new"}}
-- What was done to the objectives and measures of a cycle that runs counts for it: whoever did it had a hand on the cycle.
update improvement_cycles set meta = meta || coalesce((
	select {{if .Postgres}}string_agg{{else}}group_concat{{end}}('h ' || e.action || ' ' || e.actor || ' ' || e.seq || '
', '') from (
		select action, actor, max(seq) as seq from events
		where kind in ('objective', 'measure') and doc like '%"cycle_id":"' || improvement_cycles.id || '"%' group by action, actor
	) as e), '')
where status in ('plan', 'do', 'check', 'act');
