package sector

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Priority is how important a need or a standard is.
type Priority string // @name SectorPriority

// The priorities.
const (
	Low    Priority = "low"
	Normal Priority = "normal"
	High   Priority = "high"
)

// Priorities is the closed list of priorities, lowest first.
var Priorities = record.Choices[Priority](
	[4]string{"low", "lav", "low", "neutral"},
	[4]string{"normal", "normal", "normal", "neutral"},
	[4]string{"high", "høy", "high", "warning"},
)

// rank returns the place of a priority in Priorities, from 1 (lowest).
func rank(p Priority) int {
	return 1 + slices.IndexFunc(Priorities, func(c record.Choice) bool { return c.Value == string(p) })
}

// Stage is the stage of a standard in the work of its committee.
type Stage string

// The stages.
const (
	Proposal   Stage = "proposal"
	Drafting   Stage = "drafting"
	Enquiry    Stage = "enquiry"
	FormalVote Stage = "formal_vote"
	Published  Stage = "published"
	Withdrawn  Stage = "withdrawn"
)

// Stages is the closed list of stages, in order.
var Stages = record.Choices[Stage](
	[4]string{"proposal", "forslag", "proposal", "neutral"},
	[4]string{"drafting", "under utarbeidelse", "drafting", "neutral"},
	[4]string{"enquiry", "på høring", "enquiry", "info"},
	[4]string{"formal_vote", "til endelig avstemning", "formal vote", "info"},
	[4]string{"published", "utgitt", "published", "success"},
	[4]string{"withdrawn", "trukket tilbake", "withdrawn", "danger"},
)

// place returns the index of a stage in Stages.
func place(s Stage) int {
	return slices.IndexFunc(Stages, func(c record.Choice) bool { return c.Value == string(s) })
}

// StandardStatus is the state of a standard: active (in force or in progress) or withdrawn.
type StandardStatus string

// The states of a standard.
const (
	StandardActive    StandardStatus = "active"
	StandardWithdrawn StandardStatus = "withdrawn"
)

// This registers the closed list of the states.
var _ = record.Choices[StandardStatus](
	[4]string{"active", "gjeldende eller under arbeid", "in force or in progress", "success"},
	[4]string{"withdrawn", "trukket tilbake", "withdrawn", "neutral"},
)

// StandardInput has the fields of a standard that a caller sets. The stage is set at creation; later only advance changes it.
type StandardInput struct {
	record.Common
	Key       string      `json:"key" validate:"required,max=80" unique:"unit" fixed:"" search:"" example:"prEN 18286"` // the reference of the standard; known words are written in their usual case, such as prEN and ISO/IEC
	Title     record.Text `json:"title" validate:"required" search:"" sort:""`
	Committee string      `json:"committee" validate:"required,filled,max=200" search:"" filter:"" example:"CEN/CENELEC JTC 21"`
	Stage     Stage       `json:"stage" validate:"required,choice" fixed:"" filter:"" example:"enquiry"`
	StageOn   record.Date `json:"stage_on" fixed:"" example:"2026-10-30"` // the day it reached its stage, if known
	// The European Commission asked for the standard to support the AI Act. Its priority is then high.
	CommissionRequested bool     `json:"commission_requested" filter:""`
	AIActArticles       []string `json:"ai_act_articles" validate:"max=113,unique,dive,max=10" example:"17"` // the articles of Regulation (EU) 2024/1689 that it supports
	URL                 string   `json:"url,omitempty" validate:"omitempty,weburl,max=2000" example:"https://standard.no"`
}

// StageEntry is a stage that a standard reached, with who recorded it and when.
type StageEntry struct {
	Stage  Stage       `json:"stage"`
	On     record.Date `json:"on"`
	By     string      `json:"by" format:"uuid" names:"user"`
	At     time.Time   `json:"at"`
	Reason string      `json:"reason,omitempty"`
} // @name StandardStageEntry

// Standard is a standard, or a draft of one, that a standardisation group follows.
type Standard struct {
	record.Base
	StandardInput
	Status StandardStatus `json:"status" filter:""`
	// High when the Commission asked for the standard and it is not withdrawn, otherwise normal.
	Priority     Priority     `json:"priority" filter:""`
	PriorityRank int          `json:"priority_rank" sort:"" example:"3"`
	StageHistory []StageEntry `json:"stage_history"` // the newest last
	// The keys of the AI Act requirements in the catalogue that belong to its articles.
	Requirements []string `json:"requirements" ref:"requirement,prefix=eu-ai-act:" filter:"" example:"AIA-17"`
} // @name Standard

// Standards reads and writes standards. Paths take the id or the URL-encoded key. Lists start with the highest priority.
var Standards = record.NewRepo[Standard](record.Kind{
	Rules: record.Rules[Standard]{Defaults: (*Standard).Defaults, Validate: (*Standard).Validate},
	Name:  "standard", Path: "standards", Prefix: "STD", Label: record.Text{NB: "Standard", EN: "Standard"}, Key: "key", Order: "-priority_rank",
	Editable: []string{"active"}, Removable: []string{"active", "withdrawn"},
	Workflow: []record.Transition{{
		Verb: "advance", From: []string{"active", "withdrawn"}, To: []string{"active", "withdrawn"}, Needs: []string{"stage", "on"},
		Label: record.Text{NB: "Flytt til et annet trinn", EN: "Move to another stage"},
	}},
})

