package main

import (
	"fmt"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3"
)

const problemRef = "#/components/schemas/Problem"

// problem is one kind of refusal, as in the table of package api.
type problem struct{ name, code, title, detail string }

// problems are the statuses a request can be refused with; operations refer to them by name.
var problems = map[int]problem{
	400: {"BadRequest", "malformed", "The request cannot be read", "unknown query parameter \"colour\""},
	401: {"Unauthorized", "unauthenticated", "Sign in first", "no valid session or API key came with the request"},
	403: {"Forbidden", "forbidden", "You may not do this", "your roles do not include this action here, or you had a hand in the record"},
	404: {"NotFound", "not_found", "Not found", "there is no such record, or you may not read it"},
	406: {"NotAcceptable", "not_acceptable", "No such representation", "send Accept: application/json"},
	409: {"Conflict", "conflict", "The record's state does not allow this", "the record is closed"},
	412: {"PreconditionFailed", "stale", "The record has changed", "you read version 3; it is now at version 4"},
	413: {"ContentTooLarge", "too_large", "The body is too large", "the body may be 1 MiB"},
	415: {"UnsupportedMediaType", "media_type", "The body's media type is not accepted", "send application/json"},
	422: {"UnprocessableContent", "invalid", "The content is not valid", "two members are wrong"},
	428: {"PreconditionRequired", "if_match_required", "Say which version you change", "send If-Match with the ETag you read"},
	429: {"TooManyRequests", "throttled", "Too many requests", "wait as long as Retry-After says"},
	503: {"Unavailable", "access_unconfirmed", "Not available now", "the server cannot confirm who may do what right now"},
	500: {"Unexpected", "internal", "Something went wrong here", "the request id finds it in the log"},
}

// common fills in what all operations share: information, security, parameters, headers, problems.
func common(doc *openapi3.T) {
	doc.Info = &openapi3.Info{
		Title: "AIMS", Version: "1.0.0",
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
		"IfMatch":        header("If-Match", "The ETag of the version you read; its version alone is compared.", `"3"`, true),
		"IfNoneMatch":    header("If-None-Match", "An ETag you hold; 304 when it is still the current one.", `"3-5f1d7a84"`, false),
		"IdempotencyKey": header("Idempotency-Key", "The same key and body within 24 hours answer what the first request answered.", "0192f0c1-7d4e-7a31-9c55-2f6d0b8e4a10", false),
		"AcceptLanguage": header("Accept-Language", "Language of texts for people: nb, nn or en; nb stands in for no.", "nb", false),
	}
	c.Headers = openapi3.Headers{
		"ETag":      responseHeader("The version, and a hash of what is shown beside the record.", `"4-5f1d7a84"`, true),
		"Location":  responseHeader("Path of the new record.", "/api/v1/risks/0192f0c1-7d4e-7a31-9c55-2f6d0b8e4a10", true),
		"Link":      responseHeader("The next page, when there is one (RFC 8288).", `</api/v1/risks?cursor=eyJ2IjoxfQ>; rel="next"`, false),
		"RequestId": responseHeader("The id that binds the request's log lines and events.", "0192f0c1-7d4e-7a31-9c55-2f6d0b8e4a10", true),
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

// response describes a refusal, with an example.
func (p problem) response(status int) *openapi3.Response {
	example := map[string]any{
		"type": "https://ki-styring.github.io/aims/problems#" + p.code, "title": p.title, "status": status, "detail": p.detail,
		"instance": "/api/v1/risks/0192f0c1-7d4e-7a31-9c55-2f6d0b8e4a10", "code": p.code, "request_id": "0192f0c1-7d4e-7a31-9c55-2f6d0b8e4a10",
	}
	if status == http.StatusUnprocessableEntity {
		example["errors"] = []any{map[string]any{"pointer": "/title", "code": "required", "detail": "title is required"}}
	}
	headers := headerRefs("X-Request-Id")
	switch status {
	case http.StatusUnauthorized:
		headers["WWW-Authenticate"] = headerRefs("WWW-Authenticate")["WWW-Authenticate"]
	case http.StatusTooManyRequests:
		headers["Retry-After"] = headerRefs("Retry-After")["Retry-After"]
	}
	response := openapi3.NewResponse().WithDescription(p.title + ".")
	response.Headers = headers
	response.Content = openapi3.Content{"application/problem+json": &openapi3.MediaType{
		Schema: openapi3.NewSchemaRef(problemRef, nil), Example: example,
	}}
	return response
}

// problemResponse refers to the response of a status; 0 is any other.
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
	return &openapi3.ParameterRef{Value: &openapi3.Parameter{
		Name: name, In: "header", Description: description, Required: required, Example: example,
		Schema: openapi3.NewStringSchema().NewRef(),
	}}
}

func responseHeader(description, example string, always bool) *openapi3.HeaderRef {
	return &openapi3.HeaderRef{Value: &openapi3.Header{Parameter: openapi3.Parameter{
		Description: description, Required: always, Example: example, Schema: openapi3.NewStringSchema().NewRef(),
	}}}
}

var headerNames = map[string]string{
	"X-Request-Id": "RequestId", "Retry-After": "RetryAfter", "WWW-Authenticate": "WWWAuthenticate",
	"ETag": "ETag", "Location": "Location", "Link": "Link",
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
