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

// stackScan is the state of the scan of one stack.
type stackScan struct {
	stack
	objects wordStack // two words for each stack object seen, by rising address: start, record (plus one once it is scanned)
	found   wordStack // addresses in the stack that were found and not yet looked at
}

var scan stackScan

const objectWords = 2

// markStack marks what the stack of gp points to.
func markStack(gp *g) {
	if tidyStack != nil {
		tidyStack(gp)
	}
	if gp.atomicstatus.Load() == _Gdead {
		return
	}
	scan.stack = gp.stack
	scan.objects.n, scan.found.n = 0, 0
	scan.word(uintptr(gp.sched.ctxt))
	var u unwinder
	conservative := gp.asyncSafePoint
	for u.init(gp, 0); u.valid(); u.next() {
		conservative = scan.frame(&u.frame, conservative)
	}
	for d := gp._defer; d != nil; d = d.link {
		scan.word(uintptr(unsafe.Pointer(d)))
		scan.word(uintptr(unsafe.Pointer(d.link)))
		scan.word(*(*uintptr)(unsafe.Pointer(&d.fn)))
	}
	scan.word(uintptr(unsafe.Pointer(gp._panic)))
	for scan.found.n > 0 {
		scan.object(scan.found.pop())
	}
}

// word marks what p points to, or remembers it if that is in the stack.
func (s *stackScan) word(p uintptr) {
	if p-s.lo < s.hi-s.lo {
		s.found.push(p)
	} else {
		mark(p)
	}
}

// masked is scanMasked for memory that may point into the stack.
func (s *stackScan) masked(block uintptr, words int32, mask *byte) {
	for i := uintptr(0); i < uintptr(words); i++ {
		if *addb(mask, i/8)>>(i%8)&1 != 0 {
			s.word(*(*uintptr)(unsafe.Pointer(block + i*8)))
		}
	}
}

// all takes every word of a block for a pointer.
func (s *stackScan) all(block, end uintptr) {
	for ; block < end; block += 8 {
		s.word(*(*uintptr)(unsafe.Pointer(block)))
	}
}

// frame scans a frame, and returns whether the next one must be scanned conservatively.
func (s *stackScan) frame(frame *stkframe, conservative bool) bool {
	saved := frame.fn.funcID == abi.FuncID_asyncPreempt
	if conservative || saved {
		if frame.varp != 0 {
			s.all(frame.sp, frame.varp)
		}
		args, _ := frame.argMapInternal()
		s.all(frame.argp, frame.argp+uintptr(args.n)*8)
		return saved
	}
	locals, args, objects := frame.getStackMap(false)
	if locals.n > 0 {
		s.masked(frame.varp-uintptr(locals.n)*8, locals.n, locals.bytedata)
	}
	if args.n > 0 {
		s.masked(frame.argp, args.n, args.bytedata)
	}
	if frame.varp == 0 {
		return false
	}
	for i := range objects {
		r := &objects[i]
		at := frame.varp
		if r.off >= 0 {
			at = frame.argp
		}
		at += uintptr(r.off)
		if at < frame.sp {
			continue // the frame has not got that far yet
		}
		s.objects.push(at)
		s.objects.push(uintptr(unsafe.Pointer(r)))
	}
	return false
}

// object scans the stack object that holds p, if there is one and it has not been scanned.
func (s *stackScan) object(p uintptr) {
	// Those before low begin at p or before it.
	low, high := uintptr(0), s.objects.n/objectWords
	for low < high {
		if middle := (low + high) / 2; *s.objects.at(middle * objectWords) <= p {
			low = middle + 1
		} else {
			high = middle
		}
	}
	if low == 0 {
		return
	}
	start, record := *s.objects.at((low - 1) * objectWords), s.objects.at(low*objectWords-1)
	r := (*stackObjectRecord)(unsafe.Pointer(*record &^ 1))
	if *record&1 == 0 && p-start < uintptr(r.size) {
		*record |= 1
		ptrBytes, mask := r.gcdata()
		s.masked(start, int32(ptrBytes/8), mask)
	}
}
