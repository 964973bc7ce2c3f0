// Package policies holds the access rules and the default settings as files an auditor can read.
package policies

import "embed"

// Files are the Casbin model and the tables of grants, separations, authorities and delegations, the built-in roles, and the settings of units without their own.
//
//go:embed model.conf *.csv *.yaml
var Files embed.FS
