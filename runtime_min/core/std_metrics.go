package runtime

import (
	"internal/runtime/gc"
	"internal/stringslite"
	"unsafe"
)

// runtime/metrics. Each name that metrics.All lists has a value of its kind: programs take metrics.KindBad there for an error. What nobody
// measures here is 0. Of durations it is known how many there were, and so they are all in one bucket.

// A metricSample is a metrics.Sample.
type metricSample struct {
	name  string
	value metricValue
}

// A metricValue is a metrics.Value.
type metricValue struct {
	kind    int
	scalar  uint64
	pointer unsafe.Pointer
}

const (
	metricBad       = 0
	metricUint64    = 1
	metricFloat64   = 2
	metricHistogram = 3
)

//go:linkname readMetrics runtime/metrics.runtime_readMetrics
func readMetrics(samples unsafe.Pointer, n, _ int) {
	var stats MemStats
	ReadMemStats(&stats)
	for i := range n {
		sample := (*metricSample)(add(samples, uintptr(i)*unsafe.Sizeof(metricSample{})))
		if value, known := metric(sample.name, &stats); known {
			sample.value = metricValue{kind: metricUint64, scalar: value}
		} else if seconds, known := timeMetric(sample.name, &stats); known {
			sample.value = metricValue{kind: metricFloat64, scalar: float64bits(seconds)}
		} else if !sample.value.distribution(sample.name, &stats) {
			sample.value = metricValue{}
		}
	}
}

func metric(name string, m *MemStats) (value uint64, known bool) {
	switch name {
	case "/cgo/go-to-c-calls:calls", "/gc/limiter/last-enabled:gc-cycle":
	case "/gc/cleanups/executed:cleanups":
		value = attachments.cleanups.executed()
	case "/gc/cleanups/queued:cleanups":
		value = attachments.cleanups.queued
	case "/gc/cycles/automatic:gc-cycles":
		value = uint64(m.NumGC - m.NumForcedGC)
	case "/gc/cycles/forced:gc-cycles":
		value = uint64(m.NumForcedGC)
	case "/gc/cycles/total:gc-cycles":
		value = uint64(m.NumGC)
	case "/gc/finalizers/executed:finalizers":
		value = attachments.finalizers.executed()
	case "/gc/finalizers/queued:finalizers":
		value = attachments.finalizers.queued
	case "/gc/gogc:percent":
		value = uint64(pace.percent)
	case "/gc/gomemlimit:bytes":
		value = uint64(pace.limit)
	case "/gc/heap/allocs:bytes":
		value = m.TotalAlloc
	case "/gc/heap/allocs:objects":
		value = m.Mallocs - tiny.combined
	case "/gc/heap/frees:bytes":
		value = m.TotalAlloc - m.Alloc
	case "/gc/heap/frees:objects":
		value = m.Frees - tiny.combined
	case "/gc/heap/goal:bytes":
		value = m.NextGC
	case "/gc/heap/live:bytes", "/gc/scan/heap:bytes":
		value = uint64(pace.marked)
	case "/gc/heap/objects:objects":
		value = m.HeapObjects
	case "/gc/heap/tiny/allocs:objects":
		value = tiny.combined
	case "/gc/scan/globals:bytes":
		value = uint64(pace.roots() - stacksInUse)
	case "/gc/scan/stack:bytes":
		value = uint64(stacksInUse)
	case "/gc/scan/total:bytes":
		value = uint64(pace.marked + pace.roots())
	case "/gc/stack/starting-size:bytes":
		value = uint64(startingStackSize)
	case "/memory/classes/heap/free:bytes":
		value = m.HeapIdle - m.HeapReleased
	case "/memory/classes/heap/objects:bytes":
		value = m.HeapAlloc
	case "/memory/classes/heap/released:bytes":
		value = m.HeapReleased
	case "/memory/classes/heap/stacks:bytes":
		value = m.StackInuse
	case "/memory/classes/heap/unused:bytes":
		value = m.HeapInuse - m.HeapAlloc
	case "/memory/classes/metadata/mspan/inuse:bytes":
		value = m.MSpanInuse
	case "/memory/classes/metadata/mspan/free:bytes":
		value = m.MSpanSys - m.MSpanInuse
	case "/memory/classes/metadata/mcache/inuse:bytes", "/memory/classes/metadata/mcache/free:bytes", "/memory/classes/os-stacks:bytes":
	case "/memory/classes/metadata/other:bytes":
		value = m.GCSys
	case "/memory/classes/other:bytes":
		value = m.OtherSys
	case "/memory/classes/profiling/buckets:bytes":
		value = m.BuckHashSys
	case "/memory/classes/total:bytes":
		value = m.Sys
	case "/sched/gomaxprocs:threads", "/sched/threads/total:threads":
		value = 1
	case "/sched/goroutines-created:goroutines":
		value = lastGoid
	case "/sched/goroutines/not-in-go:goroutines":
		value = goroutinesThat(_Gsyscall)
	case "/sched/goroutines/runnable:goroutines":
		value = goroutinesThat(_Grunnable)
	case "/sched/goroutines/running:goroutines":
		value = goroutinesThat(_Grunning)
	case "/sched/goroutines/waiting:goroutines":
		value = goroutinesThat(_Gwaiting)
	case "/sched/goroutines:goroutines":
		value = uint64(NumGoroutine())
	default:
		return settingMetric(name)
	}
	return value, true
}

