// Package openapi holds the OpenAPI 3.1 description of the API and the page that shows it, both embedded.
package openapi

import (
	"embed"
	"io/fs"
)

//go:generate go run ./gen

// JSON is the description as it is served at /openapi.json.
//
//go:embed openapi.json
var JSON []byte

//go:embed docs
var docs embed.FS

// Docs holds the documentation page: index.html and what it loads, all from this server.
// Its links are relative, and it reads ../openapi.json: serve it at /docs/.
func Docs() fs.FS {
	sub, err := fs.Sub(docs, "docs")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}
