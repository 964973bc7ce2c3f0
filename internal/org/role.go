package org

import (
	"strconv"
	"strings"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// RoleStatus is where a role stands.
type RoleStatus string

// The states of a role.
const (
	RoleActive  RoleStatus = "active"
	RoleRetired RoleStatus = "retired"
)

// RoleStatuses is the closed list of them.
var RoleStatuses = record.Choices[RoleStatus](
	[4]string{"active", "aktiv", "active", "success"},
	[4]string{"retired", "utgått", "retired", "neutral"})

// RoleSource says how a person comes to a role.
type RoleSource string

// The ways to a role.
const (
	ByAssignment RoleSource = "assignment"
	ByMembership RoleSource = "membership"
	ByEither     RoleSource = "either"
	ByKey        RoleSource = "key"
)

// RoleSources is the closed list of them.
var RoleSources = record.Choices[RoleSource](
	[4]string{"assignment", "tildeling", "assignment", "neutral"},
	[4]string{"membership", "medlemskap i organ", "membership of a body", "neutral"},
	[4]string{"either", "tildeling eller medlemskap", "assignment or membership", "neutral"},
	[4]string{"key", "API-nøkkel", "API key", "neutral"})

// Grant lets a role do an action on a kind of record, as policies/grants.csv has them. The action is read, or that of a permission which
// one of the routes asks for; those that decide, as policies/actions.csv says, stay with the built-in roles.
type Grant struct {
	Object string   `json:"object" validate:"required,max=60" example:"risk"`
	Action string   `json:"action" validate:"required,max=60" example:"read"`
	Reach  string   `json:"reach" validate:"required,oneof=below above" enums:"below,above" example:"below"`
	States []string `json:"states" validate:"max=20,unique,dive,max=40" example:"assessed"`
	Power  string   `json:"power,omitempty" validate:"omitempty,oneof=propose advise decide" enums:"propose,advise,decide"`
} // @name RoleGrant

// RoleInput is what a caller sets of a role of the installation's own.
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

// NewRole makes a role of the installation's own.
func NewRole(in RoleInput) *Role {
	return &Role{RoleInput: in, By: ByAssignment, Status: RoleActive}
}

// Defaults fills the lists a caller left out.
func (r *Role) Defaults() {
	r.ExternalRefs = noneNil(r.ExternalRefs)
	r.Grants = noneNil(r.Grants)
	for i := range r.Grants {
		r.Grants[i].States = noneNil(r.Grants[i].States)
	}
}

// accessKinds give rights: only administrators write them.
var accessKinds = map[string]bool{
	"user": true, "role": true, "assignment": true, "api_key": true, "body": true, "mandate": true, "membership": true, "framework": true, "requirement": true, "concern": true, "*": true,
}

// reservedKeys are names in policies/grants.csv that stand for several roles.
var reservedKeys = map[string]bool{"practitioner": true}

// Validate holds a role's grants to what exists and may be handed out.
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

// Permissions are what there is to grant.
type Permissions interface {
	// Asked tells whether any route asks for a permission.
	Asked(p record.Permission) bool
	// Deciding tells whether an action stays with the built-in roles.
	Deciding(p record.Permission) bool
}

// Ungrantable finds the grants of a permission that no route asks for, or that decides on the work of others.
func (r *Role) Ungrantable(of Permissions) (f fault.Fields) {
	for i, g := range r.Grants {
		at, p := "/grants/"+strconv.Itoa(i)+"/action", record.Permission{Object: g.Object, Action: g.Action}
		switch {
		case record.KindOf(g.Object) == nil, accessKinds[g.Object], g.Action == "*": // which every write refuses
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

// Change refuses a change of a built-in role, whose grants are files.
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
