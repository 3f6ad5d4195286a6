package fmtsort

import (
	"reflect"
	"unsafe"
)

// Sort returns the keys and values of a map, in order of the keys. What reads a map and orders it, 28 KB, is only in programs that put
// something into one: package maps calls sortInto if this program has.
func Sort(mapValue reflect.Value) SortedMap {
	var sorted SortedMap
	runtime_sortFilled(unsafe.Pointer(&mapValue), unsafe.Pointer(&sorted))
	return sorted
}

//go:linkname runtime_sortFilled
//go:noescape
func runtime_sortFilled(mapValue, sorted unsafe.Pointer)

//go:linkname sortInto
func sortInto(mapValue, sorted unsafe.Pointer) {
	*(*SortedMap)(sorted) = sortMap(*(*reflect.Value)(mapValue))
}
