package runtime

import "unsafe"

// The collector: mark and sweep with the world stopped.
//
// The world is one thread, so "stopped" means: the collection runs on the system stack in the middle of an allocation, and no goroutine
// runs until it is done. Hence no write barriers (compiled code is built without), no phases, and these invariants:
//
//	Between collections   the mark bits of a span say which objects the last collection found alive. Objects allocated since have none.
//	While marking         an object is marked before it is queued, queued once, and then all its pointers are followed.
//	After marking         what has no mark cannot be reached by the program, and its slots are free as they are: nothing is written
//	                      to them until they are allocated again.
//
// Roots are the data and bss sections by the linker's pointer masks, goroutine stacks by the compiler's stack maps (gc_stack.go), and what the
// tables of finalizers, cleanups and weak pointers hold (final.go).

// collectionHooks is set by final.go when there is something of it for a collection to do, and by heapdump.go; a program without
// finalizers, cleanups and weak pointers does not carry that code.
var collectionHooks struct {
	mark   func() // mark what the tables refer to
	decide func() // after marking: clear weak pointers, queue finalizers and cleanups, marking what these need
	lost   func() // after that: close standard files
	dump   func() // when what has no mark is free (heapdump.go)
	after  func() // on the goroutine's stack, when all is done: wake who runs finalizers and cleanups
}

// poolCleanup empties the pools of package sync before a collection.
var poolCleanup func()

//go:linkname sync_runtime_registerPoolCleanup sync.runtime_registerPoolCleanup
func sync_runtime_registerPoolCleanup(f func()) { poolCleanup = f }

// GC runs a garbage collection and blocks the caller until it is complete. Then it lets other goroutines run: those that run finalizers
// and cleanups, for programs expect to see the effects soon, and all others, for a collection in stock Go does not stop them.
func GC() {
	pace.init()
	memstats.numForcedGC++
	collect()
	Gosched()
}

// collect runs a collection on behalf of the running goroutine.
func collect() {
	start := nanotime()
	if poolCleanup != nil {
		m0.locks++ // it is no code of the runtime, but what we are in the middle of is
		poolCleanup()
		m0.locks--
	}
	collectedAt = start
	systemstack(collectNow)
	m := &memstats
	i := (m.numGC - 1) % uint32(len(m.pauses))
	m.pauses[i] = uint64(nanotime() - start)
	sec, nsec := walltime()
	m.pauseEnds[i] = uint64(sec)*1e9 + uint64(nsec)
	m.pauseTotal += m.pauses[i]
	if collectionHooks.after != nil {
		collectionHooks.after()
	}
}

// mayCollect reports whether the caller can be interrupted by a collection: it is a goroutine, not the scheduler or a signal handler,
// whose frames no stack map describes. And as in stock Go it is not pinned: package sync begins a pool in such a moment.
func mayCollect() bool {
	gp := getg()
	return gp == gp.m.curg && gp.m.mallocing == 0 && gp.m.locks == 0
}

// collectionDue is asked whenever an allocator needs a new span. The first time, it sets the goal.
func collectionDue() bool {
	if pace.goal == 0 {
		pace.init()
	}
	if !mayCollect() {
		return false
	}
	if stress.due != nil {
		return stress.due()
	}
	return pace.live >= pace.goal
}

// collectNow runs on the system stack.
func collectNow() {
	for i := range slotsOf {
		slotsOf[i].retire()
	}
	tiny.slot = 0
	p0.freeSudog, p0.freeDefer = nil, nil
	clearMarks()
	md := &firstmoduledata
	scanSection(md.data, md.edata, md.gcdata, &md.gcdatamask)
	scanSection(md.bss, md.ebss, md.gcbss, &md.gcbssmask)
	if collectionHooks.mark != nil {
		collectionHooks.mark()
	}
	forEachG(markStack)
	drain()
	if collectionHooks.decide != nil {
		collectionHooks.decide()
	}
	if collectionHooks.lost != nil {
		collectionHooks.lost()
	}
	marking.trim()
	pace.marked = sweep()
	pace.live = pace.marked
	pace.next()
	if pace.goal != noGoal {
		needed := (pace.goal + pace.goal/10 + uintptr(memstats.stacks_sys)) >> pageShift
		releasePages(max(needed, heap.usedPages) - heap.usedPages)
	}
	memstats.numGC++
	if collectionHooks.dump != nil {
		collectionHooks.dump()
	}
}

// clearMarks prepares all spans for marking.
func clearMarks() {
	pages := heap.mapped >> pageShift
	for page := uintptr(0); page < pages; {
		s := *spanSlot(page)
		page += s.npages
		if s.nelems == 0 {
			continue
		}
		s.live = 0
		marks := marksOf(s)
		for end := marks + (uintptr(s.nelems)+63)/64*8; marks < end; marks += 8 {
			*(*uint64)(unsafe.Pointer(marks)) = 0
		}
	}
}

// scanSection marks what the variables of a section of the program point to. Its mask is made by the first collection.
func scanSection(start, end, program uintptr, mask *bitvector) {
	words := (end - start) / 8
	if mask.bytedata == nil {
		*mask = expandMask(program, words)
	}
	scanMasked(start, words, mask.bytedata)
}

// sweep frees the spans without a marked object and lists, for each size class, those with some free slots. It returns the number
// of bytes of marked objects. It walks downwards, so that the lists are in the order of addresses.
func sweep() uintptr {
	var live uintptr
	for i := range slotsOf {
		slotsOf[i].freed = slotsOf[i].handed
	}
	for page := heap.mapped >> pageShift; page > 0; {
		s := *spanSlot(page - 1)
		page -= s.npages
		if s.kind == spanFree || s.kind == spanStack {
			continue
		}
		s.released = false
		n := uintptr(s.live)
		live += n * s.elemsize
		if stress.poison != nil {
			stress.poison(s)
		}
		c := &slotsOf[s.class]
		if s.kind == spanNoScan {
			c = &slotsOf[noPointers+uintptr(s.class)]
		}
		c.freed -= uint64(n)
		switch {
		case n == 0:
			if s.class == 0 {
				memstats.largeFrees++
				memstats.largeFreed += uint64(s.elemsize)
			}
			heap.usedPages -= s.npages
			freePages(s, false)
			page = (s.start - heap.start) >> pageShift
		case n < uintptr(s.nelems):
			s.next, c.partial = c.partial, s
		}
	}
	return live
}

// activeModules lists the parts of the program that were linked apart: there is one, for plugins are not supported.
func activeModules() []*moduledata { return programModules[:] }

var programModules = [...]*moduledata{&firstmoduledata}
