package runtime

import "unsafe"

// A test of the runtime: with GODEBUG=gcstress=n a collection comes at every n-th allocation (of those that need a new run of slots; runs are one
// slot long), and free memory is overwritten, so that what was wrongly taken for free is noticed. Programs have it that have package
// internal/godebug, from its initialisation on.

var stress struct {
	due          func() bool    // when set, asked for each run
	poison       func(s *mspan) // when set, called for each span that is swept
	every, count int64
}

const poisonWord = 0xdeaddeaddeaddead

func startStress(setting string) {
	if every, ok := decimal(setting); ok && every > 0 {
		stress.every, stress.due, stress.poison = every, stressDue, poison
	}
}

func stressDue() bool {
	stress.count++
	if stress.count < stress.every {
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
