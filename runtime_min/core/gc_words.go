package runtime

import "unsafe"

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
	i := s.objIndex(p)
	if s.kind == spanBits {
		for n := range words {
			bit := i<<(s.shift&7) + uintptr(n)
			words[n] = *addb((*byte)(unsafe.Pointer(s.pointers)), bit/8) >> (bit % 8) & 1
		}
		return words
	}
	typ := *s.typeSlot(i)
	mask := getGCMask(typ)
	for from := uintptr(0); from+typ.Size_ <= s.elemsize; from += typ.Size_ {
		for n := uintptr(0); n < typ.PtrBytes/8; n++ {
			words[from/8+n] = *addb(mask, n/8) >> (n % 8) & 1
		}
	}
	return words
}
