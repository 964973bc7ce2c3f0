package api

import (
	"net/http"
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/flow"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
)

func notFound() error { return fault.New(fault.NotFound, "not_found", "there is no such record") }

type usersAPI struct{ *Server }

func (h usersAPI) routes(s *Server) {
	resource(s, org.Users)
	create(s, org.Users, h.create)
	verb(s, org.Users, "deactivate", h.deactivate)
	verb(s, org.Users, "activate", h.activate)
	verb(s, org.Users, "erase", h.erase)
	handle(s, http.MethodPost, "/users/{id}/reset-password", "user:reset-password", h.reset, kindOf(org.Users.Kind), free, secret, unversioned, shape("part"))
}

// @Summary	Add a person
// @Tags		users
// @Param		body	body		org.UserInput	true	"the person"
// @Success	201		{object}	org.User
// @Failure	default	{object}	Problem
// @Router		/users [post]
func (usersAPI) create(tx *record.Tx, c Call[org.UserInput]) (*org.User, error) {
	u, err := org.Users.Create(tx, org.NewUser(c.Body))
	if err != nil {
		return nil, err
	}
	return u, identity.SetPassword(tx, u.ID, u.Username, "", false)
}

// @Summary	Keep a person out; sessions end
// @Tags		users
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	org.User
// @Failure	default	{object}	Problem
// @Router		/users/{id}/deactivate [post]
func (usersAPI) deactivate(tx *record.Tx, c Call[record.Reason]) (*org.User, error) {
	if err := notOwn(tx, c.ID); err != nil {
		return nil, err
	}
	u, err := org.Users.Change(tx, c.Ref(), (*org.User).Deactivate)
	if err != nil {
		return nil, err
	}
	return u, identity.Revoke(tx, u.ID, "", "")
}

// @Summary	Let a person in again
// @Tags		users
// @Param		id	path		string	true	"id"
// @Success	200	{object}	org.User
// @Failure	default	{object}	Problem
// @Router		/users/{id}/activate [post]
func (usersAPI) activate(tx *record.Tx, c Call[record.None]) (*org.User, error) {
	return org.Users.Change(tx, c.Ref(), (*org.User).Activate)
}

// @Summary	Erase what is known of a person; id and history stay
// @Tags		users
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	org.User
// @Failure	default	{object}	Problem
// @Router		/users/{id}/erase [post]
func (usersAPI) erase(tx *record.Tx, c Call[record.Reason]) (*org.User, error) {
	u, err := org.Users.Change(tx, c.Ref(), (*org.User).Erase)
	if err != nil {
		return nil, err
	}
	if err := identity.Forget(tx, u.ID); err != nil {
		return nil, err
	}
	if err := forgetAnswers(tx, Base+"/users"); err != nil {
		return nil, err
	}
	return u, tx.Erase(u.ID)
}

// OneTimePassword is shown this once and opens one session.
type OneTimePassword struct {
	OneTimePassword string `json:"one_time_password" example:"mK7vQ2xW9pR4tY6uZ8nB"`
}

// @Summary	Give a person a one-time password; their sessions end and they see it happened
// @Tags		users
// @ID			resetPassword
// @Param		id	path		string	true	"id"
// @Success	200	{object}	OneTimePassword
// @Failure	default	{object}	Problem
// @Router		/users/{id}/reset-password [post]
func (h usersAPI) reset(_ *record.Tx, c Call[record.None]) (OneTimePassword, error) {
	ctx := c.gin.Request.Context()
	password := identity.NewPassword()
	hash, err := identity.Hash(ctx, password)
	if err != nil {
		return OneTimePassword{}, err
	}
	p := record.Permission{Object: "user", Action: "reset-password"}
	err = h.db.Write(ctx, c.Session.Actor, p, requestID(c.gin), func(tx *record.Tx) error {
		if err := notOwn(tx, c.ID); err != nil {
			return err
		}
		u, err := org.Users.Change(tx, record.Ref{ID: c.ID, Version: record.AnyVersion}, (*org.User).PasswordReset)
		if err != nil {
			return err
		}
		if err := h.notAbove(tx, u.ID); err != nil {
			return err
		}
		if err := identity.SetPassword(tx, u.ID, u.Username, hash, true); err != nil {
			return err
		}
		return identity.Revoke(tx, u.ID, "", "")
	})
	if err != nil {
		return OneTimePassword{}, err
	}
	return OneTimePassword{OneTimePassword: password}, nil
}

// notOwn keeps people, and the keys they answer for, from doing it to their own account.
func notOwn(tx *record.Tx, userID string) error {
	if slices.Contains(tx.Actor.Persons, userID) {
		return fault.New(fault.Forbidden, "own_account", "nobody does this to their own account")
	}
	return nil
}

// notAbove keeps an administrator from taking over the account of one whose scope is wider.
func (h usersAPI) notAbove(tx *record.Tx, userID string) error {
	theirs, err := h.Guard.Held(tx, userID)
	if err != nil {
		return err
	}
	mine, err := h.Guard.Held(tx, tx.Actor.ID)
	if err != nil {
		return err
	}
	for _, t := range theirs {
		covered := false
		for _, m := range mine {
			covered = covered || m.Role == "administrator" && record.Covers(m.Scope, t.Scope)
		}
		if !covered {
			return fault.New(fault.Forbidden, "beyond_scope", "that person holds a role outside your scope")
		}
	}
	return nil
}

