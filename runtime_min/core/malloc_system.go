package runtime

import (
	"internal/runtime/syscall/linux"
	"unsafe"
)

// Memory from the system.

const (
	sysMremap  = 25
	sysMadvise = 28

	protNone          = 0
	protReadWrite     = 3
	mapPrivate        = 0x2
	mapAnonymous      = 0x20
	mapFixedNoReplace = 0x100000
	mremapMayMove     = 1
	adviceForget      = 4 // MADV_DONTNEED

	physPageSize = 4096

	// Where the heap begins if the place is free: far from where Linux puts programs, libraries, stacks and mappings without a
	// given address, and, as in stock Go, at an address that is neither a likely integer nor valid UTF-8.
	heapHint = 0xc000000000
)

// sysMapAt makes the addresses from p on memory that reads as zeros. False: there is none, or the addresses are in use.
//
//go:nosplit
func sysMapAt(p, size uintptr) bool {
	q, errno := mmap(unsafe.Pointer(p), size, protReadWrite, mapPrivate|mapAnonymous|mapFixedNoReplace, -1, 0)
	if errno == 0 && uintptr(q) != p { // Linux before 4.17
		linux.Syscall6(sysMunmap, uintptr(q), size, 0, 0, 0, 0)
		return false
	}
	return errno == 0
}

// sysForget gives the memory of whole pages back; they stay accessible and read as zeros.
//
//go:nosplit
//go:noinline
func sysForget(p, size uintptr) {
	linux.Syscall6(sysMadvise, p, size, adviceForget, 0, 0, 0)
}

// sysMap returns size bytes of zeroed memory outside the heap.
//
//go:nosplit
func sysMap(size uintptr, stat *sysMemStat) unsafe.Pointer {
	p, errno := mmap(nil, size, protReadWrite, mapPrivate|mapAnonymous, -1, 0)
	if errno != 0 {
		throw("runtime: cannot allocate memory")
	}
	*stat += sysMemStat(size)
	return p
}

// sysAlloc and sysFree are sysMap and its undoing, by the names that kept files use.
func sysAlloc(size uintptr, stat *sysMemStat, _ string) unsafe.Pointer { return sysMap(size, stat) }

func sysFree(p unsafe.Pointer, size uintptr, stat *sysMemStat) {
	linux.Syscall6(sysMunmap, uintptr(p), size, 0, 0, 0, 0)
	*stat -= sysMemStat(size)
}

// sysMemStat counts bytes that the runtime got for one purpose, for ReadMemStats.
type sysMemStat uint64

// Memory that is never given back: the runtime's own tables. The first few kilobytes are part of the program, so that a program that
// needs no more makes no system call for it.
var persistent struct {
	next, end uintptr
	first     [4096]byte
}

const persistentChunk = 256 << 10

// persistentalloc returns size bytes of zeroed memory for ever, aligned to align (a power of two, or 0 for 8). The collector does not
// look into it. It never fails: without memory the program ends.
//
//go:nosplit
func persistentalloc(size, align uintptr, stat *sysMemStat) unsafe.Pointer {
	*stat += sysMemStat(size)
	a := &persistent
	if a.end == 0 {
		a.next = uintptr(unsafe.Pointer(&a.first))
		a.end = a.next + uintptr(len(a.first))
	}
	p := alignUp(a.next, max(align, 8))
	if p+size > a.end {
		if size > persistentChunk/4 {
			return sysMap(alignUp(size, physPageSize), &memstats.mapped_sys)
		}
		p = uintptr(sysMap(persistentChunk, &memstats.mapped_sys))
		a.end = p + persistentChunk
	}
	a.next = p + size
	return unsafe.Pointer(p)
}

// wordStack is a stack of words outside the heap, of any height. The collector's work is in such.
type wordStack struct {
	words uintptr // address of the first
	n     uintptr // number of words on the stack
	limit uintptr // number of words there is room for
}

const leastWords = 8 << 10

//go:noinline
//go:nosplit
func (s *wordStack) push(w uintptr) {
	if s.n == s.limit {
		s.grow()
	}
	*s.at(s.n) = w
	s.n++
}

func (s *wordStack) pop() uintptr {
	s.n--
	return *s.at(s.n)
}

func (s *wordStack) at(i uintptr) *uintptr {
	return (*uintptr)(unsafe.Pointer(s.words + i*8))
}

// grow doubles the room. The kernel moves the pages, nothing is copied.
//
//go:nosplit
//go:noinline
func (s *wordStack) grow() {
	if s.limit == 0 {
		s.words, s.limit = uintptr(sysMap(leastWords*8, &memstats.gcMiscSys)), leastWords
		return
	}
	p, _, errno := linux.Syscall6(sysMremap, s.words, s.limit*8, s.limit*16, mremapMayMove, 0, 0)
	if errno != 0 {
		throw("runtime: cannot allocate memory")
	}
	s.words = p
	memstats.gcMiscSys += sysMemStat(s.limit * 8)
	s.limit *= 2
}

// trim gives the memory of a stack that once was high back.
func (s *wordStack) trim() {
	if s.limit > leastWords {
		sysForget(s.words+leastWords*8, (s.limit-leastWords)*8)
	}
}
