package settings

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// DraftEdition creates the first edition of the settings of a top-level unit, or the next one. Only one edition at a time may be in preparation.
func DraftEdition(tx *record.Tx, in Input) (*Settings, error) {
	earlier, err := query.Each(tx, Repo, query.Exactly(in.Scope), nil)
	if err != nil {
		return nil, err
	}
	next, open := 1, (*Settings)(nil)
	for _, s := range earlier {
		next = max(next, s.Edition+1)
		if s.Status == Draft || s.Status == InReview {
			open = s
		}
	}
	s, err := Repo.Create(tx, New(in, next))
	if err != nil {
		return nil, err
	}
	if open != nil {
		return nil, fault.New(fault.Conflict, "edition_open/settings", "edition %d of the settings is not finished; finish or delete it first", open.Edition)
	}
	return s, nil
}

// ApproveEdition puts an edition in force and supersedes the one before.
func ApproveEdition(tx *record.Tx, ref record.Ref) (*Settings, error) {
	s, err := Repo.Change(tx, ref, func(s *Settings) error { return s.Approve(tx.Actor.ID, tx.Now) })
	if err != nil {
		return nil, err
	}
	approved, err := editions(tx, s.Scope)
	if err != nil {
		return nil, err
	}
	for _, e := range approved {
		if e.ID == s.ID {
			continue
		}
		if _, err := Repo.Change(tx.Follow(Repo.Name, "supersede"), record.Ref{ID: e.ID, Version: record.AnyVersion}, (*Settings).Supersede); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// editions returns the approved editions of a unit.
func editions(tx *record.Tx, unit string) ([]*Settings, error) {
	return query.Each(tx, Repo, query.Exactly(unit), map[string][]string{"status": {string(Approved)}})
}

// InForce returns the settings in force in a scope: the approved edition of its top-level unit, with what it leaves out from the defaults. Without an
// approved edition these are the defaults, which have the edition 0 and no id.
func InForce(tx *record.Tx, defaults *Settings, scope string) (*Settings, error) {
	unit := topLevel(scope)
	approved, err := editions(tx, unit)
	if err != nil {
		return nil, err
	}
	if len(approved) == 0 {
		s := *defaults
		s.Scope = unit
		return &s, nil
	}
	s := slices.MaxFunc(approved, func(a, b *Settings) int { return a.Edition - b.Edition })
	s.fill(defaults)
	return s, nil
}

// ByScope reads every approved edition once, and returns what finds the settings in force in a scope.
func ByScope(tx *record.Tx, defaults *Settings) (func(scope string) *Settings, error) {
	approved, err := query.Each(tx, Repo, "/", map[string][]string{"status": {string(Approved)}})
	if err != nil {
		return nil, err
	}
	units := map[string]*Settings{}
	for _, s := range approved {
		if last := units[s.Scope]; last == nil || last.Edition < s.Edition {
			s.fill(defaults)
			units[s.Scope] = s
		}
	}
	return func(scope string) *Settings {
		if s := units[topLevel(scope)]; s != nil {
			return s
		}
		return defaults
	}, nil
}

// topLevel returns the top-level unit that a scope lies in. For the root it returns the root.
func topLevel(scope string) string {
	above := record.Ancestors(scope)
	return above[min(1, len(above)-1)]
}

// fill adds the deciders and answer times of the defaults that the edition leaves out.
func (s *Settings) fill(defaults *Settings) {
	for _, d := range defaults.Deciders {
		if !slices.ContainsFunc(s.Deciders, func(own Decider) bool { return own.decision() == d.decision() }) {
			s.Deciders = append(s.Deciders, d)
		}
	}
	for _, a := range defaults.AnswerTimes {
		if !slices.ContainsFunc(s.AnswerTimes, func(own AnswerTime) bool { return own.Question == a.Question }) {
			s.AnswerTimes = append(s.AnswerTimes, a)
		}
	}
}

// Current is the settings in force in a scope, with the edition that they come from. The defaults have no id, number and approval.
type Current struct {
	Scope      string     `json:"scope" example:"/siv/" names:"unit"` // the top-level unit
	Edition    int        `json:"edition" example:"1"`                // 0 for the defaults
	ID         string     `json:"id,omitempty" format:"uuid" names:"settings"`
	Number     string     `json:"number,omitempty" example:"SET-0001"`
	ApprovedBy string     `json:"approved_by,omitempty" format:"uuid" names:"user"`
	ApprovedAt *time.Time `json:"approved_at"`
	Content
} // @name SettingsInForce

// Current returns the settings for people to read.
func (s *Settings) Current() *Current {
	return &Current{
		Scope: s.Scope, Edition: s.Edition, ID: s.ID, Number: s.Number, ApprovedBy: s.ApprovedBy, ApprovedAt: s.ApprovedAt, Content: s.Content,
	}
}

// defaultsFile is the file of the default settings in the folder of policies.
const defaultsFile = "settings.yaml"

// ReadDefaults reads the default settings from the folder of policies.
func ReadDefaults(policies fs.FS) (*Settings, error) {
	data, err := fs.ReadFile(policies, defaultsFile)
	if err != nil {
		return nil, fmt.Errorf("default settings: %w", err)
	}
	raw, err := yaml.YAMLToJSON(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", defaultsFile, err)
	}
	s := &Settings{Status: Approved}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&s.Content); err != nil {
		return nil, fmt.Errorf("%s: %w", defaultsFile, err)
	}
	s.Defaults()
	if err := record.Shape(s); err != nil {
		return nil, fmt.Errorf("%s: %w", defaultsFile, err)
	}
	if err := s.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", defaultsFile, err)
	}
	return s, nil
}
