package governance

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/record"
)

// Cast is a vote that a member gave before the body resolved.
type Cast struct {
	Ballot
	By string    `json:"by" format:"uuid"`
	At time.Time `json:"at"`
} // @name CastBallot

// CastInput is the body that votes; the membership may be left out by whoever sits in the body.
type CastInput struct {
	MembershipID string `json:"membership_id,omitempty" validate:"omitempty,uuid" format:"uuid"`
	Vote         Choice `json:"vote" validate:"required,choice" example:"for"`
} // @name CastBallotInput

// Dissent is what a member holds against what the body agreed on.
type Dissent struct {
	MembershipID string `json:"membership_id" validate:"required,uuid" format:"uuid"`
	Note         string `json:"note" validate:"required,filled,max=5000" example:"Mener fristen er for kort."`
} // @name Dissent

// ResolutionInput is the body by which a body resolves: agreed without a vote, or by votes.
type ResolutionInput struct {
	// The meeting it is resolved at; the one the record names when left out.
	MeetingID string `json:"meeting_id,omitempty" validate:"omitempty,uuid" format:"uuid"`
	// All agree; what single members hold against it stands in the dissents.
	Agreed   bool      `json:"agreed"`
	Dissents []Dissent `json:"dissents" validate:"max=200,unique=MembershipID,dive"`
	// The votes of members who cast none themselves; what was cast counts as it was cast.
	Votes []Ballot `json:"votes" validate:"max=200,unique=MembershipID,dive"`
} // @name ResolutionInput

// Resolution is how a body came to what it says.
type Resolution struct {
	MeetingID string    `json:"meeting_id" format:"uuid"`
	MandateID string    `json:"mandate_id" format:"uuid"`
	Agreed    bool      `json:"agreed"`
	Dissents  []Dissent `json:"dissents"`
	Votes     []Ballot  `json:"votes"`
	// Votes given by members who then declared a conflict of interest; they do not count.
	Void  []Ballot  `json:"void"`
	Tally *Tally    `json:"tally"`
	By    string    `json:"by" format:"uuid"`
	At    time.Time `json:"at"`
} // @name Resolution

func (r *Resolution) lists() {
	if r != nil {
		r.Dissents, r.Votes, r.Void = noneNil(r.Dissents), noneNil(r.Votes), noneNil(r.Void)
	}
}

// Voted gives a member's vote in the resolution.
func (r *Resolution) Voted(membershipID string) bool {
	return r != nil && slices.ContainsFunc(r.Votes, func(b Ballot) bool { return b.MembershipID == membershipID })
}

// Ballots are the votes members give on a text before it is resolved on.
type Ballots struct {
	// The votes members have cast on the draft as it stands: a change of anything but its external_refs takes them away, and who had voted votes anew.
	Cast []Cast `json:"cast_votes"`
}

// Vote notes a member's vote; a later one replaces it.
func (b *Ballots) Vote(v Cast) {
	b.Cast = append(slices.DeleteFunc(b.Cast, func(c Cast) bool { return c.MembershipID == v.MembershipID }), v)
}

// Recall takes the votes away: what they were cast on is no longer what is asked.
func (b *Ballots) Recall() { b.Cast = []Cast{} }

// Matter is what a text of a body is about: its body, its case and the meeting that takes it.
type Matter struct {
	BodyID    string `json:"body_id" validate:"required,max=63" ref:"body" filter:"" fixed:""`
	CaseID    string `json:"case_id,omitempty" validate:"omitempty,uuid" ref:"case" filter:""`
	MeetingID string `json:"meeting_id,omitempty" validate:"omitempty,uuid" ref:"meeting" filter:""`
}

func pointer(list string, i int, name string) string {
	return "/" + strings.Join([]string{list, strconv.Itoa(i), name}, "/")
}

// AdviceStatus is where an advice stands.
type AdviceStatus string // @name AdviceStatus

// The states of an advice.
const (
	AdviceDraft     AdviceStatus = "draft"
	AdviceGiven     AdviceStatus = "given"
	AdviceAnswered  AdviceStatus = "answered"
	AdviceWithdrawn AdviceStatus = "withdrawn"
)

