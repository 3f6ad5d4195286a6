package runtime

import (
	"internal/runtime/gc"
	"internal/runtime/sys"
	"unsafe"
)

// Pages: where the memory of objects and goroutine stacks comes from.
//
// The heap is one range of addresses that grows at its end, in a part of the address space where nothing else is put. The span table is
// another, in front of it. Memory at [start, start+mapped) may be read and written. So
//
//	is p in the heap?      p-start < mapped          one subtraction, one comparison
//	whose page is it?      spans[(p-start)>>13]      one load
//
// which is what the collector asks of every word it looks at.
//
// Nothing of this may grow a goroutine's stack, for stacks come from here too; so the functions do not ask whether the stack is used up (go:nosplit).
//
// Pages are handed out in runs. Every run, in use or free, has a span (mspan); runs that are free are kept in lists by length and
// merged with free neighbours. A free run is either released (no memory behind it, reads as zeros: never used, or given back to the
// system) or dirty. The two kinds never merge, so "released" tells both the accounts and the allocator (needs clearing?) the truth.

const (
	pageShift = gc.PageShift
	pageSize  = 1 << pageShift
	pageMask  = pageSize - 1

	mostHeap    = 1 << 40                   // bytes that the span table has place for
	spanTable   = mostHeap >> pageShift * 8 // bytes of that place
	lastPlace   = heapHint + 14*mostHeap    // of those where the heap can begin
	leastGrowth = 256 << 10
	mostGrowth  = 64 << 20
)

type spanKind uint8

const (
	spanFree   spanKind = iota // a free run
	spanStack                  // goroutine stacks
	spanNoScan                 // objects without pointers
	spanBits                   // small objects; one bit for each word says whether it is a pointer
	spanTyped                  // other objects with pointers; a *_type for each
)

// mspan describes a run of pages. Spans live outside the heap and are never given back, only reused.
//
// Behind the header stand the mark bits (one for each object, in words of 64) and then what describes the pointers of the objects:
// see spanKind. What the collector reads of a span it does not scan fits one cache line.
type mspan struct {
	_        sys.NotInHeap
	start    uintptr // address of the first page
	npages   uintptr
	elemsize uintptr // bytes from one object to the next
	pointers uintptr // address of the pointer bits or types
	next     *mspan  // in a list of free runs, of spans with free stacks, or of spans with free slots
	prev     *mspan  // in a list of free runs, or of spans with free stacks
	magic    uint32  // ⌈2³²/elemsize⌉, see objIndex; 0 if there is one object
	nelems   uint16  // number of objects; 0 for free runs and stacks, so that no word is taken for a pointer into them
	live     uint16  // number of mark bits set
	stacks   uint16  // spanStack: a bit for each stack that is free
	kind     spanKind
	shift    uint8 // spanBits: each object has 1<<shift pointer bits, at least one for each word
	class    uint8 // size class; 0 for an object with a span of its own
	released bool  // spanFree: no memory behind it. Others: it was so when the span was made
	lines    uint8 // cache lines of header and bits
}

const spanHeader = unsafe.Sizeof(mspan{})

// heap is all the state of the page allocator.
var heap struct {
	start  uintptr // address of the first page; the span table has its place before it
	mapped uintptr // bytes from start on that are memory
	spans  uintptr // address of the span table
	table  uintptr // bytes of the span table that are memory

	dirty, released freeRuns
	spareSpans      [maxSpanLines + 1]*mspan
	usedPages       uintptr // those of the free runs and these are all that is mapped
}

// freeRuns holds free runs by length: lists[n-1] those of n pages for n ≤ 32, then one list for each power of two.
type freeRuns struct {
	lists [freeLists]*mspan
	some  uint64  // bit i is set if lists[i] is not empty
	pages uintptr // sum of their lengths
}

const (
	exactLists = 32
	freeLists  = 64
)

func freeList(npages uintptr) uintptr {
	if npages <= exactLists {
		return npages - 1
	}
	return exactLists - 6 + uintptr(sys.Len64(uint64(npages))) // 33…63 pages have 6 bits
}

// find returns a run of at least npages pages, or nil: the shortest list that can hold one, the first that fits.
//
//go:noinline
//go:nosplit
func (f *freeRuns) find(npages uintptr) *mspan {
	for some := f.some &^ (1<<(freeList(npages)%64) - 1); some != 0; some &= some - 1 {
		for s := f.lists[sys.TrailingZeros64(some)]; s != nil; s = s.next {
			if s.npages >= npages {
				return s
			}
		}
	}
	return nil
}

// enter and leave put a span into a list and take it out.
//
//go:nosplit
func (s *mspan) enter(list **mspan) {
	s.next, s.prev = *list, nil
	if s.next != nil {
		s.next.prev = s
	}
	*list = s
}

//go:nosplit
func (s *mspan) leave(list **mspan) {
	if s.next != nil {
		s.next.prev = s.prev
	}
	if s.prev != nil {
		s.prev.next = s.next
	} else {
		*list = s.next
	}
}

func spanSlot(page uintptr) **mspan {
	return (**mspan)(unsafe.Pointer(heap.spans + page*8))
}

// spanOf returns the span whose page holds p, or nil if p is not in the heap or in the middle of a free run.
func spanOf(p uintptr) *mspan {
	off := p - heap.start
	if off >= heap.mapped {
		return nil
	}
	return *spanSlot(off >> pageShift)
}

