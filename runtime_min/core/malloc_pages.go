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
// All of this runs on the system stack: a goroutine's could have to grow in the middle of it, and stacks come from here too.
//
// Pages are handed out in runs. Every run, in use or free, has a span (mspan); runs that are free are kept in lists by length and
// merged with free neighbours. A free run is either released (no memory behind it, reads as zeros: never used, or given back to the
// system) or dirty. The two kinds never merge, so "released" tells both the accounts and the allocator (needs clearing?) the truth.

const (
	pageShift = gc.PageShift
	pageSize  = 1 << pageShift
	pageMask  = pageSize - 1

	mostHeap    = 1 << 40 // bytes that the span table has place for
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
	nelems   uint32  // number of objects; 0 for free runs and stacks, so that no word is taken for a pointer into them
	magic    uint32  // ⌈2³²/elemsize⌉, see objIndex; 0 if there is one object
	live     uint32  // number of mark bits set; of stacks in use
	kind     spanKind
	shift    uint8   // spanBits: each object has 1<<shift pointer bits, at least one for each word
	class    uint8   // size class; 0 for an object with a span of its own
	released bool    // spanFree: no memory behind it. Others: it was so when the span was made
	pointers uintptr // address of the pointer bits or types
	next     *mspan  // in a list of free runs, or of spans with free slots
	prev     *mspan  // in a list of free runs
	stacks   uintptr // spanStack: the first free stack
	begun    uint32  // spanStack: number of stacks that have been in use
	lines    uint32  // cache lines of header and bits
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

// freeRuns holds free runs by length: lists[n-1] those of n pages for n ≤ 64, then one list for each power of two.
type freeRuns struct {
	lists [freeLists]*mspan
	some  [2]uint64 // bit i is set if lists[i] is not empty
	pages uintptr   // sum of their lengths
}

const (
	exactLists = 64
	freeLists  = 128
)

func freeList(npages uintptr) uintptr {
	if npages <= exactLists {
		return npages - 1
	}
	return exactLists - 7 + uintptr(sys.Len64(uint64(npages))) // 65…127 pages have 7 bits
}

// find returns a run of at least npages pages, or nil: the shortest list that can hold one, the first that fits.
func (f *freeRuns) find(npages uintptr) *mspan {
	for i := freeList(npages); i < freeLists; i++ {
		rest := f.some[i/64] >> (i % 64)
		if rest == 0 {
			i |= 63
			continue
		}
		i += uintptr(sys.TrailingZeros64(rest))
		for s := f.lists[i]; s != nil; s = s.next {
			if s.npages >= npages {
				return s
			}
		}
	}
	return nil
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
	if rest := run.npages - npages; rest > 0 {
		run.start += npages << pageShift
		run.npages = rest
		putRun(run)
	} else {
		freeSpan(run)
	}
	page := (s.start - heap.start) >> pageShift
	for i := uintptr(0); i < npages; i++ {
		*spanSlot(page + i) = s
	}
	return s
}

// freePages makes the pages of s, which is in no list and in no count, a free run, merged with free runs of its kind beside it.
// It returns the run. Afterwards s is gone.
func freePages(s *mspan, released bool) *mspan {
	page := (s.start - heap.start) >> pageShift
	memclrNoHeapPointers(unsafe.Pointer(spanSlot(page)), s.npages*8)
	start, npages := s.start, s.npages
	freeSpan(s)
	if before := freeNeighbour(start-1, released); before != nil {
		takeRun(before)
		start, npages = before.start, npages+before.npages
		freeSpan(before)
	}
	if after := freeNeighbour(start+npages<<pageShift, released); after != nil {
		takeRun(after)
		npages += after.npages
		freeSpan(after)
	}
	run := newSpan(spanLines(0))
	run.start, run.npages, run.released = start, npages, released
	putRun(run)
	return run
}

// freeNeighbour returns the free run that holds the address p, the last of one run or the first of another, if it is of the kind wanted.
//
//go:noinline
func freeNeighbour(p uintptr, released bool) *mspan {
	if s := spanOf(p); s != nil && s.kind == spanFree && s.released == released {
		return s
	}
	return nil
}

// runs are the free runs that s is one of.
func (s *mspan) runs() *freeRuns {
	if s.released {
		return &heap.released
	}
	return &heap.dirty
}

// putRun enters a free run in its list; its first and last page refer to it, the pages between to nothing.
func putRun(s *mspan) {
	first := (s.start - heap.start) >> pageShift
	*spanSlot(first) = s
	*spanSlot(first + s.npages - 1) = s
	f, i := s.runs(), freeList(s.npages)
	s.next, s.prev = f.lists[i], nil
	if s.next != nil {
		s.next.prev = s
	}
	f.lists[i] = s
	f.some[i/64] |= 1 << (i % 64)
	f.pages += s.npages
}

func takeRun(s *mspan) {
	first := (s.start - heap.start) >> pageShift
	*spanSlot(first) = nil
	*spanSlot(first + s.npages - 1) = nil
	f, i := s.runs(), freeList(s.npages)
	if s.next != nil {
		s.next.prev = s.prev
	}
	if s.prev != nil {
		s.prev.next = s.next
	} else if f.lists[i] = s.next; s.next == nil {
		f.some[i/64] &^= 1 << (i % 64)
	}
	f.pages -= s.npages
}

// growHeap gets memory for a free run of at least npages pages at the end of the heap; nil if the system has none.
// The steps double, so that a small program maps little and a big one makes few system calls.
func growHeap(npages uintptr) *mspan {
	if heap.start == 0 && !placeHeap() {
		return nil
	}
	need := npages << pageShift
	if need > mostHeap-heap.mapped || npages > mostHeap>>pageShift {
		return nil
	}
	if last := freeNeighbour(heap.start+heap.mapped-1, true); last != nil {
		need -= last.npages << pageShift // it is shorter than npages, or it would have been found
	}
	step := max(need, min(max(heap.mapped, leastGrowth), mostGrowth))
	if step = min(alignUp(step, leastGrowth), mostHeap-heap.mapped); !mapHeap(step) {
		if step = need; !mapHeap(step) {
			return nil
		}
	}
	s := newSpan(spanLines(0))
	s.start, s.npages = heap.start+heap.mapped, step>>pageShift
	heap.mapped += step
	return freePages(s, true)
}

// mapHeap gets memory for the next step bytes of the heap and the part of the span table that describes them.
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

// placeHeap finds a place in the address space for span table and heap, and maps the first page of the table.
func placeHeap() bool {
	cpuinit()
	for start := uintptr(heapHint); start < heapHint+16*mostHeap; start += 2 * mostHeap {
		if table := start - mostHeap>>pageShift*8; sysMapAt(table, physPageSize) {
			heap.start, heap.spans, heap.table = start, table, physPageSize
			return true
		}
	}
	return false
}

// newSpan returns a span of so many cache lines, all zero.
func newSpan(lines uintptr) *mspan {
	s := heap.spareSpans[lines]
	if s != nil {
		heap.spareSpans[lines] = s.next
		memclrNoHeapPointers(unsafe.Pointer(s), lines*cacheLine)
	} else {
		s = (*mspan)(persistentalloc(lines*cacheLine, cacheLine, &memstats.mspan_sys))
	}
	s.lines = uint32(lines)
	return s
}

//go:noinline
func freeSpan(s *mspan) {
	s.kind, s.nelems = spanFree, 0
	s.next = heap.spareSpans[s.lines]
	heap.spareSpans[s.lines] = s
}

const cacheLine = 64

// maxSpanLines: a span of 8-byte objects in one page has the most bits: 1024 for marks, 1024 for pointers.
const maxSpanLines = (spanHeader + 2*pageSize/8/8 + 128 + cacheLine - 1) / cacheLine

// spanLines returns the size in cache lines of a span with so many bytes of bits.
func spanLines(bits uintptr) uintptr { return (spanHeader + bits + cacheLine - 1) / cacheLine }

// releasePages gives the memory of dirty runs back to the system, long runs first, until at most keep pages are dirty.
// It returns the number of bytes given back.
func releasePages(keep uintptr) uintptr {
	f := &heap.dirty
	before := f.pages
	for i := freeLists - 1; i >= 0 && f.pages > keep; i-- {
		for s := f.lists[i]; s != nil && f.pages > keep; s = f.lists[i] {
			takeRun(s)
			sysForget(s.start, s.npages<<pageShift)
			freePages(s, true)
		}
	}
	return (before - f.pages) << pageShift
}
