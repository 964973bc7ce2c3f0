package main

import (
	"maps"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ki-styring/aims/internal/rest"
)

const problemRef = "#/components/schemas/Problem"

// problem is a status of refusals: when the server answers with it, and examples of it.
type problem struct {
	when     string
	examples []refusal
}

type refusal struct {
	code, detail string
	more         map[string]any
}

// problems are the refusals that any operation may answer with, by status. The page "Errors" lists them.
var problems = map[int]problem{
	400: {"The request cannot be read: its JSON, a parameter, an id or a header.", []refusal{
		{"bad_json", "the body is not JSON, at byte 17", nil},
		{"unknown_parameter", "the query cannot be read", fault("?colour", "unknown_parameter", "there is no parameter colour here")},
	}},
	401: {"No valid session or API key came with the request.", []refusal{{"unauthenticated", "no valid session or API key came with the request", nil}}},
	403: {"No role of the caller allows it here, or the caller's earlier part in the record forbids it.", []refusal{
		{"forbidden", "no role lets you approve a policy here", nil},
		{"separation_of_duties", "you had an earlier hand on this policy (submit), and cannot approve it", map[string]any{"earlier_action": "submit", "earlier_event": exampleID}},
	}},
	404: {"There is no such record, or the caller may not read it.", []refusal{{"not_found", "there is no such record", nil}}},
	406: {"The address has no answer of a type in `Accept`.", []refusal{{"not_acceptable", "this is served as application/json, image/svg+xml", nil}}},
	409: {"The state of the record does not allow it, or something must be done first: `blockers` lists what.", []refusal{
		{"wrong_state", "approve does not fit POL-0003 in state draft", map[string]any{"state": "draft", "action": "approve"}},
		{"blocked", "something is missing before this step; blockers lists it", map[string]any{"blockers": []any{map[string]any{
			"code": "not_assessed", "detail": "the risk has no assessment that counts; a residual one counts only with a treatment that acts on the risk", "pointer": "/assessments",
		}}}},
	}},
	412: {"The record has changed since the version in `If-Match`.", []refusal{
		{"stale_version", "POL-0003 has changed since it was read; it is now version 4", map[string]any{"version": 4}},
		{"bad_etag", "If-Match holds no ETag of this record", nil},
	}},
	413: {"The body is too large.", []refusal{{"too_large", "the body may be 1048576 bytes", nil}}},
	415: {"The body has a type that is not read here.", []refusal{
		{"media_type", "a body of type text/plain is not read here; send application/json", nil},
		{"content_encoding", "a body is read as it is; send it without Content-Encoding", nil},
		{"charset", "a body is read as UTF-8; send it so, with charset=utf-8 or none", nil},
	}},
	422: {"The content breaks a rule: `errors` lists every fault.", []refusal{{"invalid_content", "the content breaks a rule; errors lists every fault", fault("/title", "required", "is required")}}},
	428: {"A write to an existing record came without `If-Match`.", []refusal{{"if_match_required", "send If-Match with the ETag of the version you read", nil}}},
	429: {"Too many wrong passwords. Wait for the seconds in `Retry-After`.", []refusal{{"throttled", "too many wrong passwords from this address; try again in 4 seconds", map[string]any{"retry_after": 4}}}},
	503: {"The server cannot answer safely now. Try again after the seconds in `Retry-After`.", []refusal{{"access_unconfirmed", "the server cannot confirm who may do what right now", nil}}},
	500: {"An error of the server. Quote `request_id` when you report it.", []refusal{{"internal", "Something went wrong in the server. Quote request_id when you report it.", nil}}},
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
		Description: introduction(),
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
		"ETag":          responseHeader("The version, and a hash of the members that are shown in addition to the record.", `"4-5f1d7a84"`, true),
		"WrittenETag":   responseHeader("The new version, and a hash of the members that are shown in addition to the record. There is none with dry_run.", `"4-5f1d7a84"`, false),
		"KnownLocation": responseHeader("Path of the record that was there already. There is none with dry_run.", "/api/v1/risks/0192f0c1-7d4e-7a31-9c55-2f6d0b8e4a10", false),
		"Location":      responseHeader("Path of the new record.", "/api/v1/risks/0192f0c1-7d4e-7a31-9c55-2f6d0b8e4a10", true),
		"Link":          responseHeader("The next page, when there is one (RFC 8288).", `</api/v1/risks?cursor=eyJ2IjoxfQ>; rel="next"`, false),
		"RequestId":     responseHeader("The id that binds the request's log lines and events.", "0192f0c1-7d4e-7a31-9c55-2f6d0b8e4a10", true),
		"RetryAfter": {Value: &openapi3.Header{Parameter: openapi3.Parameter{
			Description: "Seconds to wait.", Schema: openapi3.NewIntegerSchema().NewRef(), Example: 2,
		}}},
		"WWWAuthenticate": responseHeader("How to sign in.", "Bearer", false),
	}
	c.Responses = openapi3.ResponseBodies{
		"NotModified": {Value: openapi3.NewResponse().WithDescription("Not modified: the ETag you hold is current.")},
	}
	c.Responses["NotModified"].Value.Headers = headerRefs("ETag", "X-Request-Id")
	refused := problemResponse("A refusal. The page Errors lists those that any operation may answer with.")
	maps.Copy(refused.Headers, headerRefs("Retry-After", "WWW-Authenticate"))
	examples := openapi3.Examples{}
	for status, p := range problems {
		maps.Copy(examples, p.shown(status))
	}
	refused.Content["application/problem+json"].Examples = examples
	c.Responses["Problem"] = &openapi3.ResponseRef{Value: refused}
}

// shown returns the examples of a status, by their code.
func (p problem) shown(status int) openapi3.Examples {
	examples := openapi3.Examples{}
	for _, r := range p.examples {
		example := map[string]any{
			"type": "/problems/" + r.code, "title": rest.Titles()[status].EN, "status": status, "detail": r.detail,
			"instance": "/api/v1/policies/" + exampleID, "code": r.code, "request_id": exampleID,
		}
		maps.Copy(example, r.more)
		examples[r.code] = &openapi3.ExampleRef{Value: openapi3.NewExample(example)}
	}
	return examples
}

// problemResponse describes an answer with a problem.
func problemResponse(description string) *openapi3.Response {
	response := openapi3.NewResponse().WithDescription(description)
	response.Headers = headerRefs("X-Request-Id")
	response.Content = openapi3.Content{"application/problem+json": &openapi3.MediaType{Schema: openapi3.NewSchemaRef(problemRef, nil)}}
	return response
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
	"ETag": "ETag", "WrittenETag": "WrittenETag", "KnownLocation": "KnownLocation", "Location": "Location", "Link": "Link",
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
