package runtime

import (
	"internal/abi"
	"internal/goarch"
	"internal/runtime/sys"
	"unsafe"
)

// Walks over stacks, from the innermost frame outwards: the collector and copystack need each frame's pointers, panics the deferred calls,
// traces the names.
//
// A table that the compiler made says for each instruction of a function how far SP is below where the function was called; there lies the
// address to which it returns, and that says whose frame comes next.

// usesLR: the return address is on the stack, not in a register.
const usesLR = false

type unwindFlags uint8

const (
	// unwindSilentErrors ends the walk at what cannot be followed, which is a throw otherwise.
	unwindSilentErrors unwindFlags = 1 << iota

	// unwindTrap says that frame.pc is where an instruction was interrupted, instead of behind a call.
	unwindTrap
)

// unwinder is at one frame after the other:
//
//	for u.init(gp, 0); u.valid(); u.next() {
type unwinder struct {
	frame        stkframe   // pc is 0 behind the outermost frame
	calleeFuncID abi.FuncID // of the function that the frame called
	flags        unwindFlags
	top          uintptr // SP in the outermost frame
}

// init begins with the innermost frame of gp, which does not run.
func (u *unwinder) init(gp *g, flags unwindFlags) { u.initAt(0, 0, 0, gp, flags) }

// initAt begins where gp stands at pc with this SP; if sp is 0, where it stopped running. The stack must not move meanwhile: who walks over the
// running goroutine's does so on g0.
//
//go:nosplit
func (u *unwinder) initAt(pc, sp, _ uintptr, gp *g, flags unwindFlags) {
	if sp == 0 {
		pc, sp = gp.sched.pc, gp.sched.sp
		if gp.syscallsp != 0 {
			pc, sp = gp.syscallpc, gp.syscallsp
		}
	}
	if pc == 0 { // a nil function was called: begin with who did it
		pc = *(*uintptr)(unsafe.Pointer(sp))
		sp += goarch.PtrSize
	}
	*u = unwinder{top: gp.stktopsp, flags: flags}
	u.frame.lr, u.frame.fp = pc, sp
	u.next()
}

func (u *unwinder) valid() bool { return u.frame.pc != 0 }

// next goes to the frame that begins at the current one's end.
//
//go:nosplit
func (u *unwinder) next() {
	frame := &u.frame
	callee := frame.fn._func // nil if the frame is to be the innermost one
	if callee != nil {
		u.calleeFuncID = callee.funcID
		u.flags &^= unwindTrap
		if isInjectedCall(callee.funcID) {
			u.flags |= unwindTrap
		}
	}
	pc := frame.lr
	f := functionAt(pc)
	if f == nil {
		if u.flags&unwindSilentErrors == 0 && (pc != 0 || frame.sp != u.top) {
			throw("unknown caller pc")
		}
		frame.pc = 0
		return
	}
	below, _ := pcvalue(f, f.pcsp, pc)
	frame.fn = funcInfo{f, &firstmoduledata}
	frame.pc, frame.continpc = pc, pc
	frame.sp = frame.fp
	frame.varp = frame.sp + uintptr(below)
	frame.fp = frame.varp + goarch.PtrSize
	frame.argp = frame.fp
	// Of what writes SP in a way that is not in the table nothing is known, unless it is about to begin.
	frame.lr = 0
	if f.flag&abi.FuncFlagTopFrame == 0 && (f.flag&abi.FuncFlagSPWrite == 0 || callee == nil && u.flags&unwindSilentErrors == 0) {
		frame.lr = *(*uintptr)(unsafe.Pointer(frame.varp))
	}
	if below != 0 {
		frame.varp -= goarch.PtrSize // there is the caller's frame pointer
	}
	if u.calleeFuncID == abi.FuncID_sigpanic {
		// It does not go on here: if at all, at its end, after a recovery. +1 stands for the call before a return address.
		frame.continpc = 0
		if f.deferreturn != 0 {
			frame.continpc = f.start() + uintptr(f.deferreturn) + 1
		}
	}
}

