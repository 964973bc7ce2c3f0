package api

import (
	"net/http"
	"reflect"

	"github.com/ki-styring/aims/internal/classify"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// classificationAPI serves the rules by which AI systems are classified.
type classificationAPI struct{}

func (h classificationAPI) routes(s *rest.Server) {
	rest.Handle(s, http.MethodGet, "/classification/questions", "signed-in: the rules of the law", h.questions, rest.Out(reflect.TypeFor[questionnaire]()), rest.Query(
		rest.Param{Name: "for", In: "query", Type: "string", Required: true, Enum: []string{"mdr", "ivdr", "ai_act"}, Doc: "What is to be classified."},
		rest.Param{Name: "answers", In: "query", Type: "string", Doc: "The answers so far, such as Q-01:yes,Q-02:no,C-33a:yes=IIa."},
		rest.Param{Name: "class", In: "query", Type: "string", Doc: "The class of the device, such as IIa or Im, or not_device. It answers rows of the AI Act."},
		rest.Param{Name: "in_house", In: "query", Type: "boolean", Doc: "Whether the device is made and used in the hospital (Art. 5(5))."},
		rest.Param{Name: "law_version", In: "query", Type: "string", Doc: "The version of the rules; the one in force when left out."},
	))
}

// questionnaire is what is still to be answered, and by which rules.
type questionnaire struct {
	For        classify.For `json:"for" enums:"mdr,ivdr,ai_act"`
	Law        record.Text  `json:"law"`
	LawVersion string       `json:"law_version" example:"2026-11-27"`
	LawStatus  string       `json:"law_status" enums:"in_force,proposed"`
	// Complete is true when no question is left.
	Complete  bool                `json:"complete"`
	Questions []classify.Question `json:"questions"`
} // @name Questionnaire

// @Summary	List the questions that are still needed to classify a system
// @Description	A row that another answer may make needless waits for it, so ask again after each step. Unknown is an answer too, and is never read as no.
// @Tags		classification
// @Param		for			query		string	true	"what is to be classified"	Enums(mdr, ivdr, ai_act)
// @Param		answers		query		string	false	"the answers so far"
// @Param		class		query		string	false	"the class of the device"
// @Param		in_house	query		boolean	false	"made and used in the hospital"
// @Param		law_version	query		string	false	"the version of the rules"
// @Success	200			{object}	questionnaire
// @Failure	default		{object}	Problem
// @Router		/classification/questions [get]
func (classificationAPI) questions(_ *record.Tx, c rest.Call[record.None]) (*questionnaire, error) {
	what := classify.For(c.Query.Get("for"))
	if what == "" {
		return nil, rest.MissingParameter("for")
	}
	answers, err := classify.ParseAnswers(c.Query.Get("answers"))
	if err != nil {
		return nil, err
	}
	table := classify.InForce(what.Law())
	if v := c.Query.Get("law_version"); v != "" {
		if table, err = classify.Edition(what.Law(), v); err != nil {
			return nil, err
		}
	}
	class := c.Query.Get("class")
	if class != "" && !classify.KnownClass(class) {
		return nil, fault.New(fault.Malformed, "bad_parameter/class", "the parameter class must be a class of a device, such as IIa, Im or C, or not_device").At("?class")
	}
	list, err := classify.Questions(table, what, answers, classify.Facts{Class: class, InHouse: c.Query.Get("in_house") == "true"})
	if err != nil {
		return nil, err
	}
	return &questionnaire{
		For: what, Law: table.Title, LawVersion: table.Version, LawStatus: table.Status, Complete: len(list) == 0, Questions: list,
	}, nil
}
