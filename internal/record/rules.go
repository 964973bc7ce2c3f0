package record

// Rules are the functions of a kind on its records. Each may be left out.
type Rules[E any] struct {
	Defaults func(*E)                   // fills what a caller left out; every write asks it first
	Validate func(*E) error             // rules over several fields, every fault at once; every write asks it
	Facts    func(*E) []Fact            // properties that authorities ask about
	DueOn    func(*E) Date              // the day by which something must happen
	Subject  func(*E) (kind, id string) // the record that a write of this one counts for too
	Words    func(*E) string            // by which it is found, beside its fields with the tag search
}

// rules are the same for whoever does not know the struct.
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
