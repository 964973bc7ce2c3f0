package main

import (
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// tagWords says in a sentence what a group of operations is about; a group without one gets its name.
var tagWords = map[string]string{
	"acknowledgements":            "Who has read which edition of a policy.",
	"activities":                  "Activities of the working group.",
	"advice":                      "Advice (råd) of a body on a case.",
	"advice-requests":             "Requests for advice sent to an authority.",
	"ai-systems":                  "AI systems: register, classification, pathway to clinical use.",
	"api-keys":                    "Keys of service accounts.",
	"applications":                "Applications for a seat in a body.",
	"assignments":                 "Who holds which role in which scope.",
	"audit-programmes":            "Internal audit programmes (ISO/IEC 42001, 9.2).",
	"audits":                      "Internal audits and their findings.",
	"authorities":                 "Supervisory authorities and their contacts.",
	"bodies":                      "Governing bodies: council, working group, management.",
	"cases":                       "Cases put before a body.",
	"change-requests":             "Changes to AI systems, decided before they are made.",
	"changes":                     "The change feed for systems that synchronise.",
	"clause-judgements":           "How far a person judges a clause to be met.",
	"clauses":                     "The clause tree of ISO/IEC 42001 with judgement and support.",
	"comments":                    "What people say about a record.",
	"communications":              "Communication plan and log (7.4).",
	"competences":                 "Competence requirements and evidence (7.2).",
	"concerns":                    "Concerns that employees report.",
	"controls":                    "Controls: applicability, justification, implementation.",
	"corrective-actions":          "Actions that remove the cause of a nonconformity (10.2).",
	"courses":                     "Courses and attendance.",
	"datasets":                    "Data sets used by AI systems.",
	"deadlines":                   "What is due, and when.",
	"decisions":                   "Decisions of the body that may decide.",
	"documented-information":      "The documents that the standard requires, and their state (7.5).",
	"enums":                       "Every closed list with its labels.",
	"events":                      "The append-only event log.",
	"evidence":                    "Evidence: links, notes, files.",
	"exports":                     "Exports and archive packages.",
	"findings":                    "Findings of audits.",
	"frameworks":                  "Frameworks and their requirements.",
	"impact-assessments":          "Assessments of impact on people and society (6.1.4).",
	"imports":                     "Imports from files and other systems.",
	"improvement-cycles":          "Plan, do, check, act.",
	"incidents":                   "Incidents and deviations.",
	"interested-parties":          "Interested parties and what they need (4.2).",
	"issues":                      "External and internal issues (4.1).",
	"management-reviews":          "Management reviews (9.3).",
	"mandates":                    "Mandates of bodies.",
	"me":                          "The signed-in person: rights, tasks, notifications.",
	"measurements":                "Measured values of objectives.",
	"measures":                    "Measures (tiltak), from proposal to done.",
	"meetings":                    "Meetings of bodies: agenda, attendance, minutes.",
	"memberships":                 "Seats in bodies and who holds them.",
	"needs":                       "Needs of the sector, taken in by the working group.",
	"meta":                        "The words of the contract: closed lists, states and transitions.",
	"nonconformities":             "Nonconformities: cause, action, verified effect (10.2).",
	"notification-duties":         "Duties to notify an authority, with their time limits.",
	"objectives":                  "Objectives and plans to reach them (6.2).",
	"organisations":               "Organisations outside the house.",
	"people":                      "People, by name, for choosing.",
	"policies":                    "Policies, guidelines, procedures and instructions with their editions.",
	"policy-editions":             "Approved editions, as they were approved.",
	"proposals":                   "Proposals of a body that may only propose.",
	"qualifications":              "Whether software is a medical device.",
	"readiness":                   "How ready a scope is for certification.",
	"references":                  "References to other systems' records.",
	"reports":                     "Reports for people.",
	"requirements":                "Requirements of the frameworks.",
	"resources":                   "Resources (7.1).",
	"risk-methods":                "Methods by which risk is assessed.",
	"risk-registers":              "Risk registers and their matrix.",
	"risks":                       "Risks: assessed, treated, accepted.",
	"roles":                       "Roles and what they may do.",
	"sessions":                    "Signing in and out.",
	"standards":                   "Standards the working group follows.",
	"statements-of-applicability": "Statements of applicability, frozen per version (6.1.3).",
	"suppliers":                   "Suppliers of AI systems.",
	"topics":                      "Topics of the working group.",
	"treatment-plans":             "Risk treatment plans (6.1.3).",
	"units":                       "The organisation's units: the scopes of records.",
	"users":                       "Users of the installation.",
	"webhooks":                    "Subscriptions to events.",
	"workflows":                   "States and transitions of every kind.",
}

func describeTags(names []string) openapi3.Tags {
	var tags openapi3.Tags
	for _, name := range names {
		words := tagWords[name]
		if words == "" {
			words = pascal(strings.ReplaceAll(name, "-", " ")) + "."
		}
		tags = append(tags, &openapi3.Tag{Name: name, Description: words})
	}
	return tags
}
