package aisystem

import "github.com/ki-styring/aims/internal/record"

// Status is the stage of an AI system in its life (ISO/IEC 42001 A.6). policies/lifecycle.yaml says which moves there are.
type Status string

// The stages of an AI system.
const (
	Idea        Status = "idea"
	Concept     Status = "concept"
	Procurement Status = "procurement"
	Development Status = "development"
	Validation  Status = "validation"
	Pilot       Status = "pilot"
	InUse       Status = "in_use"
	Suspended   Status = "suspended"
	Retired     Status = "retired"
	Cancelled   Status = "cancelled"
)

// This registers the closed list of stages.
var _ = record.Choices[Status](
	[4]string{"idea", "idé", "idea", "neutral"},
	[4]string{"concept", "konsept", "concept", "info"},
	[4]string{"procurement", "anskaffelse", "procurement", "info"},
	[4]string{"development", "utvikling", "development", "info"},
	[4]string{"validation", "validering", "validation", "info"},
	[4]string{"pilot", "pilot", "pilot", "warning"},
	[4]string{"in_use", "i bruk", "in use", "success"},
	[4]string{"suspended", "stanset", "suspended", "danger"},
	[4]string{"retired", "avviklet", "retired", "neutral"},
	[4]string{"cancelled", "avbrutt", "cancelled", "neutral"},
)

// Live reports whether the system works on patients, staff or data of the hospital, or may be started again.
func (s Status) Live() bool { return s == Pilot || s == InUse || s == Suspended }

// Ended reports whether the system has been given up or taken out of use.
func (s Status) Ended() bool { return s == Retired || s == Cancelled }

// Kind says how a system reaches its output.
type Kind string

// This registers the closed list of kinds.
var _ = record.Choices[Kind](
	[4]string{"predictive", "prediktiv", "predictive", "neutral"},
	[4]string{"generative", "generativ", "generative", "neutral"},
	[4]string{"agent", "agent", "agent", "neutral"},
	[4]string{"rule_based", "regelbasert", "rule-based", "neutral"},
)

// Origin says who made the system.
type Origin string

// Bought systems come from a supplier. The hospital develops its own, or has them developed.
const (
	Bought Origin = "bought"
	Own    Origin = "own"
)

// This registers the closed list of origins.
var _ = record.Choices[Origin](
	[4]string{"bought", "anskaffet", "bought", "neutral"},
	[4]string{"own", "egenutviklet", "own development", "neutral"},
)

// Autonomy says how far a system acts by itself.
type Autonomy string

// The degrees of autonomy, by rank.
const (
	Informs        Autonomy = "informs"
	Recommends     Autonomy = "recommends"
	ActsWithReview Autonomy = "acts_with_review"
	ActsAlone      Autonomy = "acts_alone"
)

// This registers the closed list of autonomy.
var _ = record.Choices[Autonomy](
	[4]string{"informs", "gir informasjon", "informs", "neutral"},
	[4]string{"recommends", "anbefaler", "recommends", "info"},
	[4]string{"acts_with_review", "handler, og et menneske kontrollerer", "acts, and a person reviews", "warning"},
	[4]string{"acts_alone", "handler uten kontroll", "acts without review", "danger"},
)

// PatientData says whether a system gets data about patients.
type PatientData string

// The uses of patient data.
const (
	NoPatientData  PatientData = "none"
	InApprovedTool PatientData = "in_approved_tool"
	PatientDataIn  PatientData = "used"
)

// This registers the closed list of uses of patient data.
var _ = record.Choices[PatientData](
	[4]string{"none", "ingen", "none", "neutral"},
	[4]string{"in_approved_tool", "bare i et godkjent verktøy", "only inside an approved tool", "info"},
	[4]string{"used", "brukes", "used", "warning"},
)

// MDRRole is the hospital's role for the system under device law.
type MDRRole string

// The roles under MDR and IVDR.
const (
	Manufacturer MDRRole = "manufacturer"
	InHouse      MDRRole = "in_house"
	User         MDRRole = "user"
	NoDevice     MDRRole = "none"
)

