package record

import (
	"reflect"

	"github.com/ki-styring/aims/internal/record/text"
)

// compose puts every text in a value into its composed form (NFC), so that one word is stored in one way wherever it was typed.
func compose(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if s := v.String(); v.CanSet() {
			if c := text.NFC(s); c != s {
				v.SetString(c)
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() || f.Anonymous {
				compose(v.Field(i))
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			compose(v.Elem())
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		for i := range v.Len() {
			compose(v.Index(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			value := reflect.New(v.Type().Elem()).Elem()
			value.Set(v.MapIndex(key))
			compose(value)
			v.SetMapIndex(key, value)
		}
	}
}
