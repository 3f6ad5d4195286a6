package runtime

import (
	"internal/runtime/gc"
	"internal/runtime/math"
	"unsafe"
)

// Allocation: what compiled code calls. One thread runs Go code and signal handlers allocate nothing, so there are no locks.
//
//	mallocgc              any size; also newobject, newarray and what package reflect calls
//	mallocgc…SC1 … SC7    objects of at most 80 bytes; compiled code calls the function of their size class itself
//	mallocgcTinySC2       objects below 16 bytes without pointers, several to a slot
//
// An object is described to the collector when it is allocated: by pointer bits, by its type, or by being in a span without pointers.

// No object is bigger; makeslice and its like compare with it.
const maxAlloc = 1 << 48

// zerobase is the address of all objects of size zero.
var zerobase uintptr

// tiny is the slot that small objects without pointers are put in.
var tiny struct {
	slot     uintptr // 0: none
	used     uintptr // bytes
	combined uint64  // objects that needed no slot of their own
}

// mallocgc allocates an object of size bytes, consisting of values of type typ (nil: no pointers). It reads as zeros unless
// needzero is false and it has no pointers.
//
//go:linkname mallocgc
func mallocgc(size uintptr, typ *_type, needzero bool) unsafe.Pointer {
	if size == 0 {
		return unsafe.Pointer(&zerobase)
	}
	noscan := typ == nil || !typ.Pointers()
	if size > mostSmall {
		return mallocLarge(size, typ, noscan, needzero)
	}
	if noscan && size < tinySize {
		return mallocgcTinySC2(size, typ, needzero)
	}
	inBits := size <= mostInBits
	slot := size
	if !noscan && !inBits {
		// Go's own runtime keeps the type in the object. We do not, but leave the place, so that slices grow by the same steps (roundupsize).
		slot += gc.MallocHeaderSize
	}
	class := sizeClass(slot)
	c := &slotsOf[class]
	if noscan {
		c = &slotsOf[noPointers+class]
	}
	for c.next >= c.end {
		c.refill(class, noscan)
	}
	p := c.next
	elemsize := uintptr(gc.SizeClassToSize[class])
	c.next = p + elemsize
	switch {
	case noscan:
		if needzero && c.needzero {
			memclrNoHeapPointers(unsafe.Pointer(p), elemsize)
		}
	case inBits:
		c.setPointerBits(p, size, typ)
	default:
		*c.span.typeSlot(c.span.objIndex(p)) = typ
	}
	return unsafe.Pointer(p)
}

// typeSlot is where a span of kind spanTyped keeps the type of its object number i.
func (s *mspan) typeSlot(i uintptr) **_type { return (**_type)(unsafe.Pointer(s.pointers + i*8)) }

// mallocLarge allocates an object in a span of its own.
func mallocLarge(size uintptr, typ *_type, noscan, needzero bool) unsafe.Pointer {
	npages := (size + pageMask) >> pageShift // size is at most maxAlloc
	pace.allocated(npages << pageShift)
	if collectionDue() {
		collect()
		pace.live += npages << pageShift // the collection set it to what it found
	}
	s := needPages(npages, spanLines(16), size)
	s.elemsize, s.nelems = npages<<pageShift, 1
	s.pointers = marksOf(s) + 8
	s.kind = spanNoScan
	if !noscan {
		s.kind, needzero = spanTyped, true
		*s.typeSlot(0) = typ
	}
	if needzero && !s.released {
		memclrNoHeapPointers(unsafe.Pointer(s.start), s.elemsize)
	}
	memstats.largeObjects++
	memstats.largeBytes += uint64(s.elemsize)
	return unsafe.Pointer(s.start)
}

