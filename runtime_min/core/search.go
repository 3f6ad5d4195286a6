package runtime

import "unsafe"

// What the runtime searches is short: arguments, settings, names of functions. So a loop does, and the assembly of bytealg is in programs
// alone that search something themselves.

// findnull is the length of the C string at s.
//
//go:nosplit
func findnull(s *byte) int {
	if s == nil {
		return 0
	}
	n := uintptr(0)
	for *(*byte)(add(unsafe.Pointer(s), n)) != 0 {
		n++
	}
	return int(n)
}

// indexByte tells where the first c in s is; -1 if there is none.
//
//go:nosplit
func indexByte(s string, c byte) int {
	for i := range len(s) {
		if s[i] == c {
			return i
		}
	}
	return -1
}