// NewStandard returns a standard at the stage that the input gives. The day of the stage must not be after the day of at.
func NewStandard(in StandardInput, by string, at time.Time) (*Standard, error) {
	var f fault.Fields
	if in.StageOn > record.DateOf(at) {
		f.Add("/stage_on", "in_the_future", "must not be in the future")
	}
	in.Key = reference(in.Key)
	s := &Standard{StandardInput: in}
	s.reach(StageEntry{Stage: in.Stage, On: in.StageOn, By: by, At: at})
	return s, f.Err()
}

// Defaults replaces nil lists with empty ones, sorts the articles by number, and computes the priority and its rank.
func (s *Standard) Defaults() {
	fill(&s.ExternalRefs)
	fill(&s.AIActArticles)
	fill(&s.Requirements)
	slices.SortFunc(s.AIActArticles, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) })
	if s.Priority = Normal; s.First() {
		s.Priority = High
	}
	s.PriorityRank = rank(s.Priority)
}

// First reports whether the Commission asked for the standard and it is not withdrawn.
func (s *Standard) First() bool { return s.CommissionRequested && s.Stage != Withdrawn }

var (
	referencePattern = regexp.MustCompile(`^[\p{L}][\p{L}0-9 /:+.()-]*$`)
	articlePattern   = regexp.MustCompile(`^[1-9][0-9]{0,2}$`)
)

// referenceWords maps a word of a reference in lower case to the form that its issuer uses.
var referenceWords = func() map[string]string {
	out := map[string]string{}
	for _, w := range strings.Fields("prEN FprEN EN NS CEN CENELEC CLC CWA ETSI ISO IEC ITU IEEE DIS FDIS CD WD AWI NP PWI PAS TS TR IWA Guide") {
		out[strings.ToLower(w)] = w
	}
	return out
}()

// reference normalises the reference of a standard: single blanks, and known words in their usual case, such as prEN and ISO/IEC.
func reference(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		parts := strings.Split(w, "/")
		for j, p := range parts {
			if known := referenceWords[strings.ToLower(p)]; known != "" {
				parts[j] = known
			}
		}
		words[i] = strings.Join(parts, "/")
	}
	return strings.Join(words, " ")
}

// Validate checks the form of the reference, and that the articles exist: the AI Act has articles 1 to 113.
func (s *StandardInput) Validate() error {
	var f fault.Fields
	if key := reference(s.Key); s.Key != "" && !referencePattern.MatchString(key) {
		f.Add("/key", "bad_reference", "must be the reference of a standard, such as prEN 18286")
	}
	for i, a := range s.AIActArticles {
		if n, _ := strconv.Atoi(a); !articlePattern.MatchString(a) || n > 113 {
			f.Add("/ai_act_articles/"+strconv.Itoa(i), "no_such_article", "must be an article of the AI Act, from 1 to 113")
		}
	}
	return f.Err()
}

// Step is the request body that moves a standard to another stage. A move to an earlier stage, as after a failed enquiry, needs a reason.
type Step struct {
	Stage  Stage       `json:"stage" validate:"required,choice" example:"formal_vote"`
	On     record.Date `json:"on" validate:"required" example:"2026-11-02"`
	Reason string      `json:"reason,omitempty" validate:"max=2000" example:"Høringen ga ikke flertall."`
} // @name StandardStep

// Why returns the reason for the event log.
func (s Step) Why() string { return s.Reason }

// Advance moves the standard to another stage. The day must not be in the future, nor before the day of the present stage.
func (s *Standard) Advance(to Step, by string, at time.Time) error {
	var f fault.Fields
	switch {
	case to.Stage == s.Stage:
		f.Add("/stage", "same_stage", "must be another stage than the present one")
	case place(to.Stage) < place(s.Stage) && strings.TrimSpace(to.Reason) == "":
		f.Add("/reason", "required/stage_reason", "give a reason for going back to an earlier stage")
	}
	switch {
	case to.On > record.DateOf(at):
		f.Add("/on", "in_the_future", "must not be in the future")
	case to.On < s.StageOn:
		f.Add("/on", "before_last/stage", "must not be before the day it reached its present stage, %s", string(s.StageOn))
	}
	if err := f.Err(); err != nil {
		return err
	}
	s.reach(StageEntry{Stage: to.Stage, On: to.On, By: by, At: at, Reason: to.Reason})
	return nil
}

// reach sets the stage, adds it to the history, and sets the status that belongs to it.
func (s *Standard) reach(e StageEntry) {
	s.Stage, s.StageOn, s.StageHistory = e.Stage, e.On, append(s.StageHistory, e)
	if s.Status = StandardActive; s.Stage == Withdrawn {
		s.Status = StandardWithdrawn
	}
}

// Supports reports whether an AI Act requirement, given by its key such as AIA-26-5a, belongs to one of the standard's articles.
func (s *Standard) Supports(requirementKey string) bool {
	_, rest, _ := strings.Cut(requirementKey, "-")
	article, _, _ := strings.Cut(rest, "-")
	return slices.Contains(s.AIActArticles, strings.TrimLeft(article, "0"))
}
