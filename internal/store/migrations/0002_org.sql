-- People, units, roles, assignments, API keys and comments.
{{kind "units" "kind:plain" "name:text:sort" "path:text:unique" "parent"}}
{{kind "users"}}
{{kind "roles" "key:text:unique" "title:text:sort" "built_in:int:plain"}}
{{kind "assignments" "user_id" "role" "deputy_for"}}
{{kind "api_keys" "title:text:sort" "responsible_id"}}
{{kind "comments" "on_id"}}