// AdviceStatuses is the closed list of them.
var AdviceStatuses = record.Choices[AdviceStatus](
	[4]string{"draft", "utkast", "draft", "neutral"},
	[4]string{"given", "gitt", "given", "success"},
	[4]string{"answered", "besvart", "answered", "success"},
	[4]string{"withdrawn", "trukket", "withdrawn", "neutral"})

// AdviceInput is what a caller sets of an advice (råd).
type AdviceInput struct {
	record.Common
	Matter
	// The body advised, or, where that is none of ours, its name.
	Addressee string `json:"addressee" validate:"required,filled,max=200" ref:"body,free" filter:"" example:"direktor-siv"`
	Title     string `json:"title" validate:"required,filled,max=300" search:"" sort:"" example:"Råd om felles validering"`
	Text      string `json:"text" validate:"required,filled,max=50000" search:"" example:"Rådet anbefaler at sykehuset validerer lokalt før bruk."`
	Rationale string `json:"rationale" validate:"max=50000" example:"Ytelsen faller på pasienter som ikke ligner treningsdataene."`
}

// Reply is the body that answers an advice, or records the answer to an escalated case.
type Reply struct {
	Text string `json:"text" validate:"required,filled,max=20000" example:"Direktøren følger rådet."`
} // @name Reply

// Replied is an answer that was given.
type Replied struct {
	Reply
	By string    `json:"by" format:"uuid"`
	At time.Time `json:"at"`
} // @name ReplyGiven

// Advice is what an advisory body says to another.
type Advice struct {
	record.Base
	AdviceInput
	Ballots
	Resolution *Resolution  `json:"resolution"`
	Reply      *Replied     `json:"reply"`
	Status     AdviceStatus `json:"status" filter:""`
} // @name Advice

// AdviceRepo reads and writes advice.
var AdviceRepo = record.NewRepo[Advice](record.Kind{
	Rules: record.Rules[Advice]{Defaults: (*Advice).Defaults},
	Name:  "advice", Path: "advice", Prefix: "ADV", Label: record.Text{NB: "Råd", EN: "Advice"},
	Editable: []string{"draft"}, Removable: []string{"draft"},
	Workflow: []record.Transition{
		{Verb: "vote", From: []string{"draft"}, To: []string{"draft"}, Needs: []string{"vote"}, Label: record.Text{NB: "Stem", EN: "Vote"}},
		{Verb: "give", From: []string{"draft"}, To: []string{"given"}, Needs: []string{"agreed"}, Label: record.Text{NB: "Gi rådet", EN: "Give the advice"}},
		{Verb: "answer", From: []string{"given"}, To: []string{"answered"}, Needs: []string{"text"}, Label: record.Text{NB: "Besvar", EN: "Answer"}},
		{Verb: "withdraw", From: []string{"draft"}, To: []string{"withdrawn"}, Needs: []string{"reason"}, Label: record.Text{NB: "Trekk", EN: "Withdraw"}},
	},
	RestsOn: map[string][]string{"answer": {}},
	Tasks:   []record.Task{{States: []string{"given"}, Action: "answer", Label: record.Text{NB: "Råd å besvare", EN: "Advice to answer"}}},
})

// NewAdvice makes a draft.
func NewAdvice(in AdviceInput) *Advice { return &Advice{AdviceInput: in, Status: AdviceDraft} }

// Defaults fills the lists a caller left out.
func (a *Advice) Defaults() {
	a.ExternalRefs, a.Cast = noneNil(a.ExternalRefs), noneNil(a.Cast)
	a.Resolution.lists()
}

// Asked is what members vote on.
func (a *Advice) Asked() any {
	in := a.AdviceInput
	in.ExternalRefs = nil
	return in
}

// Give gives the advice as it was resolved.
func (a *Advice) Give(r *Resolution) error {
	a.Status, a.Resolution, a.MeetingID = AdviceGiven, r, r.MeetingID
	return nil
}

// Answer keeps what the one advised answered.
func (a *Advice) Answer(r Reply, by string, at time.Time) error {
	a.Status, a.Reply = AdviceAnswered, &Replied{Reply: r, By: by, At: at}
	return nil
}

// Withdraw gives the draft up.
func (a *Advice) Withdraw() error {
	a.Status = AdviceWithdrawn
	return nil
}
