package runtime

import (
	"internal/abi"
	"unsafe"
)

// What prints the value of a panic that is a floating-point number is only in programs that have such a type. Descriptors of all of them
// refer to one of the comparisons below, and these to what prints. printBasic calls the comparison of the type it meets first.

// printFloats prints the number at p. It is set by the comparisons.
var printFloats func(kind abi.Kind, p unsafe.Pointer)

func f32equal(p, q unsafe.Pointer) bool {
	printFloats = printFloatOfKind
	return *(*float32)(p) == *(*float32)(q)
}

func f64equal(p, q unsafe.Pointer) bool {
	printFloats = printFloatOfKind
	return *(*float64)(p) == *(*float64)(q)
}

func c64equal(p, q unsafe.Pointer) bool {
	printFloats = printFloatOfKind
	return *(*complex64)(p) == *(*complex64)(q)
}

func c128equal(p, q unsafe.Pointer) bool {
	printFloats = printFloatOfKind
	return *(*complex128)(p) == *(*complex128)(q)
}
