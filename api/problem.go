package api

import (
	"embed"
	"io/fs"

	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// nbFiles hold the Norwegian translation of every sentence of a refusal.
//
//go:embed nb/*.tsv
var nbFiles embed.FS

// texts translates the sentences of the server.
var texts = readTexts()

func readTexts() *rest.Texts {
	files, err := fs.Sub(nbFiles, "nb")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	t, err := rest.NewTexts(files, actionWords)
	if err != nil {
		panic(err) // so are the files
	}
	return t
}

// actionWords are what people call the actions that no workflow has a label for, or several labels.
var actionWords = map[string]record.Text{
	"assess":           {NB: "Vurder", EN: "Assess"},
	"treat":            {NB: "Håndter", EN: "Treat"},
	"advance":          {NB: "Gå til neste fase", EN: "Go to the next phase"},
	"return":           {NB: "Gå tilbake til forrige fase", EN: "Go back to the previous phase"},
	"create":           {NB: "Opprett", EN: "Create"},
	"read":             {NB: "Les", EN: "Read"},
	"update":           {NB: "Endre", EN: "Change"},
	"delete":           {NB: "Slett", EN: "Delete"},
	"propose":          {NB: "Foreslå", EN: "Propose"},
	"adopt":            {NB: "Ta i bruk", EN: "Adopt"},
	"import":           {NB: "Importer", EN: "Import"},
	"transfer":         {NB: "Flytt", EN: "Transfer"},
	"treatment":        {NB: "Følg opp tiltak", EN: "Work on a treatment"},
	"report":           {NB: "Rapporter", EN: "Report"},
	"follow-up":        {NB: "Følg opp", EN: "Follow up"},
	"declare-conflict": {NB: "Meld inhabilitet", EN: "Declare a conflict"},
}

// Problem is a refusal as the caller sees it (RFC 9457), with every fault of the request.
type Problem struct {
	rest.Problem
	// BodyID is the body whose mandate, members or quorum the refusal rests on.
	BodyID   string            `json:"body_id,omitempty" format:"uuid"`
	Mandate  string            `json:"mandate,omitempty" example:"MAN-0001"`
	Edition  int               `json:"edition,omitempty" example:"2"` // of the mandate
	EndedOn  record.Date       `json:"ended_on,omitempty" example:"2025-12-31"`
	Present  *int              `json:"present,omitempty" example:"2"` // of the members that a quorum needs
	Required int               `json:"required,omitempty" example:"3"`
	Tally    *governance.Tally `json:"tally,omitempty"`
	// SendTo says where a case belongs that this body does not take, and AnyOf what a case must be for this one.
	SendTo string   `json:"send_to,omitempty" example:"Send saken til virksomhetens egen arbeidsgruppe."`
	AnyOf  []string `json:"any_of,omitempty" example:"strategic"`
}
