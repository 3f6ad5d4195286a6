package runtime

import (
	"internal/abi"
	"unsafe"
)

// Goroutine stacks as roots.
//
// A goroutine that does not run is at a call, and for every call the compiler has written down which words of the frame hold live
// pointers (stkframe.getStackMap reads it). Variables whose address is taken are different: the compiler does not know how
// long they are in use, and lists them as stack objects of the frame. Such an object is scanned only if a pointer to it is found in a
// live word, in the list of defers or panics, or in another such object.
//
// The exception is a goroutine stopped by the tick between two calls: its innermost frame, and the one in which its registers were saved,
// have no map. All their words are taken for pointers. A word that only looks like one keeps an object for nothing, and does no harm
// otherwise: mark accepts any word, and whatever bits or type describe a slot describe what once was there.

// reflectArgMap, when set, tells what frames of reflect's stubs for made functions and method values hold: arguments, whose types only the
// called function knows. Such a frame has a name, which reflect has made.
var reflectArgMap func(frame *stkframe) (args bitvector, inRegisters bool)

func argMapOfStub(frame *stkframe) (args bitvector, inRegisters bool) {
	if methodValueCallFrameObjs[0].size == 0 {
		stkobjinit()
	}
	return frame.stubArgMap()
}

// argMapInternal returns the size of the frame's arguments, and for frames of reflect's stubs which of them are pointers, and whether more came
// in registers.
func (frame *stkframe) argMapInternal() (args bitvector, inRegisters bool) {
	if n := frame.fn.args; n != abi.ArgsSizeUnknown {
		args.n = n / 8
	} else if reflectArgMap != nil {
		return reflectArgMap((*stkframe)(noescape(unsafe.Pointer(frame))))
	}
	return args, false
}

// scan is the state of the scan of one stack.
var scan struct {
	lo, size uintptr   // the stack; size is 0 when none is being scanned
	found    wordStack // addresses in the stack that were found and not yet looked at
	objects  wordStack // two words for each stack object seen, by rising address: start, record (plus one once it is scanned)
}

const objectWords = 2

// markStack marks what the stack of gp points to.
func markStack(gp *g) {
	if gp.waitsince == 0 && gp.atomicstatus.Load() == _Gwaiting {
		gp.waitsince = collectedAt
	}
	if tidyStack != nil {
		tidyStack(gp)
	}
	if gp.atomicstatus.Load() == _Gdead {
		return
	}
	scan.lo, scan.size = gp.stack.lo, gp.stack.hi-gp.stack.lo
	scan.objects.n = 0
	mark(uintptr(gp.sched.ctxt))
	var u unwinder
	conservative := gp.asyncSafePoint
	for u.init(gp, 0); u.valid(); u.next() {
		conservative = scanFrame(&u.frame, conservative)
	}
	for d := gp._defer; d != nil; d = d.link {
		mark(uintptr(unsafe.Pointer(d)))
		mark(*(*uintptr)(unsafe.Pointer(&d.fn)))
	}
	mark(uintptr(unsafe.Pointer(gp._panic)))
	for scan.found.n > 0 {
		scanStackObject(scan.found.pop())
	}
	scan.size = 0
}

// scanFrame scans a frame, and returns whether the next one must be scanned conservatively.
func scanFrame(frame *stkframe, conservative bool) bool {
	saved := frame.fn.funcID == abi.FuncID_asyncPreempt
	if conservative || saved {
		args, _ := frame.argMapInternal()
		end := frame.argp + uintptr(args.n)*8
		for word := frame.sp; word < end; word += 8 {
			scanBits(word, 1)
		}
		return saved
	}
	locals, args, objects := frame.getStackMap(false)
	scanMasked(frame.varp-uintptr(locals.n)*8, uintptr(locals.n), locals.bytedata)
	scanMasked(frame.argp, uintptr(args.n), args.bytedata)
	for i := range objects {
		r := &objects[i]
		if at := r.in(frame); at != 0 {
			scan.objects.push(at)
			scan.objects.push(uintptr(unsafe.Pointer(r)))
		}
	}
	return false
}

// scanStackObject scans the stack object that holds p, if there is one and it has not been scanned.
//
//go:nosplit
func scanStackObject(p uintptr) {
	// Those before low begin at p or before it.
	low, high := uintptr(0), scan.objects.n/objectWords
	for low < high {
		if middle := (low + high) / 2; *scan.objects.at(middle * objectWords) <= p {
			low = middle + 1
		} else {
			high = middle
		}
	}
	if low == 0 {
		return
	}
	start, record := *scan.objects.at((low - 1) * objectWords), scan.objects.at(low*objectWords-1)
	r := (*stackObjectRecord)(unsafe.Pointer(*record &^ 1))
	if *record&1 == 0 && p-start < uintptr(r.size) {
		*record |= 1
		size, mask := r.gcdata()
		scanMasked(start, size/8, mask)
	}
}
