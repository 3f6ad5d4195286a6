package runtime

import (
	"internal/abi"
	"internal/stringslite"
	"unsafe"
)

// Stack traces, as crash reports and debug.Stack show them. All this runs on g0 or the signal stack. They do not grow, so functions that call
// others do without the check (nosplit); where too little could be left of them, the linker would say so.

// traceCrash prints the stacks of a crash report: gp's, and those of the other goroutines when GOTRACEBACK or the kind of crash asks.
func traceCrash(gp *g, pc, sp uintptr) {
	if isSecureMode() {
		exit(2)
	}
	level, all, crash := gotraceback()
	if level == 0 {
		return
	}
	if gp != &g0 || level >= 2 {
		printnl()
		traceGoroutine(gp, pc, sp, 0)
	}
	all = all || gp != m0.curg
	if all || crashBubble != nil {
		traceOthers(gp, all)
	}
	if crash {
		dieFromSignal(_SIGABRT)
	}
}

// crashBubble, when set, is the synctest bubble whose goroutines belong to the crash report.
var crashBubble *synctestBubble

// findCrashBubble sets it when the value of a panic is a bubble's deadlock. It is set with the first bubble.
var findCrashBubble func(value any)

// traceOthers prints the stacks of all goroutines, or of those in crashBubble, but for gp's. The one that was running comes first.
func traceOthers(gp *g, all bool) {
	level, _, _ := gotraceback()
	running := m0.curg
	if running != nil && running != gp {
		printnl()
		traceGoroutine(running, 0, 0, 0)
	}
	for other := &mainG; other != nil; other = other.alllink {
		if other == gp || other == running || readgstatus(other) == _Gdead {
			continue
		}
		if !all && other.bubble != crashBubble || level < 2 && isSystemGoroutine(other, false) {
			continue
		}
		printnl()
		traceGoroutine(other, 0, 0, 0)
	}
}

// innerFrames and outerFrames are how many frames a trace of more than both together shows from its two ends.
const innerFrames, outerFrames = 50, 50

// traceGoroutine prints what gp does, its stack, and where it was made. pc and sp are where it stands: behind a call, or where a signal came if
// that is what flags say; 0 if it does not run.
//
//go:nosplit
func traceGoroutine(gp *g, pc, sp uintptr, flags unwindFlags) {
	level, _, _ := gotraceback()
	if gp == &g0 && flags&unwindTrap == 0 {
		printstring("runtime stack:\n")
	} else {
		traceHeader(gp, level >= 2)
	}
	if readgstatus(gp) == _Gsyscall {
		sp, flags = 0, 0
	} else if flags&unwindTrap != 0 && m0.vdsoSP != 0 { // in code of the kernel's
		pc, sp, flags = m0.vdsoPC, m0.vdsoSP, 0
	}
	var t tracer
	t.gp, t.pc, t.sp, t.flags, t.details, t.all = gp, pc, sp, flags|unwindSilentErrors, level >= 2, level >= 2
	n := t.frames(0, innerFrames)
	if n == 0 {
		t.all = true // only functions of the runtime: better than nothing
		n = t.frames(0, innerFrames)
	}
	if n > innerFrames {
		from := max(innerFrames, n-outerFrames)
		if from > innerFrames {
			printstring("...")
			printuint(uint64(from - innerFrames))
			printstring(" frames elided...\n")
		}
		t.frames(from, n)
	}
	if f := functionAt(gp.gopc); f != nil && gp.goid != 1 {
		name := functionName(f.nameOff)
		if !t.details && !isShown(f.funcID, name, false, abi.FuncIDNormal) {
			return
		}
		printstring("created by ")
		namePieces(name, printstring)
		if gp.parentGoid != 0 {
			printstring(" in goroutine ")
			printuint(gp.parentGoid)
		}
		printPosition(f, gp.gopc-1, gp.gopc)
		printnl()
	}
}

// traceHeader prints the line about gp that stands above its stack.
//
//go:nosplit
func traceHeader(gp *g, details bool) {
	status := readgstatus(gp)
	printstring("goroutine ")
	printuint(gp.goid)
	if details {
		printstring(" gp=")
		printhex(uint64(uintptr(unsafe.Pointer(gp))))
		if gp == m0.curg || gp.goid == 0 {
			printstring(" m=0 mp=")
			printhex(uint64(uintptr(unsafe.Pointer(&m0))))
		} else {
			printstring(" m=nil")
		}
	}
	printstring(" [")
	state := status
	if status == _Gwaiting {
		state += uint32(gp.waitreason)
	}
	printstring(stateName(state))
	if gp.bubble != nil {
		printBubble(gp, false)
	}
	if (status == _Gwaiting || status == _Gsyscall) && gp.waitsince != 0 {
		if minutes := (nanotime() - gp.waitsince) / 60e9; minutes >= 1 {
			printstring(", ")
			printuint(uint64(minutes))
			printstring(" minutes")
		}
	}
	if gp.lockedm != 0 {
		printstring(", locked to thread")
	}
	if gp.bubble != nil {
		printBubble(gp, true)
	}
	printstring("]")
	if gp.labels != nil {
		printLabels(gp)
	}
	printstring(":\n")
}

// printLabels prints the labels that runtime/pprof has given to gp. It is set with the first label.
var printLabels func(gp *g)

// collectedAt is when the last collection began: since about then waits who it has found waiting for the first time.
var collectedAt int64

// printBubble prints that gp waits for others of its bubble, or which bubble that is. It is set with the first bubble.
var printBubble func(gp *g, which bool)

