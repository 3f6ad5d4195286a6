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
	if x := e._type.Uncommon(); x == nil || x.PkgPath == 0 { // predeclared
		printBasic(e._type, e.data)
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
	printBasic(e._type, e.data)
	printstring(after)
}

// printBasic prints the value at p of type t, which is of a kind that print knows.
func printBasic(t *_type, p unsafe.Pointer) {
	switch kind := t.Kind(); kind {
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
	case abi.Float32, abi.Float64, abi.Complex64, abi.Complex128:
		t.Equal(p, p) // sets printFloats
		printFloats(kind, p)
	case abi.String:
		printindented(*(*string)(p))
	}
}

// preprintpanics puts in place of each value of a panic that has a text of its own what its method says: Error, or else String.
//
// A panic of such a method that nothing recovers comes here again. A deferred function would see it too, but a program with one contains
// what recovers, and what makes panics of faults.
func preprintpanics(p *_panic) {
	gp := getg()
	if gp.preprinting {
		throwPanicOfPanic(p.arg)
	}
	gp.preprinting = true
	// A panic that comes must not skip to where this one has looked for defers, which is the end; nor end with its recovery this one.
	p.startSP = unsafe.Pointer(^uintptr(0))
	for ; p != nil; p = p.link {
		if p.link != nil && *efaceOf(&p.link.arg) == *efaceOf(&p.arg) {
			p.link.repanicked = true // printed once, as that one
			continue
		}
		e := efaceOf(&p.arg)
		code := textMethod(e, "Error")
		if code == 0 {
			code = textMethod(e, "String")
		}
		if code != 0 {
			call := unsafe.Pointer(&code)
			p.arg = (*(*func(unsafe.Pointer) string)(unsafe.Pointer(&call)))(e.data)
		}
	}
	gp.preprinting = false
	// The linker keeps such methods because they are called here.
	if noError != nil {
		noError.Error()
	}
	if noStringer != nil {
		noStringer.String()
	}
}

var (
	noError    error
	noStringer stringer
)

// throwPanicOfPanic ends the program because a method panicked with r.
func throwPanicOfPanic(r any) {
	const text = "panic while printing panic value: "
	e := efaceOf(&r)
	if e._type == abi.TypeFor[string]() {
		throw(text + *(*string)(e.data))
	}
	throw(text + "type " + toRType(e._type).string())
}

// textMethod is the code of v's method called name, without arguments and with a string as result; 0 if it has none. A conversion to an
// interface would find it too, and link in the tables of interface methods, and the errors of conversions.
func textMethod(v *eface, name string) uintptr {
	if v._type == nil {
		return 0
	}
	x := v._type.Uncommon()
	if x == nil {
		return 0
	}
	t := toRType(v._type)
	methods := (*[1 << 16]abi.Method)(add(unsafe.Pointer(x), uintptr(x.Moff)))[:x.Mcount]
	for i := range methods {
		m := &methods[i]
		if t.nameOff(m.Name).Name() == name && t.typeOff(m.Mtyp) == abi.TypeFor[func() string]() {
			return uintptr(t.textOff(m.Ifn))
		}
	}
	return 0
}
