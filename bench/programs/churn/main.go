// Command churn allocates much more than it keeps: objects of all sizes, with and without pointers, replaced at random.
//
//	churn [megabytes [live]]
//
// It allocates megabytes in all and keeps about live megabytes of them. What is kept is checked, and at the end the heap has to be
// bounded by a small multiple of it.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
)

const largest = 1 << 20

type entry struct {
	stamp uint64
	data  []byte
	next  *entry
}

type source uint64

func (s *source) next() uint64 {
	*s ^= *s << 13
	*s ^= *s >> 7
	*s ^= *s << 17
	return uint64(*s)
}

// size is small most of the time: each doubling of it is half as likely, up to the largest.
func (s *source) size() int {
	bits := s.next()
	limit := 16
	for bits&1 == 1 && limit < largest {
		limit *= 2
		bits >>= 1
	}
	return 1 + int(s.next()%uint64(limit))
}

func newEntry(s *source, old *entry) *entry {
	e := &entry{stamp: s.next(), data: make([]byte, s.size())}
	e.data[0] = byte(e.stamp)
	e.data[len(e.data)-1] = byte(e.stamp)
	if old != nil && e.stamp%4 == 0 {
		e.next = &entry{stamp: old.stamp, data: old.data}
	}
	return e
}

func (e *entry) check() {
	for ; e != nil; e = e.next {
		if e.data[0] != byte(e.stamp) || e.data[len(e.data)-1] != byte(e.stamp) {
			panic("an object has changed")
		}
	}
}

func (e *entry) size() int {
	total := 0
	for ; e != nil; e = e.next {
		total += len(e.data) + 48
	}
	return total
}

func argument(position, otherwise int) int {
	if len(os.Args) <= position {
		return otherwise
	}
	number, err := strconv.Atoi(os.Args[position])
	if err != nil || number < 1 {
		fmt.Fprintln(os.Stderr, "churn: not a positive number:", os.Args[position])
		os.Exit(2)
	}
	return number
}

func main() {
	megabytes, live := argument(1, 4000), argument(2, 32)
	numbers := source(88172645463325252)
	kept := make([]*entry, 0, 1<<16)
	for held := 0; held < live<<20; {
		e := newEntry(&numbers, nil)
		held += e.size()
		kept = append(kept, e)
	}
	allocated, replaced := 0, 0
	for allocated < megabytes<<20 {
		index := int(numbers.next() % uint64(len(kept)))
		kept[index].check()
		kept[index] = newEntry(&numbers, kept[index])
		allocated += len(kept[index].data) + 48
		replaced++
	}
	held := 0
	for _, e := range kept {
		e.check()
		held += e.size()
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	fmt.Printf("%d MB allocated, %d objects replaced, %d kept\n", megabytes, replaced, len(kept))
	if limit := uint64(4*held + 64<<20); stats.HeapSys-stats.HeapReleased > limit {
		fmt.Fprintf(os.Stderr, "churn: the heap has %d MB for %d MB of live objects\n", (stats.HeapSys-stats.HeapReleased)>>20, held>>20)
		os.Exit(1)
	}
	if stats.NumGC == 0 {
		fmt.Fprintln(os.Stderr, "churn: nothing was ever collected")
		os.Exit(1)
	}
}
