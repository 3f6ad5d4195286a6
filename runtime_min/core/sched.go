package runtime

import (
	"internal/abi"
	"internal/goarch"
	"internal/runtime/sys"
	"internal/stringslite"
	"unsafe"
)

// The scheduler: goroutines in one queue, switched where they block, yield or end, and by the tick (tick.go).
//
// Invariants. A goroutine is in exactly one place: running (m0.curg), in the run queue (_Grunnable), parked (_Gwaiting, and known only
// to what will call goready), or in freeGs (_Gdead). Only code on g0 moves it from one to another. m0.curg is nil while schedule looks
// for work.

var runq struct {
	next       *g // runs before the queue: what the running goroutine woke or started last
	head, tail *g // linked by schedlink
}

// runqput makes gp the next to run, or puts it at the end of the queue.
func runqput(pp *p, gp *g, next bool) {
	if next {
		gp, runq.next = runq.next, gp
		if gp == nil {
			return
		}
	}
	gp.schedlink = 0
	if runq.head == nil {
		runq.head = gp
	} else {
		runq.tail.schedlink.set(gp)
	}
	runq.tail = gp
}

func runqget() *g {
	gp := runq.next
	if gp != nil {
		runq.next = nil
		return gp
	}
	gp = runq.head
	if gp != nil {
		runq.head = gp.schedlink.ptr()
		gp.schedlink = 0
	}
	return gp
}

// pollTimers starts what timers are due, and returns when the next one is: 0 for none, else in the time of nanotime. Nil until there
// is a timer.
var pollTimers func() int64

// await queues the goroutines whose descriptors are ready, waiting until then for at most delay ns (for ever if negative). Where no descriptor is
// polled it only waits. Nil until there is something to wait for; netpollWaiters counts the goroutines that wait for descriptors.
var await func(delay int64)

// schedule runs on g0 with nothing running, and goes to a goroutine.
//
//go:nosplit
func schedule() {
	m0.curg = nil
	if sliceOver {
		// Who handed the thread to each other through runq.next wait too, and a busy program has to have a look at the network some time.
		sliceOver = false
		if gp := runq.next; gp != nil {
			runq.next = nil
			runqput(&p0, gp, false)
		}
		if netpollWaiters.Load() != 0 {
			await(0)
		}
	}
	for {
		if signalsPending {
			deliverSignals()
		}
		wake := nextWake()
		if gp := runqget(); gp != nil {
			m0.curg = gp
			gp.m = &m0
			casgstatus(gp, _Grunnable, _Grunning)
			gogo(&gp.sched)
		}
		if !signalsPending {
			idle(wake)
		}
	}
}

// nextWake starts what timers are due and wakes who has slept enough, and returns when it is to be called again, 0 for never.
//
//go:nosplit
func nextWake() (wake int64) {
	if pollTimers != nil {
		wake = pollTimers()
	}
	if wakeSleeping != nil {
		wake = wakeSleeping(wake)
	}
	return wake
}

// signalsPending says that os/signal has signals to deliver: set by the handler. deliverSignals wakes who waits for them.
var (
	signalsPending bool
	deliverSignals func()
)

// sliceOver says that the goroutine which runs, and what it keeps handing the thread to, has had its time: set by the tick.
var sliceOver bool

// idle waits until there is something to run, or reports the deadlock.
//
//go:nosplit
func idle(wake int64) {
	delay := int64(-1)
	if wake != 0 {
		delay = max(wake-nanotime(), 0)
	} else if !waitsForSignals && netpollWaiters.Load() == 0 {
		m0.throwing = throwTypeUser
		printTraces = traceCrash
		message := "all goroutines are asleep - deadlock!"
		if NumGoroutine() == 0 {
			message = "no goroutines (main called runtime.Goexit) - deadlock!"
		}
		fatal(message)
	}
	await(delay)
}

// waitsForSignals is true while os/signal wants to hear of signals: then silence is no deadlock.
var waitsForSignals bool

