package runtime

import (
	"internal/chacha8rand"
	"internal/runtime/atomic"
	"unsafe"
)

// The machine is one thread (m0), which owns the one processor (p0) for ever. Whoever runs, runs alone: locks are empty, and a value
// that only Go code touches needs no atomic operation. What can come between two instructions is a signal handler; signals.go says
// what it may touch. The runtime's own code is never preempted: the tick switches goroutines only at safe points outside it.

// systemStack is how much of the stack that the kernel made is used, by g0; what is not touched costs nothing.
const systemStack = 64 << 10

var (
	m0 m
	g0 g // the system stack: start-up, the scheduler, whatever must not run on a stack that can move
	p0 p
)

// A g is a goroutine, or one of the two stacks that are none (g0 and gsignal). Compiled code knows the place of the first four fields;
// assembly finds the others by name.
type g struct {
	stack       stack
	stackguard0 uintptr // prologues call morestack when SP is below
	stackguard1 uintptr // the same for functions that must run on g0 or gsignal

	_panic *_panic // innermost panic; lies on this goroutine's stack
	_defer *_defer // innermost linked defer
	m      *m      // always m0, except while a goroutine is parked in a coroutine
	sched  gobuf   // where it goes on; valid while it does not run

	syscallsp uintptr // unwinding starts here instead of at sched, when not 0
	syscallpc uintptr
	_         uintptr
	stktopsp  uintptr // SP at the outermost frame

	param        unsafe.Pointer // handed over by who wakes it
	atomicstatus atomic.Uint32
	goid         uint64   // where stock Go has it: modules know the place
	schedlink    guintptr // the next one in the list it is in: run queue or free list
	waitsince    int64    // nanotime of the first collection that found it waiting; 0 if none has
	waitreason   waitReason

	asyncSafePoint   bool // stopped by the tick where there is no stack map: its innermost frame must be scanned conservatively
	activeStackChans bool // sudogs of channels point into this stack
	parkingOnChan    atomic.Bool
	preemptStop      bool // never true; the kept timers ask
	paniconfault     bool // debug.SetPanicOnFault
	throwsplit       bool // growing the stack is a bug now
	coroexit         bool
	preprinting      bool // in preprintpanics
	fipsIndicator    uint8
	fipsOnlyBypass   bool
	runningCleanups  atomic.Bool
	lockedm          muintptr

	sig      uint32 // the signal that became the innermost panic, and its details
	sigcode0 uintptr
	sigcode1 uintptr
	sigpc    uintptr

	writebuf   []byte // print goes here when not nil
	parentGoid uint64
	gopc       uintptr        // the go statement that made it
	startpc    uintptr        // its function
	waiting    *sudog         // what it waits for, in lock order
	labels     unsafe.Pointer // profiler labels
	timer      *timer         // of Sleep
	sleepWhen  int64
	selectDone atomic.Uint32
	coroarg    *coro
	bubble     *synctestBubble
	alllink    *g // the goroutine that was made after it

	// Named in conditions of kept files that are constant false here.
	racectx         uintptr
	valgrindStackID uintptr
	secret          int32
}

// m is the thread.
type m struct {
	g0      *g
	gsignal *g
	curg    *g // the goroutine that runs, or on whose behalf g0 runs
	morebuf gobuf
	tls     [tlsSlots]uintptr // the thread-local block that FS points behind; its last word before FS holds the running g
	p       puintptr
	id      int64

	locks      int32 // positive while goroutines must not be switched
	mallocing  int32
	throwing   throwType
	preemptoff string
	dying      int32
	traceback  uint8
	caughtsig  guintptr
	lockedg    guintptr
	lockedExt  uint32 // LockOSThread calls that wait for their UnlockOSThread
	lockedInt  uint32

	vdsoSP uintptr // unwinding starts here while code of the kernel's vDSO runs
	vdsoPC uintptr

	waitunlockf func(*g, unsafe.Pointer) bool // what gopark was given, for park_m
	waitlock    unsafe.Pointer

	seeded      bool // chacha8 has its seed
	chacha8     chacha8rand.State
	cheaprand   uint32
	cheaprand64 uint64

	libcallsp uintptr // named in a condition of a kept file that is constant false here
}

// p is what stock Go keeps by processor.
type p struct {
	freeDefer   *_defer
	freeSudog   *sudog
	pinnerCache *pinner
	timers      timers
	preempt     bool
	wbBuf       wbBuf
}

// wbBuf is named by the assembly of the write barrier, which is kept but never linked in.
type wbBuf struct{ next, end uintptr }

func acquirem() *m {
	mp := getg().m
	mp.locks++
	return mp
}

func releasem(mp *m) { mp.locks-- }

// A mutex keeps other threads out. There are none.
func lock(l *mutex)    {}
func unlock(l *mutex)  {}
func lock2(l *mutex)   {}
func unlock2(l *mutex) {}

const mutexMLocksDelta = 1

func readgstatus(gp *g) uint32 { return gp.atomicstatus.Load() }

// casgstatus sets the status; its name and its argument old are those that kept files use.
//
//go:noinline
//go:nosplit
func casgstatus(gp *g, old, new uint32) {
	gp.atomicstatus.Store(new)
	gp.waitsince = 0
	if gp.bubble != nil {
		bubbleStatusChanged(gp, old, new)
	}
}

// bubbleStatusChanged tells a bubble of testing/synctest what one of its goroutines does, bubbleActive whether something else is done for
// it. They are set with the first bubble.
var (
	bubbleStatusChanged func(gp *g, old, new uint32)
	bubbleActive        func(bubble *synctestBubble, begins bool)
)

// newBubbleID numbers the bubbles.
func newBubbleID() uint64 {
	bubbleStatusChanged = func(gp *g, old, new uint32) {
		systemstack(func() { gp.bubble.changegstatus(gp, old, new) })
	}
	bubbleActive = func(bubble *synctestBubble, begins bool) {
		if begins {
			bubble.incActive()
		} else {
			bubble.decActive()
		}
	}
	printBubble = printBubbleOf
	findCrashBubble = func(value any) {
		if deadlock, ok := value.(synctestDeadlockError); ok {
			crashBubble = deadlock.bubble
		}
	}
	return bubbleGen.Add(1)
}

func canPreemptM(mp *m) bool {
	return mp.locks == 0 && mp.dying == 0
}
