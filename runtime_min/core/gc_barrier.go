package runtime

import (
	"internal/runtime/gc"
	"unsafe"
)

// There are no write barriers (see gc.go), and all code is compiled without them. Kept files still name these.

func bulkBarrierPreWrite(dst, src, size uintptr, typ *_type) {}

func typeBitsBulkBarrier(typ *_type, dst, src, size uintptr) {}

func bulkBarrierPreWriteSrcOnly(dst, src, size uintptr, typ *_type) {}

// notInHeap is memory that the collector does not know.
type notInHeap struct{ _ [0]unsafe.Pointer }

// addb is p+n, for masks.
func addb(p *byte, n uintptr) *byte { return (*byte)(unsafe.Pointer(uintptr(unsafe.Pointer(p)) + n)) }

const maxSmallSize = gc.MaxSmallSize

// There are no arenas of the user.
func inUserArenaChunk(p uintptr) bool { return false }

// freegc is told of memory that is certainly unused. The collector will find it.
func freegc(p unsafe.Pointer, size uintptr, noscan bool) bool { return false }
