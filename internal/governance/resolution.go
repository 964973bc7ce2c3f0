package governance

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/record"
)

// Cast is a member's vote on a draft, given before the body resolves.
type Cast struct {
	Ballot
	By string    `json:"by" format:"uuid" names:"user"`
	At time.Time `json:"at"`
} // @name CastBallot

// CastInput is the request that votes. A member of the body may leave out the membership.
type CastInput struct {
	MembershipID string `json:"membership_id,omitempty" validate:"omitempty,uuid" format:"uuid" ref:"membership"`
	Vote         Choice `json:"vote" validate:"required,choice" example:"for"`
} // @name CastBallotInput

// Dissent is a member's objection to what the body agreed on.
type Dissent struct {
	MembershipID string `json:"membership_id" validate:"required,uuid" format:"uuid" ref:"membership"`
	Note         string `json:"note" validate:"required,filled,max=5000" example:"Mener fristen er for kort."`
} // @name Dissent

// ResolutionInput is the request by which a body resolves: agreed without a vote, or by votes.
type ResolutionInput struct {
	// The meeting that resolves; by default the one the record names.
	MeetingID string `json:"meeting_id,omitempty" validate:"omitempty,uuid" format:"uuid" ref:"meeting"`
	// All agree. Objections of single members are in dissents.
	Agreed   bool      `json:"agreed"`
	Dissents []Dissent `json:"dissents" validate:"max=200,unique=MembershipID,dive"`
	// The votes of members who have not voted themselves. Votes that members cast themselves cannot be replaced. In a written meeting each says when it
	// was cast and how it came.
	Votes []DatedBallot `json:"votes" validate:"max=200,unique=MembershipID,dive"`
} // @name ResolutionInput

// Resolution records how a body reached its result.
type Resolution struct {
	MeetingID string `json:"meeting_id" format:"uuid" ref:"meeting"`
	MandateID string `json:"mandate_id" format:"uuid" ref:"mandate"`
	Agreed    bool   `json:"agreed"`
	// The members with a vote in the case who were present, and how many the quorum needs.
	Present  int `json:"present" example:"4"`
	Required int `json:"required" example:"3"`
	// The members without a vote because of what they had done on the records that the decision is about.
	Barred   []string      `json:"barred" names:"membership"`
	Dissents []Dissent     `json:"dissents"`
	Votes    []DatedBallot `json:"votes"`
	// Votes that do not count: of members who had no vote in the case at the meeting, or cast after the deadline of a written meeting.
	Void  []DatedBallot `json:"void"`
	Tally *Tally        `json:"tally"`
	By    string        `json:"by" format:"uuid" names:"user"`
	At    time.Time     `json:"at"`
} // @name Resolution

// ResolutionRef names a resolution of a body: an advice, a proposal or a decision.
type ResolutionRef struct {
	Kind   string `json:"kind" example:"decision"`
	ID     string `json:"id" format:"uuid"`
	Number string `json:"number" example:"DEC-0003"`
}

func (r *Resolution) lists() {
	if r != nil {
		r.Barred, r.Dissents, r.Votes, r.Void = noneNil(r.Barred), noneNil(r.Dissents), noneNil(r.Votes), noneNil(r.Void)
	}
}

// Voted reports whether a member voted in the resolution.
func (r *Resolution) Voted(membershipID string) bool {
	return r != nil && slices.ContainsFunc(r.Votes, func(b DatedBallot) bool { return b.MembershipID == membershipID })
}

// Ballots are the members' votes on a draft before the body resolves.
type Ballots struct {
	// Votes on the current draft. They are removed when anything but external_refs changes; the members then vote again.
	Cast []Cast `json:"cast_votes"`
	// The members whose votes on an earlier text were removed, and who have not voted again. Only they can vote for themselves.
	Recalled []string `json:"recalled" names:"membership"`
}

func (b *Ballots) lists() { b.Cast, b.Recalled = noneNil(b.Cast), noneNil(b.Recalled) }

// Vote records a member's vote. A later vote replaces an earlier one.
func (b *Ballots) Vote(v Cast) {
	b.Recalled = slices.DeleteFunc(b.Recalled, func(id string) bool { return id == v.MembershipID })
	b.Cast = append(slices.DeleteFunc(b.Cast, func(c Cast) bool { return c.MembershipID == v.MembershipID }), v)
}

// Recall removes the votes because the text they were cast on has changed.
func (b *Ballots) Recall() {
	for _, c := range b.Cast {
		if !slices.Contains(b.Recalled, c.MembershipID) {
			b.Recalled = append(b.Recalled, c.MembershipID)
		}
	}
	b.Cast = []Cast{}
}

// Matter is what a text belongs to: its body, its case and the meeting that resolves it.
type Matter struct {
	BodyID    string `json:"body_id" validate:"required,max=63" ref:"body" parent:"" filter:"" fixed:""`
	CaseID    string `json:"case_id,omitempty" validate:"omitempty,uuid" ref:"case" filter:""`
	MeetingID string `json:"meeting_id,omitempty" validate:"omitempty,uuid" ref:"meeting" filter:""`
}

func pointer(list string, i int, name string) string {
	return "/" + strings.Join([]string{list, strconv.Itoa(i), name}, "/")
}

// AdviceStatus is the state of an advice.
type AdviceStatus string // @name AdviceStatus

