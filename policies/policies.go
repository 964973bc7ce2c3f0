// Package policies holds the access rules as files an auditor can read.
package policies

import "embed"

// Files are the Casbin model and the tables of grants, separations, authorities and delegations.
//
//go:embed model.conf *.csv *.yaml
var Files embed.FS