// needPages is allocPages for size bytes. When the system has no more memory, it tries to find some, whatever GOGC says, or ends the program.
func needPages(npages, lines, size uintptr) *mspan {
	for try := 0; ; try++ {
		if s := allocPages(npages, lines); s != nil {
			return s
		}
		if try == 1 {
			// Stock Go's words. They differ by what is exhausted: memory, or the address space (ulimit -v).
			if _, errno := mmap(nil, size, protNone, mapPrivate|mapAnonymous, -1, 0); errno != 0 {
				print("runtime: out of memory: cannot allocate ", size, "-byte block (", heap.usedPages<<pageShift, " in use)\n")
				throw("out of memory")
			}
			throw("runtime: out of memory")
		}
		if mayCollect() {
			collect()
		}
		releasePages(0)
	}
}

// mallocgcTinySC2 allocates an object below 16 bytes without pointers. It goes behind the last such object if that leaves room. The
// slot lives as long as any object in it: that may be long, but it is 16 bytes.
func mallocgcTinySC2(size uintptr, typ *_type, needzero bool) unsafe.Pointer {
	off := alignUp(tiny.used, size&-size) // by the greatest power of two that divides size
	if off+size <= tinySize && tiny.slot != 0 {
		tiny.used = off + size
		tiny.combined++
		return unsafe.Pointer(tiny.slot + off)
	}
	c := &slotsOf[noPointers+tinyClass]
	for c.next >= c.end {
		c.refill(tinyClass, true)
	}
	p := c.next
	c.next = p + tinySize
	if size < tiny.used || tiny.slot == 0 {
		tiny.slot, tiny.used = p, size
	}
	return unsafe.Pointer(p)
}

// The functions of the size classes: all sizes are constant, so the way through them is a dozen instructions. What is not simple
// goes through mallocgc, which does the same.

// take hands out the next slot, or 0 if a new run is needed.
func (c *slots) take(elemsize uintptr) uintptr {
	p := c.next
	if p >= c.end {
		return 0
	}
	c.next = p + elemsize
	return p
}

// describe is setPointerBits with constants, for one value of type typ: the division is a multiplication.
func (c *slots) describe(p, elemsize, shift uintptr, typ *_type) unsafe.Pointer {
	bit := (p - c.start) / elemsize << shift
	word := (*uint64)(unsafe.Pointer(c.pointers + bit/64*8))
	mask := *(*uint64)(unsafe.Pointer(typ.GCData))
	*word = *word&^(uint64(1<<(1<<shift)-1)<<(bit%64)) | mask<<(bit%64)
	return unsafe.Pointer(p)
}

//go:nosplit
func mallocgcSmallNoScanSC1(size uintptr, typ *_type, needzero bool) unsafe.Pointer {
	if p := slotsOf[noPointers+1].take(8); p != 0 {
		return unsafe.Pointer(p)
	}
	return mallocgc(size, typ, needzero)
}

//go:nosplit
func mallocgcSmallNoScanSC2(size uintptr, typ *_type, needzero bool) unsafe.Pointer {
	if p := slotsOf[noPointers+2].take(16); p != 0 {
		return unsafe.Pointer(p)
	}
	return mallocgc(size, typ, needzero)
}

//go:nosplit
func mallocgcSmallNoScanSC3(size uintptr, typ *_type, needzero bool) unsafe.Pointer {
	if p := slotsOf[noPointers+3].take(24); p != 0 {
		return unsafe.Pointer(p)
	}
	return mallocgc(size, typ, needzero)
}

//go:nosplit
func mallocgcSmallNoScanSC4(size uintptr, typ *_type, needzero bool) unsafe.Pointer {
	if p := slotsOf[noPointers+4].take(32); p != 0 {
		return unsafe.Pointer(p)
	}
	return mallocgc(size, typ, needzero)
}

//go:nosplit
func mallocgcSmallNoScanSC5(size uintptr, typ *_type, needzero bool) unsafe.Pointer {
	if p := slotsOf[noPointers+5].take(48); p != 0 {
		return unsafe.Pointer(p)
	}
	return mallocgc(size, typ, needzero)
}

//go:nosplit
func mallocgcSmallNoScanSC6(size uintptr, typ *_type, needzero bool) unsafe.Pointer {
	if p := slotsOf[noPointers+6].take(64); p != 0 {
		return unsafe.Pointer(p)
	}
	return mallocgc(size, typ, needzero)
}

