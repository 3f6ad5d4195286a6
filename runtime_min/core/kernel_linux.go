package runtime

import (
	"internal/runtime/syscall/linux"
	"unsafe"
)

// The system calls of the runtime itself, through the one assembly routine of internal/runtime/syscall/linux.

const (
	sysWrite            = 1
	sysLseek            = 8
	sysMmap             = 9
	sysMunmap           = 11
	sysSigaction        = 13
	sysSigprocmask      = 14
	sysGetpid           = 39
	sysKill             = 62
	sysSigaltstack      = 131
	sysSchedGetaffinity = 204
	sysTimerCreate      = 222
	sysTimerSettime     = 223
	sysClockGettime     = 228
	sysExitGroup        = 231
	sysWaitid           = 247
	sysPpoll            = 271
	sysGetrandom        = 318
	sysPidfdOpen        = 434
)

//go:nosplit
//go:linkname write
func write(fd uintptr, p unsafe.Pointer, n int32) int32 {
	r, _, errno := linux.Syscall6(sysWrite, fd, uintptr(p), uintptr(n), 0, 0, 0)
	if errno != 0 {
		return -int32(errno)
	}
	return int32(r)
}

//go:nosplit
//go:noinline
func exit(code int32) {
	linux.Syscall6(sysExitGroup, uintptr(code), 0, 0, 0, 0, 0)
}

//go:nosplit
func mmap(addr unsafe.Pointer, n uintptr, prot, flags, fd int32, off uint32) (unsafe.Pointer, int) {
	r, _, errno := linux.Syscall6(sysMmap, uintptr(addr), n, uintptr(prot), uintptr(flags), uintptr(fd), uintptr(off))
	return unsafe.Pointer(r), int(errno)
}

// sleepFor waits for ns, or for ever if that is negative, or until a signal comes.
//
//go:nosplit
func sleepFor(ns int64) {
	var ts timespec
	ts.setNsec(ns)
	at := &ts
	if ns < 0 {
		at = nil
	}
	linux.Syscall6(sysPpoll, 0, 0, uintptr(unsafe.Pointer(at)), 0, 0, 0)
}

func readRandom(r []byte) int {
	n, _, _ := linux.Syscall6(sysGetrandom, uintptr(unsafe.Pointer(&r[0])), uintptr(len(r)), 0, 0, 0, 0)
	return int(n)
}

//go:nosplit
func read(fd int32, p unsafe.Pointer, n int32) int32 {
	r, _, errno := linux.Syscall6(linux.SYS_READ, uintptr(fd), uintptr(p), uintptr(n), 0, 0, 0)
	if errno != 0 {
		return -int32(errno)
	}
	return int32(r)
}

// Sizes of kernel structures.
const (
	_si_max_size    = 128
	_sigev_max_size = 64
	_EI_NIDENT      = 16
)

func closefd(fd int32) int32 {
	_, _, errno := linux.Syscall6(linux.SYS_CLOSE, uintptr(fd), 0, 0, 0, 0, 0)
	return -int32(errno)
}
