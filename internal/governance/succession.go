package governance

import "github.com/ki-styring/aims/internal/record"

// On tells whether the mandate was in force on a day, among all that its body ever adopted.
func (m *Mandate) On(day record.Date, adopted []*Mandate) bool {
	last, ever := m.Until(adopted)
	return ever && m.ValidFrom <= day && (last == "" || day <= last)
}

// Until gives the last day on which an adopted mandate holds, its body's other adopted mandates considered: a later edition
// takes over on its own first day. It is false for one that is taken over before it begins. No day is no end.
func (m *Mandate) Until(adopted []*Mandate) (record.Date, bool) {
	last := m.ValidTo
	for _, next := range adopted {
		if next.Edition <= m.Edition {
			continue
		}
		if next.ValidFrom <= m.ValidFrom {
			return "", false
		}
		if eve := record.DateOf(next.ValidFrom.Time().AddDate(0, 0, -1)); last == "" || eve < last {
			last = eve
		}
	}
	return last, true
}

// Succeeds tells whether the mandate has taken over from an earlier edition on that day.
func (m *Mandate) Succeeds(earlier *Mandate, today record.Date) bool {
	return m.BodyID == earlier.BodyID && m.Edition > earlier.Edition && m.ValidFrom <= today
}
