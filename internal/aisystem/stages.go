package aisystem

import (
	"slices"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Release is a version of the system, as its maker numbers it.
type Release struct {
	ID string `json:"id" format:"uuid"`
	ReleaseInput
	AddedBy string    `json:"added_by" format:"uuid" names:"user"`
	AddedAt time.Time `json:"added_at"`
} // @name AISystemRelease

// ReleaseInput is the request that adds a version.
type ReleaseInput struct {
	Version    string      `json:"version" validate:"required,filled,max=60" example:"2.4.1"`
	ReleasedOn record.Date `json:"released_on" format:"date" extensions:"x-nullable" example:"2026-10-01"`
	Notes      string      `json:"notes,omitempty" validate:"max=5000" example:"Ny modell for håndledd."`
	// Whether the change lies inside what the maker planned and had assessed beforehand. Such a change is not substantial (AI Act Art. 43(4)).
	Predetermined bool `json:"predetermined"`
} // @name AISystemReleaseInput

// Release adds a version, which the gates ask about from now on.
func (s *System) Release(in ReleaseInput, by string, at time.Time) error {
	if slices.ContainsFunc(s.Releases, func(r Release) bool { return r.Version == in.Version }) {
		var f fault.Fields
		f.Add("/version", "release_exists", "is a version of the system already")
		return f.Err()
	}
	r := Release{ID: record.NewID(), ReleaseInput: in, AddedBy: by, AddedAt: at}
	s.Releases = append(s.Releases, r)
	s.ReleaseID = r.ID
	return nil
}

// Deployment is the use of the system at one place.
type Deployment struct {
	ID string `json:"id" format:"uuid"`
	DeploymentInput
	State    DeploymentState `json:"state"`
	FirstUse record.Date     `json:"first_use" format:"date" extensions:"x-nullable"`
	EndedOn  record.Date     `json:"ended_on" format:"date" extensions:"x-nullable"`
} // @name AISystemDeployment

// DeploymentInput is the request that plans the use of the system at a place.
type DeploymentInput struct {
	// The organisation number of the legal entity that uses it there. In-house devices may not leave their maker's own entity (MDR Art. 5(5)(a)).
	LegalEntity string `json:"legal_entity" validate:"required,len=9,numeric" example:"983975259"`
	UnitID      string `json:"unit_id" validate:"required,uuid" ref:"unit" format:"uuid"`
	Site        string `json:"site" validate:"required,filled,max=200" example:"Akuttmottaket, Tønsberg"`
	ReleaseID   string `json:"release_id,omitempty" validate:"omitempty,uuid" format:"uuid"`
} // @name AISystemDeploymentInput

// Deploy plans the use of the system at a place.
func (s *System) Deploy(in DeploymentInput) error {
	if in.ReleaseID == "" {
		in.ReleaseID = s.ReleaseID
	}
	var f fault.Fields
	if in.ReleaseID != "" && s.release(in.ReleaseID) == nil {
		f.Add("/release_id", "unknown_release", "must be a release of the system")
	}
	if slices.ContainsFunc(s.Deployments, func(d Deployment) bool {
		return d.UnitID == in.UnitID && d.Site == in.Site && d.State != Withdrawn
	}) {
		f.Add("/site", "deployment_exists", "is a place of the system already")
	}
	if err := f.Err(); err != nil {
		return err
	}
	s.Deployments = append(s.Deployments, Deployment{ID: record.NewID(), DeploymentInput: in, State: Planned})
	return nil
}

func (s *System) release(id string) *Release {
	for i := range s.Releases {
		if s.Releases[i].ID == id {
			return &s.Releases[i]
		}
	}
	return nil
}

// Deployment returns the deployment with that id, or nil.
func (s *System) Deployment(id string) *Deployment {
	for i := range s.Deployments {
		if s.Deployments[i].ID == id {
			return &s.Deployments[i]
		}
	}
	return nil
}

// StartInput is the request that begins the use of a system at a place that was added, or of a new release at a place where it is used.
type StartInput struct {
	DeploymentID string `json:"deployment_id" validate:"required,uuid" format:"uuid"`
	ReleaseID    string `json:"release_id,omitempty" validate:"omitempty,uuid" format:"uuid"` // the newest one when it is left out
} // @name AISystemDeploymentStart

// Starting checks the request, and returns the place with the release that it is to have. Only a system that is piloted or used starts at a new place.
func (s *System) Starting(in StartInput) (*Deployment, string, error) {
	release := in.ReleaseID
	if release == "" {
		release = s.ReleaseID
	}
	d := s.Deployment(in.DeploymentID)
	var f fault.Fields
	switch {
	case d == nil:
		f.Add("/deployment_id", "unknown_deployment", "must be a deployment of the system")
	case d.State == Withdrawn:
		f.Add("/deployment_id", "deployment_ended", "has ended already")
	case d.State != Planned && d.ReleaseID == release:
		f.Add("/release_id", "release_in_use", "is used at this place already")
	}
	if release != "" && s.release(release) == nil {
		f.Add("/release_id", "unknown_release", "must be a release of the system")
	}
	return d, release, f.Err()
}

// Start begins the use at a place.
func (s *System) Start(d *Deployment, release string, at time.Time) {
	d.State, d.ReleaseID = map[Status]DeploymentState{Pilot: InPilot, InUse: Deployed}[s.Status], release
	if d.FirstUse == "" {
		d.FirstUse = record.DateOf(at)
	}
	if s.GoLive != nil && !slices.Contains(s.GoLive.DeploymentIDs, d.ID) {
		s.GoLive.DeploymentIDs = append(s.GoLive.DeploymentIDs, d.ID)
	}
}

// EndInput is the request that ends the use of a system at a place.
type EndInput struct {
	DeploymentID string `json:"deployment_id" validate:"required,uuid" format:"uuid"`
	record.Reason
} // @name AISystemDeploymentEnd

// EndDeployment ends the use of the system at a place.
func (s *System) EndDeployment(in EndInput, at time.Time) error {
	d := s.Deployment(in.DeploymentID)
	var f fault.Fields
	switch {
	case d == nil:
		f.Add("/deployment_id", "unknown_deployment", "must be a deployment of the system")
	case d.State == Withdrawn:
		f.Add("/deployment_id", "deployment_ended", "has ended already")
	default:
		d.State, d.EndedOn = Withdrawn, record.DateOf(at)
	}
	return f.Err()
}

// Suspension says who stopped the system, and who confirmed it on the next working day.
type Suspension struct {
	By          string      `json:"by" format:"uuid" names:"user"`
	At          time.Time   `json:"at"`
	Reason      string      `json:"reason"`
	PatientHarm bool        `json:"patient_harm"`
	ConfirmBy   record.Date `json:"confirm_by" format:"date"`
	ConfirmedBy string      `json:"confirmed_by,omitempty" format:"uuid" names:"user"`
	ConfirmedAt *time.Time  `json:"confirmed_at"`
	Note        string      `json:"note,omitempty"`
} // @name AISystemSuspension

// SuspendInput is the request that stops a system at once.
type SuspendInput struct {
	PatientHarm bool `json:"patient_harm" example:"false"` // whether a patient was or could have been harmed
	record.Reason
} // @name AISystemSuspend

// Suspend stops the system at once. Anybody who works where it is used may do so (AI Act Art. 14(4)(e)).
func (s *System) Suspend(in SuspendInput, by string, at time.Time) error {
	s.SuspendedFrom, s.Status, s.StageSince = s.Status, Suspended, at
	s.Suspension = &Suspension{By: by, At: at, Reason: in.Reason.Reason, PatientHarm: in.PatientHarm, ConfirmBy: nextWorkday(record.DateOf(at))}
	return nil
}

// nextWorkday is the first day from Monday to Friday after a day. Public holidays count as working days.
func nextWorkday(d record.Date) record.Date {
	for {
		d = d.Add("P1D")
		if day := d.Time().Weekday(); day != time.Saturday && day != time.Sunday {
			return d
		}
	}
}

// ConfirmSuspension confirms that the system was rightly stopped. It is another person than who stopped it.
func (s *System) ConfirmSuspension(note, by string, at time.Time) error {
	if s.Suspension == nil || s.Suspension.ConfirmedBy != "" {
		return fault.New(fault.Conflict, "suspension_confirmed", "the suspension of %s is confirmed already", s.Number)
	}
	s.Suspension.ConfirmedBy, s.Suspension.ConfirmedAt, s.Suspension.Note = by, &at, note
	return nil
}

// GoLive is the approval of ordinary use: for which release, where, on which conditions, and until when.
type GoLive struct {
	GoLiveInput
	By string    `json:"by" format:"uuid" names:"user"`
	At time.Time `json:"at"`
} // @name AISystemGoLive

// GoLiveInput is the request that approves ordinary use.
type GoLiveInput struct {
	ReleaseID     string      `json:"release_id,omitempty" validate:"omitempty,uuid" format:"uuid"`
	DeploymentIDs []string    `json:"deployment_ids" validate:"max=100,unique,dive,uuid" format:"uuid"`
	Conditions    []string    `json:"conditions" validate:"max=30,dive,filled,max=1000" example:"Radiologen leser alle bilder."`
	ReviewOn      record.Date `json:"review_on" validate:"required" format:"date" example:"2027-05-01"`
	record.Reason
} // @name AISystemGoLiveInput

// ApproveGoLive approves that the system is used: this release, at these places, on these conditions.
func (s *System) ApproveGoLive(in GoLiveInput, by string, at time.Time) error {
	var f fault.Fields
	if in.ReleaseID == "" {
		in.ReleaseID = s.ReleaseID
	}
	if in.ReleaseID != "" && in.ReleaseID != s.ReleaseID {
		f.Add("/release_id", "not_the_release", "must be the release that the gates were cleared for")
	}
	for i, id := range in.DeploymentIDs {
		if s.Deployment(id) == nil {
			f.Add(pointer("/deployment_ids", i), "unknown_deployment", "must be a deployment of the system")
		}
	}
	if last := record.DateOf(at).Add(s.ReviewInterval()); in.ReviewOn != "" && (in.ReviewOn <= record.DateOf(at) || in.ReviewOn > last) {
		f.Add("/review_on", "review_too_late", "must be after today, and no later than %s for a system with these traits", last)
	}
	if err := f.Err(); err != nil {
		return err
	}
	s.GoLive = &GoLive{GoLiveInput: in, By: by, At: at}
	return nil
}

// ReviewInterval is how long a system of this kind may go between reviews. What learns or changes in use is looked at more often (seed feature S3.5).
func (s *System) ReviewInterval() record.Duration {
	switch {
	case slices.Contains(s.Traits, ContinuousLearning):
		return "P3M"
	case slices.Contains(s.Traits, BehaviourChange), slices.Contains(s.Traits, AutomatedDecisions):
		return "P6M"
	}
	return "P1Y"
}

// Enter moves the system to another stage. Going back to an earlier stage ends the approval of its use.
func (s *System) Enter(to Status, at time.Time) {
	s.Status, s.StageSince = to, at
	s.Suspension, s.SuspendedFrom = nil, ""
	switch to {
	case InUse:
		s.startAt(Deployed, at)
	case Pilot:
		s.startAt(InPilot, at)
	case Retired, Cancelled:
		for i := range s.Deployments {
			if d := &s.Deployments[i]; d.State != Withdrawn {
				d.State, d.EndedOn = Withdrawn, record.DateOf(at)
			}
		}
		s.ReviewDue = ""
	default:
		s.GoLive, s.ReviewDue = nil, ""
	}
}

// startAt begins the pilot, or the use that was approved, at the places of the system, and sets the day of the next review.
func (s *System) startAt(state DeploymentState, at time.Time) {
	today := record.DateOf(at)
	s.ReviewDue = today.Add(s.ReviewInterval())
	if state == Deployed && s.GoLive != nil {
		s.ReviewDue = min(s.ReviewDue, s.GoLive.ReviewOn)
	}
	for i := range s.Deployments {
		d := &s.Deployments[i]
		if d.State == Withdrawn || state == Deployed && s.GoLive != nil && !slices.Contains(s.GoLive.DeploymentIDs, d.ID) {
			continue
		}
		d.State, d.ReleaseID = state, s.ReleaseID
		if d.FirstUse == "" {
			d.FirstUse = today
		}
	}
}

// Review is somebody's look at a system in use, and when the next one is.
type Review struct {
	By   string      `json:"by" format:"uuid" names:"user"`
	At   time.Time   `json:"at"`
	Note string      `json:"note"`
	Next record.Date `json:"next" format:"date"`
} // @name AISystemReview

// ReviewInput is the request that records a review.
type ReviewInput struct {
	Note string      `json:"note" validate:"required,filled,max=5000" example:"Ingen avvik siden sist. Treffsikkerheten er som ved validering."`
	Next record.Date `json:"next" format:"date" extensions:"x-nullable" example:"2027-05-01"`
} // @name AISystemReviewInput

// Reviewed records a review and sets the day of the next one.
func (s *System) Reviewed(in ReviewInput, by string, at time.Time) error {
	today := record.DateOf(at)
	last := today.Add(s.ReviewInterval())
	if in.Next == "" {
		in.Next = last
	}
	if in.Next <= today || in.Next > last {
		var f fault.Fields
		f.Add("/next", "review_too_late", "must be after today, and no later than %s for a system with these traits", last)
		return f.Err()
	}
	s.ReviewDue, s.LastReview = in.Next, &Review{By: by, At: at, Note: in.Note, Next: in.Next}
	return nil
}