type rolesAPI struct{}

func (h rolesAPI) routes(s *Server) {
	resource(s, org.Roles, with[org.Role]{Patch: flow.ChangeRole})
	create(s, org.Roles, h.create)
	verb(s, org.Roles, "retire", h.retire)
}

// @Summary	Make a role of the installation's own
// @Tags		roles
// @Param		body	body		org.RoleInput	true	"the role"
// @Success	201		{object}	org.Role
// @Failure	default	{object}	Problem
// @Router		/roles [post]
func (rolesAPI) create(tx *record.Tx, c Call[org.RoleInput]) (*org.Role, error) {
	return org.Roles.Create(tx, org.NewRole(c.Body))
}

// @Summary	Take a role out of use
// @Tags		roles
// @Param		id		path		string			true	"id or key"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	org.Role
// @Failure	default	{object}	Problem
// @Router		/roles/{id}/retire [post]
func (rolesAPI) retire(tx *record.Tx, c Call[record.Reason]) (*org.Role, error) {
	return flow.ChangeRole(tx, c.Ref(), (*org.Role).Retire)
}

type assignmentsAPI struct{}

func (h assignmentsAPI) routes(s *Server) {
	resource(s, org.Assignments, with[org.Assignment]{Patch: flow.ChangeAssignment})
	create(s, org.Assignments, h.create)
	verb(s, org.Assignments, "end", h.end)
}

// @Summary	Give a person a role in a scope
// @Tags		assignments
// @Param		body	body		org.AssignmentInput	true	"who, what, where and when"
// @Success	201		{object}	org.Assignment
// @Failure	default	{object}	Problem
// @Router		/assignments [post]
func (assignmentsAPI) create(tx *record.Tx, c Call[org.AssignmentInput]) (*org.Assignment, error) {
	return flow.Assign(tx, c.Body)
}

// @Summary	Take a role back
// @Tags		assignments
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	org.Assignment
// @Failure	default	{object}	Problem
// @Router		/assignments/{id}/end [post]
func (assignmentsAPI) end(tx *record.Tx, c Call[record.Reason]) (*org.Assignment, error) {
	return flow.EndAssignment(tx, c.Ref())
}

type unitsAPI struct{}

func (h unitsAPI) routes(s *Server) {
	resource(s, org.Units)
	create(s, org.Units, h.create)
	verb(s, org.Units, "close", h.close)
	verb(s, org.Units, "reopen", h.reopen)
}

// @Summary	Add a unit or an AI project under one that is there
// @Tags		units
// @Param		body	body		org.UnitInput	true	"the unit; scope is its own path"
// @Success	201		{object}	org.Unit
// @Failure	default	{object}	Problem
// @Router		/units [post]
func (unitsAPI) create(tx *record.Tx, c Call[org.UnitInput]) (*org.Unit, error) {
	return flow.OpenUnit(tx, c.Body)
}

// @Summary	Take a unit out of use
// @Tags		units
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	org.Unit
// @Failure	default	{object}	Problem
// @Router		/units/{id}/close [post]
func (unitsAPI) close(tx *record.Tx, c Call[record.Reason]) (*org.Unit, error) {
	return org.Units.Change(tx, c.Ref(), (*org.Unit).Close)
}

// @Summary	Take a unit into use again
// @Tags		units
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	org.Unit
// @Failure	default	{object}	Problem
// @Router		/units/{id}/reopen [post]
func (unitsAPI) reopen(tx *record.Tx, c Call[record.Reason]) (*org.Unit, error) {
	return org.Units.Change(tx, c.Ref(), (*org.Unit).Reopen)
}

type keysAPI struct{}

func (h keysAPI) routes(s *Server) {
	resource(s, identity.Keys)
	handle(s, http.MethodPost, "/api-keys", "api_key:create", h.create, kindOf(identity.Keys.Kind), secret, answers(http.StatusCreated), shape("create"))
	verb(s, identity.Keys, "revoke", h.revoke)
}

// IssuedKey is a new API key with its secret, which is shown this once.
type IssuedKey struct {
	Secret string        `json:"secret" example:"aims_q83vASNFZ4mrze8BI0VniavN7w"`
	Key    *identity.Key `json:"key"`
}

func (k IssuedKey) location() string { return Base + "/api-keys/" + k.Key.ID }

// @Summary	Make an API key for a service account
// @Tags		api-keys
// @ID			createApiKey
// @Param		body	body		identity.Input	true	"what the key may do, until when, and who answers for it"
// @Success	201		{object}	IssuedKey
// @Failure	default	{object}	Problem
// @Router		/api-keys [post]
func (keysAPI) create(tx *record.Tx, c Call[identity.Input]) (IssuedKey, error) {
	k, secret, err := flow.IssueKey(tx, c.Body)
	return IssuedKey{Secret: secret, Key: k}, err
}

// @Summary	Revoke an API key
// @Tags		api-keys
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	identity.Key
// @Failure	default	{object}	Problem
// @Router		/api-keys/{id}/revoke [post]
func (keysAPI) revoke(tx *record.Tx, c Call[record.Reason]) (*identity.Key, error) {
	return identity.Keys.Change(tx, c.Ref(), (*identity.Key).Revoke)
}
