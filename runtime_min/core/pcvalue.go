package runtime

import (
	"internal/abi"
	"unsafe"
)

// Function tables: what the linker and the compiler wrote down of functions, their instructions and their lines. There is one module.

// functionAt is the function whose code pc is in; nil if there is none.
//
// For each 4096 bytes of code, and for each 256 of these, a table has the first function; from there on it is searched for.
//
//go:nosplit
//go:noinline
func functionAt(pc uintptr) *_func {
	md := &firstmoduledata
	if pc < md.minpc || pc >= md.maxpc {
		return nil
	}
	offset := pc - md.text
	const step = abi.FuncTabBucketSize / uintptr(len(findfuncbucket{}.subbuckets))
	bucket := (*findfuncbucket)(unsafe.Pointer(md.findfunctab + offset/abi.FuncTabBucketSize*unsafe.Sizeof(findfuncbucket{})))
	i := bucket.idx + uint32(bucket.subbuckets[offset%abi.FuncTabBucketSize/step])
	for md.ftab[i+1].entryoff <= uint32(offset) {
		i++
	}
	return (*_func)(unsafe.Pointer(&md.pclntable[md.ftab[i].funcoff]))
}

//go:linkname findfunc
//go:nosplit
func findfunc(pc uintptr) funcInfo { return funcInfo{functionAt(pc), &firstmoduledata} }

func (f *_func) start() uintptr { return firstmoduledata.text + uintptr(f.entryOff) }

// funcTable is one of the tables that are about a whole function; nil if it has none of that kind.
//
//go:nosplit
//go:noinline
func funcTable(f *_func, kind uint8) unsafe.Pointer {
	return funcdata(funcInfo{f, &firstmoduledata}, kind)
}

// functionName is the name of a function, which is at an offset in the table of names.
func functionName(offset int32) string { return gostringnocopy(&firstmoduledata.funcnametab[offset]) }

func funcname(f funcInfo) string {
	if !f.valid() {
		return ""
	}
	return functionName(f.nameOff)
}

// position is the line from which the instruction of f at pc comes.
//
//go:nosplit
func (f *_func) position(pc uintptr) (file string, line int32) {
	i, _ := pcvalue(f, f.pcfile, pc)
	line, _ = pcvalue(f, f.pcln, pc)
	if i < 0 || line < 0 {
		return "?", 0
	}
	return gostringnocopy(&firstmoduledata.filetab[firstmoduledata.cutab[f.cuOffset+uint32(i)]]), line
}

//go:linkname funcline1
func funcline1(f funcInfo, targetpc uintptr, strict bool) (file string, line int32) {
	if !f.valid() {
		return "?", 0
	}
	return f.position(targetpc)
}

// pcAnswers keeps answers of pcvalue: a walk over stacks meets the same places again and again. A signal handler may come while one is written,
// and has one for itself.
var (
	pcAnswers       [64]pcvalueCacheEnt
	answerInHandler pcvalueCacheEnt
)

// pcvalue looks a program counter up in one of the tables of the function f, which begins at off: the value there, and where it begins to
// hold; -1 if there is no table, or pc is behind its end.
//
// A table is pairs of numbers: by how much the value differs from the one before (-1 before the first), its sign in the lowest bit, and for how
// many bytes of code it holds. A difference of zero that is not the first ends it.
func pcvalue(f *_func, off uint32, pc uintptr) (value int32, from uintptr) {
	if off == 0 {
		return -1, 0
	}
	kept := &pcAnswers[(pc^uintptr(off))%uintptr(len(pcAnswers))]
	if getg() == &gsignal {
		kept = &answerInHandler
	}
	if kept.targetpc == pc && kept.off == off {
		return kept.val, kept.valPC
	}
	at := uintptr(unsafe.Pointer(&firstmoduledata.pctab[off]))
	value, from = -1, f.start()
	for i := 0; ; i++ {
		var n uintptr
		n, at = uvarint(at)
		if i%2 == 0 {
			if n == 0 && i > 0 {
				return -1, 0
			}
			value += int32(n>>1) ^ -int32(n&1)
		} else if pc < from+n {
			*kept = pcvalueCacheEnt{targetpc: pc, off: off, val: value, valPC: from}
			return value, from
		} else {
			from += n
		}
	}
}

// pcdata is pcvalue for a table that functions have a number of.
//
//go:nosplit
//go:noinline
func pcdata(f *_func, table uint32, pc uintptr) (value int32, from uintptr) {
	if table >= f.npcdata {
		return -1, 0
	}
	return pcvalue(f, pcdatastart(funcInfo{f, nil}, table), pc)
}

func pcdatavalue(f funcInfo, table uint32, targetpc uintptr) int32 {
	value, _ := pcdata(f._func, table, targetpc)
	return value
}

func pcdatavalue1(f funcInfo, table uint32, targetpc uintptr, strict bool) int32 {
	return pcdatavalue(f, table, targetpc)
}
