package flow

import (
	"cmp"
	"fmt"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/improve/measure"
	"github.com/ki-styring/aims/internal/record"
)

// matter is what a body resolves on: its body, its case, the meeting, by which rules, and who sits there.
type matter struct {
	body    *governance.Body
	c       *governance.Case // nil without a case
	meeting *governance.Meeting
	mandate *governance.Mandate
	rules   governance.Rules
	seats   []*governance.Membership
}

// underway reads the matter of a text, and holds the actor to being one who votes in its body, and the body to its powers.
func underway(tx *record.Tx, in governance.Matter, p governance.Power) (*matter, error) {
	b, err := bodyOf(tx, in.BodyID)
	if err != nil {
		return nil, err
	}
	x := &matter{body: b}
	if x.mandate, err = empowered(tx, b, p); err != nil {
		return nil, err
	}
	x.rules = governance.RulesOf(b, x.mandate)
	if err := sits(tx, b, x.rules); err != nil {
		return nil, err
	}
	if x.seats, err = seats(tx, b.ID); err != nil {
		return nil, err
	}
	if in.CaseID != "" {
		if x.c, err = governance.Cases.Find(tx, in.CaseID); err != nil {
			return nil, fmt.Errorf("read case: %w", err)
		}
	}
	return x, nil
}

// resolve makes a resolution of what the members agreed on or voted, at a meeting that was held with a quorum.
func (x *matter) resolve(tx *record.Tx, meetingID string, in governance.ResolutionInput, cast []governance.Cast) (*governance.Resolution, error) {
	if err := x.at(tx, cmp.Or(in.MeetingID, meetingID)); err != nil {
		return nil, err
	}
	r := &governance.Resolution{MeetingID: x.meeting.ID, MandateID: x.mandate.ID, Agreed: in.Agreed, Dissents: in.Dissents, Votes: in.Votes, By: tx.Actor.ID, At: tx.Now}
	if len(in.Votes) == 0 {
		for _, c := range cast {
			if x.mayVote(c.MembershipID) != nil {
				r.Void = append(r.Void, c.Ballot)
			} else {
				r.Votes = append(r.Votes, c.Ballot)
			}
		}
	}
	if err := x.hold(in); err != nil {
		return nil, err
	}
	if len(r.Votes) > 0 {
		t := x.rules.Count(r.Votes, x.lead(r.Votes))
		if r.Tally = &t; !t.Carried {
			return nil, fault.New(fault.Conflict, "not_carried", "%d for and %d against do not carry it", t.For, t.Against).With("tally", t)
		}
		return r, nil
	}
	if !in.Agreed {
		var b fault.Blockers
		b.Add("votes_missing", "/votes", "what is not agreed is voted on")
		return nil, b.Err()
	}
	return r, nil
}

// at takes the meeting: of this body, held, with this case, and with enough who may resolve on it.
func (x *matter) at(tx *record.Tx, id string) error {
	var f fault.Fields
	if id == "" {
		f.Add("/meeting_id", "required", "is required")
		return f.Err()
	}
	m, err := governance.Meetings.Find(tx, id)
	switch {
	case err != nil && !fault.Is(err, fault.NotFound):
		return err
	case err != nil || m.BodyID != x.body.ID:
		f.Add("/meeting_id", "other_body", "is no meeting of this body")
		return f.Err()
	case x.c != nil && x.c.BodyID != x.body.ID:
		f.Add("/case_id", "other_body", "the case lies before another body")
		return f.Err()
	case !m.Took():
		return fault.New(fault.Conflict, "not_held", "%s was not held yet", m.Number)
	}
	x.meeting = m
	present, need := 0, m.Quorum.Required
	for _, s := range x.seats {
		if x.rules.Votes(s.Position) && m.There(s.ID) && (x.rules.ConflictedCount || !x.conflicted(s.ID)) {
			present++
		}
	}
	if !m.Quorum.Met || present < need {
		return fault.New(fault.Conflict, "no_quorum", "meeting %s has %d of %d members", m.Number, present, need).With("present", present).With("required", need)
	}
	if x.c != nil && !onAgenda(m, x.c.ID) {
		return fault.New(fault.Conflict, "not_on_agenda", "%s was not on the agenda of %s", x.c.Number, m.Number)
	}
	return nil
}

