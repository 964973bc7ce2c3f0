package authority

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// Routing says which authorities are the right addressees of a case.
type Routing struct {
	Subject    Subject     `json:"subject" example:"procurement"`
	ActorType  ActorType   `json:"actor_type,omitempty" example:"health_service"`
	Addressees []Addressee `json:"addressees"`
	Warning    *Warning    `json:"warning"` // null unless the authority that the caller named is not one of them
} // @name AuthorityRouting

// Addressee is an authority that is competent for a case.
type Addressee struct {
	ID         string       `json:"id" format:"uuid"`
	Number     string       `json:"number" example:"AUTH-0001"`
	Key        string       `json:"key" example:"helsetilsynet"`
	Name       record.Text  `json:"name"`
	Contact    string       `json:"contact"`
	URL        string       `json:"url"`
	Tasks      []Task       `json:"tasks"`
	Note       *record.Text `json:"note"`
	Planned    bool         `json:"planned"`
	Source     string       `json:"source"`
	Confidence Confidence   `json:"confidence"`
	ToVerify   bool         `json:"to_verify"` // the statement was not confirmed in a public source
} // @name AuthorityAddressee

// Warning says that an authority is not the right addressee, and who is.
type Warning struct {
	Code        string      `json:"code" enums:"wrong_addressee" example:"wrong_addressee"`
	Text        record.Text `json:"text"`
	AuthorityID string      `json:"authority_id" format:"uuid" names:"authority"` // the one that the caller named
	RightIDs    []string    `json:"right_ids" format:"uuid" names:"authority"`
} // @name AuthorityWarning

// RouteOf finds the right addressees of a case. With named it warns when that authority is not one of them.
func RouteOf(tx *record.Tx, subject Subject, actor ActorType, named *Authority) (*Routing, error) {
	all, err := query.Each(tx, Repo, "/", map[string][]string{"status": {string(Active)}})
	if err != nil {
		return nil, err
	}
	return route(all, subject, actor, named), nil
}

func route(all []*Authority, subject Subject, actor ActorType, named *Authority) *Routing {
	out := &Routing{Subject: subject, ActorType: actor, Addressees: []Addressee{}}
	for _, a := range all {
		if c := a.competent(subject, actor); c != nil {
			out.Addressees = append(out.Addressees, Addressee{
				ID: a.ID, Number: a.Number, Key: a.Key, Name: a.Name, Contact: a.Contact, URL: a.URL, Tasks: c.Tasks, Note: c.Note, Planned: c.Planned,
				Source: c.Source, Confidence: c.Confidence, ToVerify: c.Confidence != High,
			})
		}
	}
	slices.SortStableFunc(out.Addressees, func(a, b Addressee) int { return strings.Compare(rank(a), rank(b)) })
	if named != nil && !slices.ContainsFunc(out.Addressees, func(r Addressee) bool { return r.Key == named.Key }) {
		out.Warning = named.warning(subject, out.Addressees)
	}
	return out
}

// rank orders authorities: those that are competent today before those that will be, and each by name.
func rank(r Addressee) string { return fmt.Sprintf("%t %s", r.Planned, r.Name.NB) }

// warning says that the authority is the wrong addressee for a subject.
func (a *Authority) warning(subject Subject, right []Addressee) *Warning {
	w := &Warning{Code: "wrong_addressee", AuthorityID: a.ID, RightIDs: []string{}}
	about := labelOf(subject)
	w.Text.NB = fmt.Sprintf("%s er ikke rette adressat: %s.", a.Name.In("nb"), about.NB)
	w.Text.EN = fmt.Sprintf("%s is not the right addressee: %s.", a.Name.In("en"), about.EN)
	for _, x := range a.Excludes {
		if x.Subject == subject {
			w.Text.NB += " " + x.Note.In("nb")
			w.Text.EN += " " + x.Note.In("en")
		}
	}
	var nb, en []string
	for _, r := range right {
		w.RightIDs = append(w.RightIDs, r.ID)
		nb, en = append(nb, r.Name.In("nb")), append(en, r.Name.In("en"))
	}
	if len(right) > 0 {
		w.Text.NB += fmt.Sprintf(" Rette adressat: %s.", strings.Join(nb, ", "))
		w.Text.EN += fmt.Sprintf(" The right addressee: %s.", strings.Join(en, ", "))
	}
	return w
}

// labelOf returns the label of a subject.
func labelOf(s Subject) record.Text {
	for _, c := range Subjects {
		if c.Value == string(s) {
			return c.Label
		}
	}
	return record.Text{}
}