// gopark parks the running goroutine. unlockf, if any, is called on g0 when it no longer runs; when that returns false, it runs again.
//
//go:linkname gopark
func gopark(unlockf func(*g, unsafe.Pointer) bool, lock unsafe.Pointer, reason waitReason, _ traceBlockReason, _ int) {
	m0.waitunlockf = unlockf
	m0.waitlock = lock
	getg().waitreason = reason
	mcall(park_m)
}

func park_m(gp *g) {
	bubble := gp.bubble
	if bubble != nil {
		bubbleActive(bubble, true) // it is not idle before unlockf has said that gp stays parked
	}
	casgstatus(gp, _Grunning, _Gwaiting)
	m0.curg = nil
	stays := true
	if unlockf := m0.waitunlockf; unlockf != nil {
		m0.waitunlockf = nil
		stays = unlockf(gp, m0.waitlock)
	}
	if !stays {
		casgstatus(gp, _Gwaiting, _Grunnable)
	}
	if bubble != nil {
		bubbleActive(bubble, false)
	}
	if !stays {
		runqput(&p0, gp, true)
	}
	schedule()
}

func goparkunlock(lock *mutex, reason waitReason, traceReason traceBlockReason, traceskip int) {
	gopark(nil, nil, reason, traceReason, traceskip)
}

// goready queues a parked goroutine.
//
//go:linkname goready
func goready(gp *g, traceskip int) { ready(gp, traceskip, true) }

//go:nosplit
func ready(gp *g, traceskip int, next bool) {
	if gp.atomicstatus.Load() != _Gwaiting {
		throw("bad g->status in ready")
	}
	casgstatus(gp, _Gwaiting, _Grunnable)
	runqput(&p0, gp, next)
}

// Gosched yields the processor, allowing other goroutines to run. It does not suspend the current goroutine, so execution resumes
// automatically.
func Gosched() { mcall(gosched_m) }

//go:nosplit
func gosched_m(gp *g) {
	casgstatus(gp, _Grunning, _Grunnable)
	runqput(&p0, gp, false)
	schedule()
}

// goyield is Gosched for a goroutine that has just made another one runnable: that one runs before the queue.
func goyield() { mcall(gosched_m) }

// lastG is the goroutine made last. From mainG on, alllink leads to it past all others that were ever made, dead ones included.
var lastG = &mainG

var freeGs *g // dead goroutines, linked by schedlink

func forEachG(fn func(gp *g)) {
	for gp := &mainG; gp != nil; gp = gp.alllink {
		fn(gp)
	}
}

var lastGoid uint64 = 1 // the main goroutine's

// newproc starts a goroutine that calls fn: what a go statement compiles to.
func newproc(fn *funcval) {
	gp, pc := getg(), sys.GetCallerPC()
	systemstack(func() {
		runqput(&p0, newproc1(fn, gp, pc, false, waitReasonZero), true)
	})
}

// newproc1 makes a goroutine that is runnable but not queued, or parked.
//
//go:nosplit
func newproc1(fn *funcval, callergp *g, callerpc uintptr, parked bool, reason waitReason) *g {
	if fn == nil {
		fatal("go of nil func value")
		return nil
	}
	gp := freeGs
	if gp != nil {
		freeGs = gp.schedlink.ptr()
	} else {
		if tidyStack == nil {
			startScheduler()
		}
		gp = (*g)(newRecord(unsafe.Sizeof(g{})))
		gp.stackguard1 = ^uintptr(0)
		gp.atomicstatus.Store(_Gdead)
		lastG.alllink = gp
		lastG = gp
	}
	if gp.stack.lo == 0 {
		gp.stack = stackalloc(startingStackSize)
		gp.stackguard0 = gp.stack.lo + stackGuard
	}
	// An empty stack: gogo calls fn, and the return from fn goes to goexit. +1: unwinding looks up the instruction before a return address.
	gp.stktopsp = gp.stack.hi - 4*goarch.PtrSize
	sp := gp.stktopsp - goarch.PtrSize
	*(*uintptr)(unsafe.Pointer(sp)) = abi.FuncPCABI0(goexit) + 1
	gp.sched = gobuf{sp: sp, pc: fn.fn, ctxt: unsafe.Pointer(fn)}
	gp.sched.g.set(gp)
	gp.startpc = fn.fn
	lastGoid++
	gp.goid = lastGoid
	gp.parentGoid = callergp.goid
	gp.gopc = callerpc
	gp.m = &m0
	gp.fipsOnlyBypass = callergp.fipsOnlyBypass
	gp.labels = callergp.labels
	if callergp.bubble != nil && !isSystemGoroutine(gp, false) {
		gp.bubble = callergp.bubble
	}
	gp.waitreason = reason
	status := uint32(_Grunnable)
	if parked {
		status = _Gwaiting
	}
	casgstatus(gp, _Gdead, status)
	return gp
}

