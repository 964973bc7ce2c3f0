package openapi_test

import (
	"encoding/json"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ki-styring/aims/openapi"
)

func TestDescriptionIsValid(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(openapi.JSON)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context(), openapi3.DisableExamplesValidation()); err != nil { // the generator checks each example once
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("version %s, want 3.1.0", doc.OpenAPI)
	}
}

// What a program serves differs from the file in the version alone.
func TestVersioned(t *testing.T) {
	if got := openapi.Versioned("devel"); string(got) != string(openapi.JSON) {
		t.Error("the description of a development version is not the file")
	}
	for _, version := range []string{"v1.2.3", `v"1"\+dirty`} {
		doc, err := openapi3.NewLoader().LoadFromData(openapi.Versioned(version))
		if err != nil {
			t.Fatal(err)
		}
		if doc.Info.Version != version {
			t.Errorf("version %s, want %s", doc.Info.Version, version)
		}
		doc.Info.Version = "devel"
		served, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := openapi3.NewLoader().LoadFromData(openapi.JSON); err != nil {
			t.Fatal(err)
		} else if file, err := json.Marshal(plain); err != nil || string(served) != string(file) {
			t.Errorf("more than the version differs, or %v", err)
		}
	}
}

// The page runs under `default-src 'self'` on a machine without a network.
func TestPageLoadsFromThisServerOnly(t *testing.T) {
	page, err := fs.ReadFile(openapi.Docs(), "index.html")
	if err != nil {
		t.Fatal(err)
	}
	if regexp.MustCompile(`<script>|<style|\son\w+=|https?://`).Match(page) {
		t.Error("the page has an inline script or style, or an outside address")
	}
	for _, link := range regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllSubmatch(page, -1) {
		name := string(link[1])
		if strings.HasPrefix(name, "../") {
			continue
		}
		if _, err := fs.Stat(openapi.Docs(), name); err != nil {
			t.Error(err)
		}
	}
}
