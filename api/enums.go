package api

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/risk"
)

// enumsAPI serves the enumerations and workflows of the API.
type enumsAPI struct {
	names func() map[string]string // Go type → schema name
}

func newEnumsAPI(description []byte) enumsAPI {
	return enumsAPI{sync.OnceValue(func() map[string]string { return schemaNames(description) })}
}

func (h enumsAPI) routes(s *rest.Server) {
	rest.Handle(s, http.MethodGet, "/enums", "signed-in: enumerations and workflows of the API", h.enums)
	rest.Handle(s, http.MethodGet, "/workflows", "signed-in: enumerations and workflows of the API", h.workflows)
	rest.Handle(s, http.MethodGet, "/workflows/{kind}", "signed-in: enumerations and workflows of the API", h.workflow)
}

// Enum is a closed list: the name of its schema, and its values with their labels.
type Enum struct {
	Name    string          `json:"name" example:"RiskStatus"`
	Choices []record.Choice `json:"choices"`
}

// schemaNames reads the schema names of the enumerations from the OpenAPI description.
func schemaNames(description []byte) map[string]string {
	var d struct {
		Components struct {
			Schemas map[string]struct {
				Type string `json:"x-go-type"`
			} `json:"schemas"`
		} `json:"components"`
	}
	_ = json.Unmarshal(description, &d) // without a description the names are those of the Go types
	out := map[string]string{}
	for name, schema := range d.Components.Schemas {
		out[schema.Type] = name
	}
	return out
}

// EnumList has every enumeration.
type EnumList struct {
	Items []Enum `json:"items"`
}

// @Summary	List every enumeration: its values in order, with label and tone
// @Tags		meta
// @ID			listEnums
// @Success	200		{object}	EnumList
// @Failure	default	{object}	Problem
// @Router		/enums [get]
func (h enumsAPI) enums(_ *record.Tx, _ rest.Call[record.None]) (EnumList, error) {
	out := EnumList{Items: []Enum{}}
	names := h.names()
	for typ, list := range record.AllChoices() {
		out.Items = append(out.Items, Enum{Name: cmp.Or(names[typ], typ), Choices: list})
	}
	sort.Slice(out.Items, func(i, j int) bool { return out.Items[i].Name < out.Items[j].Name })
	return out, nil
}

// Workflow has the states of a kind, the transitions between them, and the other actions that each state allows.
type Workflow struct {
	Kind        string              `json:"kind" of:"RecordKind" example:"policy"`
	Path        string              `json:"path" example:"/api/v1/policies"`
	Label       record.Text         `json:"label"`
	States      []record.Choice     `json:"states"`
	Editable    []string            `json:"editable"`
	Transitions []record.Transition `json:"transitions"`
	// Actions are the actions in allowed_actions that are not verbs of transitions. They do not change the state.
	Actions []WorkflowAction `json:"actions"`
	// Parts are the parts of a record that have states of their own, such as the treatments of a risk.
	Parts []WorkflowPart `json:"parts"`
}

// WorkflowAction is an action that does not change the state, with the states that allow it.
type WorkflowAction struct {
	Verb  string      `json:"verb" example:"transfer"`
	From  []string    `json:"from" example:"identified,assessed"`
	Label record.Text `json:"label"`
}

// WorkflowPart has the states of a part and the transitions between them. Every transition needs the permission for Action on the record.
type WorkflowPart struct {
	Name        string              `json:"name" example:"treatments"`
	Path        string              `json:"path" example:"/api/v1/risks/{id}/treatments"`
	Action      string              `json:"action" example:"treatment"`
	States      []record.Choice     `json:"states"`
	Transitions []record.Transition `json:"transitions"`
}

// partsOf lists the parts of a kind that have states of their own.
var partsOf = map[string][]WorkflowPart{
	"risk": {{
		Name: "treatments", Path: Base + "/risks/{id}/treatments", Action: "treatment", States: risk.TreatmentStatuses, Transitions: risk.TreatmentWorkflow,
	}},
}

// PartSteps returns the transitions of a part that the operation of a route makes, such as the start of a risk's treatment.
func PartSteps(r rest.Route) (steps []record.Transition) {
	for _, part := range partsOf[r.Kind] {
		for _, t := range part.Transitions {
			if Base+r.Path == part.Path+"/{sub}/"+t.Verb {
				steps = append(steps, t)
			}
		}
	}
	return steps
}

// WorkflowList has the workflow of every kind.
type WorkflowList struct {
	Items []Workflow `json:"items"`
}

func workflowOf(k *record.Kind) Workflow {
	w := Workflow{Kind: k.Name, Path: Base + "/" + k.Path, Label: k.Label, States: []record.Choice{}, Editable: k.Editable, Transitions: []record.Transition{}}
	if f, ok := k.Entity().FieldByName("Status"); ok {
		if list := record.ChoicesOf(f.Type); list != nil {
			w.States = list
		}
	}
	if w.Editable == nil {
		w.Editable = append([]string{}, k.States()...)
	}
	for _, t := range k.Workflow {
		if t.From == nil {
			t.From = k.States()
		}
		for _, list := range []*[]string{&t.From, &t.To, &t.Needs} {
			if *list == nil {
				*list = []string{}
			}
		}
		w.Transitions = append(w.Transitions, t)
	}
	w.Actions, w.Parts = []WorkflowAction{}, append([]WorkflowPart{}, partsOf[k.Name]...)
	verbs := k.Verbs()
	for _, action := range k.Actions() {
		from := slices.DeleteFunc(k.States(), func(state string) bool { return !k.Fits(action, state) })
		if len(from) > 0 && !slices.Contains(verbs, action) {
			w.Actions = append(w.Actions, WorkflowAction{Verb: action, From: from, Label: actionWords[action]})
		}
	}
	return w
}

// @Summary	List the workflows of all kinds
// @Tags		meta
// @ID			listWorkflows
// @Success	200		{object}	WorkflowList
// @Failure	default	{object}	Problem
// @Router		/workflows [get]
func (enumsAPI) workflows(_ *record.Tx, _ rest.Call[record.None]) (WorkflowList, error) {
	out := WorkflowList{Items: []Workflow{}}
	for _, k := range record.Kinds() {
		out.Items = append(out.Items, workflowOf(k))
	}
	return out, nil
}

// @Summary	Read the states of a kind and the transitions between them
// @Tags		meta
// @ID			getWorkflow
// @Param		kind	path		string	true	"the kind"	example(policy)
// @Success	200		{object}	Workflow
// @Failure	default	{object}	Problem
// @Router		/workflows/{kind} [get]
func (enumsAPI) workflow(_ *record.Tx, c rest.Call[record.None]) (Workflow, error) {
	k := record.KindOf(c.ID)
	if k == nil {
		for _, other := range record.Kinds() {
			if strings.EqualFold(other.Path, c.ID) {
				k = other
			}
		}
	}
	if k == nil {
		return Workflow{}, notFound()
	}
	return workflowOf(k), nil
}
