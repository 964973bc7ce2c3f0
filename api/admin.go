package api

import (
	"net/http"

	"github.com/ki-styring/aims/internal/accounts"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/rights"
	"github.com/ki-styring/aims/internal/worklist"
)

// notFound returns the fault for a record that does not exist or that the caller may not read.
func notFound() error {
	return fault.New(fault.NotFound, "not_found", "there is no such record, or you cannot read it")
}

// usersAPI serves the people of the installation.
type usersAPI struct{ *Server }

func (h usersAPI) routes(s *rest.Server) {
	rest.Resource(s, org.Users, rest.With[org.User]{Patch: accounts.Change, Bars: func(tx *record.Tx, u *org.User, action string) (bool, error) {
		return accounts.Bars(tx, u, action, h.Guard)
	}})
	rest.Create(s, org.Users, h.create)
	rest.Verb(s, org.Users, "deactivate", h.deactivate)
	rest.Verb(s, org.Users, "activate", h.activate)
	rest.Verb(s, org.Users, "erase", h.erase)
	rest.Handle(s, http.MethodPost, "/users/{id}/reset-password", "user:reset-password", h.reset, rest.OfKind(org.Users.Kind), rest.OwnTransaction, rest.Secret, rest.Shape("part"))
}

// @Summary	Add a person
// @Tags		users
// @Param		body	body		org.UserInput	true	"the person"
// @Success	201		{object}	org.User
// @Failure	default	{object}	Problem
// @Router		/users [post]
func (usersAPI) create(tx *record.Tx, c rest.Call[org.UserInput]) (*org.User, error) {
	return accounts.Create(tx, c.Body)
}

// @Summary	Deactivate a person and end the person's sessions
// @Tags		users
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	org.User
// @Failure	default	{object}	Problem
// @Router		/users/{id}/deactivate [post]
func (h usersAPI) deactivate(tx *record.Tx, c rest.Call[record.Reason]) (*org.User, error) {
	return accounts.Deactivate(tx, c.Ref(), h.Guard)
}

// @Summary	Activate a deactivated person
// @Tags		users
// @Param		id	path		string	true	"id"
// @Success	200	{object}	org.User
// @Failure	default	{object}	Problem
// @Router		/users/{id}/activate [post]
func (h usersAPI) activate(tx *record.Tx, c rest.Call[record.None]) (*org.User, error) {
	return accounts.Activate(tx, c.Ref(), h.Guard)
}

// @Summary	Erase a person's personal data, and end the person's roles, memberships and API keys; the id and the history stay
// @Tags		users
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	org.User
// @Failure	default	{object}	Problem
// @Router		/users/{id}/erase [post]
func (h usersAPI) erase(tx *record.Tx, c rest.Call[record.Reason]) (*org.User, error) {
	u, err := accounts.Erase(tx, c.Ref(), h.Guard)
	if err != nil {
		return nil, err
	}
	return u, rest.ForgetAnswers(tx, Base+"/users")
}

// OneTimePassword is a password that is shown only once and can sign in only once.
type OneTimePassword struct {
	OneTimePassword string `json:"one_time_password" example:"mK7vQ2xW9pR4tY6uZ8nB"`
}

