//go:build unix && !linux

package storetest

// memory returns nothing: this system has no directory whose files are kept in memory.
func memory() string { return "" }
