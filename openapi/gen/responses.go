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

// responses returns the success of a route, and the problems that it can answer with.
func responses(r rest.Route, op *openapi3.Operation, s *schemas) (*openapi3.Responses, error) {
	out := openapi3.NewResponsesWithCapacity(12)
	success, err := success(r, op, s)
	if err != nil {
		return nil, err
	}
	out.Set(strconv.Itoa(r.Status), &openapi3.ResponseRef{Value: success})
	if conditional(r) {
		out.Set("304", &openapi3.ResponseRef{Ref: "#/components/responses/NotModified"})
	}
	if r.Status == http.StatusCreated && r.DryRun() {
		tried := openapi3.NewResponse().WithDescription("With dry_run: the record as it would be.").WithContent(success.Content)
		tried.Headers = headerRefs("X-Request-Id")
		out.Set("200", &openapi3.ResponseRef{Value: tried})
	}
	for _, status := range refusals(r) {
		out.Set(strconv.Itoa(status), problemResponse(status))
	}
	for key, noted := range op.Responses.Map() { // other responses of the annotation
		status, _ := strconv.Atoi(key)
		switch _, refusal := problems[status]; {
		case out.Value(key) != nil || key == "default":
		case refusal:
			out.Set(key, problemResponse(status))
		case status < 400 && noted.Value != nil:
			noted.Value.Headers = headerRefs("X-Request-Id")
			if hasETag(r) { // the record existed already
				maps.Copy(noted.Value.Headers, headerRefs("ETag", "Location"))
			}
			out.Set(key, noted)
		default:
			return nil, fmt.Errorf("the annotation names the status %s, which no problem has", key)
		}
	}
	out.Set("default", problemResponse(0))
	return out, nil
}

// refusals returns the statuses of the refusals that a route's shape makes possible.
func refusals(r rest.Route) []int {
	statuses := []int{400, 429}
	write := r.Method != http.MethodGet
	add := func(when bool, more ...int) {
		if when {
			statuses = append(statuses, more...)
		}
	}
	add(!public(r), 401, 403)
	add(strings.Contains(r.Path, "{"), 404)
	add(write && !public(r), 409)
	add(r.IfMatch, 412, 428)
	add(r.Body != nil && !empty(r.Body), 413, 415, 422)
	add(len(r.Takes) > 0, 413, 415, 422)
	add(r.Idempotent, 404, 422) // the caller may have lost access to the first answer
	add(len(r.Media) > 0, 406)
	add(isBatch(r), 404, 412) // of its items
	return statuses
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
