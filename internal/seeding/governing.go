package seeding

import (
	"slices"
	"strings"

	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
)

var bodies = section[governance.BodyInput, governance.Body]{
	title: "bodies", fields: "key scope kind name purpose member_role parent=parent_id interim powers contact term_from term_to", repo: governance.Bodies,
	key:    func(b *governance.BodyInput) string { return record.Top(b.Scope) + b.Key },
	stored: func(b *governance.Body) string { return record.Top(b.Scope) + b.Key },
	form:   func(b *governance.BodyInput) *governance.Body { return governance.NewBody(*b) },
	create: func(l *loader, b *governance.BodyInput) (*governance.Body, error) {
		return governance.SetUpBody(l.tx.Follow("body", "create"), *b)
	},
	change: func(tx *record.Tx, ref record.Ref, apply func(*governance.Body) error, guard Guard) (*governance.Body, error) {
		return governance.ChangeBody(tx, ref, apply, guard)
	},
}

// mandate is the mandate of a body in a file. A file has one for each body, which identifies it.
type mandate struct {
	governance.MandateInput
	Submit bool `json:"submit"`
}

// bodyKeys returns the bodies that a file means by a key, each with its top-level unit: /h/rad. A key with its unit means that body. A key alone means the
// body in a unit for which the file itself has a body with that key, or else the national one, or else any. Several bodies make the key ambiguous.
func (l *loader) bodyKeys(f *File, key string) ([]string, error) {
	if id, err := l.id(bodies.title, key); err != nil || id != "" {
		return []string{key}, err
	}
	var own, all []string
	for known := range l.ids[bodies.title] {
		if strings.HasSuffix(known, "/"+key) {
			all = append(all, known)
		}
	}
	for _, e := range f.entries[bodies.title].([]entry[governance.BodyInput]) {
		if known := bodies.key(e.in); e.in.Key == key && slices.Contains(all, known) {
			own = append(own, known)
		}
	}
	switch national := org.National + key; {
	case len(own) > 0:
		all = own
	case slices.Contains(all, national):
		all = []string{national}
	}
	slices.Sort(all)
	return all, nil
}

var mandates = section[mandate, governance.Mandate]{
	title: "mandates", repo: governance.Mandates,
	fields: "body=body_id title powers purpose tasks composition term cadence planned rules delegated admission deliverables evaluation_due source valid_from valid_to submit",
	key:    func(m *mandate) string { return m.BodyID },
	byIDs:  true,
	stored: func(m *governance.Mandate) string {
		if seedKey(m.Common) == "" {
			return ""
		}
		return m.BodyID
	},
	form: func(m *mandate) *governance.Mandate {
		in := m.MandateInput
		in.Common = seeded("/", "mandate")
		return governance.NewMandate(in, 1)
	},
	create: func(l *loader, m *mandate) (*governance.Mandate, error) {
		b, err := governance.Bodies.Find(l.tx, m.BodyID)
		if err != nil {
			return nil, err
		}
		in := m.MandateInput
		in.Common = seeded(b.Scope, b.Key)
		return governance.DraftMandate(l.tx.Follow("mandate", "create"), in)
	},
	change:  unguarded(governance.ChangeMandate),
	submits: func(m *mandate) bool { return m.Submit },
	submit: func(tx *record.Tx, ref record.Ref) error {
		_, err := governance.Mandates.Change(tx, ref, func(m *governance.Mandate) error { return m.Submit(tx.Actor.ID) })
		return err
	},
}

var members = section[governance.MembershipInput, governance.Membership]{
	title: "members", fields: "body=body_id person=user_id position in_parent_body valid_from valid_to", repo: governance.Memberships,
	needs:  []string{"user_id"},
	key:    memberKey,
	stored: func(m *governance.Membership) string { return memberKey(&m.MembershipInput) },
	byIDs:  true,
	form: func(m *governance.MembershipInput) *governance.Membership {
		in := *m
		in.Scope = "/"
		return governance.NewMembership(in)
	},
	create: func(l *loader, m *governance.MembershipInput) (*governance.Membership, error) {
		b, err := governance.Bodies.Find(l.tx, m.BodyID)
		if err != nil {
			return nil, err
		}
		in := *m
		in.Scope = b.Scope
		return governance.EnterMembership(l.tx.Follow("membership", "create"), in)
	},
	change: unguarded(governance.ChangeMembership),
}

func memberKey(m *governance.MembershipInput) string {
	return m.BodyID + " " + m.UserID + " " + string(m.Position)
}
