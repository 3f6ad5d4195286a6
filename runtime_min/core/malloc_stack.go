package runtime

import "math/bits"

// Memory for goroutine stacks. It comes from the heap's pages, so what many goroutines once needed can be used for objects, or be given
// back to the system, when they are gone. The collector sees no objects there: such a span has none.
//
// Stacks of less than stackSpan bytes share a span with others of their size. Bigger stacks have a span of their own.

const (
	stackSpan     = 32 << 10
	leastStackLog = 11 // stackMin
)

var (
	stackSpans  [32 - leastStackLog]*mspan // spans with a free stack, by size
	stacksInUse uintptr                    // bytes
)

// stackalloc returns a stack of n bytes, a power of two.
//
//go:nosplit
func stackalloc(n uint32) stack {
	size, log := uintptr(n), uint(bits.TrailingZeros32(n))
	stacksInUse += size
	list := &stackSpans[log-leastStackLog]
	s := *list
	if s == nil {
		s = allocPages(max(size, stackSpan)>>pageShift, spanLines(0))
		if s == nil {
			throw("out of memory (stackalloc)")
		}
		s.kind, s.stacks = spanStack, allStacks(log)
		memstats.stacks_sys += sysMemStat(s.npages << pageShift)
		s.enter(list)
	}
	lo := s.start + uintptr(bits.TrailingZeros16(s.stacks))<<log
	s.stacks &= s.stacks - 1
	if s.stacks == 0 {
		s.leave(list)
	}
	return stack{lo, lo + size}
}

// allStacks is mspan.stacks of a span of stacks of 1<<log bytes when none is in use.
func allStacks(log uint) uint16 { return 1<<max(stackSpan>>log, 1) - 1 }

// stackfree takes a stack back. The last span of a size is kept even if it is empty, for the next goroutine.
//
//go:nosplit
func stackfree(st stack) {
	size := st.hi - st.lo
	log := uint(bits.TrailingZeros64(uint64(size)))
	stacksInUse -= size
	list := &stackSpans[log-leastStackLog]
	s := spanOf(st.lo)
	if s.stacks == 0 {
		s.enter(list)
	}
	s.stacks |= 1 << ((st.lo - s.start) >> log)
	if s.stacks == allStacks(log) && (size >= stackSpan || s.next != nil || s.prev != nil) {
		s.leave(list)
		memstats.stacks_sys -= sysMemStat(s.npages << pageShift)
		heap.usedPages -= s.npages
		freePages(s, false)
	}
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
