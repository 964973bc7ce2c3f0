package aisystem

import (
	"cmp"
	"slices"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// TrackReason is a reason for which a system takes its track. policies/gates.yaml explains them.
type TrackReason string

// The reasons, as the guidance on tracks has them.
const (
	ReasonDevice         TrackReason = "device"
	ReasonUnqualified    TrackReason = "not_qualified"
	ReasonAnnexIII       TrackReason = "annex_iii"
	ReasonDecides        TrackReason = "decides_about_persons"
	ReasonPatientData    TrackReason = "patient_data"
	ReasonUnread         TrackReason = "output_not_read"
	ReasonOwn            TrackReason = "own_development"
	ReasonInHouse        TrackReason = "in_house_device"
	ReasonInvestigation  TrackReason = "clinical_investigation"
	ReasonClassIII       TrackReason = "class_iii"
	ReasonAutomated      TrackReason = "solely_automated_decision"
	ReasonLearning       TrackReason = "continuous_learning"
	ReasonActsAlone      TrackReason = "acts_without_review"
	ReasonHighRisk       TrackReason = "residual_risk_high"
	ReasonRaised         TrackReason = "raised"
	ReasonNothingSpecial TrackReason = "nothing_special"
)

// This registers the closed list of reasons.
var _ = record.Choices[TrackReason](
	[4]string{"device", "er medisinsk utstyr", "is a medical device", "info"},
	[4]string{"not_qualified", "det er ikke avklart om det er medisinsk utstyr", "it is not settled whether it is a device", "warning"},
	[4]string{"annex_iii", "høyrisiko etter vedlegg III i KI-forordningen", "high-risk under Annex III of the AI Act", "warning"},
	[4]string{"decides_about_persons", "avgjør eller støtter avgjørelser om enkeltpersoner", "decides or helps to decide about persons", "info"},
	[4]string{"patient_data", "får pasientdata utenfor et godkjent verktøy", "gets patient data outside an approved tool", "info"},
	[4]string{"output_not_read", "ikke alt resultat leses av et menneske", "a person does not read all output", "info"},
	[4]string{"own_development", "egen utvikling", "own development", "warning"},
	[4]string{"in_house_device", "egentilvirket utstyr", "in-house device", "warning"},
	[4]string{"clinical_investigation", "klinisk utprøving", "clinical investigation", "warning"},
	[4]string{"class_iii", "utstyr i klasse III", "class III device", "danger"},
	[4]string{"solely_automated_decision", "helautomatiserte avgjørelser", "solely automated decisions", "danger"},
	[4]string{"continuous_learning", "lærer i bruk", "learns in use", "danger"},
	[4]string{"acts_without_review", "handler uten kontroll av et menneske", "acts without a person's review", "danger"},
	[4]string{"residual_risk_high", "høy restrisiko", "high residual risk", "danger"},
	[4]string{"raised", "hevet av en person", "raised by a person", "info"},
	[4]string{"nothing_special", "ingen av grunnene til et lengre løp gjelder", "none of the reasons for a longer track holds", "success"},
)

// Findings are what classification and other records have found about a system. The server keeps them; nobody sets them.
type Findings struct {
	Device        Device      `json:"device"`                  // whether it is a medical device
	Regulation    string      `json:"regulation,omitempty"`    // MDR or IVDR
	DeviceClass   string      `json:"device_class,omitempty"`  // IIa, or C under the IVDR
	Classified    []string    `json:"classified"`              // the laws it is classified under: mdr, ai_act
	Confirmed     []string    `json:"confirmed"`               // the laws whose classification somebody else has confirmed
	About         About       `json:"about"`                   // what the classifications are about
	HighRisk      []string    `json:"high_risk_routes"`        // 6_1, annex_iii
	Prohibited    bool        `json:"prohibited"`              // AI Act Art. 5
	Undecided     bool        `json:"undecided"`               // an answer is missing or open
	Transparency  []string    `json:"transparency"`            // duties of AI Act Art. 50
	Route         string      `json:"conformity_route"`        // self, notified_body, legacy_mdd, legacy_ivdd, in_house, derogation
	CertificateTo record.Date `json:"certificate_valid_to"`    // the last day of the certificate, or of the letter that extends it
	Study         string      `json:"study_regime,omitempty"`  // the N row of a clinical investigation or performance study
	Residual      string      `json:"residual_risk,omitempty"` // the highest level of its risks that are not closed
	PrivacyHigh   bool        `json:"residual_privacy_risk_high"`
} // @name AISystemFindings

// About is what the qualification and the classifications of a system are about. When it changes, they have to be made again.
type About struct {
	Purpose string `json:"purpose,omitempty"`
	InHouse bool   `json:"in_house"`
} // @name AISystemFindingsAbout

// Device says whether a system is a medical device.
type Device string

// The answers.
const (
	DeviceOpen Device = "open"
	IsDevice   Device = "device"
	IsNone     Device = "not_device"
)

// This registers the closed list of answers.
var _ = record.Choices[Device](
	[4]string{"open", "ikke avklart", "not settled", "warning"},
	[4]string{"device", "medisinsk utstyr", "medical device", "info"},
	[4]string{"not_device", "ikke medisinsk utstyr", "not a device", "neutral"},
)

// RaisedTrack is a person's choice of a longer track than the computed one.
type RaisedTrack struct {
	Track  Track     `json:"track"`
	By     string    `json:"by" format:"uuid" names:"user"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
} // @name AISystemRaisedTrack

// RaiseInput is the request for a longer track.
type RaiseInput struct {
	Track Track `json:"track" validate:"required,choice" example:"full"`
	record.Reason
} // @name AISystemRaise

// rank is 0 for the shortest track.
func (t Track) rank() int {
	return slices.IndexFunc(tracks, func(c record.Choice) bool { return c.Value == string(t) })
}

// track returns the track of the system with every reason for it.
func (s *System) track() (Track, []TrackReason) {
	if s.Findings.Device == "" {
		s.Findings.Device = DeviceOpen
	}
	full := s.reasonsFor(map[TrackReason]bool{
		ReasonOwn:           s.Origin == Own,
		ReasonInHouse:       s.MDRRole == InHouse,
		ReasonInvestigation: s.Findings.Study != "" && s.Findings.Study != noInvestigation,
		ReasonClassIII:      s.Findings.DeviceClass == "III",
		ReasonAnnexIII:      slices.Contains(s.Findings.HighRisk, "annex_iii"),
		ReasonAutomated:     slices.Contains(s.Traits, AutomatedDecisions) && s.DecidesAboutPersons && !s.AllOutputRead,
		ReasonLearning:      slices.Contains(s.Traits, ContinuousLearning),
		ReasonActsAlone:     s.Autonomy == ActsAlone,
		ReasonHighRisk:      s.Findings.Residual == "high" || s.Findings.Residual == "very_high",
	})
	standard := s.reasonsFor(map[TrackReason]bool{
		ReasonDevice:      s.Findings.Device == IsDevice,
		ReasonUnqualified: s.Findings.Device == DeviceOpen,
		ReasonDecides:     s.DecidesAboutPersons,
		ReasonPatientData: s.PatientData == PatientDataIn,
		ReasonUnread:      !s.AllOutputRead,
	})
	track, reasons := Light, []TrackReason{ReasonNothingSpecial}
	switch {
	case len(full) > 0:
		track, reasons = Full, full
	case len(standard) > 0:
		track, reasons = Standard, standard
	}
	if s.Raised != nil && s.Raised.Track.rank() > track.rank() {
		track, reasons = s.Raised.Track, append([]TrackReason{ReasonRaised}, reasons...)
	}
	return track, reasons
}

// noInvestigation is the row of section N for what is not a clinical investigation.
const noInvestigation = "N-04"

func (s *System) reasonsFor(holds map[TrackReason]bool) (out []TrackReason) {
	for reason, yes := range holds {
		if yes {
			out = append(out, reason)
		}
	}
	slices.SortFunc(out, func(a, b TrackReason) int { return cmp.Compare(a, b) })
	return out
}

// Raise gives the system a longer track. Nobody shortens it.
func (s *System) Raise(in RaiseInput, by string, at time.Time) error {
	if in.Track.rank() <= s.Track.rank() {
		var f fault.Fields
		f.Add("/track", "track_not_longer", "must be longer than the present track; a track is never shortened")
		return f.Err()
	}
	s.Raised = &RaisedTrack{Track: in.Track, By: by, At: at, Reason: in.Reason.Reason}
	return nil
}
