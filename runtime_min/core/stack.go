package runtime

import (
	"internal/abi"
	_ "unsafe"
)

// Stacks. The main goroutine runs on one big reservation, of which only what is touched is memory, so that a program without go
// statements needs no stack copying; from the first one on, its stack is the end of that, and grows into it. All others start on stackMin
// bytes and are moved to twice the size when a prologue finds too little left (stack_copy.go).
//
// A stack may move only while its goroutine is at a call; nothing outside it may hold its addresses, except what copystack adjusts:
// sched, the defer list, the innermost panic, and sudogs.

const (
	stackMin     = 2048
	stackNosplit = abi.StackNosplitBase          // what functions that do not look whether there is room may need together
	stackGuard   = stackNosplit + abi.StackSmall // small frames may end so far below what prologues compare SP with
)

// mainStackSize is where stock Go's main goroutine ends: it has 512 MB when the next doubling would pass the limit of 1 GB.
const mainStackSize = 512 << 20

var (
	maxstacksize    uintptr = 1000000000 // debug.SetMaxStack
	maxstackceiling uintptr = 2000000000
)

// growStack is called by morestack, on g0, when the prologue of a function on gp found the stack too small. From the first go statement on it
// gives gp a stack of twice the size and goes back to it.
var growStack func(gp *g) = stackOverflow

//go:nosplit
func mainStack() stack {
	for n := uintptr(mainStackSize); n != 0; n /= 2 {
		if p, errno := mmap(nil, n, _PROT_READ|_PROT_WRITE, _MAP_ANON|_MAP_PRIVATE|_MAP_NORESERVE, -1, 0); errno == 0 {
			return stack{uintptr(p), uintptr(p) + n}
		}
	}
	print("runtime: cannot allocate the stack of the main goroutine\n")
	exit(2)
	return stack{}
}

const _MAP_NORESERVE = 0x4000

// mainStackReserved is the size of the main goroutine's reservation, 0 as long as its stack is all of that. leastMainStack is what its stack
// begins with when it is not, and does not shrink below.
var mainStackReserved uintptr

const leastMainStack = 64 << 10

// startGrowing lets the stacks of goroutines grow.
func startGrowing() {
	growStack = growStackByCopy
	gp := &mainG
	mainStackReserved = gp.stack.hi - gp.stack.lo
	size := uintptr(leastMainStack)
	for size < gp.stack.hi-gp.sched.sp+stackGuard {
		size *= 2
	}
	gp.stack.lo = gp.stack.hi
	setMainStack(size)
}

func setMainStack(size uintptr) {
	gp := &mainG
	lo := gp.stack.hi - size
	stacksInUse += gp.stack.lo - lo
	gp.stack.lo, gp.stackguard0 = lo, lo+stackGuard
}

//go:nosplit
func growStackByCopy(gp *g) {
	size := 2 * (gp.stack.hi - gp.stack.lo) // where that is too little for the function, its prologue comes here again
	if size > maxstacksize || size > maxstackceiling || gp == &mainG && size > mainStackReserved {
		stackOverflow(gp)
	}
	if gp == &mainG {
		setMainStack(size)
	} else {
		copystack(gp, size)
	}
	gogo(&gp.sched)
}

//go:nosplit
func stackOverflow(gp *g) {
	startDying()
	print("runtime: goroutine stack exceeds ")
	if printStackLimit != nil {
		printStackLimit()
	} else {
		print("1000000000")
	}
	print("-byte limit\nruntime: sp=", hex(gp.sched.sp), " stack=[", hex(gp.stack.lo), ", ", hex(gp.stack.hi), "]\nfatal error: stack overflow\n")
	m0.throwing = throwTypeRuntime
	die(gp, gp.sched.pc, gp.sched.sp)
}

// printStackLimit prints the limit if it was changed.
var printStackLimit func()

// morestackc is called by prologues of functions that must run on g0 or gsignal, when they do not. The compiler refers to it by its old
// ABI, which a linkname makes.
//
//go:nosplit
//go:linkname morestackc
func morestackc() { throw("system stack code on a user stack") }

func badreflectcall() { panic(plainError("arg size to reflect.call more than 1GB")) }
