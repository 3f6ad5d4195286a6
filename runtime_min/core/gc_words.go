package runtime

import "unsafe"

// forPointers calls do with the offset of each word of object number i that the collector follows.
func (s *mspan) forPointers(i uintptr, do func(offset uintptr)) {
	masked := func(from, words, firstBit uintptr, mask *byte) {
		for n := uintptr(0); n < words; n++ {
			if bit := firstBit + n; *addb(mask, bit/8)>>(bit%8)&1 != 0 {
				do(from + n*8)
			}
		}
	}
	switch s.kind {
	case spanBits:
		masked(0, s.elemsize/8, i<<(s.shift&7), (*byte)(unsafe.Pointer(s.pointers)))
	case spanTyped:
		typ := *s.typeSlot(i)
		for from := uintptr(0); from+typ.Size_ <= s.elemsize; from += typ.Size_ {
			forMasks(from, typ, func(from, words uintptr, mask *byte) { masked(from, words, 0, mask) })
		}
	}
}

// reflect_gcbits tells the tests of package reflect which words of the object that x points to the collector follows: a byte for each.
//
//go:linkname reflect_gcbits reflect.gcbits
func reflect_gcbits(x any) []byte {
	p := uintptr(efaceOf(&x).data)
	s := spanOf(p)
	if s == nil || s.kind == spanNoScan {
		return nil
	}
	words := make([]byte, s.elemsize/8)
	s.forPointers(s.objIndex(p), func(offset uintptr) { words[offset/8] = 1 })
	return words
}
