package runtime

import (
	"internal/abi"
	"unsafe"
)

// SetFinalizer sets the finalizer associated with obj to the provided finalizer function. When the garbage collector finds an unreachable
// block with an associated finalizer, it clears the association and runs finalizer(obj) in a separate goroutine. The documentation of
// Go's own runtime applies; the errors are the same.
func SetFinalizer(obj any, finalizer any) {
	e := efaceOf(&obj)
	etyp := e._type
	if etyp == nil {
		throw("runtime.SetFinalizer: first argument is nil")
	}
	if etyp.Kind() != abi.Pointer {
		throw("runtime.SetFinalizer: first argument is " + toRType(etyp).string() + ", not pointer")
	}
	ot := (*ptrtype)(unsafe.Pointer(etyp))
	if ot.Elem == nil {
		throw("nil elem type!")
	}
	s, base := objectAt(uintptr(e.data))
	if s == nil {
		if isStatic(e.data) {
			return
		}
		throw("runtime.SetFinalizer: pointer not in allocated block")
	}
	if uintptr(e.data) != base && (ot.Elem.Pointers() || ot.Elem.Size_ >= tinySize) {
		throw("runtime.SetFinalizer: pointer not at beginning of allocated block")
	}
	f := efaceOf(&finalizer)
	if f._type == nil {
		if link := attached(uintptr(e.data), attachedFinalizer); *link != nil {
			detach(link).free()
		}
		return
	}
	fint, nret := finalizerType(etyp, f._type, obj)
	if *attached(uintptr(e.data), attachedFinalizer) != nil {
		throw("runtime.SetFinalizer: finalizer already set")
	}
	if attachments.finalizers.runner == nil {
		attachments.finalizers.runner = getg() // until it sets itself
		startFinalizers()
	}
	a := attach(uintptr(e.data), attachedFinalizer)
	a.fn, a.nret, a.fint, a.ot = (*funcval)(f.data), nret, fint, ot
}

// finalizerType checks that a function of type ftyp can be called with obj, of type etyp. It returns the type of the parameter and
// the size of the results.
func finalizerType(etyp, ftyp *_type, obj any) (fint *_type, nret uintptr) {
	if ftyp.Kind() != abi.Func {
		throw("runtime.SetFinalizer: second argument is " + toRType(ftyp).string() + ", not a function")
	}
	ft := (*functype)(unsafe.Pointer(ftyp))
	if ft.IsVariadic() {
		throw("runtime.SetFinalizer: cannot pass " + toRType(etyp).string() + " to finalizer " + toRType(ftyp).string() + " because dotdotdot")
	}
	if ft.InCount != 1 || !finalizerTakes(ft.InSlice()[0], etyp) {
		throw("runtime.SetFinalizer: cannot pass " + toRType(etyp).string() + " to finalizer " + toRType(ftyp).string())
	}
	for _, t := range ft.OutSlice() {
		nret = alignUp(nret, uintptr(t.Align_)) + t.Size_
	}
	return ft.InSlice()[0], alignUp(nret, 8)
}

// finalizerTakes reports whether a pointer of type etyp can be assigned to a parameter of type fint.
func finalizerTakes(fint, etyp *_type) bool {
	switch {
	case fint == etyp:
		return true
	case fint.Kind() == abi.Pointer:
		same := (*ptrtype)(unsafe.Pointer(fint)).Elem == (*ptrtype)(unsafe.Pointer(etyp)).Elem
		return same && (fint.Uncommon() == nil || etyp.Uncommon() == nil)
	case fint.Kind() == abi.Interface:
		ityp := (*interfacetype)(unsafe.Pointer(fint))
		return len(ityp.Methods) == 0 || assertE2I2(ityp, etyp) != nil
	}
	return false
}

// startFinalizers is a function of its own because the goroutine is created by it in traces, which do not show that.
//
//go:noinline
func startFinalizers() { go runFinalizers() }

// runFinalizers is the goroutine that runs all finalizers. Its name is known to the linker, which marks it as a system goroutine.
//
// What is taken out of the queue is no longer a root: it is held by variables, and the object only until the call.
func runFinalizers() {
	for {
		a := attachments.finalizers.get(waitReasonFinalizerWait)
		object, fn, fint, ot, nret := unsafe.Pointer(a.object), a.fn, a.fint, a.ot, a.nret
		a.free()
		first, second := object, unsafe.Pointer(nil)
		if fint.Kind() == abi.Interface {
			first, second = unsafe.Pointer(ot), object
			if ityp := (*interfacetype)(unsafe.Pointer(fint)); len(ityp.Methods) != 0 {
				first = unsafe.Pointer(assertE2I(ityp, (*_type)(unsafe.Pointer(ot))))
			}
		}
		switch {
		case nret <= unsafe.Sizeof([8]uintptr{}):
			(*(*func(_, _ unsafe.Pointer) [8]uintptr)(unsafe.Pointer(&fn)))(first, second)
		case nret <= unsafe.Sizeof([roomInWords]uintptr{}):
			callWithRoom(fn, first, second)
		default:
			callWithMostRoom(fn, first, second)
		}
	}
}

// Calls of a function with any parameter of at most two words, which registers hold, and with any results: those that do not fit in
// registers are where an array would be. What is returned is nobody's. No stack has a frame of more than mostRoomInWords.

const (
	roomInWords     = 1 << 13
	mostRoomInWords = 1 << 25
)

//go:noinline
func callWithRoom(fn *funcval, first, second unsafe.Pointer) {
	(*(*func(_, _ unsafe.Pointer) [roomInWords]uintptr)(unsafe.Pointer(&fn)))(first, second)
}

//go:noinline
func callWithMostRoom(fn *funcval, first, second unsafe.Pointer) {
	(*(*func(_, _ unsafe.Pointer) [mostRoomInWords]uintptr)(unsafe.Pointer(&fn)))(first, second)
}

// KeepAlive marks its argument as currently reachable. This ensures that the object is not freed, and its finalizer is not run, before
// the point in the program where KeepAlive is called. The compiler knows it by name; the call does nothing.
//
//go:noinline
func KeepAlive(x any) {
	if neverTrue {
		println(x)
	}
}

var neverTrue bool