// allocPages returns a span of npages pages with start, npages and released set, of kind spanFree and in no list.
// lines is the size of the span itself. It returns nil if there is no memory.
//
//go:nosplit
func allocPages(npages, lines uintptr) *mspan {
	run := heap.dirty.find(npages)
	if run == nil {
		run = heap.released.find(npages)
	}
	if run == nil {
		if run = growHeap(npages); run == nil {
			return nil
		}
	}
	takeRun(run)
	s := newSpan(lines)
	s.start, s.npages, s.released = run.start, npages, run.released
	heap.usedPages += npages
	run.start += npages << pageShift
	if run.npages -= npages; run.npages > 0 {
		putRun(run)
	} else {
		freeSpan(run)
	}
	page := (s.start - heap.start) >> pageShift
	for end := page + npages; page < end; page++ {
		*spanSlot(page) = s
	}
	return s
}

// freePages makes s, which is in no list and in no count, a free run, merged with free runs of its kind beside it.
//
//go:nosplit
func freePages(s *mspan, released bool) {
	memclrNoHeapPointers(unsafe.Pointer(spanSlot((s.start-heap.start)>>pageShift)), s.npages*8)
	s.kind, s.nelems, s.released = spanFree, 0, released
	s.merge(s.start - 1)
	s.merge(s.start + s.npages<<pageShift)
	putRun(s)
}

// merge adds the free run that holds the address p, the last of one run or the first of another, to s if it is of the same kind.
//
//go:noinline
//go:nosplit
func (s *mspan) merge(p uintptr) {
	if run := spanOf(p); run != nil && run.kind == spanFree && run.released == s.released {
		takeRun(run)
		s.start = min(s.start, run.start)
		s.npages += run.npages
		freeSpan(run)
	}
}

// runs are the free runs that s is one of.
func (s *mspan) runs() *freeRuns {
	if s.released {
		return &heap.released
	}
	return &heap.dirty
}

// putRun enters a free run in its list; its first and last page refer to it, the pages between to nothing.
//
//go:nosplit
func putRun(s *mspan) {
	s.setEnds(s)
	f, i := s.runs(), freeList(s.npages)%freeLists
	s.enter(&f.lists[i])
	f.some |= 1 << i
	f.pages += s.npages
}

//go:nosplit
func takeRun(s *mspan) {
	s.setEnds(nil)
	f, i := s.runs(), freeList(s.npages)%freeLists
	s.leave(&f.lists[i])
	if f.lists[i] == nil {
		f.some &^= 1 << i
	}
	f.pages -= s.npages
}

func (s *mspan) setEnds(to *mspan) {
	first := (s.start - heap.start) >> pageShift
	*spanSlot(first) = to
	*spanSlot(first + s.npages - 1) = to
}

// growHeap gets memory for a free run of at least npages pages at the end of the heap; nil if the system has none.
// The steps double, so that a small program maps little and a big one makes few system calls. The first one finds a place in the address space.
//
//go:nosplit
func growHeap(npages uintptr) *mspan {
	if heap.start == 0 {
		cpuinit()
		heap.start, heap.spans = heapHint, heapHint-spanTable
	}
	room := mostHeap - heap.mapped
	if npages > room>>pageShift {
		return nil
	}
	need := alignUp(npages<<pageShift, leastGrowth)
	step := min(max(need, min(heap.mapped, mostGrowth)), room)
	for !mapHeap(step) {
		if step > need {
			step = need
		} else if heap.mapped == 0 && heap.start < lastPlace {
			heap.start += 2 * mostHeap
			heap.spans += 2 * mostHeap
			heap.table = 0
		} else {
			return nil
		}
	}
	s := newSpan(spanLines(0))
	s.start, s.npages = heap.start+heap.mapped, step>>pageShift
	heap.mapped += step
	freePages(s, true)
	return s
}

// mapHeap gets memory for the next step bytes of the heap and the part of the span table that describes them.
//
//go:nosplit
func mapHeap(step uintptr) bool {
	table := alignUp((heap.mapped+step)>>pageShift*8, physPageSize)
	if table > heap.table {
		if !sysMapAt(heap.spans+heap.table, table-heap.table) {
			return false
		}
		heap.table = table
	}
	return sysMapAt(heap.start+heap.mapped, step)
}

// newSpan returns a span of so many cache lines, all zero.
//
//go:nosplit
func newSpan(lines uintptr) *mspan {
	s := heap.spareSpans[lines]
	if s != nil {
		heap.spareSpans[lines] = s.next
		memclrNoHeapPointers(unsafe.Pointer(s), lines*cacheLine)
	} else {
		s = (*mspan)(persistentalloc(lines*cacheLine, cacheLine, &memstats.mspan_sys))
	}
	s.lines = uint8(lines)
	return s
}

func freeSpan(s *mspan) {
	s.next = heap.spareSpans[s.lines]
	heap.spareSpans[s.lines] = s
}

const cacheLine = 64

// maxSpanLines: a span of 8-byte objects in one page has the most bits: 1024 for marks, 1024 for pointers.
const maxSpanLines = (spanHeader + 2*pageSize/8/8 + 128 + cacheLine - 1) / cacheLine

// spanLines returns the size in cache lines of a span with so many bytes of bits.
func spanLines(bits uintptr) uintptr { return (spanHeader + bits + cacheLine - 1) / cacheLine }

// releasePages gives the memory of dirty runs back to the system, long runs first, until at most keep pages are dirty.
//
//go:nosplit
func releasePages(keep uintptr) {
	f := &heap.dirty
	for i := freeLists - 1; i >= 0 && f.pages > keep; i-- {
		for s := f.lists[i]; s != nil && f.pages > keep; s = f.lists[i] {
			takeRun(s)
			sysForget(s.start, s.npages<<pageShift)
			freePages(s, true)
		}
	}
}