func printBubbleOf(gp *g, which bool) {
	const durable = " (durable)"
	reason := gp.waitreason
	if which {
		print(", synctest bubble ", gp.bubble.id)
	} else if readgstatus(gp) == _Gwaiting && reason.isIdleInSynctest() && !stringslite.HasSuffix(reason.String(), durable) {
		print(durable)
	}
}

// tracer is a goroutine whose stack is to be printed, from pc and sp on.
type tracer struct {
	gp      *g
	pc, sp  uintptr
	flags   unwindFlags
	details bool     // addresses of frames too
	all     bool     // functions of the runtime too
	at      unwinder // the frame that is looked at
}

// frames prints the frames from a number to another one, and returns how many there are: one for each function of the sources, inlined ones
// too.
//
//go:nosplit
func (t *tracer) frames(from, to int) (n int) {
	t.at.initAt(t.pc, t.sp, 0, t.gp, t.flags)
	if !t.at.valid() {
		print("runtime: g ", t.gp.goid, " gp=", hex(uintptr(unsafe.Pointer(t.gp))), ": unknown pc ", hex(t.at.frame.lr), "\n")
	}
	for ; t.at.valid(); t.at.next() {
		for pc := t.at.symPC(); pc != 0; {
			id, nameOffset, outer := functionOf(t.at.frame.fn._func, pc)
			name := functionName(nameOffset)
			if t.all || isShown(id, name, n == 0, t.at.calleeFuncID) {
				if id == abi.FuncID_gopanic {
					name = "panic"
				}
				if from <= n && n < to {
					t.frame(name, pc, outer != 0)
				}
				n++
			}
			t.at.calleeFuncID = id
			pc = outer
		}
	}
	return n
}

// frame prints the two lines about a function of the frame.
//
//go:nosplit
func (t *tracer) frame(name string, pc uintptr, inlined bool) {
	frame := &t.at.frame
	f, back := frame.fn._func, frame.pc
	namePieces(name, printstring)
	printstring("(")
	if inlined {
		printstring("...")
		back = 0
	} else {
		printArgs(f, frame.argp, pc)
	}
	printstring(")")
	printPosition(f, pc, back)
	if t.details && !inlined {
		printstring(" fp=")
		printhex(uint64(frame.fp))
		printstring(" sp=")
		printhex(uint64(frame.sp))
		printstring(" pc=")
		printhex(uint64(frame.pc))
	}
	printnl()
}

// printPosition prints the line of f's instruction at pc, and how far from the beginning the return address is.
//
//go:nosplit
func printPosition(f *_func, pc, back uintptr) {
	file, line := f.position(pc)
	printstring("\n\t")
	printstring(file)
	printstring(":")
	printuint(uint64(line))
	if entry := f.start(); back > entry {
		printstring(" +")
		printhex(uint64(back - entry))
	}
}

// isShown tells whether a trace shows a function that has called callee: not wrappers that the compiler made, functions of the runtime that are
// not exported, and assembly that belongs to no package.
func isShown(id abi.FuncID, name string, innermost bool, callee abi.FuncID) bool {
	switch id {
	case abi.FuncIDWrapper:
		if elideWrapperCalling(callee) {
			return false
		}
	case abi.FuncID_runFinalizers, abi.FuncID_runCleanups:
		return true
	case abi.FuncID_gopanic:
		return !innermost // it stands between what panicked and a deferred function
	}
	method := 0 // where the word after the last dot begins
	for i := range len(name) {
		if name[i] == '.' {
			method = i + 1
		}
	}
	const prefix = "runtime."
	if !stringslite.HasPrefix(name, prefix) {
		return method > 0
	}
	first := len(prefix)
	if name[first] == '(' {
		first += len("(*")
	}
	return isCapital(name[first]) && isCapital(name[method])
}

// printArgs prints the arguments of f as the compiler has described them: a sequence of bytes that are an operation or the place of a word
// with its size. A question mark behind a word says that f may have put something else there.
//
//go:nosplit
func printArgs(f *_func, argp, pc uintptr) {
	next := (*byte)(funcTable(f, abi.FUNCDATA_ArgInfo))
	if next == nil {
		return
	}
	first := byte(0xff) // of the places of which it is known whether they hold the argument; the others always do
	live := (*byte)(funcTable(f, abi.FUNCDATA_ArgLiveInfo))
	if i, _ := pcdata(f, abi.PCDATA_ArgLiveIndex, pc); live != nil && i > 0 {
		first = *live
		live = addb(live, uintptr(i))
	}
	slot := uintptr(0)
	for comma := false; *next != abi.TraceArgsEndSeq; next = addb(next, 1) {
		place := *next
		if comma && place != abi.TraceArgsEndAgg {
			printstring(", ")
		}
		comma = place != abi.TraceArgsStartAgg
		text := ""
		switch place {
		case abi.TraceArgsStartAgg:
			text = "{"
		case abi.TraceArgsEndAgg:
			text = "}"
		case abi.TraceArgsDotdotdot:
			text = "..."
		case abi.TraceArgsOffsetTooLarge:
			text = "_"
		default:
			next = addb(next, 1)
			unused := (64 - 8*uint(*next)) & 63
			printhex(*(*uint64)(unsafe.Pointer(argp + uintptr(place))) << unused >> unused)
			if place >= first {
				if *addb(live, slot/8)>>(slot%8)&1 == 0 {
					text = "?"
				}
				slot++
			}
		}
		printstring(text)
	}
}
