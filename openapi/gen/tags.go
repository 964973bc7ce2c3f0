package main

import (
	"fmt"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// tagWords describes each group of operations in a sentence.
var tagWords = map[string]string{
	"acknowledgements":            "Who has acknowledged which edition of a policy.",
	"activities":                  "Activities of the working group.",
	"advice":                      "Advice (råd) of a body on a case.",
	"advice-requests":             "Questions of employees about AI, answered by the contact of their unit.",
	"ai-systems":                  "AI systems: what they are, where they are used, and the gates on their way (A.6).",
	"allowed-tools":               "Tools that employees may use, may use on conditions, or may not use.",
	"api-keys":                    "Keys of service accounts.",
	"applications":                "Applications to join a body.",
	"assignments":                 "Who holds which role in which scope.",
	"authorities":                 "Public authorities, what each is competent for, and which one is the right addressee.",
	"bodies":                      "Governing bodies: council, working group, management.",
	"cases":                       "Cases put before a body.",
	"classification":              "The rules by which AI systems are qualified and classified: the questions that are still needed.",
	"classifications":             "What device law and the AI Act say of an AI system, by the answers of one person, confirmed by another.",
	"clause-judgements":           "How far a person judges a clause to be met.",
	"clauses":                     "The clause tree of ISO/IEC 42001 with judgement and support.",
	"comments":                    "Comments on records.",
	"contact-points":              "Who gives a unit advice on AI.",
	"controls":                    "Controls: applicability, justification, implementation.",
	"deadlines":                   "Everything that has a day, soonest first.",
	"datasets":                    "Data sets that AI systems are made, tested and monitored with, and the access to them (A.7).",
	"decisions":                   "Decisions of the body that may decide.",
	"events":                      "The append-only event log.",
	"evidence":                    "Evidence: links, notes, files.",
	"frameworks":                  "Frameworks and their requirements.",
	"gate-items":                  "What was recorded to clear an item of a gate of an AI system.",
	"improvement-cycles":          "Plan, do, check, act.",
	"intakes":                     "Questions of employees whether a tool may be used, and the answers.",
	"mandates":                    "Mandates of bodies.",
	"me":                          "The signed-in person: rights, tasks, notifications.",
	"measurements":                "Measured values of objectives.",
	"measures":                    "Measures (tiltak), from proposal to done.",
	"meetings":                    "Meetings of bodies: agenda, attendance, minutes.",
	"memberships":                 "Memberships of bodies.",
	"needs":                       "Needs of the sector, as registered by the working group.",
	"meta":                        "Enumerations, and the states and transitions of every kind.",
	"objectives":                  "Objectives and plans to reach them (6.2).",
	"organisations":               "Organisations of the sector, other than the units of the installation.",
	"people":                      "The directory of colleagues.",
	"policies":                    "Policies, guidelines, procedures and instructions with their editions.",
	"policy-editions":             "Editions of policies, as they were approved.",
	"proposals":                   "Proposals of a body that may only propose.",
	"qualifications":              "Whether an AI system is a medical device: signed by its developer, or what its maker states, checked by the hospital.",
	"references":                  "External texts that the installation relies on: laws, guidance, standards, web pages; when each was last checked.",
	"requirements":                "Requirements of the frameworks.",
	"risk-methods":                "Methods for the assessment of risks.",
	"risk-registers":              "Risk registers and their matrix.",
	"risks":                       "Risks: assessed, treated, accepted.",
	"roles":                       "Roles and what they may do.",
	"sessions":                    "Signing in and out.",
	"settings":                    "Settings of top-level units: who decides, how high a risk may be, answer times. The files in policies/ are the defaults.",
	"setup":                       "What is done and what is next when an installation is set up.",
	"standards":                   "Standards that the working group follows.",
	"statements-of-applicability": "Statements of applicability; approved ones do not change (6.1.3).",
	"suppliers":                   "Suppliers of AI systems: contracts, shared responsibilities, assessments (A.10).",
	"topics":                      "Topics of the working group.",
	"treatment-plans":             "Risk treatment plans (6.1.3).",
	"units":                       "The organisation's units: the scopes of records.",
	"users":                       "Users of the installation.",
}

// tagGroup is a heading of the documentation page, with its tags in the order of the page.
type tagGroup struct {
	Name string   `json:"name"`
	Tags []string `json:"tags"`
}

// tagGroups are written as x-tagGroups, which several viewers know, and in whose order the tags stand.
var tagGroups = []tagGroup{
	{"Getting started", []string{"sessions", "me", "setup", "meta"}},
	{"People and access", []string{"people", "users", "roles", "assignments", "units", "settings", "api-keys"}},
	{"Governing bodies", []string{
		"bodies", "mandates", "memberships", "applications", "cases", "meetings", "advice", "proposals", "decisions", "organisations", "authorities", "needs", "topics", "activities",
	}},
	{"AI systems", []string{
		"ai-systems", "gate-items", "qualifications", "classifications", "classification", "deadlines", "intakes", "allowed-tools", "advice-requests", "contact-points", "suppliers", "datasets",
	}},
	{"Risk", []string{"risks", "risk-registers", "risk-methods", "treatment-plans"}},
	{"Controls and SoA", []string{"controls", "statements-of-applicability", "evidence"}},
	{"Policies and documents", []string{"policies", "policy-editions", "acknowledgements", "references"}},
	{"Improvement", []string{"improvement-cycles", "objectives", "measurements", "measures"}},
	{"Frameworks", []string{"frameworks", "requirements", "clauses", "clause-judgements", "standards"}},
	{"System", []string{"events", "comments"}},
}

// describeTags returns the tags that are in use, in the order of their groups, with their descriptions.
func describeTags(names []string) (openapi3.Tags, []error) {
	var tags openapi3.Tags
	var faults []error
	grouped := map[string]bool{}
	for _, group := range tagGroups {
		for _, name := range group.Tags {
			if grouped[name] {
				faults = append(faults, fmt.Errorf("the tag %s is in two groups", name))
			}
			grouped[name] = true
			if slices.Contains(names, name) {
				tags = append(tags, &openapi3.Tag{Name: name, Description: tagWords[name]})
			}
		}
	}
	for _, name := range names {
		if tagWords[name] == "" || !grouped[name] {
			faults = append(faults, fmt.Errorf("the tag %s has no description or no group", name))
		}
	}
	for _, name := range sortedKeys(tagWords) {
		if !slices.Contains(names, name) {
			faults = append(faults, fmt.Errorf("the tag %s is described, but no operation has it", name))
		}
	}
	return tags, faults
}
