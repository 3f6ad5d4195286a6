package runtime

import "unsafe"

// A test of the runtime: with GODEBUG=gcstress=n a collection comes at every n-th allocation (of those that need a new run of slots; runs are one
// slot long), and free memory is overwritten, so that what was wrongly taken for free is noticed.

var stress struct {
	every, count int64
}

const poisonWord = 0xdeaddeaddeaddead

// gcStress finds the setting in the value of GODEBUG; 0 if it is not there.
func gcStress(godebug string) int64 {
	const key = "gcstress="
	for i := 0; i+len(key) < len(godebug); i++ {
		if (i == 0 || godebug[i-1] == ',') && godebug[i:i+len(key)] == key {
			end := i + len(key)
			for end < len(godebug) && godebug[end] != ',' {
				end++
			}
			n, _ := decimal(godebug[i+len(key) : end])
			return n
		}
	}
	return 0
}

func stressDue() bool {
	stress.count++
	if stress.count < stress.every || !mayCollect() {
		return false
	}
	stress.count = 0
	return true
}

// poison overwrites the slots of s without a mark.
func poison(s *mspan) {
	for i := uintptr(0); i < uintptr(s.nelems); i++ {
		if *(*uint64)(unsafe.Pointer(marksOf(s) + i/64*8))>>(i%64)&1 == 0 {
			p := s.start + i*s.elemsize
			for end := p + s.elemsize; p < end; p += 8 {
				*(*uint64)(unsafe.Pointer(p)) = poisonWord
			}
		}
	}
}
