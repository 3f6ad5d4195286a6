//go:build amd64 || arm64

// Package sum adds in assembly.
package sum

// Pair is what is added.
type Pair struct{ Left, Right int64 }

// Of is the sum of the pair and of what the header says.
//
//go:noescape
func Of(p Pair) int64
