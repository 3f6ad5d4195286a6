package runtime

import (
	"internal/runtime/syscall/linux"
	"unsafe"
)

// Where print and println go: to standard error, unless the goroutine's output is diverted to a buffer.

//go:nosplit
func printstring(s string) {
	if divert == nil || !divert(noEscapePtr(unsafe.StringData(s)), len(s)) {
		writeErrStr(s)
	}
}

func gwrite(b []byte) { printstring(*(*string)(unsafe.Pointer(&b))) }

// printFrom prints what buf holds from i on.
func printFrom(buf []byte, i int) {
	s := stringStruct{unsafe.Pointer(&buf[i]), len(buf) - i}
	printstring(*(*string)(unsafe.Pointer(&s)))
}

// divert takes n bytes at p that are not, or not only, for standard error; it returns true if it has seen to them. Nil while nothing
// is diverted.
var divert func(p *byte, n int) bool

//go:nosplit
func writeErrStr(s string) {
	linux.Syscall6(sysWrite, 2, uintptr(unsafe.Pointer(unsafe.StringData(s))), uintptr(len(s)), 0, 0, 0)
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
//
//go:nosplit
func printuint(v uint64) {
	var buf [len("18446744073709551615")]byte
	i := len(buf) - 1
	for ; v >= 10; v /= 10 {
		buf[i] = byte('0' + v%10)
		i--
	}
	buf[i] = byte('0' + v)
	printFrom(buf[:], i)
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
	printFrom(buf[:], i)
}