//go:nosplit
func mallocgcSmallNoScanSC7(size uintptr, typ *_type, needzero bool) unsafe.Pointer {
	if p := slotsOf[noPointers+7].take(80); p != 0 {
		return unsafe.Pointer(p)
	}
	return mallocgc(size, typ, needzero)
}

//go:nosplit
func mallocgcSmallScanNoHeaderSC1(size uintptr, typ *_type, needzero bool) unsafe.Pointer {
	c := &slotsOf[1]
	if p := c.take(8); p != 0 {
		return c.describe(p, 8, 0, typ)
	}
	return mallocgc(size, typ, needzero)
}

//go:nosplit
func mallocgcSmallScanNoHeaderSC2(size uintptr, typ *_type, needzero bool) unsafe.Pointer {
	c := &slotsOf[2]
	if p := c.take(16); p != 0 {
		return c.describe(p, 16, 1, typ)
	}
	return mallocgc(size, typ, needzero)
}

//go:nosplit
func mallocgcSmallScanNoHeaderSC3(size uintptr, typ *_type, needzero bool) unsafe.Pointer {
	c := &slotsOf[3]
	if p := c.take(24); p != 0 {
		return c.describe(p, 24, 2, typ)
	}
	return mallocgc(size, typ, needzero)
}

//go:nosplit
func mallocgcSmallScanNoHeaderSC4(size uintptr, typ *_type, needzero bool) unsafe.Pointer {
	c := &slotsOf[4]
	if p := c.take(32); p != 0 {
		return c.describe(p, 32, 2, typ)
	}
	return mallocgc(size, typ, needzero)
}

//go:nosplit
func mallocgcSmallScanNoHeaderSC5(size uintptr, typ *_type, needzero bool) unsafe.Pointer {
	c := &slotsOf[5]
	if p := c.take(48); p != 0 {
		return c.describe(p, 48, 3, typ)
	}
	return mallocgc(size, typ, needzero)
}

//go:nosplit
func mallocgcSmallScanNoHeaderSC6(size uintptr, typ *_type, needzero bool) unsafe.Pointer {
	c := &slotsOf[6]
	if p := c.take(64); p != 0 {
		return c.describe(p, 64, 3, typ)
	}
	return mallocgc(size, typ, needzero)
}

//go:nosplit
func mallocgcSmallScanNoHeaderSC7(size uintptr, typ *_type, needzero bool) unsafe.Pointer {
	c := &slotsOf[7]
	if p := c.take(80); p != 0 {
		return c.describe(p, 80, 4, typ)
	}
	return mallocgc(size, typ, needzero)
}

func newobject(typ *_type) unsafe.Pointer { return mallocgc(typ.Size_, typ, true) }

// newarray allocates n values of type typ side by side.
//
//go:linkname newarray
func newarray(typ *_type, n int) unsafe.Pointer {
	if n == 1 {
		return mallocgc(typ.Size_, typ, true)
	}
	mem, overflow := math.MulUintptr(typ.Size_, uintptr(n))
	if overflow || mem > maxAlloc || n < 0 {
		panic(plainError("runtime: allocation size out of range"))
	}
	return mallocgc(mem, typ, true)
}

//go:linkname maps_newobject internal/runtime/maps.newobject
func maps_newobject(typ *_type) unsafe.Pointer { return newobject(typ) }

//go:linkname maps_newarray internal/runtime/maps.newarray
func maps_newarray(typ *_type, n int) unsafe.Pointer { return newarray(typ, n) }

//go:linkname reflect_unsafe_New reflect.unsafe_New
func reflect_unsafe_New(typ *_type) unsafe.Pointer { return newobject(typ) }

//go:linkname reflectlite_unsafe_New internal/reflectlite.unsafe_New
func reflectlite_unsafe_New(typ *_type) unsafe.Pointer { return newobject(typ) }

//go:linkname reflect_unsafe_NewArray reflect.unsafe_NewArray
func reflect_unsafe_NewArray(typ *_type, n int) unsafe.Pointer { return newarray(typ, n) }
