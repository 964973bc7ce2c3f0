package governance

import (
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// assembly judges a resolution by what its meeting stored, and by nothing that changed later.
type assembly struct {
	*Constitution
	roll    *Attended   // nil before the meeting is held
	written bool        // the members answered in writing
	c       *Case       // nil without a case
	of      *Resolution // nil before the body resolves
	barred  []string    // the members whom an earlier act keeps from the decision
}

// assemblyOf returns the assembly of a held meeting on a case.
func assemblyOf(m *Meeting, c *Case, of *Resolution) assembly {
	x := assembly{Constitution: &m.Constitution, roll: &m.Attended, written: m.Form == Written, c: c, of: of}
	switch approved := m.corrected(); {
	case of != nil:
		x.barred = of.Barred
	case approved != nil && m.Status == MinutesApproved:
		x.roll = &approved.Attended // a new resolution is judged by the roll as the body approved it
	}
	return x
}

// recorded reports whether the actor recorded who was present at a meeting.
func recorded(m *Meeting, by *record.Actor) bool {
	return slices.ContainsFunc(m.Row().Meta.PriorActs, func(act record.PriorAct) bool {
		return act.Action == "hold" && (act.Person == by.ID || slices.Contains(by.Persons, act.Person))
	})
}

// conflicted reports whether a member has no vote in the case: by the separation of duties, or by a declared conflict of interest. A conflict that was
// declared after the body resolved does not count.
func (x assembly) conflicted(id string) bool {
	return x.separated(id) || x.c != nil && slices.ContainsFunc(x.c.Conflicts, func(d Conflict) bool {
		return x.countedAs(d.MembershipID) == id && (x.of == nil || !d.DeclaredAt.After(x.of.At) && !x.of.Voted(id))
	})
}

// separated reports whether an earlier act keeps a member from the decision.
func (x assembly) separated(id string) bool {
	return slices.ContainsFunc(x.barred, func(b string) bool { return x.countedAs(b) == id })
}

// voters returns the members present who have a vote in the case.
func (x assembly) voters() (out []string) {
	for _, s := range x.Seats {
		if s.Votes && x.there(x.roll, s.MembershipID) && !x.conflicted(s.MembershipID) {
			out = append(out, s.MembershipID)
		}
	}
	return out
}

// present counts the members who count for the quorum of the case.
func (x assembly) present() int {
	if x.Rules.ConflictedCount {
		return x.roll.Quorum.Present
	}
	return len(x.voters())
}

// quorate reports whether there is a quorum for the case when that many members count.
func (x assembly) quorate(present int) bool {
	return x.roll.Quorum.Met && present >= x.roll.Quorum.Required
}

// took counts the members who count for the quorum of a resolution. In a written meeting only those who voted took part, and those with a conflict of
// interest where the mandate counts them.
func (x assembly) took(votes []DatedBallot) int {
	if x.written {
		return x.present() - len(x.voters()) + len(votes)
	}
	return x.present()
}

// hasVote reports whether a member has a vote in the case.
func (x assembly) hasVote(id string) bool { return len(x.noVote(id, "")) == 0 }

// noVote says why a membership has no vote. It says nothing where it has one.
func (x assembly) noVote(id, at string) (f fault.Fields) {
	s := x.seat(id)
	switch {
	case s == nil:
		f.Add(at, "no_vote/not_member", "must be a member of the body")
	case s.CountedAs != "":
		f.Add(at, "no_vote/other_seat", "is a further seat of a member who votes in another one, and has one vote")
	case !s.Votes:
		f.Add(at, "no_vote/position", "is an observer or a secretary, who have no vote")
	case x.separated(id):
		f.Add(at, "no_vote/separation", "has taken part in what is decided on, so has no vote")
	case x.conflicted(id):
		f.Add(at, "no_vote/conflict", "has a declared conflict of interest, so has no vote")
	case x.roll != nil && !x.there(x.roll, id):
		f.Add(at, "no_vote/absent", "was not at the meeting, so has no vote")
	}
	return f
}

// count counts votes. The chair's vote decides in a tie.
func (x assembly) count(votes []DatedBallot) Tally {
	var chair Choice
	for _, v := range votes {
		if v.MembershipID == x.countedAs(x.roll.ChairID) {
			chair = v.Vote
		}
	}
	return x.Rules.Count(votes, chair, Voters{Present: len(x.voters()), Seats: x.roll.Quorum.Voting})
}

// agreed counts the votes of a resolution that all present agree on.
func (x assembly) agreed() Tally {
	var votes []DatedBallot
	for _, id := range x.voters() {
		votes = append(votes, DatedBallot{Ballot: Ballot{MembershipID: id, Vote: For}})
	}
	return x.count(votes)
}

// without counts a resolution's votes without one member.
func (x assembly) without(id string) Tally {
	votes := slices.DeleteFunc(slices.Clone(x.of.Votes), func(v DatedBallot) bool { return v.MembershipID == id })
	rest := x
	roll := *x.roll
	roll.Attendance = slices.DeleteFunc(slices.Clone(roll.Attendance), func(a Attendance) bool { return x.countedAs(a.MembershipID) == id })
	rest.roll = &roll
	return rest.count(votes)
}

// result is the result of a resolution by a roll.
type result struct {
	quorum, carried bool
	tally           Tally
}

// result judges the resolution by the roll. The votes of members who were not there do not count.
func (x assembly) result() result {
	votes := slices.DeleteFunc(slices.Clone(x.of.Votes), func(v DatedBallot) bool { return !x.there(x.roll, v.MembershipID) })
	t := x.agreed()
	if len(x.of.Votes) > 0 {
		t = x.count(votes)
	}
	return result{quorum: x.quorate(x.took(votes)), carried: t.Carried, tally: t}
}
