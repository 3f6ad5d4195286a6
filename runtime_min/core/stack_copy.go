package runtime

import (
	"internal/goarch"
	"math/bits"
	"unsafe"
)

// Moving a stack. All of it is copied, then each word that points into the old stack is changed by how far the stack has moved. Which words of
// its frames are pointers the compiler has written down (stkframe.getStackMap); besides, there are the callers' frame pointers, the head of g,
// the records of defers, which may lie in the stack, and what sudogs say about where a channel's element is. (Panics lie in the stack, as
// variables of a frame.)

type stackMove struct {
	from stack
	by   uintptr
}

func (m *stackMove) word(p *uintptr) {
	if *p-m.from.lo < m.from.hi-m.from.lo {
		*p += m.by
	}
}

// all adjusts the words from first up to end, of which those that are no pointers cannot be taken for pointers into the stack.
//
//go:nosplit
//go:noinline
func (m *stackMove) all(first, end unsafe.Pointer) {
	for ; uintptr(first) < uintptr(end); first = add(first, goarch.PtrSize) {
		m.word((*uintptr)(first))
	}
}

// masked adjusts those of the words at block whose bits are set.
//
//go:nosplit
func (m *stackMove) masked(block uintptr, words int32, mask *byte) {
	for ; words > 0; words -= 8 {
		for set := *mask; set != 0; set &= set - 1 {
			m.word((*uintptr)(unsafe.Pointer(block + uintptr(bits.TrailingZeros8(set))*goarch.PtrSize)))
		}
		block += 8 * goarch.PtrSize
		mask = addb(mask, 1)
	}
}

// copystack moves the stack of gp, which does not run, to one of size bytes.
//
//go:nosplit
func copystack(gp *g, size uintptr) {
	if gp.syscallsp != 0 {
		throw("stack growth not allowed in system call")
	}
	old, sp := gp.stack, gp.sched.sp
	gp.stack = stackalloc(uint32(size))
	gp.stackguard0 = gp.stack.lo + stackGuard
	m := stackMove{old, gp.stack.hi - old.hi}
	memmove(unsafe.Pointer(sp+m.by), unsafe.Pointer(sp), old.hi-sp)
	m.all(unsafe.Pointer(&gp._panic), unsafe.Pointer(&gp.param))
	for s := gp.waiting; s != nil; s = s.waitlink {
		m.all(unsafe.Pointer(&s.elem), unsafe.Pointer(&s.acquiretime))
	}
	for d := gp._defer; d != nil; d = d.link {
		m.all(unsafe.Pointer(&d.sp), unsafe.Pointer(&d.head))
	}
	var u unwinder
	for u.init(gp, 0); u.valid(); u.next() {
		m.frame(&u.frame)
	}
	stackfree(old)
}

//go:nosplit
func (m *stackMove) frame(frame *stkframe) {
	if frame.argp-frame.varp == 2*goarch.PtrSize { // between them are the return address and the caller's frame pointer
		m.word((*uintptr)(unsafe.Pointer(frame.varp)))
	}
	locals, args, objects := frame.getStackMap(false)
	m.masked(frame.varp-uintptr(locals.n)*goarch.PtrSize, locals.n, locals.bytedata)
	m.masked(frame.argp, args.n, args.bytedata)
	for i := range objects {
		r := &objects[i]
		if at := r.in(frame); at != 0 {
			size, mask := r.gcdata()
			m.masked(at, int32(size/goarch.PtrSize), mask)
		}
	}
}

// in is where the object lies in the frame; 0 if the frame has not got that far yet.
//
//go:nosplit
func (r *stackObjectRecord) in(frame *stkframe) uintptr {
	at := frame.varp
	if r.off >= 0 {
		at = frame.argp
	}
	at += uintptr(r.off)
	if at < frame.sp {
		return 0
	}
	return at
}

// gcdata says how many bytes of the object may hold pointers, and which.
func (r *stackObjectRecord) gcdata() (uintptr, *byte) {
	return uintptr(r.ptrBytes), (*byte)(unsafe.Pointer(firstmoduledata.rodata + uintptr(r.gcdataoff)))
}