const startingStackSize = stackMin

// startScheduler is called by the first go statement, and links in what goroutines need.
//
//go:nosplit
func startScheduler() {
	startGrowing()
	tidyStack = shrinkStack
	printTraces = traceCrash
	mainReturned = finishPanics
	seedCheap()
	startSignals()
	tick = handleTick
	setHandler(1<<(sigTick-1), abi.FuncPCABI0(signalEntry))
	sliceTimer.set(tickInterval, tickInterval)
}

// finishPanics lets a goroutine that is panicking while main returns print its report, as stock Go does.
func finishPanics() {
	for i := 0; i < 1000 && runningPanicDefers.Load() != 0; i++ {
		Gosched()
	}
}

// goexit1 ends the running goroutine, goexit0 one that has returned from its function.
func goexit1() { mcall(goexit0) }

//go:nosplit
func goexit0(gp *g) {
	gdestroy(gp)
	schedule()
}

// gdestroy makes gp dead and its g free for the next one, which newproc1 will set the other fields for. The stack goes with it while it has the size
// that the next one starts with.
//
//go:nosplit
func gdestroy(gp *g) {
	casgstatus(gp, _Grunning, _Gdead)
	gp._panic = nil // of Goexit, or of a panic that it ended
	gp.param = nil
	gp.labels = nil
	gp.timer = nil
	gp.bubble = nil
	gp.lockedm = 0
	gp.paniconfault = false
	gp.sig = 0
	m0.curg = nil
	if gp == &mainG {
		return
	}
	if gp.stack.hi-gp.stack.lo != uintptr(startingStackSize) {
		gp.freeStack()
	}
	gp.schedlink.set(freeGs)
	freeGs = gp
}

// freeStack gives the stack of a dead goroutine back, and keeps no address of it: there may soon be objects.
func (gp *g) freeStack() {
	stackfree(gp.stack)
	gp.stack, gp.stackguard0 = stack{}, 0
}

func acquireSudog() *sudog {
	s := p0.freeSudog
	if s == nil {
		return (*sudog)(newRecord(unsafe.Sizeof(sudog{})))
	}
	p0.freeSudog = s.next
	s.next = nil
	return s
}

func releaseSudog(s *sudog) {
	s.next = p0.freeSudog
	p0.freeSudog = s
}

// gList is a list of goroutines, linked by schedlink.
type gList struct {
	head guintptr
	size int32
}

func (l *gList) empty() bool { return l.head == 0 }

func (l *gList) push(gp *g) {
	gp.schedlink = l.head
	l.head.set(gp)
	l.size++
}

func (l *gList) pop() *g {
	gp := l.head.ptr()
	if gp != nil {
		l.head = gp.schedlink
		gp.schedlink = 0
		l.size--
	}
	return gp
}

// isSystemGoroutine tells the runtime's own goroutines: those whose function is one of package runtime, except the main goroutine's
// and coroutines'.
func isSystemGoroutine(gp *g, fixed bool) bool {
	f := functionAt(gp.startpc)
	return f != nil && f.funcID != abi.FuncID_runtime_main && f.funcID != abi.FuncID_corostart &&
		stringslite.HasPrefix(functionName(f.nameOff), "runtime.")
}