// isInjectedCall tells the functions that a signal handler seems to have called from where the signal came.
func isInjectedCall(id abi.FuncID) bool {
	return id == abi.FuncID_sigpanic || id == abi.FuncID_asyncPreempt
}

// symPC is the instruction at which the frame is, for tables of lines and calls.
func (u *unwinder) symPC() uintptr {
	pc := u.frame.pc
	if u.flags&unwindTrap == 0 && pc > u.frame.fn.start() {
		pc--
	}
	return pc
}

// functionOf tells to what function the code at pc of f belonged in the sources: f itself, or one that is inlined there. That one was called
// at outer, which is 0 for f.
//
//go:nosplit
func functionOf(f *_func, pc uintptr) (id abi.FuncID, name int32, outer uintptr) {
	if tree := (*[1 << 20]inlinedCall)(funcTable(f, abi.FUNCDATA_InlTree)); tree != nil {
		if i, _ := pcdata(f, abi.PCDATA_InlTreeIndex, pc); i >= 0 {
			call := &tree[i]
			return call.funcID, call.nameOff, f.start() + uintptr(call.parentPc)
		}
	}
	return f.funcID, f.nameOff, 0
}

// callers stores return addresses of the calls that led here: one for each function of the sources, but for the first skip of them.
//
//go:linkname callers
func callers(skip int, pcs []uintptr) (n int) {
	pc, sp, gp := sys.GetCallerPC(), sys.GetCallerSP(), getg()
	systemstack(func() {
		var u unwinder
		for u.initAt(pc, sp, 0, gp, unwindSilentErrors); u.valid(); u.next() {
			for at := u.symPC(); at != 0; {
				if n == len(pcs) {
					return
				}
				id, _, outer := functionOf(u.frame.fn._func, at)
				switch {
				case id == abi.FuncIDWrapper && elideWrapperCalling(u.calleeFuncID):
				case skip > 0:
					skip--
				default:
					pcs[n] = at + 1
					n++
				}
				u.calleeFuncID = id
				at = outer
			}
		}
	})
	return n
}

// elideWrapperCalling tells whether a wrapper, which the compiler made, is not worth mentioning: unless it panicked itself.
func elideWrapperCalling(callee abi.FuncID) bool {
	return callee != abi.FuncID_gopanic && callee != abi.FuncID_sigpanic && callee != abi.FuncID_panicwrap
}

// getStackMap tells where the frame has live pointers: among its local variables, which end at varp, its arguments, which begin at argp, and in
// which variables whose address is taken.
//
//go:nosplit
func (frame *stkframe) getStackMap(bool) (locals, args bitvector, objects []stackObjectRecord) {
	pc := frame.continpc
	if pc == 0 {
		return // dead
	}
	f := frame.fn._func
	index := int32(0) // in a prologue, and at the beginning
	if pc != f.start() {
		at, _ := pcdata(f, abi.PCDATA_StackMapIndex, pc-1)
		index = max(at, 0)
	}
	if frame.varp > frame.sp {
		locals = stackMapOf(f, abi.FUNCDATA_LocalsPointerMaps, index)
	}
	args, isStub := frame.argMapInternal()
	if args.n > 0 && args.bytedata == nil {
		args = stackMapOf(f, abi.FUNCDATA_ArgsPointerMaps, index)
	}
	if isStub {
		return locals, args, methodValueCallFrameObjs[:]
	}
	if p := funcTable(f, abi.FUNCDATA_StackObjects); p != nil {
		n := *(*uintptr)(p)
		objects = (*[1 << 16]stackObjectRecord)(add(noescape(p), goarch.PtrSize))[:n]
	}
	return locals, args, objects
}

// stackMapOf is one of f's stack maps of a kind.
//
//go:nosplit
func stackMapOf(f *_func, kind uint8, index int32) bitvector {
	m := (*stackmap)(funcTable(f, kind))
	if m == nil || uint32(index) >= uint32(m.n) {
		throw("missing stackmap")
	}
	return stackmapdata(m, index)
}
