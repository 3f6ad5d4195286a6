package runtime

import (
	"internal/abi"
	"unsafe"
)

// Pointer masks: a bit for each word, set if it is a pointer. The compiler writes a mask down for each type but big arrays and structs, and the
// linker describes those of the data and bss sections, which are made here.

// maskOf returns the mask of size bytes, but of no more than 64 words, of a block of values of type t. It says nothing of a type with pointers beyond
// these.
//
//go:nosplit
func maskOf(t *_type, size uintptr) uint64 {
	mask := *(*uint64)(unsafe.Pointer(t.GCData))
	for n := t.Size_; n < mostInBits; n *= 2 {
		mask |= mask << (n / 8 % 64)
	}
	if size < mostInBits {
		mask &= 1<<(size/8%64) - 1
	}
	return mask
}

// forMasks calls do for the parts with a mask of their own that a value of type t at p consists of. What is bigger than half of t waits for
// the next turn of the loop, so types that are deep are no deep recursion: the caller may be on the system stack.
func forMasks(p uintptr, t *_type, do func(p, words uintptr, mask *byte)) {
	for t.TFlag&abi.TFlagGCMaskOnDemand != 0 {
		if t.Kind() == abi.Array {
			a := (*abi.ArrayType)(unsafe.Pointer(t))
			t = a.Elem
			for i := uintptr(1); i < a.Len; i++ {
				forMasks(p, t, do)
				p += t.Size_
			}
			continue
		}
		var biggest abi.StructField
		fields := (*abi.StructType)(unsafe.Pointer(t)).Fields
		for i := range fields {
			if f := &fields[i]; f.Typ.Size_ > t.Size_/2 {
				biggest = *f
			} else {
				forMasks(p+f.Offset, f.Typ, do)
			}
		}
		if biggest.Typ == nil {
			return
		}
		t = biggest.Typ
		p += biggest.Offset
	}
	if t.PtrBytes != 0 {
		do(p, t.PtrBytes/8, t.GCData)
	}
}

// expandMask runs a "GC program", which is how the linker writes the pointer mask of a section: a byte n < 0x80 is followed by n bits, a byte
// 0x80|n says that the last n bits are repeated, as often as the number after it says; if n is 0, it comes as a number too. Zero ends it.
// Numbers are in the variable-length encoding of package encoding/binary.
func expandMask(program, nbits uintptr) bitvector {
	mask := (*byte)(persistentalloc(alignUp(nbits, 8)/8, 8, &memstats.gcMiscSys))
	at := uintptr(0)
	for {
		op := *(*byte)(unsafe.Pointer(program))
		program++
		n := uintptr(op & 0x7f)
		from, bit, end := (*byte)(unsafe.Pointer(program)), uintptr(0), at+n
		switch {
		case op == 0:
			return bitvector{int32(nbits), mask}
		case op < 0x80:
			program += (n + 7) / 8
		default:
			if n == 0 {
				n, program = uvarint(program)
			}
			var times uintptr
			times, program = uvarint(program)
			from, bit, end = mask, at-n, at+n*times
		}
		for ; at < end; at++ {
			*addb(mask, at/8) |= *addb(from, bit/8) >> (bit % 8) & 1 << (at % 8)
			bit++
		}
	}
}

// uvarint decodes the number at p and returns it with the address behind it.
func uvarint(p uintptr) (x, next uintptr) {
	for shift := uint(0); ; shift += 7 {
		b := *(*byte)(unsafe.Pointer(p))
		p++
		x |= uintptr(b&0x7f) << (shift & 63)
		if b < 0x80 {
			return x, p
		}
	}
}
