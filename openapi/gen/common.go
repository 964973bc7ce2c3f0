package main

import (
	"fmt"
	"maps"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ki-styring/aims/internal/rest"
)

const problemRef = "#/components/schemas/Problem"

// problem is one kind of refusal in the table of package rest, with examples that the server can answer with.
type problem struct {
	name     string
	examples []refusal
}

type refusal struct {
	code, detail string
	more         map[string]any
}

// problems are the statuses of refusals. Operations refer to them by name.
var problems = map[int]problem{
	400: {"BadRequest", []refusal{
		{"bad_json", "the body is not JSON, at byte 17", nil},
		{"unknown_parameter", "the query cannot be read", fault("?colour", "unknown_parameter", "there is no parameter colour here")},
	}},
	401: {"Unauthorized", []refusal{{"unauthenticated", "no valid session or API key came with the request", nil}}},
	403: {"Forbidden", []refusal{
		{"forbidden", "no role lets you approve a policy here", nil},
		{"separation_of_duties", "you had an earlier hand on this policy (submit), and cannot approve it", map[string]any{"earlier_action": "submit", "earlier_event": exampleID}},
	}},
	404: {"NotFound", []refusal{{"not_found", "there is no such record", nil}}},
	406: {"NotAcceptable", []refusal{{"not_acceptable", "this is served as application/json, image/svg+xml", nil}}},
	409: {"Conflict", []refusal{
		{"wrong_state", "approve does not fit POL-0003 in state draft", map[string]any{"state": "draft", "action": "approve"}},
		{"blocked", "something is missing before this step; blockers lists it", map[string]any{"blockers": []any{map[string]any{
			"code": "not_assessed", "detail": "the risk has no assessment that counts; a residual one counts only with a treatment that acts on the risk", "pointer": "/assessments",
		}}}},
	}},
	412: {"PreconditionFailed", []refusal{
		{"stale_version", "POL-0003 has changed since it was read; it is now version 4", map[string]any{"version": 4}},
		{"bad_etag", "If-Match holds no ETag of this record", nil},
	}},
	413: {"ContentTooLarge", []refusal{{"too_large", "the body may be 1048576 bytes", nil}}},
	415: {"UnsupportedMediaType", []refusal{
		{"media_type", "a body of type text/plain is not read here; send application/json", nil},
		{"content_encoding", "a body is read as it is; send it without Content-Encoding", nil},
		{"charset", "a body is read as UTF-8; send it so, with charset=utf-8 or none", nil},
	}},
	422: {"UnprocessableContent", []refusal{{"invalid_content", "the content breaks a rule; errors lists every fault", fault("/title", "required", "is required")}}},
	428: {"PreconditionRequired", []refusal{{"if_match_required", "send If-Match with the ETag of the version you read", nil}}},
	429: {"TooManyRequests", []refusal{{"throttled", "too many wrong passwords from this address; try again in 4 seconds", map[string]any{"retry_after": 4}}}},
	503: {"Unavailable", []refusal{{"access_unconfirmed", "the server cannot confirm who may do what right now", nil}}},
	500: {"Unexpected", []refusal{{"internal", "Something went wrong in the server. Quote request_id when you report it.", nil}}},
}

// fault is one entry of a problem's errors.
func fault(pointer, code, detail string) map[string]any {
	return map[string]any{"errors": []any{map[string]any{"pointer": pointer, "code": code, "detail": detail}}}
}

