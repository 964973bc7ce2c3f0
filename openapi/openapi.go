// Package openapi holds the OpenAPI 3.1 description of the API and the page that shows it, both embedded.
package openapi

import (
	"bytes"
	"embed"
	"encoding/json"
	"io/fs"
)

//go:generate go run ./gen

// JSON is the generated description.
//
//go:embed openapi.json
var JSON []byte

// unreleased is the version in the file.
const unreleased = "devel"

// Versioned returns the description as a program of this version serves it at /openapi.json. Only the member info.version differs.
func Versioned(version string) []byte {
	quoted, err := json.Marshal(version)
	if err != nil {
		panic(err) // a text can always be written as JSON
	}
	if version == unreleased {
		return JSON
	}
	const name = `"version": `
	return bytes.Replace(JSON, []byte(name+`"`+unreleased+`"`), append([]byte(name), quoted...), 1)
}

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
