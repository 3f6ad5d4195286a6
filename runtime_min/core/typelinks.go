package runtime

import (
	"internal/goarch"
	"unsafe"
)

var compiledTypes []*_type

// moduleTypelinks lists the types that the compiler described, for package reflect: the descriptors follow each other, behind an empty
// word.
func moduleTypelinks(md *moduledata) []*_type {
	if compiledTypes == nil {
		at, end := md.types+goarch.PtrSize, md.types+md.typedesclen
		for at = alignUp(at, goarch.PtrSize); at < end; at = alignUp(at, goarch.PtrSize) {
			typ := (*_type)(unsafe.Pointer(at))
			compiledTypes = append(compiledTypes, typ)
			at += uintptr(typ.DescriptorSize())
		}
	}
	return compiledTypes
}
