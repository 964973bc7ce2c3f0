package openapi_test

import (
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
