package runtime

import (
	"internal/abi"
	"unsafe"
)

// A Cleanup is a handle to a cleanup call for a specific object.
type Cleanup struct {
	id  uint64 // 0: there is nothing to stop
	ptr uintptr
}

var lastCleanup uint64

// AddCleanup attaches a cleanup function to ptr. Some time after ptr is no longer reachable, the runtime will call cleanup(arg) in a
// separate goroutine. The documentation of Go's own runtime applies; the errors are the same.
//
// The body is compiled in the packages that call it, so it does only what depends on the types.
//
//go:nocheckptr
func AddCleanup[T, S any](ptr *T, cleanup func(S), arg S) Cleanup {
	ptr = abi.Escape(ptr)
	cleanup = abi.Escape(cleanup)
	var box *S
	if size := unsafe.Sizeof(arg); size < tinySize {
		box = (*S)(newBox(abi.TypeFor[S]())) // not in a slot with other small objects: one of them could be *ptr
	} else {
		box = new(S)
	}
	*box = arg
	return addCleanup(unsafe.Pointer(ptr), *(**funcval)(unsafe.Pointer(&cleanup)), unsafe.Pointer(box), abi.TypeFor[S](), callCleanup[S])
}

// newBox allocates a slot for a value of a small type, of its own.
func newBox(typ *_type) unsafe.Pointer {
	if typ.Pointers() {
		return newobject(typ)
	}
	return mallocgc(tinySize, nil, true)
}

// callCleanup calls a cleanup function with the argument at arg.
//
//go:noinline
func callCleanup[S any](fn *funcval, arg unsafe.Pointer) {
	cleanup := *(*func(S))(unsafe.Pointer(&fn))
	cleanup(*(*S)(arg))
}

func addCleanup(ptr unsafe.Pointer, fn *funcval, arg unsafe.Pointer, argType *_type, call func(*funcval, unsafe.Pointer)) Cleanup {
	if ptr == nil {
		panic("runtime.AddCleanup: ptr is nil")
	}
	kind := argType.Kind()
	isPointer := kind == abi.Pointer || kind == abi.UnsafePointer
	if isPointer && *(*unsafe.Pointer)(arg) == ptr {
		panic("runtime.AddCleanup: ptr is equal to arg, cleanup will never run")
	}
	s, base := objectAt(uintptr(ptr))
	if s == nil {
		if isStatic(ptr) {
			return Cleanup{}
		}
		panic("runtime.AddCleanup: ptr not in allocated block")
	}
	tinySpan := s.kind == spanNoScan && s.class == tinyClass
	if isPointer && !tinySpan && *(*uintptr)(arg)-base < s.elemsize {
		panic("runtime.AddCleanup: ptr is within arg, cleanup will never run")
	}
	if refersTo(uintptr(unsafe.Pointer(fn)), base, s.elemsize) {
		panic("runtime.AddCleanup: cleanup function closes over ptr, cleanup will never run")
	}
	if attachments.cleanups.runner == nil {
		attachments.cleanups.runner = getg() // until it sets itself
		go runCleanups()
	}
	lastCleanup++
	a := attach(uintptr(ptr), attachedCleanup)
	a.id, a.fn, a.arg, a.call = lastCleanup, fn, arg, call
	return Cleanup{lastCleanup, uintptr(ptr)}
}

// refersTo reports whether the object at p, a closure, holds a pointer into the size bytes at target.
func refersTo(p, target, size uintptr) bool {
	s, base := objectAt(p)
	if s == nil || s.kind != spanBits {
		return false
	}
	for i := uintptr(0); i < s.elemsize; i += 8 {
		bit := s.objIndex(base)<<s.shift + i/8
		isPointer := *(*uint64)(unsafe.Pointer(s.pointers + bit/64*8))>>(bit%64)&1 != 0
		if isPointer && *(*uintptr)(unsafe.Pointer(base + i))-target < size {
			return true
		}
	}
	return false
}

// Stop cancels the cleanup call. Stop will have no effect if the cleanup call has already been queued for execution (because ptr
// became unreachable). To guarantee that Stop removes the cleanup function, the caller must ensure that the pointer that was passed
// to AddCleanup is reachable across the call to Stop.
func (c Cleanup) Stop() {
	if c.id == 0 {
		return
	}
	for link := attached(c.ptr, attachedCleanup); *link != nil; link = &(*link).next {
		if a := *link; a.kind == attachedCleanup && a.object == c.ptr && a.id == c.id {
			detach(link).free()
			return
		}
	}
}

// runCleanups is the goroutine that runs all cleanups. Its name is known to the linker, which marks it as a system goroutine.
func runCleanups() {
	for {
		a := attachments.cleanups.get(waitReasonCleanupWait)
		fn, arg, call := a.fn, a.arg, a.call
		a.free()
		call(fn, arg)
	}
}

//go:linkname unique_runtime_blockUntilEmptyCleanupQueue unique.runtime_blockUntilEmptyCleanupQueue
func unique_runtime_blockUntilEmptyCleanupQueue(timeout int64) bool {
	q := &attachments.cleanups
	for start := nanotime(); q.first != nil || !q.waiting && q.runner != nil; Gosched() {
		if nanotime()-start > timeout {
			return false
		}
	}
	return true
}

//go:linkname sync_test_runtime_blockUntilEmptyCleanupQueue sync_test.runtime_blockUntilEmptyCleanupQueue
func sync_test_runtime_blockUntilEmptyCleanupQueue(timeout int64) bool {
	return unique_runtime_blockUntilEmptyCleanupQueue(timeout)
}
