package access

// Remembered is how many persons the present world keeps, and how many cells its table has.
func (g *Guard) Remembered() (persons, cells int) {
	w := g.world.Load()
	w.persons.Range(func(any, any) bool { persons++; return true })
	w.grants.cells.Range(func(any, any) bool { cells++; return true })
	return persons, cells
}

// MostRemembered is the most persons a world keeps.
const MostRemembered = remembered

// Delegations are the roles that each role may hand out.
func (g *Guard) Delegations() map[string][]string { return g.rules.delegations }
