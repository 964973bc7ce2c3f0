package governance

import "github.com/ki-styring/aims/internal/record"

// On reports whether the mandate was in force on a day. adopted are all mandates that its body ever adopted.
func (m *Mandate) On(day record.Date, adopted []*Mandate) bool {
	last, ever := m.Until(adopted)
	return ever && m.ValidFrom <= day && (last == "" || day <= last)
}

// Until returns the last day on which an adopted mandate is in force. A later edition among the body's adopted mandates replaces it on the
// first day of that edition. It returns false for a mandate that is replaced before it begins. An empty day means no end.
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

// Succeeds reports whether the mandate has replaced an earlier edition on that day.
func (m *Mandate) Succeeds(earlier *Mandate, today record.Date) bool {
	return m.BodyID == earlier.BodyID && m.Edition > earlier.Edition && m.ValidFrom <= today
}
