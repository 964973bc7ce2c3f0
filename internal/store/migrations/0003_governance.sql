-- Bodies, their mandates and their members.
{{kind "bodies" "key:text:unique" "kind:plain" "name:text:sort" "parent_id"}}
{{kind "mandates" "body_id" "title:text:sort"}}
{{kind "memberships" "body_id" "user_id" "function:plain"}}
