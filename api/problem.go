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

// actionWords are the labels of the actions that are in no workflow.
var actionWords = map[string]rest.Word{
	"create":           {Text: record.Text{NB: "Opprett", EN: "Create"}},
	"read":             {Text: record.Text{NB: "Les", EN: "Read"}},
	"update":           {Text: record.Text{NB: "Endre", EN: "Change"}},
	"delete":           {Text: record.Text{NB: "Slett", EN: "Delete"}},
	"propose":          {Text: record.Text{NB: "Foreslå", EN: "Propose"}},
	"adopt":            {Text: record.Text{NB: "Ta i bruk", EN: "Adopt"}},
	"import":           {Text: record.Text{NB: "Importer", EN: "Import"}},
	"transfer":         {Text: record.Text{NB: "Flytt", EN: "Transfer"}},
	"treatment":        {Text: record.Text{NB: "Følg opp tiltak", EN: "Work on a treatment"}, Of: "of"},
	"report":           {Text: record.Text{NB: "Rapporter", EN: "Report"}, Of: "on"},
	"follow-up":        {Text: record.Text{NB: "Følg opp", EN: "Follow up"}},
	"declare-conflict": {Text: record.Text{NB: "Meld inhabilitet", EN: "Declare a conflict"}, Of: "on"},
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
