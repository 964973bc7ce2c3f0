-- Controlled documents, the editions in which they were approved, who has acknowledged them; and evidence.

{{kind "policies" "kind:plain" "document_number" "title:text:sort" "owner_id" "approver_id" "review_due:text:sort"}}
{{kind "policy_editions" "policy_id" "edition:int:sort" "kind:plain" "document_number" "title:text:sort" "owner_id" "approver_id" "review_due:text:sort"}}
{{kind "acknowledgements" "policy_id" "edition:int" "user_id"}}
{{kind "evidence" "title:text:sort" "kind:plain" "collected_on:text:sort" "valid_until:text:sort"}}
