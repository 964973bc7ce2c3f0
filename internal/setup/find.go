package setup

import (
	"slices"

	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/control"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/policy"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
	"github.com/ki-styring/aims/internal/risk"
)

// ownPassword is done when the caller has a password of their own.
func ownPassword(s *survey) (finding, error) {
	pending, err := identity.WithoutPassword(s.tx)
	me := s.tx.Actor.ID
	return finding{done: !slices.Contains(pending, me), people: []string{me}}, err
}

// passwords waits for the people who have not chosen a password of their own.
func passwords(s *survey) (finding, error) {
	pending, err := identity.WithoutPassword(s.tx)
	pending = slices.DeleteFunc(pending, func(id string) bool { return !slices.Contains(s.active, id) })
	switch {
	case err != nil || len(s.active) == 0:
		return finding{}, err
	case len(pending) == 0:
		return finding{done: true, count: len(s.active)}, nil
	}
	return finding{
		count: len(pending), waits: "employee", people: pending,
		detail: detail("En administrator kan gi et nytt engangspassord.", "An administrator can give a new one-time password."),
	}, nil
}

// mandate is done when a council has a mandate in force.
func mandate(s *survey) (f finding, err error) {
	list, err := query.Each(s.tx, governance.Mandates, s.scope, nil)
	for _, m := range list {
		if !s.ofCouncils(m.BodyID) {
			continue
		}
		link := "/mandates/" + m.ID
		switch {
		case m.InForce(s.tx.Now):
			f.done = true
			f.count++
		case f.done:
		case m.Status == governance.MandateInReview:
			f.waits, f.link = "top_management", link
			f.detail = detail("Mandatet venter på at toppledelsen vedtar det.", "The mandate waits for top management to adopt it.")
		case m.Status == governance.MandateDraft && f.waits == "":
			f.link, f.detail = link, detail("Mandatet er et utkast. Send det til vedtak.", "The mandate is a draft. Submit it.")
		case m.Status == governance.MandateAdopted && f.waits == "":
			f.link, f.detail = link, detail("Mandatet er vedtatt, men ikke i kraft i dag.", "The mandate is adopted, but not in force today.")
		}
	}
	if f.done {
		return finding{done: true, count: f.count}, err
	}
	return f, err
}

const proposed = "/memberships?status=proposed"

// members is done when a council has a lead today, and no membership of a council waits to be confirmed.
func members(s *survey) (finding, error) {
	waiting, active, led := 0, 0, false
	for _, m := range s.seats {
		switch {
		case !s.ofCouncils(m.BodyID):
		case m.Status == governance.MembershipProposed:
			waiting++
		case m.Counts(s.tx.Now):
			active++
			led = led || m.Position == governance.Lead
		}
	}
	switch {
	case waiting > 0 && led:
		return finding{
			count: waiting, waits: "ai_council", link: proposed,
			detail: detail("Rådets leder eller toppledelsen bekrefter dem.", "The council's lead or top management confirms them."),
		}, nil
	case waiting > 0:
		return finding{
			count: waiting, waits: "top_management", link: proposed,
			detail: detail("Toppledelsen bekrefter dem, lederen først.", "Top management confirms them, the lead first."),
		}, nil
	case active > 0 && !led:
		return finding{count: active, detail: detail("Rådet mangler leder.", "The council has no lead.")}, nil
	}
	return finding{count: active, done: led}, nil
}

// published returns the finding for documents of a kind: done when one is published. Decider is the role that approves them.
func published(kind policy.Kind, decider string) func(*survey) (finding, error) {
	return func(s *survey) (f finding, err error) {
		list, err := query.Each(s.tx, policy.Repo, s.scope, map[string][]string{"kind": {string(kind)}})
		for _, p := range list {
			if p.PublishedEdition != nil {
				f.done = true
				f.count++
			}
		}
		if f.done || err != nil {
			return f, err
		}
		for _, p := range list {
			switch {
			case p.Status == policy.InReview:
				f.waits, f.detail = decider, detail("Dokumentet venter på godkjenning.", "The document waits for approval.")
			case p.Status == policy.Approved && f.waits == "":
				f.waits, f.detail = "top_management", detail("Dokumentet er godkjent og kan publiseres.", "The document is approved and can be published.")
			case p.Status == policy.Draft && f.waits == "":
				f.detail = detail("Det finnes et utkast. Send det til godkjenning.", "There is a draft. Submit it for approval.")
			default:
				continue
			}
			f.count++
		}
		return f, nil
	}
}

// riskMethod is done when a method is in force in the scope, below it or above it.
func riskMethod(s *survey) (f finding, err error) {
	for _, at := range append([]string{s.scope}, record.Ancestors(s.scope)...) {
		scope := "=" + at
		if at == s.scope {
			scope = at
		}
		list, err := query.Each(s.tx, risk.Methods, scope, map[string][]string{"status": {string(risk.MethodApproved), string(risk.MethodInReview)}})
		if err != nil {
			return f, err
		}
		for _, m := range list {
			if m.Status == risk.MethodApproved {
				return finding{done: true, count: 1}, nil
			}
			f.waits, f.detail = "top_management", detail("Metoden venter på godkjenning.", "The method waits for approval.")
		}
	}
	return f, nil
}

// annexA is done when the scope has controls of Annex A.
func annexA(s *survey) (finding, error) {
	entries, err := catalogue.ControlsOf(s.tx, catalogue.ISO42001)
	if err != nil || len(entries) == 0 {
		return finding{}, err
	}
	keys := make([]string, len(entries))
	for i, e := range entries {
		keys[i] = e.Key
	}
	return counted(query.Count(s.tx, control.Repo, s.scope, map[string][]string{"requirement": keys}))
}
