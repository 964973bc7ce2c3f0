package demo

import "github.com/ki-styring/aims/internal/record"

// cycleLine is the improvement cycle of the hospital's file.
type cycleLine struct {
	Key        string          `yaml:"key"`
	Scope      string          `yaml:"scope"`
	Title      string          `yaml:"title"`
	StartsOn   record.Date     `yaml:"starts_on"`
	EndsOn     record.Date     `yaml:"ends_on"`
	Goals      []string        `yaml:"goals"`
	Status     string          `yaml:"status"`
	Created    Act             `yaml:"created"`
	Advanced   []Act           `yaml:"advanced"`
	Objectives []objectiveLine `yaml:"objectives"`
	Measures   []measureLine   `yaml:"measures"`
}

type objectiveLine struct {
	Key          string      `yaml:"key"`
	Title        string      `yaml:"title"`
	HowMeasured  string      `yaml:"how_measured"`
	Unit         string      `yaml:"unit"`
	Baseline     *float64    `yaml:"baseline"`
	Target       *float64    `yaml:"target"`
	Due          record.Date `yaml:"due"`
	Owner        string      `yaml:"owner"`
	Clauses      []string    `yaml:"clauses"`
	Status       string      `yaml:"status"`
	Created      Act         `yaml:"created"`
	Measurements []struct {
		By      string      `yaml:"by"`
		At      record.Date `yaml:"at"`
		Value   float64     `yaml:"value"`
		Comment string      `yaml:"comment"`
	} `yaml:"measurements"`
}

type measureLine struct {
	Key         string      `yaml:"key"`
	Objective   string      `yaml:"objective"`
	Title       string      `yaml:"title"`
	Description string      `yaml:"description"`
	Responsible string      `yaml:"responsible"`
	Due         record.Date `yaml:"due"`
	Status      string      `yaml:"status"`
	Proposed    Act         `yaml:"proposed"`
	Submitted   *Act        `yaml:"submitted"`
	Decided     *struct {
		By      string      `yaml:"by"`
		At      record.Date `yaml:"at"`
		Outcome string      `yaml:"outcome"`
		Reason  string      `yaml:"reason"`
	} `yaml:"decided"`
	Started   *Act `yaml:"started"`
	Completed *Act `yaml:"completed"`
}
