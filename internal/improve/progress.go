package improve

// CycleProgress says how far a cycle has come.
type CycleProgress struct {
	// Objectives that have not been withdrawn; how many of them were measured since the cycle began, and how they ended.
	Objectives int `json:"objectives" example:"3"`
	Measured   int `json:"measured" example:"2"`
	Achieved   int `json:"achieved" example:"1"`
	Concluded  int `json:"concluded" example:"1"`
	// Those concluded as achieved although no value meets the target; each conclusion says why.
	Deviating int `json:"deviating" example:"0"`
	// Measures by their status.
	Measures map[string]int `json:"measures" example:"done:2,in_progress:1"`
	// Whether the cycle can leave its phase, and what is in the way.
	PhaseComplete bool           `json:"phase_complete"`
	Blockers      []CycleBlocker `json:"blockers"`
} // @name CycleProgress

// CycleBlocker is something that is missing before the cycle can leave its phase, where it is mended, and by whom.
type CycleBlocker struct {
	Code    string `json:"code" of:"BlockerCode" example:"measurement_missing"`
	Detail  string `json:"detail" example:"OBJ-0003 er ikke målt siden syklusen begynte"` // in the caller's language
	Pointer string `json:"pointer,omitempty" example:"/how_measured"`
	Link    string `json:"link,omitempty" example:"/api/v1/objectives/0192f0c1-7d4e-7a31-9c55-2f6d0b8e4a10"`
	Who     string `json:"who,omitempty" format:"uuid" names:"user"`
} // @name CycleBlocker
