package api_test

import (
	"strings"
	"testing"
)

// asked lists the ids of the questions that an answer has.
func (r *reply) asked() string {
	r.t.Helper()
	out := []string{}
	list, _ := r.at("questions").([]any)
	for _, q := range list {
		id, _ := q.(map[string]any)["id"].(string)
		out = append(out, id)
	}
	return strings.Join(out, " ")
}

// A front-end asks for the questions, one step after the other, in both languages.
func TestClassificationQuestions(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		employee := h.as("employee")
		at := "/classification/questions"
		employee.get(at).refused(400, "missing_parameter", "?for")
		employee.get(at+"?for=gdpr").refused(400, "bad_parameter", "?for")
		employee.get(at+"?for=mdr&answers=Q-01").refused(400, "bad_parameter", "?answers")
		employee.get(at+"?for=mdr&answers=Q-77:yes,Q-01:perhaps,Q-07:yes,Q-08:yes").refused(422, "invalid_content", "/answers/Q-01", "/answers/Q-08", "/answers/Q-77")
		employee.get(at+"?for=ai_act&class=IV").refused(400, "bad_parameter", "?class")
		employee.get(at+"?for=ai_act&law_version=2019").refused(400, "bad_parameter", "?law_version")

		first := employee.get(at + "?for=mdr").ok(200)
		if got := first.asked(); got != "Q-01" {
			h.t.Errorf("first %s", got)
		}
		first.is("questions.0.question.nb", "Er det et dataprogram eller en modell som tar inn data og gir ut data (app, nettjeneste, modell, algoritme bygd inn i utstyr)?").
			is("questions.0.reference.en", "MDR Art. 2(1)").is("questions.0.check", nil).is("complete", false).is("law_status", "in_force")
		purposes := "Q-01:yes,Q-02:no,Q-03:no,Q-04:no,Q-05:no,Q-06:no,Q-07:no,Q-08:no,Q-09:no"
		h.row("S2_6", func() {
			r := employee.get(at + "?for=mdr&answers=" + purposes).ok(200)
			if got := r.asked(); got != "Q-20 Q-21 Q-22 Q-23 Q-24 Q-25 Q-26 Q-90" {
				h.t.Errorf("the purposes: %s", got)
			}
			r.is("questions.0.values.6.key", "alleviation")
		})
		if got := employee.get(at + "?for=mdr&answers=Q-01:no").ok(200).is("complete", true).asked(); got != "" {
			h.t.Errorf("not software, and still asks %s", got)
		}
		started := "A-01:yes,A-02:no,A-02a:no,A-03:no,A-04:no,A-05:no,A-06:no,A-07:no"
		all, known := employee.get(at+"?for=ai_act&answers="+started).ok(200).asked(), employee.get(at+"?for=ai_act&class=IIa&answers="+started).ok(200).asked()
		h.row("S2_21", func() {
			if !strings.Contains(all, "H-01 ") || strings.Contains(known, "H-01 ") || !strings.Contains(known, "J-5d") {
				h.t.Errorf("the class answers H-01: %s, and with it %s", all, known)
			}
		})
	})
}