// The states of an advice.
const (
	AdviceDraft     AdviceStatus = "draft"
	AdviceGiven     AdviceStatus = "given"
	AdviceAnswered  AdviceStatus = "answered"
	AdviceWithdrawn AdviceStatus = "withdrawn"
)

// This registers the closed list of them.
var _ = record.Choices[AdviceStatus](
	[4]string{"draft", "utkast", "draft", "neutral"},
	[4]string{"given", "gitt", "given", "success"},
	[4]string{"answered", "besvart", "answered", "success"},
	[4]string{"withdrawn", "trukket", "withdrawn", "neutral"})

// AdviceInput is what a caller sets of an advice (råd).
type AdviceInput struct {
	record.Common
	Matter
	// The id of the advised body, or the name of one that is not in this system. A caller may give the key of the body.
	Addressee string `json:"addressee" validate:"required,filled,max=200" ref:"body,free" filter:"" example:"direktor-siv"`
	Title     string `json:"title" validate:"required,filled,max=300" search:"" sort:"" example:"Råd om felles validering"`
	Text      string `json:"text" validate:"required,filled,max=50000" search:"" example:"Rådet anbefaler at sykehuset validerer lokalt før bruk."`
	Rationale string `json:"rationale" validate:"max=50000" example:"Ytelsen faller på pasienter som ikke ligner treningsdataene."`
}

// Reply is the request that answers an advice, or records the answer to an escalated case.
type Reply struct {
	Text string `json:"text" validate:"required,filled,max=20000" example:"Direktøren følger rådet."`
} // @name Reply

// Replied is a recorded answer.
type Replied struct {
	Reply
	By string    `json:"by" format:"uuid" names:"user"`
	At time.Time `json:"at"`
} // @name ReplyGiven

// Advice is what an advisory body advises another body.
type Advice struct {
	record.Base
	AdviceInput
	Ballots
	// What the records of its case contained when the advice was given. It counts for that content only.
	Judged     []Judged     `json:"judged"`
	Resolution *Resolution  `json:"resolution"`
	Reply      *Replied     `json:"reply"`
	Status     AdviceStatus `json:"status" filter:""`
} // @name Advice

// AdviceRepo reads and writes advice.
var AdviceRepo = record.NewRepo[Advice](record.Kind{
	Rules: record.Rules[Advice]{Defaults: (*Advice).Defaults},
	Name:  "advice", Path: "advice", Prefix: "ADV", Label: record.Text{NB: "Råd", EN: "Advice"},
	Editable: []string{"draft"}, Removable: []string{"draft"}, Mine: concerned("case_id"), About: discussed("case_id"),
	Workflow: []record.Transition{
		{Verb: "vote", From: []string{"draft"}, To: []string{"draft"}, Needs: []string{"vote"}, Label: record.Text{NB: "Stem", EN: "Vote"}},
		{Verb: "give", From: []string{"draft"}, To: []string{"given"}, Needs: []string{"agreed"}, Label: record.Text{NB: "Gi rådet", EN: "Give the advice"}},
		{Verb: "answer", From: []string{"given"}, To: []string{"answered"}, Needs: []string{"text"}, Label: record.Text{NB: "Besvar", EN: "Answer"}},
		{Verb: "withdraw", From: []string{"draft"}, To: []string{"withdrawn"}, Needs: []string{"reason"}, Label: record.Text{NB: "Trekk", EN: "Withdraw"}},
	},
	RuleFacts: map[string][]string{"answer": {}},
	Tasks:     []record.Task{{States: []string{"given"}, Action: "answer", Label: record.Text{NB: "Råd å besvare", EN: "Advice to answer"}}},
})

// concerned returns the paths to the persons whom a resolution concerns, by the paths to its case: who raised the case, also before it was escalated,
// and who looks after the records in it.
func concerned(cases ...string) (out []string) {
	for _, c := range cases {
		for _, to := range []string{
			"from_person_id", "escalated_from_id/from_person_id", "risk_ids/owner_id", "risk_ids/responsible_ids",
			"about_ids/owner_id", "about_ids/responsible_id", "about_ids/responsible_ids",
		} {
			out = append(out, c+"/"+to)
		}
	}
	return out
}

// discussed returns the paths to the records that a resolution is about, by the paths to its case.
func discussed(cases ...string) (out []string) {
	for _, c := range cases {
		out = append(out, c+"/risk_ids", c+"/about_ids")
	}
	return out
}

// NewAdvice creates a draft.
func NewAdvice(in AdviceInput) *Advice { return &Advice{AdviceInput: in, Status: AdviceDraft} }

// Defaults fills the lists a caller left out.
func (a *Advice) Defaults() {
	a.ExternalRefs, a.Judged = noneNil(a.ExternalRefs), noneNil(a.Judged)
	a.Ballots.lists()
	a.Resolution.lists()
}

// Asked returns the content that members vote on.
func (a *Advice) Asked() any {
	in := a.AdviceInput
	in.ExternalRefs = nil
	return in
}

// Give gives the advice as the body resolved it.
func (a *Advice) Give(r *Resolution) error {
	a.Status, a.Resolution, a.MeetingID = AdviceGiven, r, r.MeetingID
	return nil
}

// Answer records the answer of the body that was advised.
func (a *Advice) Answer(r Reply, by string, at time.Time) error {
	a.Status, a.Reply = AdviceAnswered, &Replied{Reply: r, By: by, At: at}
	return nil
}

// Withdraw withdraws the draft.
func (a *Advice) Withdraw() error {
	a.Status = AdviceWithdrawn
	return nil
}
