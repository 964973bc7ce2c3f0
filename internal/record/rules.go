package record

// Rules are the functions of a kind on its records. Each is optional.
type Rules[E any] struct {
	Defaults func(*E)                   // sets default values; called before every write
	Validate func(*E) error             // checks rules over several fields and returns every fault; called before every write
	Facts    func(*E) []Fact            // returns the properties that authorities.csv and other rules use
	DueOn    func(*E) Date              // returns the due day
	Subject  func(*E) (kind, id string) // returns the record that a write of this one also counts for
	Words    func(*E) string            // returns the search words, besides the fields with the tag search
}

// rules is Rules without its type parameter.
type rules interface {
	fill(e any)
	check(e any) error
	facts(e any) []Fact
	due(e any) Date
	subject(e any) subject
	words(e any) string
}

func (r Rules[E]) fill(e any) {
	if r.Defaults != nil {
		r.Defaults(e.(*E))
	}
}

func (r Rules[E]) check(e any) error {
	if r.Validate == nil {
		return nil
	}
	return r.Validate(e.(*E))
}

func (r Rules[E]) facts(e any) []Fact {
	if r.Facts == nil {
		return nil
	}
	return r.Facts(e.(*E))
}

func (r Rules[E]) due(e any) Date {
	if r.DueOn == nil {
		return ""
	}
	return r.DueOn(e.(*E))
}

func (r Rules[E]) subject(e any) (s subject) {
	if r.Subject != nil {
		s.kind, s.id = r.Subject(e.(*E))
	}
	return s
}

func (r Rules[E]) words(e any) string {
	if r.Words == nil {
		return ""
	}
	return r.Words(e.(*E))
}
