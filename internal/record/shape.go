package record

import (
	"errors"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/go-playground/validator/v10"
	"github.com/google/uuid"

	"github.com/ki-styring/aims/internal/fault"
)

// IsScope reports whether a text has the form of a scope: a slash, then at most twelve units that each end with a slash. A unit has 1 to 63 small
// letters, digits and hyphens, and does not begin with a hyphen. It runs several times per request, so it uses no regular expression.
func IsScope(s string) bool {
	if s == "" || s[0] != '/' || s[len(s)-1] != '/' {
		return false
	}
	units, letters := 0, 0
	for _, c := range []byte(s[1:]) {
		switch {
		case c == '/':
			if letters == 0 || letters > 63 {
				return false
			}
			units, letters = units+1, 0
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-' && letters > 0:
			letters++
		default:
			return false
		}
	}
	return units <= 12
}

// isUUID reports whether a text is a UUID in small letters, as ids are stored.
func isUUID(s string) bool {
	return len(s) == 36 && uuid.Validate(s) == nil && s == strings.ToLower(s)
}

// OptionalID reports whether a field is an optional reference. Answers leave out such a field when it is empty.
func OptionalID(f reflect.StructField) bool {
	if _, rest, _ := strings.Cut(f.Tag.Get("json"), ","); f.Type.Kind() != reflect.String || !strings.Contains(rest, "omitempty") {
		return false
	}
	kind, _, free := refTag(f.Tag.Get("ref"))
	return kind != "" && !free || slices.Contains(strings.Split(f.Tag.Get("validate"), ","), "uuid")
}

// embedded is the path segment of an embedded struct, which JSON does not show.
const embedded = "\x00"

var shapes = sync.OnceValue(func() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" && f.Anonymous {
			return embedded
		}
		return name
	})
	must := func(tag string, fn validator.Func) {
		if err := v.RegisterValidation(tag, fn); err != nil {
			panic(err)
		}
	}
	must("scope", func(f validator.FieldLevel) bool { return IsScope(f.Field().String()) })
	must("uuid", func(f validator.FieldLevel) bool { return isUUID(f.Field().String()) })
	must("slug", func(f validator.FieldLevel) bool { return slugPattern.MatchString(f.Field().String()) })
	must("weburl", func(f validator.FieldLevel) bool {
		u, err := url.Parse(f.Field().String())
		return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
	})
	must("username", func(f validator.FieldLevel) bool { return usernamePattern.MatchString(f.Field().String()) })
	must("filled", func(f validator.FieldLevel) bool { return strings.TrimSpace(f.Field().String()) != "" })
	must("choice", func(f validator.FieldLevel) bool {
		if f.Field().String() == "" {
			return true // the tag required decides whether it may be empty
		}
		for _, c := range ChoicesOf(f.Field().Type()) {
			if c.Value == f.Field().String() {
				return true
			}
		}
		return false
	})
	return v
})

var (
	slugPattern     = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)
	usernamePattern = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._@-]{1,59}$`)
)

// Shape checks the validate tags of a value, and that names and titles are one line. It returns every fault with its JSON pointer.
func Shape(v any) error {
	var out fault.Fields
	checkLines(reflect.ValueOf(v), "", &out)
	err := shapes().Struct(v)
	if err == nil {
		return out.Err()
	}
	list, ok := errors.AsType[validator.ValidationErrors](err)
	if !ok {
		return err
	}
	for _, f := range list {
		at := pointerOf(f.Namespace())
		switch f.Tag() {
		case "required", "required_without", "filled":
			out.Add(at, "required", "is required")
		case "max":
			out = append(out, tooLong(at, f))
		case "min":
			out = append(out, tooShort(at, f))
		case "choice":
			values := make([]string, 0, 8)
			for _, c := range ChoicesOf(f.Type()) {
				values = append(values, c.Value)
			}
			out.Add(at, "not_a_choice", "must be one of: %s", strings.Join(values, ", "))
		case "oneof":
			out.Add(at, "not_a_choice", "must be one of: %s", strings.ReplaceAll(f.Param(), " ", ", "))
		case "unique":
			out.Add(at, "repeated", "must not have the same value twice")
		case "scope":
			out.Add(at, "bad_scope", "must be a scope path such as /siv/radiologi/")
		case "slug":
			out.Add(at, "bad_key", "must be a key of small letters a-z, digits and hyphens")
		case "weburl":
			out.Add(at, "bad_url", "must be an address that begins with http:// or https://")
		case "uuid":
			out.Add(at, "bad_format/id", "must be an id such as 0192f0c1-2a3b-7c4d-8e5f-60718293a4b5")
		case "username":
			out.Add(at, "bad_format/username", "must be a username of 2 to 60 characters: letters a-z and digits, and after the first character also . _ @ -")
		case "email":
			out.Add(at, "bad_format/email", "must be an e-mail address")
		default:
			out.Add(at, "bad_format", "must be of the form %s", f.Tag())
		}
	}
	return out.Err()
}

// tooLong says what a text, a list or a number may be at most.
func tooLong(at string, f validator.FieldError) fault.Field {
	switch f.Kind() {
	case reflect.String:
		return fault.NewField(at, "too_long", "must be at most %s characters", f.Param())
	case reflect.Slice, reflect.Map:
		return fault.NewField(at, "too_many_items", "must have at most %s items", f.Param())
	default:
		return fault.NewField(at, "above_maximum", "must be at most %s", f.Param())
	}
}

// tooShort says what a text, a list or a number must be at least.
func tooShort(at string, f validator.FieldError) fault.Field {
	switch kind := f.Kind(); {
	case kind == reflect.String:
		return fault.NewField(at, "too_short", "must be at least %s characters", f.Param())
	case kind != reflect.Slice && kind != reflect.Map:
		return fault.NewField(at, "below_minimum", "must be at least %s", f.Param())
	case f.Param() == "1":
		return fault.NewField(at, "too_few_items/one", "must have at least one item")
	default:
		return fault.NewField(at, "too_few_items", "must have at least %s items", f.Param())
	}
}

// pointerOf turns the validator's path (Risk.\x00.consequences[0].level) into a JSON pointer.
func pointerOf(namespace string) string {
	_, path, _ := strings.Cut(namespace, ".")
	path = strings.NewReplacer("[", ".", "]", "").Replace(path)
	var b strings.Builder
	for _, s := range strings.Split(path, ".") {
		if s != embedded && s != "" {
			b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(s))
		}
	}
	return b.String()
}
