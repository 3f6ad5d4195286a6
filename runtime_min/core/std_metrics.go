package runtime

import (
	"internal/stringslite"
	"unsafe"
)

// runtime/metrics. What stock Go measures of things that this runtime does not have (processors, profiles, histograms of latencies) is
// told as metrics.KindBad, which means that there is no such metric.

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
	metricBad    = 0
	metricUint64 = 1
)

//go:linkname readMetrics runtime/metrics.runtime_readMetrics
func readMetrics(samples unsafe.Pointer, n, _ int) {
	var stats MemStats
	ReadMemStats(&stats)
	for i := range n {
		sample := (*metricSample)(add(samples, uintptr(i)*unsafe.Sizeof(metricSample{})))
		value, known := metric(sample.name, &stats)
		sample.value = metricValue{}
		if known {
			sample.value = metricValue{kind: metricUint64, scalar: value}
		}
	}
}

func metric(name string, m *MemStats) (value uint64, known bool) {
	switch name {
	case "/cgo/go-to-c-calls:calls":
	case "/gc/cycles/automatic:gc-cycles":
		value = uint64(m.NumGC - m.NumForcedGC)
	case "/gc/cycles/forced:gc-cycles":
		value = uint64(m.NumForcedGC)
	case "/gc/cycles/total:gc-cycles":
		value = uint64(m.NumGC)
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
	case "/gc/heap/objects:objects":
		value = m.HeapObjects
	case "/gc/heap/tiny/allocs:objects":
		value = tiny.combined
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
	case "/sched/gomaxprocs:threads":
		value = 1
	case "/sched/goroutines:goroutines":
		value = uint64(NumGoroutine())
	default:
		return settingMetric(name)
	}
	return value, true
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
