package runtime

import (
	"internal/runtime/syscall/linux"
	"unsafe"
)

// Where print and println go: to standard error, unless the goroutine's output is diverted to a buffer.

//go:nosplit
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

// What one print statement says is not mixed with what others say.

//go:nosplit
func printlock() { m0.locks++ }

//go:nosplit
func printunlock() { m0.locks-- }

func printint(v int64) {
	if v < 0 {
		printstring("-")
		v = -v
	}
	printuint(uint64(v))
}

// printuint is for short; strconv is for speed.
func printuint(v uint64) {
	var buf [len("18446744073709551615")]byte
	i := len(buf)
	for first := true; first || v != 0; first = false {
		i--
		buf[i] = byte('0' + v%10)
		v /= 10
	}
	gwrite(buf[i:])
}

// printhex is printhexopts(true, minhexdigits, v), which programs need not contain only for the addresses of a crash.
//
//go:nosplit
func printhex(v uint64) {
	var buf [len("0x") + 16]byte
	i := len(buf)
	for least := i - max(minhexdigits, 1); v != 0 || i > least; v /= 16 {
		i--
		buf[i] = "0123456789abcdef"[v%16]
	}
	i -= 2
	buf[i], buf[i+1] = '0', 'x'
	gwrite(buf[i:])
}