func onAgenda(m *governance.Meeting, caseID string) bool {
	for _, id := range m.Agenda {
		if id == caseID {
			return true
		}
	}
	return false
}

func (x *matter) conflicted(id string) bool { return x.c != nil && x.c.Conflicted(id) }

// mayVote says why a member may not vote, or nil.
func (x *matter) mayVote(id string) *fault.Text {
	s := seatOf(x.seats, id)
	switch {
	case s == nil:
		return &fault.Text{Format: "is no member of the body"}
	case !x.rules.Votes(s.Position):
		return &fault.Text{Format: "is an observer or a secretary, who never vote"}
	case x.conflicted(id):
		return &fault.Text{Format: "has a declared conflict of interest"}
	case x.meeting != nil && !x.meeting.There(id):
		return &fault.Text{Format: "was not there"}
	}
	return nil
}

// hold checks the votes and dissents that the caller gave, every fault at once.
func (x *matter) hold(in governance.ResolutionInput) error {
	var f fault.Fields
	for i, v := range in.Votes {
		if why := x.mayVote(v.MembershipID); why != nil {
			f = append(f, fault.Field{Pointer: at("votes", i, "membership_id"), Code: "no_vote", Detail: *why})
		}
	}
	for i, d := range in.Dissents {
		if seatOf(x.seats, d.MembershipID) == nil {
			f.Add(at("dissents", i, "membership_id"), "not_a_member", "is no member of the body")
		}
	}
	return f.Err()
}

func (x *matter) lead(votes []governance.Ballot) governance.Choice {
	for _, v := range votes {
		if s := seatOf(x.seats, v.MembershipID); s != nil && s.Position == governance.Lead {
			return v.Vote
		}
	}
	return ""
}

// recount counts a resolution's votes without one member's.
func recount(tx *record.Tx, b *governance.Body, r *governance.Resolution, without string) (governance.Tally, error) {
	mandate, err := governance.Mandates.Find(tx, r.MandateID)
	if err != nil {
		return governance.Tally{}, fmt.Errorf("read mandate: %w", err)
	}
	x := &matter{body: b, rules: governance.RulesOf(b, mandate)}
	if x.seats, err = seats(tx, b.ID); err != nil {
		return governance.Tally{}, err
	}
	var votes []governance.Ballot
	for _, v := range r.Votes {
		if v.MembershipID != without {
			votes = append(votes, v)
		}
	}
	return x.rules.Count(votes, x.lead(votes)), nil
}

// castFor makes the actor's own vote on a text of their body, before it is resolved on.
func castFor(tx *record.Tx, in governance.Matter, v governance.CastInput) (governance.Cast, error) {
	var out governance.Cast
	b, err := bodyOf(tx, in.BodyID)
	if err != nil {
		return out, err
	}
	mine, err := seated(tx, b)
	if err != nil {
		return out, err
	}
	if v.MembershipID != "" && v.MembershipID != mine.ID {
		var f fault.Fields
		f.Add("/membership_id", "not_yours", "is not your membership; votes of others are given when the body resolves")
		return out, f.Err()
	}
	x := &matter{body: b}
	mandate, err := mandateOf(tx, b.ID)
	if err != nil {
		return out, err
	}
	x.rules, x.seats = governance.RulesOf(b, mandate), []*governance.Membership{mine}
	if in.CaseID != "" {
		if x.c, err = governance.Cases.Find(tx, in.CaseID); err != nil {
			return out, fmt.Errorf("read case: %w", err)
		}
	}
	if in.MeetingID != "" {
		m, err := governance.Meetings.Find(tx, in.MeetingID)
		if err != nil {
			return out, fmt.Errorf("read meeting: %w", err)
		}
		if m.Form == governance.Written && tx.Now.After(*m.Deadline) {
			return out, fault.New(fault.Conflict, "deadline_passed", "the deadline of %s has passed", m.Number)
		}
		if m.Took() {
			x.meeting = m
		}
	}
	if why := x.mayVote(mine.ID); why != nil {
		return out, fault.Fields{{Pointer: "/membership_id", Code: "no_vote", Detail: *why}}.Err()
	}
	return governance.Cast{Ballot: governance.Ballot{MembershipID: mine.ID, Vote: v.Vote}, By: tx.Actor.ID, At: tx.Now}, nil
}

