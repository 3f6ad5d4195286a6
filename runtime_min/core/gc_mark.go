package runtime

import (
	"internal/runtime/sys"
	"unsafe"
)

// Marking. Objects whose pointers must still be followed are in a stack outside the heap, so marking needs no recursion. What costs time
// is waiting for memory: an object is fetched into the cache when it is queued, and the last few popped wait in a short queue
// until their turn, while others are fetched.

// marking holds the addresses of marked objects, not yet scanned. An odd word is a big object that is scanned in pieces, plus one;
// under it lies the offset to go on at.
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
func drain() {
	var ahead [aheadLen]uintptr
	slot, waiting := 0, 0
	for {
		var p uintptr
		if marking.n > 0 {
			p = marking.pop()
			if p&1 != 0 {
				scanTyped(p&^1, marking.pop())
				continue
			}
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

// scanObject marks what the object at p, of a span with pointers, points to.
func scanObject(p uintptr) {
	s := *spanSlot((p - heap.start) >> pageShift)
	if s.kind != spanBits {
		scanTyped(p, 0)
		return
	}
	shift := s.shift & 7
	bit := s.objIndex(p) << shift
	bits := *(*uint64)(unsafe.Pointer(s.pointers + bit/64*8)) >> (bit % 64)
	if shift < 6 {
		bits &= 1<<(1<<shift%64) - 1
	}
	scanBits(p, bits)
}

// scanBits marks what the words at p whose bits are set point to. What does not vary is kept in registers: most of a collection's time is
// spent here.
func scanBits(p uintptr, bits uint64) {
	start, mapped, spans := heap.start, heap.mapped, heap.spans
	for ; bits != 0; bits &= bits - 1 {
		q := *(*uintptr)(unsafe.Pointer(p + uintptr(sys.TrailingZeros64(bits))*8))
		off := q - start
		if off >= mapped {
			continue
		}
		s := *(**mspan)(unsafe.Pointer(spans + off>>pageShift*8))
		if s == nil {
			continue
		}
		i := s.objIndex(q)
		if i >= uintptr(s.nelems) {
			continue
		}
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
			marking.push(q)
		}
	}
}

// scanTyped marks what the object at p, which has a type, points to, from offset from on.
func scanTyped(p, from uintptr) {
	s := *spanSlot((p - heap.start) >> pageShift)
	typ := *s.typeSlot(s.objIndex(p))
	if typ == nil {
		return // a slot that has never been allocated, reached by a stale word of a conservatively scanned frame
	}
	end, piece := s.elemsize, typ.Size_
	if piece != 0 && piece < pieceSize {
		piece *= pieceSize / piece
	}
	if piece += from; piece+typ.Size_ <= end {
		end = piece
		marking.push(end)
		marking.push(p | 1)
	}
	mask := getGCMask(typ)
	if typ.PtrBytes <= mostInBits {
		bits := *(*uint64)(unsafe.Pointer(mask))
		for ; from+typ.Size_ <= end; from += typ.Size_ {
			scanBits(p+from, bits)
		}
		return
	}
	for ; from+typ.Size_ <= end; from += typ.Size_ {
		scanMasked(p+from, typ.PtrBytes/8, mask)
	}
}
