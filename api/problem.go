package api

import (
	"embed"
	"io/fs"

	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/people"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// nbFiles has the Norwegian translation of every sentence in error answers.
//
//go:embed nb/*.tsv
var nbFiles embed.FS

// texts translates the sentences in answers.
var texts = readTexts()

func readTexts() *rest.Texts {
	files, err := fs.Sub(nbFiles, "nb")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	t, err := rest.NewTexts(files, actionWords)
	if err != nil {
		panic(err) // the files are embedded above
	}
	return t
}

// actionWords are the labels of actions for which workflows have no label, or several, and of an object of grants that is not a kind.
var actionWords = map[string]record.Text{
	"setup":            {NB: "Oppsett", EN: "Setup"},
	"assess":           {NB: "Vurder", EN: "Assess"},
	"treat":            {NB: "Håndter", EN: "Treat"},
	"advance":          {NB: "Gå til neste fase", EN: "Go to the next phase"},
	"return":           {NB: "Gå tilbake til forrige fase", EN: "Go back to the previous phase"},
	"create":           {NB: "Opprett", EN: "Create"},
	"approve-gaps":     {NB: "Godkjenn listen over mangler", EN: "Approve the list of gaps"},
	"approve-go-live":  {NB: "Godkjenn oppstart", EN: "Approve going live"},
	"close-gap":        {NB: "Lukk en mangel", EN: "Close a gap"},
	"decline-go-live":  {NB: "Avslå oppstart", EN: "Decline going live"},
	"deploy":           {NB: "Planlegg bruk på et sted", EN: "Plan the use at a place"},
	"end-deployment":   {NB: "Avslutt bruk på et sted", EN: "End the use at a place"},
	"raise-track":      {NB: "Velg et lengre løp", EN: "Choose a longer track"},
	"release":          {NB: "Legg til en versjon", EN: "Add a release"},
	"review":           {NB: "Gjennomgå", EN: "Review"},
	"start-deployment": {NB: "Start bruk på et sted", EN: "Start the use at a place"},
	"read":             {NB: "Les", EN: "Read"},
	"update":           {NB: "Endre", EN: "Change"},
	"delete":           {NB: "Slett", EN: "Delete"},
	"propose":          {NB: "Foreslå", EN: "Propose"},
	"adopt":            {NB: "Ta i bruk", EN: "Adopt"},
	"import":           {NB: "Importer", EN: "Import"},
	"agree-taken-over": {NB: "Si deg enig for en risiko du har overtatt", EN: "Agree for a risk that you took over"},
	"confirm-level":    {NB: "Bekreft en tidligere vurdering", EN: "Confirm an earlier assessment"},
	"transfer":         {NB: "Flytt", EN: "Transfer"},
	"treatment":        {NB: "Følg opp tiltak", EN: "Work on a treatment"},
	"report":           {NB: "Rapporter", EN: "Report"},
	"follow-up":        {NB: "Følg opp", EN: "Follow up"},
	"hand-over":        {NB: "Overlever", EN: "Hand over"},
	"verify":           {NB: "Bekreft virkningen", EN: "Verify"},
	"lapse":            {NB: "Bekreftelsen faller bort", EN: "The verification lapses"},
	"carry-over":       {NB: "Overfør til ny utgave", EN: "Carry over to a new edition"},
	"next":             {NB: "Lag den neste", EN: "Draft the next one"},
	"drift":            {NB: "Merk avvik fra kontrollene", EN: "Note drift"},
	"implement":        {NB: "Endre innføringen", EN: "Change the implementation"},
	"give-evidence":    {NB: "Legg frem bevis", EN: "Give evidence"},
	"advise":           {NB: "Gi råd", EN: "Advise"},
	"answer-advice":    {NB: "Svar på rådet", EN: "Answer the advice"},
	"reassign":         {NB: "Få systemets nye eier", EN: "Take the new owner of the system"},
	"find":             {NB: "Registrer funn", EN: "Record findings"},
	"declare-conflict": {NB: "Meld inhabilitet", EN: "Declare a conflict"},
}

// Problem is the body of an error answer (RFC 9457). It lists every fault of the request.
type Problem struct {
	rest.Problem
	// BodyID is the body whose mandate, members or quorum is the reason for the refusal.
	BodyID   string            `json:"body_id,omitempty" format:"uuid" extra:""`
	Mandate  string            `json:"mandate,omitempty" example:"MAN-0001" extra:""`
	Edition  int               `json:"edition,omitempty" example:"2" extra:""` // the edition of the mandate
	EndedOn  record.Date       `json:"ended_on,omitempty" example:"2025-12-31" extra:""`
	Present  *int              `json:"present,omitempty" example:"2" extra:""` // the number of voting members who are present; required is the number that the quorum needs
	Required int               `json:"required,omitempty" example:"3" extra:""`
	Tally    *governance.Tally `json:"tally,omitempty" extra:""`
	// Eligible are the people who may do it now, where the caller may know them; at most twenty.
	Eligible []people.Person `json:"eligible,omitempty" extra:""`
	// SendTo says where to send a case that this body does not take. AnyOf lists the criteria of which a case must meet at least one.
	SendTo string   `json:"send_to,omitempty" example:"Send saken til virksomhetens egen arbeidsgruppe." extra:""`
	AnyOf  []string `json:"any_of,omitempty" example:"strategic" extra:""`
}