// inBody holds a new text to its body: there, in the same scope, and for members.
func inBody(tx *record.Tx, in *governance.Matter, scope string) error {
	b, err := bodyIn(tx, in.BodyID, scope)
	if err != nil {
		return err
	}
	in.BodyID = b.ID
	if _, err := seated(tx, b); err != nil {
		return err
	}
	return sameBody(tx, *in)
}

// mine holds a change of a draft to the members of its body.
func mine(tx *record.Tx, in governance.Matter) error {
	b, err := bodyOf(tx, in.BodyID)
	if err != nil {
		return err
	}
	if _, err := seated(tx, b); err != nil {
		return err
	}
	return sameBody(tx, in)
}

// sameBody holds a text to a case and a meeting of its own body.
func sameBody(tx *record.Tx, in governance.Matter) error {
	var f fault.Fields
	if in.CaseID != "" {
		if c, err := governance.Cases.Find(tx, in.CaseID); err == nil && c.BodyID != in.BodyID {
			f.Add("/case_id", "other_body", "the case lies before another body")
		}
	}
	if in.MeetingID != "" {
		if m, err := governance.Meetings.Find(tx, in.MeetingID); err == nil && m.BodyID != in.BodyID {
			f.Add("/meeting_id", "other_body", "is no meeting of this body")
		}
	}
	return f.Err()
}

// DraftAdvice drafts an advice of a body.
func DraftAdvice(tx *record.Tx, in governance.AdviceInput) (*governance.Advice, error) {
	if err := inBody(tx, &in.Matter, in.Scope); err != nil {
		return nil, err
	}
	return governance.AdviceRepo.Create(tx, governance.NewAdvice(in))
}

// GiveAdvice gives an advice as the body resolved on it; a body whose mandate lets it advise.
func GiveAdvice(tx *record.Tx, ref record.Ref, in governance.ResolutionInput) (*governance.Advice, error) {
	return governance.AdviceRepo.Change(tx, ref, func(a *governance.Advice) error {
		x, err := underway(tx, a.Matter, governance.Advise)
		if err != nil {
			return err
		}
		r, err := x.resolve(tx, a.MeetingID, in, a.Cast)
		if err != nil {
			return err
		}
		return a.Give(r)
	})
}

