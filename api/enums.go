package api

import (
	"net/http"
	"sort"
	"strings"

	"github.com/ki-styring/aims/internal/record"
)

type enumsAPI struct{}

func (h enumsAPI) routes(s *Server) {
	handle(s, http.MethodGet, "/enums", "signed-in: the words of the contract", h.enums)
	handle(s, http.MethodGet, "/workflows", "signed-in: the words of the contract", h.workflows)
	handle(s, http.MethodGet, "/workflows/{kind}", "signed-in: the words of the contract", h.workflow)
}

// Enum is a closed list: its values with what people call them.
type Enum struct {
	Name    string          `json:"name" example:"risk.Status"`
	Choices []record.Choice `json:"choices"`
}

// EnumList holds every closed list.
type EnumList struct {
	Items []Enum `json:"items"`
}

// @Summary	List every closed list: value, label, order, tone
// @Tags		meta
// @ID			listEnums
// @Success	200		{object}	EnumList
// @Failure	default	{object}	Problem
// @Router		/enums [get]
func (enumsAPI) enums(_ *record.Tx, _ Call[record.None]) (EnumList, error) {
	out := EnumList{Items: []Enum{}}
	for name, list := range record.AllChoices() {
		out.Items = append(out.Items, Enum{Name: name, Choices: list})
	}
	sort.Slice(out.Items, func(i, j int) bool { return out.Items[i].Name < out.Items[j].Name })
	return out, nil
}

// Workflow is a kind's states and the steps between them.
type Workflow struct {
	Kind        string              `json:"kind" example:"policy"`
	Path        string              `json:"path" example:"/api/v1/policies"`
	Label       record.Text         `json:"label"`
	States      []record.Choice     `json:"states"`
	Editable    []string            `json:"editable"`
	Transitions []record.Transition `json:"transitions"`
}

// WorkflowList holds every kind's workflow.
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
	return w
}

// @Summary	List the workflows of all kinds
// @Tags		meta
// @ID			listWorkflows
// @Success	200		{object}	WorkflowList
// @Failure	default	{object}	Problem
// @Router		/workflows [get]
func (enumsAPI) workflows(_ *record.Tx, _ Call[record.None]) (WorkflowList, error) {
	out := WorkflowList{Items: []Workflow{}}
	for _, k := range record.Kinds() {
		out.Items = append(out.Items, workflowOf(k))
	}
	return out, nil
}

// @Summary	Read the states of a kind and the steps between them
// @Tags		meta
// @ID			getWorkflow
// @Param		kind	path		string	true	"the kind"	example(policy)
// @Success	200		{object}	Workflow
// @Failure	default	{object}	Problem
// @Router		/workflows/{kind} [get]
func (enumsAPI) workflow(_ *record.Tx, c Call[record.None]) (Workflow, error) {
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
