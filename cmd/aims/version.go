package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is the version of the program when the build sets it: go build -ldflags "-X main.version=v1.2.3".
// Otherwise the version is what the Go command wrote into the program.
var version string

// devel is the version of a program that does not know its own, such as one started with go run.
const devel = "devel"

type versionCmd struct{}

// Run prints the version of the program, the commit it was built from if that is known, and the Go version.
func (versionCmd) Run() error {
	info, _ := debug.ReadBuildInfo()
	text := "aims " + versionOf(version, info) + "\n"
	if commit := commitOf(info); commit != "" {
		text += "commit " + commit + "\n"
	}
	_, err := fmt.Print(text, runtime.Version(), " ", runtime.GOOS, "/", runtime.GOARCH, "\n")
	return err
}

// programVersion returns the version of the running program.
func programVersion() string {
	info, _ := debug.ReadBuildInfo()
	return versionOf(version, info)
}

// versionOf returns the version that the build set, or else the version of the module.
func versionOf(set string, info *debug.BuildInfo) string {
	switch {
	case set != "":
		return set
	case info == nil || info.Main.Version == "" || info.Main.Version == "(devel)":
		return devel
	}
	return info.Main.Version
}

// commitOf returns the commit that the program was built from, and whether files had changed since. It is empty if the build did not store it.
func commitOf(info *debug.BuildInfo) string {
	if info == nil {
		return ""
	}
	commit, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = " with changes"
		}
	}
	if commit == "" {
		return ""
	}
	return commit + changed
}
