package runtime

import (
	"internal/goarch"
	"internal/runtime/syscall/linux"
	"unsafe"
)

// Heap dumps: runtime/debug.WriteHeapDump. Kept code (heapdump.go of GOROOT) writes most kinds of records; here is what they are made from.

// WriteHeapDump collects garbage first: then what is marked is what there is.
//
//go:linkname runtime_debug_WriteHeapDump runtime/debug.WriteHeapDump
func runtime_debug_WriteHeapDump(fd uintptr) {
	dumpfd = fd
	collectionHooks.dump = dumpHeap
	collect()
	collectionHooks.dump = nil
}

// dumpHeap runs at the end of a collection.
func dumpHeap() {
	typecache = [typeCacheBuckets]typeCacheBucket{}
	dwrite(unsafe.Pointer(&dumphdr[0]), uintptr(len(dumphdr)))
	dumpint(tagParams)
	dumpbool(goarch.BigEndian)
	dumpint(goarch.PtrSize)
	dumpint(uint64(heap.start))
	dumpint(uint64(heap.start + heap.mapped))
	dumpstr(goarch.GOARCH)
	dumpstr(buildVersion)
	dumpint(uint64(NumCPU()))
	dumpitabs()
	dumpObjects()
	forEachG(func(gp *g) {
		switch readgstatus(gp) {
		case _Gdead:
		case _Grunning: // the one that has asked for this
			gp.waitreason = waitReasonDumpingHeap
			casgstatus(gp, _Grunning, _Gwaiting)
			dumpgoroutine(gp)
			casgstatus(gp, _Gwaiting, _Grunning)
		default:
			dumpgoroutine(gp)
		}
	})
	dumpint(tagOSThread)
	dumpint(uint64(uintptr(unsafe.Pointer(&m0))))
	dumpint(uint64(m0.id))
	thread, _, _ := linux.Syscall6(sysGetpid, 0, 0, 0, 0, 0, 0)
	dumpint(uint64(thread))
	dumpRoots()
	var m MemStats
	ReadMemStats(&m)
	dumpmemstats(&m)
	dumpint(tagEOF)
	flush()
}

func dumpObjects() {
	for page := uintptr(0); page < heap.mapped>>pageShift; {
		s := *spanSlot(page)
		page += s.npages
		for i := uintptr(0); i < uintptr(s.nelems); i++ {
			p := s.start + i*s.elemsize
			if !isMarked(p) {
				continue
			}
			dumpint(tagObject)
			dumpint(uint64(p))
			dumpmemrange(unsafe.Pointer(p), s.elemsize)
			s.forPointers(i, func(offset uintptr) {
				dumpint(fieldKindPtr)
				dumpint(uint64(offset))
			})
			dumpint(fieldKindEol)
		}
	}
}

func dumpRoots() {
	md := &firstmoduledata
	dumpint(tagData)
	dumpint(uint64(md.data))
	dumpmemrange(unsafe.Pointer(md.data), md.edata-md.data)
	dumpfields(md.gcdatamask)
	dumpint(tagBSS)
	dumpint(uint64(md.bss))
	dumpmemrange(unsafe.Pointer(md.bss), md.ebss-md.bss)
	dumpfields(md.gcbssmask)
	forAttached(attachedFinalizer, func(link **attachment) bool {
		a := *link
		dumpfinalizer(unsafe.Pointer(a.object), a.fn, a.fint, a.ot)
		return false
	})
	for a := attachments.finalizers.first; a != nil; a = a.next {
		finq_callback(a.fn, unsafe.Pointer(a.object), a.nret, a.fint, a.ot)
	}
}
