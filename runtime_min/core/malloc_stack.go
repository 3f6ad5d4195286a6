package runtime

import (
	"math/bits"
	"unsafe"
)

// Memory for goroutine stacks. It comes from the heap's pages, so what many goroutines once needed can be used for objects, or be given
// back to the system, when they are gone. The collector sees no objects there: such a span has none.
//
// Stacks of less than stackSpan bytes share a span with others of their size; the list of free ones goes through their first words, and
// those that were never used follow the others. Bigger stacks have a span of their own.

const (
	stackSpan      = 32 << 10
	leastStackLog  = 11 // stackMin
	sharedStackLog = 15 // stackSpan
)

var (
	stackSpans  [sharedStackLog - leastStackLog]*mspan // spans with place for a stack, by size
	stacksInUse uintptr                                // bytes
)

// stackalloc returns a stack of n bytes, a power of two.
func stackalloc(n uint32) stack {
	size := uintptr(n)
	stacksInUse += size
	if size >= stackSpan {
		lo := newStackSpan(size).start
		return stack{lo, lo + size}
	}
	list := &stackSpans[uint(bits.TrailingZeros32(n))-leastStackLog]
	s := *list
	if s == nil {
		s = newStackSpan(size)
		s.next, *list = nil, s
	}
	lo := s.stacks
	if lo != 0 {
		s.stacks = *(*uintptr)(unsafe.Pointer(lo))
	} else {
		lo = s.start + uintptr(s.begun)*size
		s.begun++
	}
	s.live++
	if uintptr(s.live)*size == stackSpan {
		*list = s.next
		if s.next != nil {
			s.next.prev = nil
		}
	}
	return stack{lo, lo + size}
}

func newStackSpan(size uintptr) *mspan {
	s := allocPages((max(size, stackSpan)+pageMask)>>pageShift, spanLines(0))
	if s == nil {
		throw("out of memory (stackalloc)")
	}
	s.kind, s.stacks, s.live, s.begun = spanStack, 0, 0, 0
	memstats.stacks_sys += sysMemStat(s.npages << pageShift)
	return s
}

// stackfree takes a stack back. The last span of a size is kept even if it is empty, for the next goroutine.
func stackfree(st stack) {
	size := st.hi - st.lo
	stacksInUse -= size
	s := spanOf(st.lo)
	if size >= stackSpan {
		freeStackSpan(s)
		return
	}
	list := &stackSpans[uint(bits.TrailingZeros32(uint32(size)))-leastStackLog]
	if uintptr(s.live)*size == stackSpan {
		s.prev, s.next = nil, *list
		if s.next != nil {
			s.next.prev = s
		}
		*list = s
	}
	*(*uintptr)(unsafe.Pointer(st.lo)) = s.stacks
	s.stacks = st.lo
	s.live--
	if s.live > 0 || s.prev == nil && s.next == nil {
		return
	}
	if s.next != nil {
		s.next.prev = s.prev
	}
	if s.prev != nil {
		s.prev.next = s.next
	} else {
		*list = s.next
	}
	freeStackSpan(s)
}

func freeStackSpan(s *mspan) {
	memstats.stacks_sys -= sysMemStat(s.npages << pageShift)
	heap.usedPages -= s.npages
	freePages(s, false)
}

// tidyStack is shrinkStack, from the first go statement on.
var tidyStack func(gp *g)

// shrinkStack is called for each goroutine during a collection. A dead one loses its stack, which was kept for the next goroutine. One that
// does not run, and uses less than a quarter of its stack, is moved to a stack of half the size. The main goroutine's stays where it is,
// and the half that is not used is no longer memory.
func shrinkStack(gp *g) {
	size := gp.stack.hi - gp.stack.lo
	small := gp.stack.hi-gp.sched.sp+stackNosplit < size/4
	switch {
	case gp == &mainG:
		if small && size > leastMainStack {
			sysForget(gp.stack.lo, size/2)
			setMainStack(size / 2)
		}
	case size == 0 || gp == gp.m.curg:
	case gp.atomicstatus.Load() == _Gdead:
		gp.freeStack()
	case small && size > stackMin && gp.syscallsp == 0 && !gp.asyncSafePoint && !gp.parkingOnChan.Load():
		copystack(gp, size/2)
	}
}