// AnswerAdvice keeps what the one advised answered; who sits in that body answers for it.
func AnswerAdvice(tx *record.Tx, ref record.Ref, in governance.Reply) (*governance.Advice, error) {
	return governance.AdviceRepo.Change(tx, ref, func(a *governance.Advice) error {
		b, err := governance.Bodies.Find(tx, a.Addressee)
		if err == nil {
			_, err = seated(tx, b)
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		return a.Answer(in, tx.Actor.ID, tx.Now)
	})
}

// VoteOnAdvice notes the actor's vote.
func VoteOnAdvice(tx *record.Tx, ref record.Ref, in governance.CastInput) (*governance.Advice, error) {
	return governance.AdviceRepo.Change(tx, ref, func(a *governance.Advice) error { return vote(tx, a.Matter, &a.Ballots, in) })
}

func vote(tx *record.Tx, m governance.Matter, b *governance.Ballots, in governance.CastInput) error {
	c, err := castFor(tx, m, in)
	if err != nil {
		return err
	}
	b.Vote(c)
	return nil
}

// DraftProposal drafts a proposal of a body.
func DraftProposal(tx *record.Tx, in governance.ProposalInput) (*governance.Proposal, error) {
	if err := inBody(tx, &in.Matter, in.Scope); err != nil {
		return nil, err
	}
	return governance.Proposals.Create(tx, governance.NewProposal(in))
}

// AgreeProposal makes a proposal the body's own; a body whose mandate lets it propose.
func AgreeProposal(tx *record.Tx, ref record.Ref, in governance.ResolutionInput) (*governance.Proposal, error) {
	return governance.Proposals.Change(tx, ref, func(p *governance.Proposal) error {
		x, err := underway(tx, p.Matter, governance.Propose)
		if err != nil {
			return err
		}
		r, err := x.resolve(tx, p.MeetingID, in, p.Cast)
		if err != nil {
			return err
		}
		return p.Agree(r)
	})
}

// path gives the stops of a proposal: those of the mandate it was agreed under.
func path(tx *record.Tx, p *governance.Proposal) ([]governance.Step, error) {
	if p.Resolution == nil {
		return nil, nil
	}
	m, err := governance.Mandates.Find(tx, p.Resolution.MandateID)
	if err != nil {
		return nil, fmt.Errorf("read mandate: %w", err)
	}
	return m.ReviewPath, nil
}

// AdvanceProposal takes a proposal to the next stop of its path.
func AdvanceProposal(tx *record.Tx, ref record.Ref, in governance.Note) (*governance.Proposal, error) {
	return governance.Proposals.Change(tx, ref, func(p *governance.Proposal) error {
		stops, err := path(tx, p)
		if err != nil {
			return err
		}
		return p.Advance(stops, in.Note, tx.Actor.ID, tx.Now)
	})
}

// VoteOnProposal notes the actor's vote.
func VoteOnProposal(tx *record.Tx, ref record.Ref, in governance.CastInput) (*governance.Proposal, error) {
	return governance.Proposals.Change(tx, ref, func(p *governance.Proposal) error { return vote(tx, p.Matter, &p.Ballots, in) })
}

// DraftDecision drafts a decision of a body.
func DraftDecision(tx *record.Tx, in governance.DecisionInput) (*governance.Decision, error) {
	if err := inBody(tx, &in.Matter, in.Scope); err != nil {
		return nil, err
	}
	if in.CorrectsID != "" {
		old, err := governance.Decisions.Get(tx, in.CorrectsID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		if err == nil && (old.BodyID != in.BodyID || old.Status != governance.DecisionAdopted) {
			var f fault.Fields
			f.Add("/corrects_id", "not_correctable", "is no decision of this body that holds")
			return nil, f.Err()
		}
		if err == nil {
			if err := old.Corrects(in); err != nil {
				return nil, err
			}
		}
	}
	return governance.Decisions.Create(tx, governance.NewDecision(in))
}

// VoteOnDecision notes the actor's vote.
func VoteOnDecision(tx *record.Tx, ref record.Ref, in governance.CastInput) (*governance.Decision, error) {
	return governance.Decisions.Change(tx, ref, func(d *governance.Decision) error { return vote(tx, d.Matter, &d.Ballots, in) })
}

// AdoptDecision makes a decision final: of a body whose mandate lets it decide, that did not itself propose, at a meeting with a quorum.
// What was decided on follows: the proposal, and the measures that come from it.
func AdoptDecision(tx *record.Tx, ref record.Ref, in governance.ResolutionInput) (*governance.Decision, error) {
	d, err := governance.Decisions.Change(tx, ref, func(d *governance.Decision) error {
		x, err := underway(tx, d.Matter, governance.Decide)
		if err != nil {
			return err
		}
		if err := decidable(tx, d); err != nil {
			return err
		}
		r, err := x.resolve(tx, d.MeetingID, in, d.Cast)
		if err != nil {
			return err
		}
		return d.Adopt(r)
	})
	if err != nil {
		return nil, err
	}
	return d, settle(tx, d)
}

// decidable holds a decision to a proposal of another body that is ready for it, and to one that this one may correct.
func decidable(tx *record.Tx, d *governance.Decision) error {
	own := func(number string) error {
		return fault.New(fault.Forbidden, "proposer_decides", "who decides on %s is not who proposed it", number)
	}
	if d.CorrectsID != "" {
		old, err := governance.Decisions.Find(tx, d.CorrectsID)
		if err != nil {
			return fmt.Errorf("read decision: %w", err)
		}
		if old.Status != governance.DecisionAdopted {
			return fault.New(fault.Conflict, "not_correctable", "%s holds no longer", old.Number)
		}
		if err := old.Corrects(d.DecisionInput); err != nil {
			return err
		}
	}
	if d.AdviceID != "" {
		a, err := governance.AdviceRepo.Find(tx, d.AdviceID)
		if err != nil {
			return fmt.Errorf("read advice: %w", err)
		}
		if a.BodyID == d.BodyID {
			return own(a.Number)
		}
		if a.Resolution == nil {
			return fault.New(fault.Conflict, "not_agreed", "%s is not agreed on", a.Number)
		}
	}
	if d.ProposalID == "" {
		return nil
	}
	p, err := governance.Proposals.Find(tx, d.ProposalID)
	if err != nil {
		return fmt.Errorf("read proposal: %w", err)
	}
	if p.BodyID == d.BodyID {
		return own(p.Number)
	}
	if p.DecidingBodyID != "" {
		if named, err := governance.Bodies.Find(tx, p.DecidingBodyID); err == nil && named.ID != d.BodyID {
			return fault.New(fault.Forbidden, "other_decides", "%s is for %s to decide on", p.Number, named.Number)
		}
	}
	if p.Status == governance.ProposalDecided && d.CorrectsID != "" {
		return nil
	}
	stops, err := path(tx, p)
	if err != nil {
		return err
	}
	return p.Ready(stops)
}

var verdicts = map[governance.Outcome]measure.Outcome{
	governance.Approve: measure.Approved, governance.Conditional: measure.Approved, governance.Decline: measure.Refused, governance.Returned: measure.Returned,
}

// settle lets what was decided on follow the decision.
func settle(tx *record.Tx, d *governance.Decision) error {
	if d.CorrectsID != "" {
		_, err := governance.Decisions.Change(tx.Follow("decision", "correct"), record.Ref{ID: d.CorrectsID, Version: record.AnyVersion},
			func(old *governance.Decision) error { return old.Correct(d.ID) })
		return err
	}
	if d.ProposalID != "" {
		_, err := governance.Proposals.Change(tx.Follow("proposal", "decide"), record.Ref{ID: d.ProposalID, Version: record.AnyVersion},
			func(p *governance.Proposal) error { return p.Decide(d.Outcome, d.ID) })
		if err != nil {
			return err
		}
	}
	source := cmp.Or(d.ProposalID, d.AdviceID)
	if source == "" {
		return nil
	}
	measures, err := measure.Repo.Each(tx, "/", map[string][]string{"source_id": {source}, "status": {"proposed", "submitted"}})
	if err != nil {
		return err
	}
	for _, m := range measures {
		if m.Status == measure.Proposed {
			if _, err := measure.Repo.Change(asSystem(tx, "submit"), record.Ref{ID: m.ID, Version: record.AnyVersion}, func(m *measure.Measure) error {
				m.Submit()
				return nil
			}); err != nil {
				return err
			}
		}
		if _, err := decideWith(tx.Follow("measure", "decide"), m.ID, d, tx.Actor.ID, tx.Now); err != nil {
			return err
		}
	}
	return nil
}

// ChangeAdvice changes a draft.
func ChangeAdvice(tx *record.Tx, ref record.Ref, fn func(*governance.Advice) error) (*governance.Advice, error) {
	return governance.AdviceRepo.Change(tx, ref, func(a *governance.Advice) error { return then(fn(a), func() error { return mine(tx, a.Matter) }) })
}

// ChangeProposal changes a draft.
func ChangeProposal(tx *record.Tx, ref record.Ref, fn func(*governance.Proposal) error) (*governance.Proposal, error) {
	return governance.Proposals.Change(tx, ref, func(p *governance.Proposal) error { return then(fn(p), func() error { return mine(tx, p.Matter) }) })
}

// ChangeDecision changes a draft.
func ChangeDecision(tx *record.Tx, ref record.Ref, fn func(*governance.Decision) error) (*governance.Decision, error) {
	return governance.Decisions.Change(tx, ref, func(d *governance.Decision) error { return then(fn(d), func() error { return mine(tx, d.Matter) }) })
}

func then(err error, next func() error) error {
	if err != nil {
		return err
	}
	return next()
}
