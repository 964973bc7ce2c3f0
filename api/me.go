package api

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/accounts"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/people"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
	"github.com/ki-styring/aims/internal/rest"
)

// meAPI serves the signed-in person and the person's permissions.
type meAPI struct{ *Server }

func (h meAPI) routes(s *rest.Server) {
	rest.Handle(s, http.MethodGet, "/me", "signed-in: about oneself", h.me)
	rest.Handle(s, http.MethodPatch, "/me", "signed-in: about oneself", h.change)
	rest.Handle(s, http.MethodGet, "/me/permissions", "signed-in: about oneself", h.permissions, rest.Query(
		rest.Param{Name: "scope", In: "query", Type: "string", Doc: "The scope; / when left out."}))
}

// Me is the signed-in person, with roles and their scopes, and memberships of bodies.
type Me struct {
	people.Person
	Username string `json:"username" example:"owner"`
	Email    string `json:"email"`
	// Language is the person's language; null for a service account.
	Language *org.Language `json:"language"`
	// APIKey is true if the caller is a service account. Then only the roles have values.
	APIKey      bool          `json:"api_key"`
	Roles       []record.Held `json:"roles"`
	Memberships []Seat        `json:"memberships"`
	Demo        bool          `json:"demo"`
	// Setup is the path of the list of what is done and what is next in setting up; null for those who may not read it.
	Setup *string `json:"setup" example:"/api/v1/setup"`
	// PasswordReset is set until the person has chosen a new password, and for thirty days after that.
	PasswordReset *PasswordReset `json:"password_reset"`
}

// PasswordReset says when somebody else gave the person a one-time password, and who.
type PasswordReset struct {
	At time.Time `json:"at"`
	// By is null if it was done with the command line on the server.
	By *people.Person `json:"by"`
}

// passwordReset returns the latest reset of the person's password by somebody else, or nil when there is none to show.
func passwordReset(tx *record.Tx, row *record.Row) (*PasswordReset, error) {
	at, by, err := accounts.UntoldReset(tx, row)
	if err != nil || by == "" {
		return nil, err
	}
	if by == record.System.ID {
		return &PasswordReset{At: at}, nil
	}
	who, err := people.Find(tx, by)
	return &PasswordReset{At: at, By: &who}, err
}

// Seat is a membership of a body.
type Seat struct {
	MembershipID string              `json:"membership_id" format:"uuid" names:"membership"`
	BodyID       string              `json:"body_id" format:"uuid" names:"body"`
	Body         record.Text         `json:"body"`
	Position     governance.Position `json:"position" example:"lead"`
	Scope        string              `json:"scope" example:"/siv/"`
}

// @Summary	Read the signed-in person: name, roles with scopes, memberships
// @Tags		me
// @ID			getMe
// @Success	200		{object}	Me
// @Failure	default	{object}	Problem
// @Router		/me [get]
func (h meAPI) me(tx *record.Tx, c rest.Call[record.None]) (Me, error) {
	out := Me{Roles: []record.Held{}, Memberships: []Seat{}, APIKey: sessionOf(c).Key, Demo: h.Demo}
	out.ID = tx.Actor.ID
	held, err := h.Guard.Held(tx, tx.Actor.ID)
	if err != nil {
		return out, err
	}
	for _, r := range held {
		if !slices.ContainsFunc(out.Roles, func(o record.Held) bool { return o.Role == r.Role && o.Scope == r.Scope && o.Body == r.Body }) {
			out.Roles = append(out.Roles, r)
		}
	}
	if may, err := fault.Allowed(tx.Guard().Ever(tx, readSetup)); err != nil {
		return out, err
	} else if may {
		path := Base + "/setup"
		out.Setup = &path
	}
	if sessionOf(c).Key {
		return out, nil
	}
	row, err := tx.Person(tx.Actor.ID)
	if err != nil {
		return out, err
	}
	var d struct {
		Username, Name, Title, Email *string
		Language                     *org.Language
	}
	if err := row.Decode(&d); err != nil {
		return out, err
	}
	if out.Person, err = people.Of(row); err != nil {
		return out, err
	}
	out.Language = d.Language
	if out.PasswordReset, err = passwordReset(tx, row); err != nil {
		return out, err
	}
	for from, to := range map[*string]*string{d.Username: &out.Username, d.Email: &out.Email} {
		if from != nil {
			*to = *from
		}
	}
	return out, seats(tx, &out)
}

