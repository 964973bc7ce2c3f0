package api

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"io"
	"strconv"
	"strings"

	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

//go:embed pages
var pageFiles embed.FS

// pageStyle is the style sheet of the pages. Each page contains it, and allows no other.
var pageStyle = func() string {
	css, err := pageFiles.ReadFile("pages/page.css")
	if err != nil {
		panic(err) // the file is embedded above
	}
	return string(css)
}()

// pagePolicy is the Content-Security-Policy of the pages: their own style, and pictures of this server.
var pagePolicy = func() string {
	sum := sha256.Sum256([]byte(pageStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}()

// pages lists the pages outside the API.
func (s *Server) pages() []rest.PublicPage {
	page := func(path, file string, view func(context.Context, string) (any, error)) rest.PublicPage {
		t := template.Must(template.ParseFS(pageFiles, "pages/layout.html", "pages/"+file))
		return rest.PublicPage{Path: path, View: view, Policy: pagePolicy, HTML: func(w io.Writer, view any, lang string, chosen bool) error {
			return t.ExecuteTemplate(w, "layout", pageContent{View: view, Lang: lang, Chosen: chosen, Style: template.CSS(pageStyle)}) //nolint:gosec // our own file
		}}
	}
	return []rest.PublicPage{
		page("/", "start.html", s.start),
		page(problemsPath, "problems.html", listProblemCodes),
		page(problemsPath+"/{code}", "problem.html", readProblemCode),
	}
}

// pageContent is what a template shows, in a language.
type pageContent struct {
	View   any
	Lang   string
	Chosen bool // the address names the language, so that links do too
	Style  template.CSS
}

// Other is the other language.
func (p pageContent) Other() string {
	if p.Lang == "en" {
		return "nb"
	}
	return "en"
}

// Say returns one of two texts.
func (p pageContent) Say(nb, en string) string { return record.Text{NB: nb, EN: en}.In(p.Lang) }

// In returns a text.
func (p pageContent) In(t record.Text) string { return t.In(p.Lang) }

// All returns several texts, joined.
func (p pageContent) All(list record.Labels) string { return list.In(p.Lang) }

// Link returns the address of another page in the language that the reader chose.
func (p pageContent) Link(path string) string {
	if p.Chosen {
		return path + "?lang=" + p.Lang
	}
	return path
}

// Kinds says in short where a code is found.
func (p pageContent) Kinds(c ProblemCode) string {
	var out []string
	for _, s := range c.Statuses {
		out = append(out, strconv.Itoa(s.Status))
	}
	if c.Field {
		out = append(out, p.Say("felt", "field"))
	}
	if c.Blocker {
		out = append(out, p.Say("hindring", "blocker"))
	}
	return strings.Join(out, ", ")
}

// Start is the start page: what this server is and where to go on. Only a demo names its people.
type Start struct {
	Name   string        `json:"name"`
	About  record.Text   `json:"about"`
	Demo   bool          `json:"demo"`
	People []StartPerson `json:"people,omitempty" extra:""`
	Links  StartLinks    `json:"links"`
}

// DemoPerson is a person of the demo, with the keys of their roles.
type DemoPerson struct {
	Username string   `json:"username"`
	Name     string   `json:"name"`
	Title    string   `json:"title"` // their position at the hospital
	Unit     string   `json:"unit"`  // the name of the unit
	Roles    []string `json:"-"`
}

// StartPerson is a person of the demo, with the titles of their roles.
type StartPerson struct {
	DemoPerson
	Roles record.Labels `json:"roles"`
}

// StartLinks are the addresses that the start page links to.
type StartLinks struct {
	API           string `json:"api"`
	Documentation string `json:"documentation"`
	Description   string `json:"description"`
	Problems      string `json:"problems"`
	Tour          string `json:"tour"`
}

var about = record.Text{
	NB: "AIMS er en åpen tjener for et ledelsessystem for kunstig intelligens etter ISO/IEC 42001. Den holder orden på styrende dokumenter, risikoer, kontroller, " +
		"roller, organer og forbedringssykluser. Den har ikke eget brukergrensesnitt: andre programmer bruker den gjennom et API.",
	EN: "AIMS is an open server for an AI management system by ISO/IEC 42001. It manages policies, risks, controls, roles, bodies and improvement cycles. " +
		"It has no user interface of its own: other programs use it through an API.",
}

// start returns the start page.
func (s *Server) start(ctx context.Context, _ string) (any, error) {
	out := Start{Name: "AIMS", About: about, Demo: s.Demo, Links: StartLinks{
		API: Base, Documentation: "/docs/", Description: "/openapi.json", Problems: problemsPath, Tour: "https://github.com/ki-styring/aims#a-five-minute-tour",
	}}
	if !s.Demo {
		return out, nil
	}
	err := s.DB.Read(ctx, record.System, record.Permission{}, func(tx *record.Tx) error {
		titles := map[string]record.Text{}
		for _, p := range s.DemoPeople {
			shown := StartPerson{DemoPerson: p, Roles: record.Labels{}}
			for _, key := range p.Roles {
				if _, ok := titles[key]; !ok {
					role, err := org.Roles.Find(tx, key)
					if err != nil {
						return err
					}
					titles[key] = role.Title
				}
				shown.Roles = append(shown.Roles, titles[key])
			}
			out.People = append(out.People, shown)
		}
		return nil
	})
	return out, err
}
