package runtime

import (
	"internal/runtime/gc"
	_ "unsafe"
)

// Statistics. Allocators count where they slow down anyway (a new run of slots, a large object), so that exact numbers cost nothing.

type statistics struct {
	// Bytes got from the system, by purpose. Kept files and persistentalloc's callers name them.
	mspan_sys, gcMiscSys, stacks_sys, other_sys, buckhash_sys sysMemStat
	mapped_sys                                                sysMemStat // chunks that persistentalloc cuts up

	largeObjects, largeBytes uint64 // allocated
	largeFrees, largeFreed   uint64 // freed

	numGC, numForcedGC uint32
	pauseTotal         uint64
	pauses             [256]uint64 // ns, of the last collections
	pauseEnds          [256]uint64 // ns since 1970
}

var memstats statistics

// outsideHeap is the number of bytes that the runtime uses besides the heap's pages.
func (m *statistics) outsideHeap() uintptr {
	return uintptr(m.mapped_sys+m.gcMiscSys+m.stacks_sys+m.other_sys) + heap.table
}

// classCounts returns how many objects of a size class have been allocated, and how many are in use or not yet found dead.
func classCounts(class int) (allocated, freed uint64) {
	for _, c := range [2]*slots{&slotsOf[class], &slotsOf[noPointers+class]} {
		allocated += c.handed
		if c.next < c.end {
			allocated -= uint64(slotsIn(c.end-c.next, uintptr(class)))
		}
		freed += c.freed
	}
	return allocated, freed
}

// ReadMemStats populates m with memory allocator statistics.
//
// The returned memory allocator statistics are up to date as of the call to ReadMemStats. This is in contrast with a heap profile,
// which is a snapshot as of the most recently completed garbage collection cycle.
func ReadMemStats(m *MemStats) {
	s := &memstats
	*m = MemStats{
		Mallocs:       s.largeObjects + tiny.combined,
		Frees:         s.largeFrees + tiny.combined,
		TotalAlloc:    s.largeBytes,
		Alloc:         s.largeBytes - s.largeFreed,
		HeapSys:       uint64(heap.mapped) - uint64(s.stacks_sys),
		HeapInuse:     uint64(heap.usedPages)<<pageShift - uint64(s.stacks_sys),
		HeapIdle:      uint64(heap.dirty.pages+heap.released.pages) << pageShift,
		HeapReleased:  uint64(heap.released.pages) << pageShift,
		StackInuse:    uint64(s.stacks_sys),
		StackSys:      uint64(s.stacks_sys),
		MSpanInuse:    uint64(s.mspan_sys),
		MSpanSys:      uint64(s.mspan_sys),
		BuckHashSys:   uint64(s.buckhash_sys),
		GCSys:         uint64(s.gcMiscSys) + uint64(heap.table),
		OtherSys:      uint64(s.other_sys),
		NextGC:        uint64(pace.goal),
		PauseTotalNs:  s.pauseTotal,
		PauseNs:       s.pauses,
		PauseEnd:      s.pauseEnds,
		NumGC:         s.numGC,
		NumForcedGC:   s.numForcedGC,
		EnableGC:      true,
		GCCPUFraction: 0,
	}
	if s.numGC > 0 {
		m.LastGC = s.pauseEnds[(s.numGC-1)%uint32(len(s.pauses))]
	}
	for class := 1; class < gc.NumSizeClasses; class++ {
		size := uint64(gc.SizeClassToSize[class])
		allocated, freed := classCounts(class)
		if class < len(m.BySize) {
			m.BySize[class].Size = uint32(size)
			m.BySize[class].Mallocs, m.BySize[class].Frees = allocated, freed
		}
		m.Mallocs += allocated
		m.Frees += freed
		m.TotalAlloc += allocated * size
		m.Alloc += (allocated - freed) * size
	}
	m.HeapAlloc = m.Alloc
	m.HeapObjects = m.Mallocs - m.Frees
	m.Sys = m.HeapSys + m.StackSys + m.MSpanSys + m.BuckHashSys + m.GCSys + m.OtherSys
}

// readGCStats fills in pauses (most recent first), their ends, and three more numbers: time of the last collection, number of
// collections, total pause.
//
//go:linkname readGCStats runtime/debug.readGCStats
func readGCStats(pauses *[]uint64) {
	s := &memstats
	n := min(int(s.numGC), len(s.pauses))
	p := (*pauses)[:0]
	for i := 0; i < n; i++ {
		p = append(p, s.pauses[(int(s.numGC)-1-i)%len(s.pauses)])
	}
	last := uint64(0)
	for i := 0; i < n; i++ {
		p = append(p, s.pauseEnds[(int(s.numGC)-1-i)%len(s.pauses)])
	}
	if n > 0 {
		last = p[n]
	}
	*pauses = append(p, last, uint64(s.numGC), s.pauseTotal)
}
