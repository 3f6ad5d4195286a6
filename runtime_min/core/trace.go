package runtime

import (
	"internal/abi"
	"internal/stringslite"
	"unsafe"
)

// Stack traces, as crash reports and debug.Stack show them.

// tracer is a goroutine whose stack is to be printed, from pc and sp on.
type tracer struct {
	gp     *g
	pc, sp uintptr
	flags  unwindFlags
	level  int32 // GOTRACEBACK: 2 and more shows functions of the runtime and addresses too
	all    bool  // all functions are shown, without more details
}

// traceCrash prints the stacks of a crash report: gp's, and those of the other goroutines when GOTRACEBACK or the kind of crash asks.
func traceCrash(gp *g, pc, sp uintptr) {
	if isSecureMode() {
		exit(2)
	}
	level, all, crash := gotraceback()
	if level == 0 {
		return
	}
	if gp != &g0 {
		traceGoroutine(gp, pc, sp, 0)
	} else if level >= 2 {
		printstring("\nruntime stack:\n")
		traceStack(gp, pc, sp, 0)
	}
	if all || gp != m0.curg || crashBubble != nil {
		traceOthers(gp, all || gp != m0.curg)
	}
	if crash {
		dieFromSignal(_SIGABRT)
	}
}

// traceOthers prints the stacks of all goroutines, or of those in crashBubble, but for gp's. The one that was running comes first.
func traceOthers(gp *g, all bool) {
	level, _, _ := gotraceback()
	running := m0.curg
	if running != nil && running != gp {
		traceGoroutine(running, 0, 0, 0)
	}
	for other := &mainG; other != nil; other = other.alllink {
		if other != gp && other != running && readgstatus(other) != _Gdead && (all || other.bubble == crashBubble) &&
			(level >= 2 || !isSystemGoroutine(other, false)) {
			traceGoroutine(other, 0, 0, 0)
		}
	}
}

// crashBubble, when set, is the synctest bubble whose goroutines belong to the crash report.
var crashBubble *synctestBubble

// findCrashBubble sets it when the value of a panic is a bubble's deadlock. It is set with the first bubble.
var findCrashBubble func(value any)

// traceGoroutine prints an empty line, what gp does, and its stack.
func traceGoroutine(gp *g, pc, sp uintptr, flags unwindFlags) {
	printnl()
	traceHeader(gp)
	traceStack(gp, pc, sp, flags)
}

// traceHeader prints the line about gp that stands above its stack.
func traceHeader(gp *g) {
	level, _, _ := gotraceback()
	status := readgstatus(gp)
	printstring("goroutine ")
	printuint(gp.goid)
	if level >= 2 {
		printstring(" gp=")
		printpointer(unsafe.Pointer(gp))
		if gp == m0.curg || gp.goid == 0 {
			printstring(" m=0 mp=")
			printpointer(unsafe.Pointer(&m0))
		} else {
			printstring(" m=nil")
		}
	}
	printstring(" [")
	printstring(statusName(gp, status))
	if gp.bubble != nil {
		printBubble(gp, false)
	}
	if (status == _Gwaiting || status == _Gsyscall) && gp.waitsince != 0 {
		if minutes := (nanotime() - gp.waitsince) / 60e9; minutes >= 1 {
			printstring(", ")
			printint(minutes)
			printstring(" minutes")
		}
	}
	if gp.lockedm != 0 {
		printstring(", locked to thread")
	}
	if gp.bubble != nil {
		printBubble(gp, true)
	}
	printstring("]:\n")
}

// printBubble prints that gp waits for others of its bubble, or which bubble that is. It is set with the first bubble.
var printBubble func(gp *g, which bool)

func printBubbleOf(gp *g, which bool) {
	if which {
		print(", synctest bubble ", gp.bubble.id)
	} else if reason := gp.waitreason; readgstatus(gp) == _Gwaiting && reason.isIdleInSynctest() && !stringslite.HasSuffix(reason.String(), "(durable)") {
		print(" (durable)")
	}
}

// statusName is what gp does.
func statusName(gp *g, status uint32) string {
	switch status {
	case _Gidle: // g0
		return "idle"
	case _Grunnable:
		return "runnable"
	case _Grunning:
		return "running"
	case _Gsyscall:
		return "syscall"
	}
	if gp.waitreason == waitReasonZero {
		return "waiting"
	}
	return gp.waitreason.String()
}

