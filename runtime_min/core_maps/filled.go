package maps

import "unsafe"

// filled is a *contents as soon as something has been put into a map.
var filled any

// The linker keeps the method of contents where the type is, and where it is called through an interface: in programs that put something
// into a map and print maps.

type contents struct{ _ byte }

type sorter interface {
	sort(mapValue, sorted unsafe.Pointer)
}

var theContents contents

func (*contents) sort(mapValue, sorted unsafe.Pointer) { fmtsort_sortInto(mapValue, sorted) }

//go:linkname fmtsort_sortInto internal/fmtsort.sortInto
func fmtsort_sortInto(mapValue, sorted unsafe.Pointer)

//go:linkname sortFilled internal/fmtsort.runtime_sortFilled
func sortFilled(mapValue, sorted unsafe.Pointer) {
	if s, ok := filled.(sorter); ok {
		s.sort(mapValue, sorted)
	}
}