func goroutinesThat(status uint32) (n uint64) {
	forEachG(func(gp *g) {
		if gp.atomicstatus.Load() == status {
			n++
		}
	})
	return n
}

// timeMetric is how long the processor was busy with something: a collection, or what the program does.
func timeMetric(name string, m *MemStats) (seconds float64, known bool) {
	if name == "/sync/mutex/wait/total:seconds" {
		return 0, true
	}
	const prefix, suffix = "/cpu/classes/", ":cpu-seconds"
	if !stringslite.HasPrefix(name, prefix) || !stringslite.HasSuffix(name, suffix) {
		return 0, false
	}
	const clockProcess = 2
	pause := float64(m.PauseTotalNs) / 1e9
	used := readClock(clockProcess)
	total := max(float64(used.tv_sec)+float64(used.tv_nsec)/1e9, pause)
	switch name[len(prefix) : len(name)-len(suffix)] {
	case "gc/pause", "gc/total":
		return pause, true
	case "user":
		return total - pause, true
	case "total":
		return total, true
	}
	return 0, true
}

// A histogram is a metrics.Float64Histogram.
type histogram struct {
	counts  []uint64
	buckets []float64 // bounds, one more than counts
}

var bySize, byDuration []float64

// distribution makes v a histogram, in the memory of the one that it was if it was one. It returns false if name is not that of one.
func (v *metricValue) distribution(name string, m *MemStats) bool {
	collections := uint64(0)
	switch name {
	case "/gc/heap/allocs-by-size:bytes", "/gc/heap/frees-by-size:bytes":
		v.setSizes(name == "/gc/heap/frees-by-size:bytes", m)
		return true
	case "/gc/pauses:seconds", "/sched/pauses/total/gc:seconds", "/sched/pauses/stopping/gc:seconds":
		collections = uint64(m.NumGC)
	case "/sched/latencies:seconds", "/sched/pauses/stopping/other:seconds", "/sched/pauses/total/other:seconds":
	default:
		return false
	}
	if byDuration == nil {
		byDuration = []float64{-infinity(), 0, infinity()}
	}
	v.histogram(byDuration)[1] = collections
	return true
}

// setSizes makes v the numbers of objects of each size that were allocated or freed.
func (v *metricValue) setSizes(freed bool, m *MemStats) {
	if bySize == nil {
		for class := range gc.NumSizeClasses {
			bySize = append(bySize, float64(gc.SizeClassToSize[class]+1))
		}
		bySize = append(bySize, infinity())
	}
	counts := v.histogram(bySize)
	rest := m.Mallocs
	if freed {
		rest = m.Frees
	}
	rest -= tiny.combined
	for class := 1; class < gc.NumSizeClasses; class++ {
		n, f := classCounts(class)
		if class < len(m.BySize) {
			n, f = m.BySize[class].Mallocs, m.BySize[class].Frees
		}
		if freed {
			n = f
		}
		counts[class-1] = n
		rest -= n
	}
	counts[gc.NumSizeClasses-1] = rest
}

// histogram makes v one of these buckets, and returns its counts, which are for the caller to set.
func (v *metricValue) histogram(buckets []float64) []uint64 {
	h := (*histogram)(v.pointer)
	if v.kind != metricHistogram || h == nil {
		h = new(histogram)
	}
	*v = metricValue{kind: metricHistogram, pointer: unsafe.Pointer(h)}
	h.buckets = buckets
	if len(h.counts) != len(buckets)-1 {
		h.counts = make([]uint64, len(buckets)-1)
	}
	clear(h.counts)
	return h.counts
}

// settingMetric is how often a setting of GODEBUG other than the default has changed what the program does.
func settingMetric(name string) (value uint64, known bool) {
	for m := settingMetrics; m != nil; m = m.next {
		if m.name == name {
			return m.read(), true
		}
	}
	const prefix, suffix = "/godebug/non-default-behavior/", ":events"
	return 0, stringslite.HasPrefix(name, prefix) && stringslite.HasSuffix(name, suffix)
}

// A namedMetric is one that internal/godebug counts, from the first time that the setting changed something.
type namedMetric struct {
	name string
	read func() uint64
	next *namedMetric
}

var settingMetrics *namedMetric

//go:linkname godebug_registerMetric internal/godebug.registerMetric
func godebug_registerMetric(name string, read func() uint64) {
	settingMetrics = &namedMetric{name, read, settingMetrics}
}