// traceStack prints the stack of gp, and where it was made. pc and sp are where it stands; 0 if it does not run.
func traceStack(gp *g, pc, sp uintptr, flags unwindFlags) {
	level, _, _ := gotraceback()
	switch {
	case gp.syscallsp != 0 && (sp == 0 || readgstatus(gp) == _Gsyscall):
		pc, sp, flags = gp.syscallpc, gp.syscallsp, 0
	case flags&unwindTrap != 0 && m0.vdsoSP != 0: // in code of the kernel's
		pc, sp, flags = m0.vdsoPC, m0.vdsoSP, 0
	case sp == 0:
		pc, sp = gp.sched.pc, gp.sched.sp
	}
	t := tracer{gp: gp, pc: pc, sp: sp, flags: flags | unwindSilentErrors, level: level, all: level >= 2}
	if t.stack() == 0 {
		t.all = true // only functions of the runtime: better than nothing
		t.stack()
	}
	f := functionAt(gp.gopc)
	if f == nil || gp.goid == 1 {
		return
	}
	if name := functionName(f.nameOff); level >= 2 || isShown(f.funcID, name, false, abi.FuncIDNormal) {
		printstring("created by ")
		printFuncName(name)
		if gp.parentGoid != 0 {
			printstring(" in goroutine ")
			printuint(gp.parentGoid)
		}
		printPosition(f, gp.gopc-1, gp.gopc)
		printnl()
	}
}

// stack prints the frames, but of more than a hundred only the first and the last fifty, and returns how many there are.
func (t *tracer) stack() (n int) {
	const inner, outer = 50, 50
	n = t.frames(0, inner)
	if n > inner {
		from := max(inner, n-outer)
		if from > inner {
			printstring("...")
			printint(int64(from - inner))
			printstring(" frames elided...\n")
		}
		t.frames(from, n)
	}
	return n
}

// frames prints the frames from a number to another one, and returns how many there are. A frame has one line for each function of the sources
// that is inlined there.
func (t *tracer) frames(from, to int) (n int) {
	var u unwinder
	u.initAt(t.pc, t.sp, 0, t.gp, t.flags)
	if !u.valid() {
		print("runtime: g ", t.gp.goid, " gp=", t.gp, ": unknown pc ", hex(t.pc), "\n")
	}
	for ; u.valid(); u.next() {
		f := u.frame.fn._func
		for pc := u.symPC(); pc != 0; {
			id, nameOffset, outer := functionOf(f, pc)
			name := functionName(nameOffset)
			callee := u.calleeFuncID
			u.calleeFuncID = id
			if t.all || isShown(id, name, n == 0, callee) {
				if from <= n && n < to {
					t.frame(&u.frame, name, pc, outer != 0)
				}
				n++
			}
			pc = outer
		}
	}
	return n
}

// frame prints the two lines about a function.
func (t *tracer) frame(frame *stkframe, name string, pc uintptr, inlined bool) {
	f := frame.fn._func
	printFuncName(name)
	if inlined {
		printstring("(...)")
		printPosition(f, pc, 0)
	} else {
		printstring("(")
		printArgs(f, frame.argp, pc)
		printstring(")")
		printPosition(f, pc, frame.pc)
		if t.level >= 2 {
			print(" fp=", hex(frame.fp), " sp=", hex(frame.sp), " pc=", hex(frame.pc))
		}
	}
	printnl()
}

// printPosition prints the line of f's instruction at pc, and how far from the beginning the return address is.
func printPosition(f *_func, pc, back uintptr) {
	file, line := f.position(pc)
	printstring("\n\t")
	printstring(file)
	printstring(":")
	printint(int64(line))
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
func printArgs(f *_func, argp, pc uintptr) {
	info := funcInfo{f, &firstmoduledata}
	next := (*byte)(funcdata(info, abi.FUNCDATA_ArgInfo))
	if next == nil {
		return
	}
	first := byte(0xff) // of the places of which it is known whether they hold the argument; the others always do
	live := (*byte)(funcdata(info, abi.FUNCDATA_ArgLiveInfo))
	if i := pcdatavalue(info, abi.PCDATA_ArgLiveIndex, pc); live != nil && i > 0 {
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
		switch place {
		case abi.TraceArgsStartAgg:
			printstring("{")
		case abi.TraceArgsEndAgg:
			printstring("}")
		case abi.TraceArgsDotdotdot:
			printstring("...")
		case abi.TraceArgsOffsetTooLarge:
			printstring("_")
		default:
			next = addb(next, 1)
			unused := 64 - 8*uint64(*next)
			printhex(*(*uint64)(unsafe.Pointer(argp + uintptr(place))) << unused >> unused)
			if place >= first {
				if *addb(live, slot/8)>>(slot%8)&1 == 0 {
					printstring("?")
				}
				slot++
			}
		}
	}
}
