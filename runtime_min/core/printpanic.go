package runtime

import (
	"internal/abi"
	"unsafe"
)

// printpanicval prints the value of a panic: predeclared types as print does, others of the same kinds with their name, and of all the rest
// the name and where the value is. It looks at kinds, not types, which would link in the descriptors of all predeclared types.
func printpanicval(v any) {
	e := efaceOf(&v)
	if e._type == nil {
		printstring("nil")
		return
	}
	kind, name := e._type.Kind(), toRType(e._type).string()
	if kind == abi.Invalid || kind > abi.Complex128 && kind != abi.String {
		print("(", name, ") ", e.data)
		return
	}
	if toRType(e._type).pkgpath() == "" {
		printBasic(kind, e.data)
		return
	}
	before, after := "(", ")"
	switch kind {
	case abi.String:
		before, after = `("`, `")`
	case abi.Complex64, abi.Complex128:
		before, after = "", "" // they have their own
	}
	printstring(name)
	printstring(before)
	printBasic(kind, e.data)
	printstring(after)
}

// printBasic prints the value at p, which is of a kind that print knows.
func printBasic(kind abi.Kind, p unsafe.Pointer) {
	switch kind {
	case abi.Bool:
		printbool(*(*bool)(p))
	case abi.Int8:
		printint(int64(*(*int8)(p)))
	case abi.Int16:
		printint(int64(*(*int16)(p)))
	case abi.Int32:
		printint(int64(*(*int32)(p)))
	case abi.Int, abi.Int64:
		printint(*(*int64)(p))
	case abi.Uint8:
		printuint(uint64(*(*uint8)(p)))
	case abi.Uint16:
		printuint(uint64(*(*uint16)(p)))
	case abi.Uint32:
		printuint(uint64(*(*uint32)(p)))
	case abi.Uint, abi.Uint64, abi.Uintptr:
		printuint(*(*uint64)(p))
	case abi.Float32:
		printfloat32(*(*float32)(p))
	case abi.Float64:
		printfloat64(*(*float64)(p))
	case abi.Complex64:
		printcomplex64(*(*complex64)(p))
	case abi.Complex128:
		printcomplex128(*(*complex128)(p))
	case abi.String:
		printindented(*(*string)(p))
	}
}
