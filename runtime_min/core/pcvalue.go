package runtime

// pcvalue looks a program counter up in one of the tables of the function f, which begins at off: the value there, and where it begins to
// hold; -1 if there is no table. Not to be found otherwise is a bug if strict.
//
// A walk over stacks meets the same places again and again, so answers are kept. A signal handler may ask while another question is being
// answered; then they are not looked at.
func pcvalue(f funcInfo, off uint32, targetpc uintptr, strict bool) (int32, uintptr) {
	if off == 0 {
		return -1, 0
	}
	kept := &m0.pcvalueCache
	answers := &kept.entries[pcvalueCacheKey(targetpc)]
	kept.inUse++
	own := kept.inUse == 1
	if own {
		for i := range answers {
			if a := &answers[i]; a.off == off && a.targetpc == targetpc {
				kept.inUse--
				return a.val, a.valPC
			}
		}
	}
	value, from := int32(-1), uintptr(0)
	if f.valid() {
		table, pc, ok := f.datap.pctab[off:], f.entry(), true
		for first := true; ok && pc <= targetpc || first; first = false {
			from = pc
			table, ok = step(table, &pc, &value, first)
		}
		if !ok {
			value, from = -1, 0
		}
	}
	if from == 0 {
		if strict && panicking.Load() == 0 {
			throw("invalid runtime symbol table")
		}
	} else if own {
		answers[cheaprandn(uint32(len(answers)))] = answers[0]
		answers[0] = pcvalueCacheEnt{targetpc: targetpc, off: off, val: value, valPC: from}
	}
	kept.inUse--
	return value, from
}
