package api

import (
	"net/http"
	"time"

	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// sessionsAPI serves sessions and the caller's password.
type sessionsAPI struct{ *Server }

// Credentials are what a person signs in with.
type Credentials struct {
	Username string `json:"username" validate:"required,max=60" example:"council"`
	Password string `json:"password" validate:"required,max=200" example:"et langt passord"`
	// Cookie asks for a cookie instead of a token, for pages on the same site.
	Cookie bool `json:"cookie" example:"false"`
}

// SignedIn is a new session. The token is shown only once.
type SignedIn struct {
	Token     string    `json:"token,omitempty" example:"q83vASNFZ4mrze8BI0VniavN7w"`
	CSRFToken string    `json:"csrf_token,omitempty"`
	ExpiresAt time.Time `json:"expires_at"`
	UserID    string    `json:"user_id" format:"uuid"`
	// PasswordChangeRequired is true if the person must choose a new password before any other request.
	PasswordChangeRequired bool `json:"password_change_required"`
}

// StatusCode is 201, because signing in creates a session.
func (SignedIn) StatusCode() int { return http.StatusCreated }

// Location returns the path of the session.
func (SignedIn) Location() string { return Base + "/sessions/current" }

// CurrentSession is the session of the request.
type CurrentSession struct {
	UserID    string    `json:"user_id" format:"uuid"`
	ExpiresAt time.Time `json:"expires_at"`
	CSRFToken string    `json:"csrf_token,omitempty"`
	// APIKey is true if the caller is a service account.
	APIKey                 bool `json:"api_key"`
	PasswordChangeRequired bool `json:"password_change_required"`
	// PasswordReset is set until the person has chosen a new password, and for thirty days after that.
	PasswordReset *PasswordReset `json:"password_reset"`
}

func (h sessionsAPI) routes(s *rest.Server) {
	rest.Handle(s, http.MethodPost, "/sessions", "public: signing in", h.signIn, rest.OwnTransaction, rest.Secret, rest.Answers(http.StatusCreated), rest.Shape("create"))
	rest.Handle(s, http.MethodGet, "/sessions/current", "signed-in: one's own session", h.current, rest.Secret)
	rest.Handle(s, http.MethodDelete, "/sessions/current", "signed-in: one's own session", h.signOut, rest.NoDryRun, rest.Answers(http.StatusNoContent))
	rest.Handle(s, http.MethodPost, "/me/password", "signed-in: one's own password", h.password, rest.OwnTransaction, rest.Secret, rest.Answers(http.StatusNoContent))
}

// @Summary	Sign in
// @Tags		sessions
// @ID			signIn
// @Param		body	body		Credentials	true	"username and password"
// @Success	201		{object}	SignedIn
// @Failure	401		{object}	Problem	"the username or the password is wrong"
// @Failure	default	{object}	Problem
// @Router		/sessions [post]
func (h sessionsAPI) signIn(_ *record.Tx, c rest.Call[Credentials]) (SignedIn, error) {
	token, x, err := h.Identity.SignIn(c.Request().Context(), c.Body.Username, c.Body.Password, c.ClientIP(), c.Body.Cookie)
	if err != nil {
		return SignedIn{}, err
	}
	out := SignedIn{Token: token, ExpiresAt: x.ExpiresAt, UserID: x.Actor.ID, PasswordChangeRequired: x.MustChange}
	if c.Body.Cookie {
		out.Token, out.CSRFToken = "", x.CSRF
		setCookie(c, token, int(identity.SessionLife.Seconds()))
	}
	return out, nil
}

// setCookie sets the session cookie for a number of seconds. A negative number deletes it.
func setCookie[B any](c rest.Call[B], token string, seconds int) {
	c.SetCookie(&http.Cookie{ //nolint:gosec // Secure is omitted on loopback only, where there is no TLS
		Name: cookieName(c.Request()), Value: token, Path: "/", HttpOnly: true, Secure: !loopback(c.Request()),
		SameSite: http.SameSiteLaxMode, MaxAge: seconds,
	})
}

// @Summary	Read the session of the request
// @Tags		sessions
// @ID			getCurrentSession
// @Success	200		{object}	CurrentSession
// @Failure	default	{object}	Problem
// @Router		/sessions/current [get]
func (sessionsAPI) current(tx *record.Tx, c rest.Call[record.None]) (CurrentSession, error) {
	x := sessionOf(c)
	out := CurrentSession{UserID: x.Actor.ID, ExpiresAt: x.ExpiresAt, CSRFToken: x.CSRF, APIKey: x.Key, PasswordChangeRequired: x.MustChange}
	if x.Key {
		return out, nil
	}
	me, err := tx.Person(x.Actor.ID)
	if err != nil {
		return out, err
	}
	out.PasswordReset, err = passwordReset(tx, me)
	return out, err
}

// @Summary	Sign out
// @Tags		sessions
// @ID			signOut
// @Success	204
// @Failure	default	{object}	Problem
// @Router		/sessions/current [delete]
func (sessionsAPI) signOut(tx *record.Tx, c rest.Call[record.None]) (record.None, error) {
	if sessionOf(c).Key {
		return record.None{}, nil
	}
	if sessionOf(c).Cookie {
		setCookie(c, "", -1)
	}
	return record.None{}, identity.Revoke(tx, tx.Actor.ID, sessionOf(c).Hash, "")
}

// NewPassword is the request body that changes one's own password.
type NewPassword struct {
	CurrentPassword string `json:"current_password" validate:"max=200"`
	NewPassword     string `json:"new_password" validate:"required,max=200" example:"et nytt langt passord"`
}

// @Summary	Change one's own password and end one's other sessions
// @Tags		me
// @ID			changePassword
// @Param		body	body	NewPassword	true	"the present and the new password"
// @Success	204
// @Failure	default	{object}	Problem
// @Router		/me/password [post]
func (h sessionsAPI) password(_ *record.Tx, c rest.Call[NewPassword]) (record.None, error) {
	ctx, me := c.Request().Context(), sessionOf(c).Actor
	username, err := h.Identity.Confirm(ctx, me.ID, c.Body.CurrentPassword, c.ClientIP())
	if err != nil {
		return record.None{}, err
	}
	if err := identity.CheckPassword("/new_password", c.Body.NewPassword, username); err != nil {
		return record.None{}, err
	}
	hash, err := identity.Hash(ctx, c.Body.NewPassword)
	if err != nil {
		return record.None{}, err
	}
	return record.None{}, h.DB.Write(ctx, me, record.Permission{}, c.RequestID(), func(tx *record.Tx) error {
		if err := identity.SetPassword(tx, me.ID, username, hash, false); err != nil {
			return err
		}
		return identity.Revoke(tx, me.ID, "", sessionOf(c).Hash)
	})
}