// common adds what all operations share: information, security, parameters, headers and problems.
func common(doc *openapi3.T) {
	doc.Info = &openapi3.Info{
		Title: "AIMS", Version: "devel", // the program replaces it: openapi.Versioned
		Summary:     "AI management system for ISO/IEC 42001",
		Description: "Manages policies, risks, controls, roles, bodies and improvement cycles in the clause structure of ISO/IEC 42001.\n\nEvery write to an existing record needs `If-Match`; every refusal is a problem (RFC 9457).",
		License:     &openapi3.License{Name: "Apache License 2.0", Identifier: "Apache-2.0"},
	}
	doc.Servers = openapi3.Servers{{URL: "/api/v1"}}
	doc.Security = openapi3.SecurityRequirements{{"bearer": {}}, {"cookie": {}}}
	c := doc.Components
	c.SecuritySchemes = openapi3.SecuritySchemes{
		"bearer": {Value: openapi3.NewSecurityScheme().WithType("http").WithScheme("bearer").
			WithDescription("The token of a session (`POST /sessions`) or of a service account (`aims_…`).")},
		"cookie": {Value: openapi3.NewSecurityScheme().WithType("apiKey").WithIn("cookie").WithName("aims_session").
			WithDescription("The session cookie; off loopback its name is `__Host-aims_session`. Writes carry `X-CSRF-Token` as well.")},
	}
	c.Parameters = openapi3.ParametersMap{
		"IfMatch":        header("If-Match", "The ETag of the version that you read. Only the version in it is compared.", `"3"`, true),
		"IfNoneMatch":    header("If-None-Match", "The ETag of the version that you have. The answer is 304 if it is still current.", `"3-5f1d7a84"`, false),
		"IdempotencyKey": header("Idempotency-Key", "A new key for each operation, such as a UUID. A request with the same key and body within 24 hours gets the answer of the first one.", "", false),
		"AcceptLanguage": header("Accept-Language", "Language of texts for people: nb, nn or en; nb stands in for no.", "nb", false),
	}
	c.Headers = openapi3.Headers{
		"ETag":        responseHeader("The version, and a hash of the members that are shown in addition to the record.", `"4-5f1d7a84"`, true),
		"WrittenETag": responseHeader("The new version, and a hash of the members that are shown in addition to the record. There is none with dry_run.", `"4-5f1d7a84"`, false),
		"Location":    responseHeader("Path of the new record.", "/api/v1/risks/0192f0c1-7d4e-7a31-9c55-2f6d0b8e4a10", true),
		"Link":        responseHeader("The next page, when there is one (RFC 8288).", `</api/v1/risks?cursor=eyJ2IjoxfQ>; rel="next"`, false),
		"RequestId":   responseHeader("The id that binds the request's log lines and events.", "0192f0c1-7d4e-7a31-9c55-2f6d0b8e4a10", true),
		"RetryAfter": {Value: &openapi3.Header{Parameter: openapi3.Parameter{
			Description: "Seconds to wait.", Schema: openapi3.NewIntegerSchema().NewRef(), Example: 2,
		}}},
		"WWWAuthenticate": responseHeader("How to sign in.", "Bearer", true),
	}
	c.Responses = openapi3.ResponseBodies{
		"NotModified": {Value: openapi3.NewResponse().WithDescription("Not modified: the ETag you hold is current.")},
	}
	c.Responses["NotModified"].Value.Headers = headerRefs("ETag", "X-Request-Id")
	for status, p := range problems {
		c.Responses[p.name] = &openapi3.ResponseRef{Value: p.response(status)}
	}
}

// response describes a refusal, with examples.
func (p problem) response(status int) *openapi3.Response {
	title := rest.Titles()[status].EN
	examples := openapi3.Examples{}
	for _, r := range p.examples {
		example := map[string]any{
			"type": "/problems/" + r.code, "title": title, "status": status, "detail": r.detail,
			"instance": "/api/v1/policies/" + exampleID, "code": r.code, "request_id": exampleID,
		}
		maps.Copy(example, r.more)
		examples[r.code] = &openapi3.ExampleRef{Value: openapi3.NewExample(example)}
	}
	headers := headerRefs("X-Request-Id")
	switch status {
	case http.StatusUnauthorized:
		headers["WWW-Authenticate"] = headerRefs("WWW-Authenticate")["WWW-Authenticate"]
	case http.StatusTooManyRequests:
		headers["Retry-After"] = headerRefs("Retry-After")["Retry-After"]
	}
	response := openapi3.NewResponse().WithDescription(title + ".")
	response.Headers = headers
	response.Content = openapi3.Content{"application/problem+json": &openapi3.MediaType{
		Schema: openapi3.NewSchemaRef(problemRef, nil), Examples: examples,
	}}
	return response
}

// problemResponse returns a reference to the response of a status. 0 means the default response.
func problemResponse(status int) *openapi3.ResponseRef {
	if status == 0 {
		status = http.StatusInternalServerError
	}
	p, ok := problems[status]
	if !ok {
		panic(fmt.Sprintf("no problem response for status %d", status))
	}
	return &openapi3.ResponseRef{Ref: "#/components/responses/" + p.name}
}

func header(name, description, example string, required bool) *openapi3.ParameterRef {
	p := &openapi3.Parameter{Name: name, In: "header", Description: description, Required: required, Schema: openapi3.NewStringSchema().NewRef()}
	if example != "" { // the documentation page fills it in
		p.Example = example
	}
	return &openapi3.ParameterRef{Value: p}
}

func responseHeader(description, example string, always bool) *openapi3.HeaderRef {
	return &openapi3.HeaderRef{Value: &openapi3.Header{Parameter: openapi3.Parameter{
		Description: description, Required: always, Example: example, Schema: openapi3.NewStringSchema().NewRef(),
	}}}
}

var headerNames = map[string]string{
	"X-Request-Id": "RequestId", "Retry-After": "RetryAfter", "WWW-Authenticate": "WWWAuthenticate",
	"ETag": "ETag", "WrittenETag": "WrittenETag", "Location": "Location", "Link": "Link",
}

func headerRefs(names ...string) openapi3.Headers {
	refs := openapi3.Headers{}
	for _, name := range names {
		refs[name] = &openapi3.HeaderRef{Ref: "#/components/headers/" + headerNames[name]}
	}
	return refs
}

func parameterRef(name string) *openapi3.ParameterRef {
	return &openapi3.ParameterRef{Ref: "#/components/parameters/" + name}
}
