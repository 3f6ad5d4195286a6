package runtime

import (
	"internal/runtime/syscall/linux"
	"unsafe"
)

// Where print and println go: to standard error, unless the goroutine's output is diverted to a buffer.

func gwrite(b []byte) {
	if divert == nil || !divert(noEscapePtr(unsafe.SliceData(b)), len(b)) {
		writeErr(b)
	}
}

// divert takes n bytes at p that are not, or not only, for standard error; it returns true if it has seen to them. Nil while nothing
// is diverted.
var divert func(p *byte, n int) bool

//go:nosplit
func writeErr(b []byte) { writeRaw(unsafe.SliceData(b), len(b)) }

//go:nosplit
func writeErrStr(s string) { writeRaw(unsafe.StringData(s), len(s)) }

//go:nosplit
func writeRaw(p *byte, n int) {
	linux.Syscall6(sysWrite, 2, uintptr(unsafe.Pointer(p)), uintptr(n), 0, 0, 0)
}
