package record

import "reflect"

// Choice is one value of a closed list, with its label.
type Choice struct {
	Value string `json:"value"`
	Label Text   `json:"label"`
	Order int    `json:"order"`
	Tone  string `json:"tone" enums:"neutral,info,success,warning,danger"`
}

var choices = map[reflect.Type][]Choice{}

// Choices declares a closed list. Each row has four texts: value, bokmål, English and tone.
func Choices[T ~string](rows ...[4]string) []Choice {
	list := make([]Choice, len(rows))
	for i, r := range rows {
		list[i] = Choice{Value: r[0], Label: Text{NB: r[1], EN: r[2]}, Order: i + 1, Tone: r[3]}
	}
	choices[reflect.TypeFor[T]()] = list
	return list
}

// ChoicesOf returns the closed list of a type, or nil.
func ChoicesOf(t reflect.Type) []Choice { return choices[t] }

// AllChoices returns every closed list by the name of its type: risk.Status.
func AllChoices() map[string][]Choice {
	out := make(map[string][]Choice, len(choices))
	for t, c := range choices {
		out[t.String()] = c
	}
	return out
}
