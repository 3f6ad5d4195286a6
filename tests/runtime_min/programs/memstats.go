// Statistics and settings of memory: the numbers add up, and the settings do what they say.
package main

import (
	"runtime"
	"runtime/debug"
)

func stats() (m runtime.MemStats) {
	runtime.ReadMemStats(&m)
	return
}

var sink any
var bytes []byte
var pointers []*[64]int

// mallocs counts the allocations of f, as testing.AllocsPerRun does.
func mallocs(f func()) uint64 {
	f()
	before := stats().Mallocs
	for i := 0; i < 100; i++ {
		f()
	}
	return (stats().Mallocs - before) / 100
}

type pair struct{ a, b *int }

func counts() {
	println("none", mallocs(func() {}))
	println("one", mallocs(func() { sink = &pair{} }))
	println("tiny", mallocs(func() { sink = new(int32) }))
	println("three", mallocs(func() { sink = &pair{new(int), new(int)} }))
	println("large", mallocs(func() { bytes = make([]byte, 100_000) }))
	println("array", mallocs(func() { pointers = make([]*[64]int, 100) }))
	println("map", mallocs(func() { sink = map[int]int{} }))
	s := "text"
	println("concat", mallocs(func() { s = s[:4] + "more text than fits into the stack buffer of a concatenation" }))
	println("append", mallocs(func() {
		var x []int
		for i := 0; i < 1000; i++ {
			x = append(x, i)
		}
		sink = x
	}))
	m := stats()
	println("sums", m.HeapObjects == m.Mallocs-m.Frees, m.HeapAlloc == m.Alloc, m.HeapSys == m.HeapInuse+m.HeapIdle,
		m.HeapReleased <= m.HeapIdle, m.HeapAlloc <= m.HeapInuse, m.Sys >= m.HeapSys+m.StackSys, m.TotalAlloc >= m.Alloc)
	var byClass, objects uint64
	for _, c := range m.BySize {
		byClass += (c.Mallocs - c.Frees) * uint64(c.Size)
		objects += c.Mallocs
	}
	println("by size", byClass <= m.HeapAlloc, objects <= m.Mallocs, m.BySize[1].Size, m.BySize[10].Size, m.BySize[60].Size)
}

func near(x, want, tolerance uint64) bool { return x+tolerance >= want && x <= want+tolerance }

func sizes() {
	runtime.GC()
	m0 := stats()
	bytes = make([]byte, 64<<20)
	m1 := stats()
	println("64 MB", near(m1.HeapAlloc-m0.HeapAlloc, 64<<20, 1<<20), near(m1.TotalAlloc-m0.TotalAlloc, 64<<20, 1<<20))
	bytes = nil
	runtime.GC()
	m2 := stats()
	println("freed", near(m2.HeapAlloc, m0.HeapAlloc, 1<<20), m2.Frees > m0.Frees)
	debug.FreeOSMemory()
	m3 := stats()
	println("given back", m3.HeapIdle-m3.HeapReleased < 2<<20)
	for i := 0; i < 1000; i++ {
		pointers = append(pointers, new([64]int))
	}
	m4 := stats()
	println("small", near(m4.HeapAlloc-m3.HeapAlloc, 1000*512+16<<10, 64<<10))
	pointers = nil
}

func collections() {
	old := debug.SetGCPercent(-1)
	println("percent", old)
	n := stats().NumGC
	for i := 0; i < 1000; i++ {
		bytes = make([]byte, 100_000)
	}
	println("off", stats().NumGC == n, debug.SetGCPercent(50))
	n = stats().NumGC
	for i := 0; i < 1000; i++ {
		bytes = make([]byte, 100_000)
	}
	m := stats()
	println("on", m.NumGC-n > 20, debug.SetGCPercent(100), m.NumForcedGC)
	println("pauses", m.PauseTotalNs > 0, m.PauseNs[(m.NumGC+255)%256] > 0, m.LastGC > 1e18, m.PauseEnd[(m.NumGC+255)%256] == m.LastGC)
	var g debug.GCStats
	debug.ReadGCStats(&g)
	println("GCStats", int64(m.NumGC) == g.NumGC, len(g.Pause) == len(g.PauseEnd), len(g.Pause) > 20, g.LastGC.UnixNano() == int64(m.LastGC))
}

func limit() {
	debug.SetGCPercent(-1)
	println("limit", debug.SetMemoryLimit(-1) == 1<<63-1)
	debug.SetMemoryLimit(40 << 20)
	println("limit", debug.SetMemoryLimit(-1) == 40<<20)
	var most uint64
	for i := 0; i < 3000; i++ {
		bytes = make([]byte, 500_000)
		pointers = append(pointers[:0:0], new([64]int))
		if i%100 == 0 {
			m := stats()
			most = max(most, m.Sys-m.HeapReleased)
		}
	}
	println("stayed below", most < 256<<20)
	debug.SetMemoryLimit(1) // impossible: the program goes on nevertheless
	for i := 0; i < 100; i++ {
		bytes = make([]byte, 500_000)
	}
	debug.SetMemoryLimit(1<<63 - 1)
	debug.SetGCPercent(100)
}

func main() {
	counts()
	sizes()
	collections()
	limit()
	println("done")
}
