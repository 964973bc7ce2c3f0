package main

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/rest"
)

// conditional reports whether a read may answer 304.
func conditional(r rest.Route) bool { return r.Method == http.MethodGet && hasETag(r) }

// hasETag reports whether the answer has an ETag: a read, or a record that was written.
func hasETag(r rest.Route) bool {
	if r.Out == nil || r.Method == http.MethodGet {
		return r.ETag
	}
	t := base(r.Out)
	return t.Kind() == reflect.Struct && slices.ContainsFunc(fields(t), func(f field) bool { return f.name == "version" })
}

// responses returns the success of a route, the refusals that are special to it, and the problem that every other refusal is.
func responses(r rest.Route, op *openapi3.Operation, s *schemas) (*openapi3.Responses, error) {
	out := openapi3.NewResponsesWithCapacity(4)
	success, err := success(r, op, s)
	if err != nil {
		return nil, err
	}
	out.Set(strconv.Itoa(r.Status), &openapi3.ResponseRef{Value: success})
	if conditional(r) {
		out.Set("304", &openapi3.ResponseRef{Ref: "#/components/responses/NotModified"})
	}
	if r.Unseen {
		done := openapi3.NewResponse().WithDescription("Done, by somebody who may not read the record.")
		done.Headers = headerRefs("X-Request-Id")
		out.Set("204", &openapi3.ResponseRef{Value: done})
	}
	special(out, api.OutcomeOf(r))
	for key, noted := range op.Responses.Map() { // other responses of the annotation
		status, _ := strconv.Atoi(key)
		switch {
		case out.Value(key) != nil || key == "default":
		case status < 400 && noted.Value != nil:
			noted.Value.Headers = headerRefs("X-Request-Id")
			if hasETag(r) { // the record existed already
				noted.Value.Headers["ETag"] = headerRefs("WrittenETag")["WrittenETag"]
				noted.Value.Headers["Location"] = headerRefs("KnownLocation")["KnownLocation"]
			}
			out.Set(key, noted)
		default:
			return nil, fmt.Errorf("the annotation names the status %s: write the code of that refusal into outcomes.tsv", key)
		}
	}
	if r.Status == http.StatusCreated && r.DryRun() && out.Value("200") == nil {
		tried := openapi3.NewResponse().WithDescription("With dry_run: the record as it would be.").WithContent(success.Content)
		tried.Headers = headerRefs("X-Request-Id")
		out.Set("200", &openapi3.ResponseRef{Value: tried})
	}
	out.Set("default", &openapi3.ResponseRef{Ref: "#/components/responses/Problem"})
	return out, nil
}

// special adds the refusals of an operation that are not common to all, by status.
func special(out *openapi3.Responses, outcome api.Outcome) {
	byStatus := map[int][]string{}
	for _, refusal := range outcome.Refusals {
		byStatus[refusal.Status] = append(byStatus[refusal.Status], code(refusal.Code))
	}
	if len(outcome.Blockers) > 0 {
		byStatus[http.StatusConflict] = append(byStatus[http.StatusConflict], "`blocked` by "+codes(outcome.Blockers))
	}
	for status, list := range byStatus {
		response := problemResponse(rest.Titles()[status].EN + ": " + strings.Join(list, ", ") + ".")
		if status == http.StatusUnauthorized {
			maps.Copy(response.Headers, headerRefs("WWW-Authenticate"))
		}
		out.Set(strconv.Itoa(status), &openapi3.ResponseRef{Value: response})
	}
}

// success returns the successful response, with its headers.
func success(r rest.Route, op *openapi3.Operation, s *schemas) (*openapi3.Response, error) {
	response := openapi3.NewResponse().WithDescription(http.StatusText(r.Status))
	if r.Status == 0 || http.StatusText(r.Status) == "" {
		return nil, fmt.Errorf("the route's status is %d", r.Status)
	}
	response.Headers = headerRefs("X-Request-Id")
	if hasETag(r) {
		response.Headers["ETag"] = headerRefs("ETag")["ETag"]
		if r.Status == http.StatusOK && r.DryRun() {
			response.Headers["ETag"] = headerRefs("WrittenETag")["WrittenETag"]
		}
	}
	if r.Status == http.StatusCreated {
		response.Headers["Location"] = headerRefs("Location")["Location"]
	}
	if r.Shape == "list" {
		response.Headers["Link"] = headerRefs("Link")["Link"]
	}
	if note := op.Responses.Value(strconv.Itoa(r.Status)); note != nil && note.Value != nil {
		if note.Value.Description != nil && *note.Value.Description != "" {
			response.Description = note.Value.Description
		}
		response.Content = note.Value.Content
	}
	if r.Out == nil {
		if response.Content == nil && len(r.Media) > 0 {
			response.Content = texts(r.Media)
		}
		return response, nil
	}
	if r.Out.Kind() == reflect.Interface {
		return nil, errors.New("the route answers one of several types: say with outOf which one JSON has")
	}
	schema, err := s.of(r.Out, answer)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(r.Query, func(p rest.Param) bool { return p.Name == "expand" }) {
		if err := s.addExpanded(schema); err != nil {
			return nil, err
		}
	}
	content := openapi3.Content{"application/json": &openapi3.MediaType{Schema: schema}}
	for mediaType, media := range response.Content {
		if mediaType == "*/*" || strings.HasSuffix(mediaType, "json") {
			if err := agree(media.Schema, r.Out, s, "answers"); err != nil {
				return nil, err
			}
			continue
		}
		maps.Copy(content, texts([]string{mediaType}))
	}
	maps.Copy(content, texts(r.Media))
	response.Content = content
	return response, nil
}