// MeInput is what the signed-in person may change.
type MeInput struct {
	Language org.Language `json:"language" validate:"required,choice" example:"en"`
} // @name MePatch

// The answer to GET /me has the hash of its body as ETag, because it shows more than the person's record. So this needs no If-Match: the last
// write counts.
//
//	@Summary	Change one's own language: the language of answers to requests without Accept-Language
//	@Tags		me
//	@ID			changeMe
//	@Accept		json,application/merge-patch+json
//	@Param		body	body		MeInput	true	"the language"
//	@Success	200		{object}	Me
//	@Failure	default	{object}	Problem
//	@Router		/me [patch]
func (h meAPI) change(tx *record.Tx, c rest.Call[MeInput]) (Me, error) {
	if err := accounts.ChooseLanguage(tx, c.Body.Language); err != nil {
		return Me{}, err
	}
	return h.me(tx, rest.Call[record.None]{Session: c.Session})
}

// seats adds the person's active memberships.
func seats(tx *record.Tx, out *Me) error {
	mine, err := query.Each(tx, governance.Memberships, "/", map[string][]string{"user_id": {tx.Actor.ID}, "status": {"active"}})
	if err != nil {
		return err
	}
	for _, m := range mine {
		b, err := governance.Bodies.Find(tx, m.BodyID)
		if err != nil {
			return err
		}
		out.Memberships = append(out.Memberships, Seat{MembershipID: m.ID, BodyID: b.ID, Body: b.Name, Position: m.Position, Scope: b.Scope})
	}
	return nil
}

// Permissions lists the actions that the caller may do in a scope, per object.
type Permissions struct {
	Scope   string              `json:"scope" example:"/siv/"`
	Objects map[string][]string `json:"objects"`
	// CasbinJS is the same in the form that casbin.js reads: the objects per action.
	CasbinJS map[string][]string `json:"casbin_js"`
}

// @Summary	List the actions that the caller may do in a scope, per object
// @Tags		me
// @ID			getMyPermissions
// @Success	200		{object}	Permissions
// @Failure	default	{object}	Problem
// @Router		/me/permissions [get]
func (h meAPI) permissions(tx *record.Tx, c rest.Call[record.None]) (Permissions, error) {
	out := Permissions{Scope: c.Query.Get("scope"), Objects: map[string][]string{}, CasbinJS: map[string][]string{}}
	if out.Scope == "" {
		out.Scope = "/"
	}
	asked := map[record.Permission]bool{}
	for r := range h.Routes() {
		object, action, ok := strings.Cut(r.Permission, ":")
		if r.Opens != "" {
			object, action = r.Opens, "read"
		}
		k := record.KindOf(object)
		p := record.Permission{Object: object, Action: action}
		if !ok || k == nil && r.Opens == "" || asked[p] {
			continue
		}
		asked[p] = true
		var err error
		if r.Opens == "" {
			err = tx.Ask(p, record.Target{Kind: k, Scope: out.Scope, AnyState: true})
		}
		if err == nil {
			out.Objects[object] = append(out.Objects[object], action)
			out.CasbinJS[action] = append(out.CasbinJS[action], object)
		} else if fault.As(err) == nil {
			return out, err
		}
	}
	for _, m := range []map[string][]string{out.Objects, out.CasbinJS} {
		for _, list := range m {
			slices.Sort(list)
		}
	}
	return out, nil
}