// This registers the closed list of roles under device law.
var _ = record.Choices[MDRRole](
	[4]string{"manufacturer", "produsent", "manufacturer", "neutral"},
	[4]string{"in_house", "egentilvirker (art. 5 nr. 5)", "in-house maker (Art. 5(5))", "neutral"},
	[4]string{"user", "bruker", "user", "neutral"},
	[4]string{"none", "ingen", "none", "neutral"},
)

// AIActRole is a role of the hospital for the system under the AI Act.
type AIActRole string

// The roles that the gates ask about.
const (
	Provider AIActRole = "provider"
	Deployer AIActRole = "deployer"
)

// This registers the closed list of roles under the AI Act (Art. 3(3)-(8), 25(3)).
var _ = record.Choices[AIActRole](
	[4]string{"provider", "leverandør (KI-forordningen)", "provider", "neutral"},
	[4]string{"deployer", "idriftsetter", "deployer", "neutral"},
	[4]string{"importer", "importør", "importer", "neutral"},
	[4]string{"distributor", "distributør", "distributor", "neutral"},
	[4]string{"authorised_representative", "autorisert representant", "authorised representative", "neutral"},
	[4]string{"product_manufacturer", "produktprodusent", "product manufacturer", "neutral"},
)

// ISORole is a role of the hospital for the system as ISO/IEC 22989 names them (ISO/IEC 42001 4.1; seed feature S3.2).
type ISORole string

// This registers the closed list of ISO roles.
var _ = record.Choices[ISORole](
	[4]string{"ai_provider", "KI-tilbyder", "AI provider", "neutral"},
	[4]string{"ai_producer", "KI-utvikler", "AI producer", "neutral"},
	[4]string{"ai_customer", "KI-kunde", "AI customer", "neutral"},
	[4]string{"ai_partner", "KI-partner", "AI partner", "neutral"},
	[4]string{"ai_subject", "berørt av KI", "AI subject", "neutral"},
	[4]string{"relevant_authority", "relevant myndighet", "relevant authority", "neutral"},
)

// Trait is a property that sets AI systems apart from other software (seed feature S3.5). Traits shorten the interval between reviews.
type Trait string

// The traits.
const (
	AutomatedDecisions Trait = "automated_decisions"
	Opaque             Trait = "opaque"
	BehaviourChange    Trait = "behaviour_change"
	ContinuousLearning Trait = "continuous_learning"
)

// This registers the closed list of traits.
var _ = record.Choices[Trait](
	[4]string{"automated_decisions", "automatiserte avgjørelser", "automated decisions", "warning"},
	[4]string{"opaque", "ugjennomsiktig", "opaque", "warning"},
	[4]string{"behaviour_change", "endrer atferd", "changes behaviour", "warning"},
	[4]string{"continuous_learning", "lærer i bruk", "learns in use", "danger"},
)

// Track says how much the gates ask for.
type Track string

// The tracks, from the shortest to the longest.
const (
	Light    Track = "light"
	Standard Track = "standard"
	Full     Track = "full"
)

// tracks is the closed list of tracks, by rank.
var tracks = record.Choices[Track](
	[4]string{"light", "enkelt løp", "light", "success"},
	[4]string{"standard", "standard løp", "standard", "info"},
	[4]string{"full", "fullt løp", "full", "warning"},
)

// DeploymentState is the state of a system at one place.
type DeploymentState string

// The states of a deployment.
const (
	Planned   DeploymentState = "planned"
	InPilot   DeploymentState = "pilot"
	Deployed  DeploymentState = "in_use"
	Withdrawn DeploymentState = "ended"
)

// This registers the closed list of deployment states.
var _ = record.Choices[DeploymentState](
	[4]string{"planned", "planlagt", "planned", "neutral"},
	[4]string{"pilot", "pilot", "pilot", "warning"},
	[4]string{"in_use", "i bruk", "in use", "success"},
	[4]string{"ended", "avsluttet", "ended", "neutral"},
)
