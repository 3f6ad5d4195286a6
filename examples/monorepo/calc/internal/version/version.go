// Package version holds what the build stamps into the program.
package version

// Version is set by the linker (-X).
var Version = "devel"
