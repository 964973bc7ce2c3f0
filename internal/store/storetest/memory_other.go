//go:build unix && !linux

package storetest

// memory returns "", because this system has no directory whose files are in memory.
func memory() string { return "" }
