package runtime

import "unsafe"

// pcAnswers keeps answers of pcvalue: a walk over stacks meets the same places again and again. A signal handler may come while one is written,
// and does not look at them.
var pcAnswers [64]pcvalueCacheEnt

// pcvalue looks a program counter up in one of the tables of the function f, which begins at off: the value there, and where it begins to
// hold; -1 if there is no table. Not to be found otherwise is a bug if strict.
//
// A table is pairs of numbers: by how much the value differs from the one before (-1 before the first), its sign in the lowest bit, and for how
// many bytes of code it holds. A difference of zero that is not the first ends it.
func pcvalue(f funcInfo, off uint32, targetpc uintptr, strict bool) (int32, uintptr) {
	if off == 0 || !f.valid() {
		return -1, 0
	}
	kept := &pcAnswers[(targetpc^uintptr(off))%uintptr(len(pcAnswers))]
	inHandler := getg() == &gsignal
	if !inHandler && kept.targetpc == targetpc && kept.off == off {
		return kept.val, kept.valPC
	}
	at := uintptr(unsafe.Pointer(&f.datap.pctab[off]))
	value, from := int32(-1), f.entry()
	for first := true; ; first = false {
		var difference, size uintptr
		difference, at = uvarint(at)
		if difference == 0 && !first {
			break
		}
		value += int32(difference>>1) ^ -int32(difference&1)
		size, at = uvarint(at)
		if targetpc < from+size {
			if !inHandler {
				*kept = pcvalueCacheEnt{targetpc: targetpc, off: off, val: value, valPC: from}
			}
			return value, from
		}
		from += size
	}
	if strict && panicking.Load() == 0 {
		throw("invalid runtime symbol table")
	}
	return -1, 0
}

// pcdata is pcvalue for a table that functions have a number of.
//
//go:noinline
func pcdata(f funcInfo, table uint32, targetpc uintptr, strict bool) (int32, uintptr) {
	if table >= f.npcdata {
		return -1, 0
	}
	return pcvalue(f, pcdatastart(f, table), targetpc, strict)
}

func pcdatavalue(f funcInfo, table uint32, targetpc uintptr) int32 {
	value, _ := pcdata(f, table, targetpc, true)
	return value
}

func pcdatavalue1(f funcInfo, table uint32, targetpc uintptr, strict bool) int32 {
	value, _ := pcdata(f, table, targetpc, strict)
	return value
}

func pcdatavalue2(f funcInfo, table uint32, targetpc uintptr) (int32, uintptr) {
	return pcdata(f, table, targetpc, true)
}