// @Summary	Give a person a new one-time password and end the person's sessions; the person is told about it
// @Tags		users
// @ID			resetPassword
// @Param		id	path		string	true	"id"
// @Success	200	{object}	OneTimePassword
// @Failure	default	{object}	Problem
// @Router		/users/{id}/reset-password [post]
func (h usersAPI) reset(_ *record.Tx, c rest.Call[record.None]) (OneTimePassword, error) {
	ctx := c.Request().Context()
	password := identity.NewPassword()
	hash, err := identity.Hash(ctx, password)
	if err != nil {
		return OneTimePassword{}, err
	}
	p := record.Permission{Object: "user", Action: "reset-password"}
	err = h.DB.Write(ctx, sessionOf(c).Actor, p, c.RequestID(), func(tx *record.Tx) error {
		u, err := accounts.ResetPassword(tx, c.Ref(), h.Guard)
		if err != nil {
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

// rolesAPI serves the roles.
type rolesAPI struct{ *Server }

func (h rolesAPI) routes(s *rest.Server) {
	rest.Resource(s, org.Roles, rest.With[org.Role]{
		Patch: withGuard(rights.ChangeRole)(h.Guard),
		Bars:  func(tx *record.Tx, r *org.Role, _ string) (bool, error) { return rights.RoleBars(tx, r, h.Guard) },
	})
	rest.Create(s, org.Roles, h.create)
	rest.Verb(s, org.Roles, "retire", h.retire)
}

// @Summary	Create a role of this installation
// @Tags		roles
// @Param		body	body		org.RoleInput	true	"the role"
// @Success	201		{object}	org.Role
// @Failure	default	{object}	Problem
// @Router		/roles [post]
func (h rolesAPI) create(tx *record.Tx, c rest.Call[org.RoleInput]) (*org.Role, error) {
	return rights.MakeRole(tx, c.Body, h.Guard)
}

// @Summary	Take a role out of use
// @Tags		roles
// @Param		id		path		string			true	"id or key"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	org.Role
// @Failure	default	{object}	Problem
// @Router		/roles/{id}/retire [post]
func (h rolesAPI) retire(tx *record.Tx, c rest.Call[record.Reason]) (*org.Role, error) {
	return rights.ChangeRole(tx, c.Ref(), (*org.Role).Retire, h.Guard)
}

// assignmentsAPI serves the assignments of roles to people.
type assignmentsAPI struct{ *Server }

func (h assignmentsAPI) routes(s *rest.Server) {
	rest.Resource(s, org.Assignments, rest.With[org.Assignment]{
		Patch: withGuard(rights.ChangeAssignment)(h.Guard),
		Bars: func(tx *record.Tx, a *org.Assignment, action string) (bool, error) {
			return rights.AssignmentBars(tx, a, action, h.Guard)
		},
	})
	rest.Create(s, org.Assignments, h.create)
	rest.Verb(s, org.Assignments, "end", h.end)
}

// @Summary	Give a person a role in a scope
// @Tags		assignments
// @Param		body	body		org.AssignmentInput	true	"the person, the role, the scope and the period"
// @Success	201		{object}	org.Assignment
// @Failure	default	{object}	Problem
// @Router		/assignments [post]
func (h assignmentsAPI) create(tx *record.Tx, c rest.Call[org.AssignmentInput]) (*org.Assignment, error) {
	return rights.Assign(tx, c.Body, h.Guard)
}

// @Summary	End an assignment
// @Tags		assignments
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	org.Assignment
// @Failure	default	{object}	Problem
// @Router		/assignments/{id}/end [post]
func (h assignmentsAPI) end(tx *record.Tx, c rest.Call[record.Reason]) (*org.Assignment, error) {
	return rights.EndAssignment(tx, c.Ref(), h.Guard)
}

// unitsAPI serves the units and AI projects.
type unitsAPI struct{}

func (h unitsAPI) routes(s *rest.Server) {
	rest.Resource(s, org.Units)
	rest.Create(s, org.Units, h.create)
	rest.Verb(s, org.Units, "close", h.close)
	rest.Verb(s, org.Units, "reopen", h.reopen)
}

// @Summary	Add a unit or an AI project below an existing unit
// @Tags		units
// @Param		body	body		org.UnitInput	true	"the unit; scope is its own path"
// @Success	201		{object}	org.Unit
// @Failure	default	{object}	Problem
// @Router		/units [post]
func (unitsAPI) create(tx *record.Tx, c rest.Call[org.UnitInput]) (*org.Unit, error) {
	return org.OpenUnit(tx, c.Body)
}

// @Summary	Close a unit
// @Description	A project must have no open risks, measures or tasks. blockers lists them.
// @Tags		units
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	org.Unit
// @Failure	default	{object}	Problem
// @Router		/units/{id}/close [post]
func (unitsAPI) close(tx *record.Tx, c rest.Call[record.Reason]) (*org.Unit, error) {
	return worklist.CloseUnit(tx, c.Ref())
}

// @Summary	Reopen a unit
// @Tags		units
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	org.Unit
// @Failure	default	{object}	Problem
// @Router		/units/{id}/reopen [post]
func (unitsAPI) reopen(tx *record.Tx, c rest.Call[record.Reason]) (*org.Unit, error) {
	return org.ReopenUnit(tx, c.Ref())
}

// keysAPI serves the API keys.
type keysAPI struct{ *Server }

func (h keysAPI) routes(s *rest.Server) {
	rest.Resource(s, identity.Keys)
	rest.Handle(s, http.MethodPost, "/api-keys", "api_key:create", h.create, rest.OfKind(identity.Keys.Kind), rest.Secret, rest.Answers(http.StatusCreated), rest.Shape("create"))
	rest.Verb(s, identity.Keys, "revoke", h.revoke)
}

// IssuedKey is a new API key with its secret, which is shown only once.
type IssuedKey struct {
	Secret string        `json:"secret" example:"aims_q83vASNFZ4mrze8BI0VniavN7w"`
	Key    *identity.Key `json:"key"`
}

// Location returns the path of the key.
func (k IssuedKey) Location() string { return Base + "/api-keys/" + k.Key.ID }

// @Summary	Create an API key for a service account
// @Tags		api-keys
// @ID			createApiKey
// @Param		body	body		identity.Input	true	"the key's roles, its last day, and the person responsible"
// @Success	201		{object}	IssuedKey
// @Failure	default	{object}	Problem
// @Router		/api-keys [post]
func (h keysAPI) create(tx *record.Tx, c rest.Call[identity.Input]) (IssuedKey, error) {
	k, secret, err := rights.IssueKey(tx, c.Body, h.Guard)
	return IssuedKey{Secret: secret, Key: k}, err
}

// @Summary	Revoke an API key
// @Tags		api-keys
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	identity.Key
// @Failure	default	{object}	Problem
// @Router		/api-keys/{id}/revoke [post]
func (keysAPI) revoke(tx *record.Tx, c rest.Call[record.Reason]) (*identity.Key, error) {
	return identity.Keys.Change(tx, c.Ref(), (*identity.Key).Revoke)
}
