package governance

import (
	"fmt"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/ki-styring/aims/internal/record"
)

// Calendar returns a body's meetings as an iCalendar feed (RFC 5545).
func Calendar(tx *record.Tx, id, lang string) ([]byte, error) {
	b, err := Bodies.Get(tx, id)
	if err != nil {
		return nil, err
	}
	meetings, err := ReadableOf(tx, Meetings, b.ID)
	if err != nil {
		return nil, err
	}
	cal := ics.NewCalendarFor("AIMS")
	cal.SetMethod(ics.MethodPublish)
	cal.SetName(b.Name.In(lang))
	for _, m := range meetings {
		e := cal.AddEvent(m.ID + "@aims")
		e.SetDtStampTime(m.UpdatedAt)
		e.SetModifiedAt(m.UpdatedAt)
		e.SetStartAt(*m.StartsAt)
		end := m.StartsAt.Add(time.Hour)
		switch {
		case m.EndsAt != nil:
			end = *m.EndsAt
		case m.Deadline != nil:
			end = *m.Deadline
		}
		e.SetEndAt(end)
		e.SetSummary(fmt.Sprintf("%s: %s", b.Name.In(lang), m.Title))
		if m.Place != "" {
			e.SetLocation(m.Place)
		}
		e.SetSequence(int(m.Version))
		e.SetStatus(ics.ObjectStatusConfirmed)
		switch m.Status {
		case MeetingCancelled:
			e.SetStatus(ics.ObjectStatusCancelled)
		case MeetingPlanned:
			e.SetStatus(ics.ObjectStatusTentative)
		default:
		}
	}
	return []byte(cal.Serialize(ics.WithNewLineWindows)), nil
}
