package access

// Remembered is how many persons the present world keeps, and how many cells its table has.
func (g *Guard) Remembered() (persons, cells int) {
	w := g.world.Load()
	for _, r := range *w.grants.rows.Load() {
		cells += len(r)
	}
	return len(w.persons), cells
}

// MostRemembered is the most persons a world keeps.
const MostRemembered = remembered
