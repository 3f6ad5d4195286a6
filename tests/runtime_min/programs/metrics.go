// Each metric that is listed has a value of its kind, and those that belong together agree.
package main

import (
	"fmt"
	"runtime"
	"runtime/metrics"
	"slices"
)

func read(names ...string) []metrics.Value {
	samples := make([]metrics.Sample, len(names))
	for i, name := range names {
		samples[i].Name = name
	}
	metrics.Read(samples)
	values := make([]metrics.Value, len(names))
	for i := range samples {
		values[i] = samples[i].Value
	}
	return values
}

func sum(h *metrics.Float64Histogram) (n uint64) {
	for _, count := range h.Counts {
		n += count
	}
	return n
}

type object struct{ words [4]uintptr }

//go:noinline
func attach() {
	for range 5 {
		runtime.SetFinalizer(new(object), func(*object) {})
		runtime.AddCleanup(new(object), func(int) {}, 0)
	}
}

func main() {
	fmt.Println(read("/no/such:metric")[0].Kind() == metrics.KindBad)
	for round := range 2 {
		all := metrics.All()
		samples := make([]metrics.Sample, len(all))
		for i := range all {
			samples[i].Name = all[i].Name
		}
		for range 2 { // into what is there, the second time
			metrics.Read(samples)
		}
		for i, d := range all {
			if samples[i].Value.Kind() != d.Kind {
				fmt.Println(d.Name, samples[i].Value.Kind(), "instead of", d.Kind)
			} else if d.Kind == metrics.KindFloat64Histogram {
				h := samples[i].Value.Float64Histogram()
				if len(h.Buckets) != len(h.Counts)+1 || !slices.IsSorted(h.Buckets) {
					fmt.Println(d.Name, h.Counts, h.Buckets)
				}
			}
		}
		fmt.Println("round", round)
		runtime.GC()
	}

	v := read("/gc/heap/allocs-by-size:bytes", "/gc/heap/allocs:objects", "/gc/heap/frees-by-size:bytes", "/gc/heap/frees:objects")
	fmt.Println(sum(v[0].Float64Histogram()) == v[1].Uint64(), sum(v[2].Float64Histogram()) == v[3].Uint64())
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	for i, size := range stats.BySize[1:] {
		if v[0].Float64Histogram().Buckets[i+1] != float64(size.Size+1) {
			fmt.Println("bucket", i)
		}
	}
	v = read("/gc/pauses:seconds", "/cpu/classes/total:cpu-seconds", "/cpu/classes/user:cpu-seconds", "/cpu/classes/gc/total:cpu-seconds")
	fmt.Println(sum(v[0].Float64Histogram()) >= 2, v[1].Float64() >= v[2].Float64(), v[1].Float64() > 0, v[3].Float64() > 0)

	attach()
	for {
		runtime.GC()
		v = read("/gc/finalizers/queued:finalizers", "/gc/finalizers/executed:finalizers", "/gc/cleanups/queued:cleanups", "/gc/cleanups/executed:cleanups")
		if v[1].Uint64() >= 5 && v[3].Uint64() >= 5 {
			break
		}
	}
	fmt.Println(v[0].Uint64() >= v[1].Uint64(), v[2].Uint64() >= v[3].Uint64())

	wait := make(chan bool)
	for range 3 {
		go func() { <-wait }()
	}
	runtime.Gosched()
	v = read("/sched/goroutines/waiting:goroutines", "/sched/goroutines/running:goroutines", "/sched/goroutines-created:goroutines", "/sched/threads/total:threads")
	fmt.Println(v[0].Uint64() >= 3, v[1].Uint64() >= 1, v[2].Uint64() >= 4, v[3].Uint64() >= 1)
	close(wait)
}
