package access

// Remembered returns the number of persons in the current snapshot, and the number of cells in its table.
func (g *Guard) Remembered() (persons, cells int) {
	w := g.snapshot.Load()
	for _, r := range *w.grants.rows.Load() {
		cells += len(r)
	}
	return len(w.persons), cells
}

// MostRemembered is the largest number of persons that a snapshot caches.
const MostRemembered = maxPersons
