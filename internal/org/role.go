package org

import (
	"strconv"
	"strings"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// RoleStatus is the state of a role.
type RoleStatus string

// The states of a role.
const (
	RoleActive  RoleStatus = "active"
	RoleRetired RoleStatus = "retired"
)

// This registers the closed list of the states.
var _ = record.Choices[RoleStatus](
	[4]string{"active", "aktiv", "active", "success"},
	[4]string{"retired", "utgått", "retired", "neutral"})

// RoleSource says how somebody gets a role: by an assignment, by membership of a body, or by an API key.
type RoleSource string

// The sources of a role. ByEither is an assignment or a membership.
const (
	ByAssignment RoleSource = "assignment"
	ByMembership RoleSource = "membership"
	ByEither     RoleSource = "either"
	ByKey        RoleSource = "key"
)

// This registers the closed list of sources.
var _ = record.Choices[RoleSource](
	[4]string{"assignment", "tildeling", "assignment", "neutral"},
	[4]string{"membership", "medlemskap i organ", "membership of a body", "neutral"},
	[4]string{"either", "tildeling eller medlemskap", "assignment or membership", "neutral"},
	[4]string{"key", "API-nøkkel", "API key", "neutral"})

// Grant lets a role do an action on a kind of record, like a line of policies/grants.csv. The action is read, or one that a route asks for.
// Actions that policies/actions.csv marks as deciding cannot be granted here: only built-in roles have them.
type Grant struct {
	Object string   `json:"object" validate:"required,max=60" example:"risk"`
	Action string   `json:"action" validate:"required,max=60" example:"read"`
	Reach  string   `json:"reach" validate:"required,oneof=below above" enums:"below,above" example:"below"`
	States []string `json:"states" validate:"max=20,unique,dive,max=40" example:"assessed"`
	Power  string   `json:"power,omitempty" validate:"omitempty,oneof=propose advise decide" enums:"propose,advise,decide"`
} // @name RoleGrant

// RoleInput has the fields of a role that a caller sets. Callers make roles of their own installation only.
type RoleInput struct {
	record.Common
	Key            string      `json:"key" validate:"required,slug" unique:"" fixed:"" example:"klinisk-fagansvarlig"`
	Title          record.Text `json:"title" validate:"required" search:"" sort:""`
	Responsibility record.Text `json:"responsibility" validate:"required"`
	Authority      record.Text `json:"authority" validate:"required"`
	Competence     record.Text `json:"competence" validate:"required"`
	Grants         []Grant     `json:"grants" validate:"max=200,dive"`
}

// Role is a role in the management system (ISO/IEC 42001 5.3, A.3.2).
type Role struct {
	record.Base
	RoleInput
	BuiltIn bool       `json:"built_in" filter:""`
	By      RoleSource `json:"by" validate:"required,choice"`
	Status  RoleStatus `json:"status" filter:""`
} // @name Role

// Roles reads and writes roles.
var Roles = record.NewRepo[Role](record.Kind{
	Rules: record.Rules[Role]{Defaults: (*Role).Defaults, Validate: (*Role).Validate},
	Name:  "role", Path: "roles", Prefix: "ROLE", Label: record.Text{NB: "Rolle", EN: "Role"}, Key: "key", Access: true, Global: true,
	Editable: []string{"active"},
	Workflow: []record.Transition{
		{Verb: "retire", From: []string{"active"}, To: []string{"retired"}, Needs: []string{"reason"}, Label: record.Text{NB: "La utgå", EN: "Retire"}},
	},
})

// NewRole returns an active role of the installation, which people get by assignment.
func NewRole(in RoleInput) *Role {
	return &Role{RoleInput: in, By: ByAssignment, Status: RoleActive}
}

// Defaults replaces nil lists with empty ones, which JSON shows as [].
func (r *Role) Defaults() {
	r.ExternalRefs = notNil(r.ExternalRefs)
	r.Grants = notNil(r.Grants)
	for i := range r.Grants {
		r.Grants[i].States = notNil(r.Grants[i].States)
	}
}

// accessKinds are kinds whose records give rights or must stay closed. Roles of the installation can have at most read on them.
var accessKinds = map[string]bool{
	"user": true, "role": true, "assignment": true, "api_key": true, "body": true, "mandate": true, "membership": true, "framework": true, "requirement": true, "concern": true, "*": true,
}

// reservedKeys are names in policies/grants.csv that stand for a group of roles.
var reservedKeys = map[string]bool{"practitioner": true}

// Validate checks that the grants name kinds and states that exist, and actions that may be granted. It does not check built-in roles.
func (r *Role) Validate() error {
	var f fault.Fields
	if r.BuiltIn {
		return nil
	}
	if reservedKeys[r.Key] {
		f.Add("/key", "reserved_key", "the key is reserved for a group of built-in roles; choose another one")
	}
	for i, g := range r.Grants {
		at := "/grants/" + strconv.Itoa(i)
		k := record.KindOf(g.Object)
		switch {
		case k == nil:
			f.Add(at+"/object", "not_a_choice/kind", "must be a kind of record, such as risk")
			continue
		case accessKinds[g.Object] && g.Action != "read", g.Object == "concern", g.Action == "*":
			f.Add(at+"/action", "reserved_grant", "only built-in roles can have this action")
		}
		for j, st := range g.States {
			if !contains(k.States(), st) {
				f.Add(at+"/states/"+strconv.Itoa(j), "not_a_choice", "must be one of: %s", strings.Join(k.States(), ", "))
			}
		}
	}
	return f.Err()
}

// Permissions says which permissions can be granted.
type Permissions interface {
	// Asked reports whether any route asks for the permission.
	Asked(p record.Permission) bool
	// Deciding reports whether only built-in roles may have the permission, because it decides on the work of others.
	Deciding(p record.Permission) bool
}

// Ungrantable reports the grants whose permission no route asks for, or which decides on the work of others.
func (r *Role) Ungrantable(of Permissions) (f fault.Fields) {
	for i, g := range r.Grants {
		at, p := "/grants/"+strconv.Itoa(i)+"/action", record.Permission{Object: g.Object, Action: g.Action}
		switch {
		case record.KindOf(g.Object) == nil, accessKinds[g.Object], g.Action == "*": // Validate reports these
		case of.Deciding(p):
			f.Add(at, "reserved_grant", "only built-in roles can have this action")
		case !of.Asked(p):
			f.Add(at, "not_a_choice/grant", "must be an object, action or state that roles can be granted")
		}
	}
	return f
}

func contains(list []string, v string) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}

// Change refuses to change a built-in role, because its grants are in the policy files.
func (r *Role) Change() error {
	if r.BuiltIn {
		return fault.New(fault.Conflict, "built_in", "a built-in role can only be changed in the policy files of the installation")
	}
	return nil
}

// Retire takes the role out of use.
func (r *Role) Retire() error {
	if err := r.Change(); err != nil {
		return err
	}
	r.Status = RoleRetired
	return nil
}
