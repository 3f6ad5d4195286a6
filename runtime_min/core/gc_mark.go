package runtime

import (
	"internal/runtime/sys"
	"unsafe"
)

// Marking. Objects whose pointers must still be followed are in a stack outside the heap, so marking needs no recursion. What costs time
// is waiting for memory: an object is fetched into the cache when it is queued, and the last few popped wait in a short queue
// until their turn, while others are fetched.

// marking holds the addresses of marked objects whose pointers must still be followed. One in the middle of a big object says where to go on.
var marking wordStack

const (
	aheadLen  = 8       // objects being fetched
	pieceSize = 2 << 10 // bytes of a big object to scan before its referents, so that the stack stays low
)

// mark marks the object that p points to or into, and queues it. It may be any word. It is called on the system stack, which does not move.
func mark(p uintptr) { scanBits(uintptr(unsafe.Pointer(&p)), 1) }

// isMarked reports whether the object that p points into has been marked. What is not in the heap lives for ever.
func isMarked(p uintptr) bool {
	s := spanOf(p)
	if s == nil {
		return true
	}
	i := s.objIndex(p)
	return *(*uint64)(unsafe.Pointer(marksOf(s) + i/64*8))>>(i%64)&1 != 0
}

// drain follows the pointers of all queued objects, and of what they lead to.
//
//go:nosplit
func drain() {
	var ahead [aheadLen]uintptr
	slot, waiting := 0, 0
	for {
		var p uintptr
		if marking.n > 0 {
			p = marking.pop()
			waiting++
		} else if waiting == 0 {
			return
		}
		p, ahead[slot] = ahead[slot], p
		slot = (slot + 1) % aheadLen
		if p != 0 {
			waiting--
			scanObject(p)
		}
	}
}

// scanObject marks what the object that p points into, of a span with pointers, points to: from p on, and of a big one no more than a piece.
//
//go:nosplit
func scanObject(p uintptr) {
	s := *spanSlot((p - heap.start) >> pageShift)
	i := s.objIndex(p)
	if s.kind == spanBits {
		shift := s.shift & 7
		bit := i << shift
		bits := *(*uint64)(unsafe.Pointer(s.pointers + bit/64*8)) >> (bit % 64)
		if shift < 6 {
			bits &= 1<<(1<<shift%64) - 1
		}
		scanBits(p, bits)
		return
	}
	typ := *s.typeSlot(i)
	if typ == nil {
		return // a slot that has never been allocated, reached by a stale word of a conservatively scanned frame
	}
	size := typ.Size_
	for size <= mostInBits/2 {
		size *= 2
	}
	mask := maskOf(typ, size)
	piece := size
	for piece < pieceSize {
		piece *= 2
	}
	end := s.start + (i+1)*s.elemsize
	if p+piece < end {
		end = p + piece
		marking.push(end)
	}
	for ; p+size <= end; p += size {
		if typ.PtrBytes <= mostInBits {
			scanBits(p, mask)
		} else {
			forMasks(p, typ, scanMasked)
		}
	}
	if rest := end - p; rest < mostInBits {
		scanBits(p, mask&(1<<(rest/8)-1))
	}
}

// scanMasked marks what the pointers of a block of memory point to.
//
//go:nosplit
func scanMasked(block, words uintptr, mask *byte) {
	for end := block + words*8; block < end; block += 8 * 8 {
		if bits := *mask; bits != 0 {
			scanBits(block, uint64(bits))
		}
		mask = addb(mask, 1)
	}
}

// scanBits marks what the words at p whose bits are set point to, and remembers which of them point into the stack that is being scanned. What
// does not vary is kept in registers: most of a collection's time is spent here.
//
//go:nosplit
func scanBits(p uintptr, bits uint64) {
	if marking.limit-marking.n < 64 {
		marking.grow()
	}
	start, mapped, spans := heap.start, heap.mapped, heap.spans
	for ; bits != 0; bits &= bits - 1 {
		q := *(*uintptr)(unsafe.Pointer(p + uintptr(sys.TrailingZeros64(bits))*8))
		if off := q - start; off < mapped {
			s := *(**mspan)(unsafe.Pointer(spans + off>>pageShift*8))
			if s == nil {
				continue
			}
			if i := s.objIndex(q); i < uintptr(s.nelems) {
				word := (*uint64)(unsafe.Pointer(marksOf(s) + i/64*8))
				old := *word
				if old>>(i%64)&1 != 0 {
					continue
				}
				*word = old | 1<<(i%64)
				s.live++
				if s.kind != spanNoScan {
					q = s.start + i*s.elemsize
					sys.Prefetch(q)
					*marking.at(marking.n) = q
					marking.n++
				}
				continue
			}
		}
		if q-scan.lo < scan.size {
			scan.found.push(q)
		}
	}
}
