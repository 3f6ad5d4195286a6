package runtime

import (
	"internal/abi"
	"unsafe"
)

// Pointer masks: a bit for each word, set if it is a pointer. The compiler writes those of small types down; those of big ones, and of the
// data and bss sections, it describes, and they are made here when they are asked for first. They have zeros up to a multiple of 64 bits.

// newMask returns a mask of nbits zeros.
func newMask(nbits uintptr) *byte {
	return (*byte)(persistentalloc(alignUp(nbits, 64)/8, 8, &memstats.gcMiscSys))
}

// copyMask sets the n bits of mask from bit at on to those of from, from bit 0 on. They are zero before.
func copyMask(mask *byte, at uintptr, from *byte, n uintptr) {
	for i := uintptr(0); i < n; i++ {
		*addb(mask, (at+i)/8) |= *addb(from, i/8) >> (i % 8) & 1 << ((at + i) % 8)
	}
}

// getGCMaskOnDemand returns the mask of a big type. Its GCData points to a place for the address.
func getGCMaskOnDemand(t *_type) *byte {
	place := (**byte)(unsafe.Pointer(t.GCData))
	if *place == nil {
		mask := newMask(t.PtrBytes / 8)
		maskType(mask, 0, t)
		*place = mask
	}
	return *place
}

// maskType sets the bits of mask, from bit at on, for a value of type t. Only arrays and structs have no mask of their own. What is bigger than
// half of t waits for the next turn of the loop, so types that are deep are no deep recursion: the caller may be on the system stack.
func maskType(mask *byte, at uintptr, t *_type) {
	for t != nil && t.PtrBytes != 0 {
		if t.TFlag&abi.TFlagGCMaskOnDemand == 0 {
			copyMask(mask, at, t.GCData, t.PtrBytes/8)
			return
		}
		var biggest *_type
		place := at
		if t.Kind() == abi.Array {
			a := (*abi.ArrayType)(unsafe.Pointer(t))
			for i := uintptr(1); i < a.Len; i++ {
				maskType(mask, at+i*a.Elem.Size_/8, a.Elem)
			}
			biggest = a.Elem
		} else {
			fields := (*abi.StructType)(unsafe.Pointer(t)).Fields
			for i := range fields {
				f := &fields[i]
				if f.Typ.Size_ > t.Size_/2 {
					biggest, place = f.Typ, at+f.Offset/8
				} else {
					maskType(mask, at+f.Offset/8, f.Typ)
				}
			}
		}
		t, at = biggest, place
	}
}

// expandMask runs a "GC program", which is how the linker writes the pointer mask of a section: a byte n < 0x80 is followed by n bits, a byte
// 0x80|n says that the last n bits are repeated, as often as the number after it says; if n is 0, it comes as a number too. Zero ends it.
// Numbers are in the variable-length encoding of package encoding/binary.
func expandMask(program, nbits uintptr) bitvector {
	mask := newMask(nbits)
	at := uintptr(0)
	for {
		op := *(*byte)(unsafe.Pointer(program))
		program++
		n := uintptr(op & 0x7f)
		switch {
		case op == 0:
			return bitvector{int32(nbits), mask}
		case op < 0x80:
			copyMask(mask, at, (*byte)(unsafe.Pointer(program)), n)
			at += n
			program += (n + 7) / 8
		default:
			if n == 0 {
				n, program = uvarint(program)
			}
			var times uintptr
			times, program = uvarint(program)
			for end := at + n*times; at < end; at++ {
				from := at - n
				*addb(mask, at/8) |= *addb(mask, from/8) >> (from % 8) & 1 << (at % 8)
			}
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
