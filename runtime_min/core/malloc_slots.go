package runtime

import (
	"internal/runtime/gc"
	"internal/runtime/sys"
	"unsafe"
)

// Small objects: size classes, and for each the slots of its spans.
//
// A span of a class is cut into equal slots. Between two collections a slot whose mark bit is set is occupied, for the mark bits are what
// the last collection found alive; the others are free or have been handed out since. An allocator (slots) goes through a span once, from its
// first slot to its last, and hands the free ones out run by run: a run is a stretch of free slots, and handing one out of it is an
// addition and a comparison. So no list of free objects is ever built, and a span that the collector emptied is one run.
//
// What is handed out must read as zeros. Slots with pointers, and the small ones without, are cleared run by run when their run
// begins (memory just cleared is in the cache when it is used); the bigger ones without pointers only when the caller wants zeros.

const (
	tinySize   = gc.TinySize // objects below share a slot, if they have no pointers
	tinyClass  = 2
	mostInBits = gc.MinSizeForMallocHeader // bytes of the biggest object described by pointer bits: a word of them
	mostSmall  = gc.MaxSmallSize - gc.MallocHeaderSize

	clearedClasses = 7       // classes without pointers up to this one are cleared by runs: all that compiled code allocates directly
	longestRun     = 4 << 10 // bytes; longer stretches are cut, so that what is cleared stays in the first-level cache
)

// slots allocates the slots of one class, with pointers or without.
type slots struct {
	next     uintptr // the next free slot
	end      uintptr // the end of its run
	start    uintptr // span.start
	pointers uintptr // span.pointers
	span     *mspan  // where slots come from; nil before the first, at the end of one, and after a collection
	at       uintptr // the first slot of span that is in no run yet
	needzero bool    // the slots of the run may hold something else than zeros
	partial  *mspan  // spans with free slots, linked by next; made by the collection
	handed   uint64  // number of slots in all runs so far, those not handed out yet included
	freed    uint64  // number of slots that collections found dead
}

// slotsOf has the slots with pointers by size class; behind them, from noPointers on, those without.
var slotsOf [2 * noPointers]slots

const noPointers = gc.NumSizeClasses

func marksOf(s *mspan) uintptr { return uintptr(unsafe.Pointer(s)) + spanHeader }

// objIndex returns the number of the object that holds p, an address in s. The multiplication is exact for offsets within a span.
func (s *mspan) objIndex(p uintptr) uintptr {
	return uintptr(uint64(uint32(p-s.start)) * uint64(s.magic) >> 32)
}

// slotsIn returns how many slots of a class fit into n bytes, at most a span's. (A division could fail, and so bring the panics into
// every program that allocates.)
func slotsIn(n, class uintptr) uintptr {
	return uintptr(uint64(n) * uint64(gc.SizeClassToDivMagic[class]) >> 32)
}

// sizeClass returns the class for size bytes, which are at most gc.MaxSmallSize.
func sizeClass(size uintptr) uintptr {
	if size <= gc.SmallSizeMax-8 {
		return uintptr(gc.SizeToSizeClass8[(size+gc.SmallSizeDiv-1)/gc.SmallSizeDiv])
	}
	return uintptr(gc.SizeToSizeClass128[(size-gc.SmallSizeMax+gc.LargeSizeDiv-1)/gc.LargeSizeDiv])
}

// refill makes the next stretch of free slots the current run. At the end of a span it finds none, and is called again. It may collect garbage
// first, and ends the program if there is no memory.
func (c *slots) refill(class uintptr, noscan bool) {
	if (c.span == nil || stress.due != nil) && collectionDue() {
		collect()
		if c.next < c.end {
			return // a collection runs hooks of other packages, which may allocate
		}
	}
	s := c.span
	if s == nil {
		if s = c.partial; s != nil {
			c.partial = s.next
		} else {
			s = newSlotSpan(class, noscan)
		}
		c.span, c.start, c.pointers, c.at = s, s.start, s.pointers, 0
	}
	n, i := uintptr(s.nelems), c.at
	marks := marksOf(s)
	for ; i < n; i = i | 63 + 1 {
		if free := ^*(*uint64)(unsafe.Pointer(marks + i/64*8)) >> (i % 64); free != 0 {
			i += uintptr(sys.TrailingZeros64(free))
			break
		}
	}
	if i >= n {
		c.span = nil
		return
	}
	j := i
	for ; j < n; j = j | 63 + 1 {
		if taken := *(*uint64)(unsafe.Pointer(marks + j/64*8)) >> (j % 64); taken != 0 {
			j += uintptr(sys.TrailingZeros64(taken))
			break
		}
	}
	j = min(j, n)
	byRuns := !noscan || class <= clearedClasses
	if byRuns {
		most := max(slotsIn(longestRun, class), 1)
		if stress.due != nil {
			most = 1
		}
		j = min(j, i+most)
	}
	size := s.elemsize
	c.next, c.end, c.at = s.start+i*size, s.start+j*size, j
	c.handed += uint64(j - i)
	pace.allocated(c.end - c.next)
	c.needzero = !s.released
	if byRuns && c.needzero {
		memclrNoHeapPointers(unsafe.Pointer(c.next), c.end-c.next)
		c.needzero = false
	}
}

// retire takes back what is left of the current run, before a collection: it will find the slots free by their mark bits.
func (c *slots) retire() {
	if c.next < c.end {
		rest := c.end - c.next
		c.handed -= uint64(slotsIn(rest, uintptr(c.span.class)))
		pace.live -= rest
	}
	c.next, c.end, c.span, c.partial = 0, 0, nil, nil
}

// newSlotSpan makes a span of free slots.
func newSlotSpan(class uintptr, noscan bool) *mspan {
	size := uintptr(gc.SizeClassToSize[class])
	npages := uintptr(gc.SizeClassToNPages[class])
	nelems := slotsIn(npages<<pageShift, class)
	marks := alignUp(nelems, 64) / 8
	kind, shift, bits := spanNoScan, uintptr(0), marks
	if !noscan {
		if size <= mostInBits {
			kind = spanBits
			shift = uintptr(sys.Len64(uint64(size/8 - 1)))
			bits += alignUp(nelems<<shift, 64) / 8
		} else {
			kind = spanTyped
			bits += nelems * 8
		}
	}
	s := needPages(npages, spanLines(bits), npages<<pageShift)
	s.kind, s.shift, s.class = kind, uint8(shift), uint8(class)
	s.elemsize, s.nelems, s.magic = size, uint16(nelems), gc.SizeClassToDivMagic[class]
	s.pointers = marksOf(s) + marks
	return s
}

// setPointerBits describes the object of size bytes at p, which consists of values of type typ.
// A type that fits has a mask of at most 64 bits; they are stored in one piece, at least eight bytes are there.
func (c *slots) setPointerBits(p, size uintptr, typ *_type) {
	mask := maskOf(typ, size)
	s := c.span
	shift := s.shift & 7
	bit := s.objIndex(p) << shift
	word := (*uint64)(unsafe.Pointer(c.pointers + bit/64*8))
	if shift == 6 {
		*word = mask
		return
	}
	field := uint64(1)<<(1<<shift%64) - 1
	*word = *word&^(field<<(bit%64)) | mask<<(bit%64)
}
