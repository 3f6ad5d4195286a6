package syscall

import "unsafe"

// Calls that no descriptor stands for, or not yet: locks, any child, the two ends of a FIFO. While there is something else to do they are
// tried again and again, with pauses of milliseconds; when there is not, the kernel may wait.

// runtime_pause parks the goroutine for a while, a longer one after some turns. It returns false, at once, if there is nothing else to do.
//
//go:linkname runtime_pause
func runtime_pause(turn int) bool

// lock takes a lock on a file: the system call's second argument is try to try it, wait to wait for it.
//
//go:uintptrkeepalive
//go:nosplit
func lock(trap, fd, try, wait, a3 uintptr) (r1, r2 uintptr, err Errno) {
	for turn := 0; ; turn++ {
		r1, r2, err = RawSyscall6(trap, fd, try, a3, 0, 0, 0)
		if err != EAGAIN {
			return r1, r2, err
		}
		if !runtime_pause(turn) {
			return RawSyscall6(trap, fd, wait, a3, 0, 0, 0)
		}
	}
}

// waitChild is wait4(2).
//
//go:uintptrkeepalive
//go:nosplit
func waitChild(pid, status, options, rusage uintptr) (r1, r2 uintptr, err Errno) {
	for turn := 0; ; turn++ {
		r1, r2, err = RawSyscall6(SYS_WAIT4, pid, status, options|WNOHANG, rusage, 0, 0)
		if r1 != 0 || err != 0 || options&WNOHANG != 0 {
			return r1, r2, err
		}
		if !runtime_pause(turn) {
			return RawSyscall6(SYS_WAIT4, pid, status, options, rusage, 0, 0)
		}
	}
}

// open is openat(2).
//
//go:uintptrkeepalive
//go:nosplit
func open(dir, path, flags, mode uintptr) (fd, r2 uintptr, err Errno) {
	const pathOnly = 0x200000
	if flags&(O_NONBLOCK|O_DIRECTORY|pathOnly) == 0 && flags&O_ACCMODE != O_RDWR && !runtime_isAlone() && isFIFO(dir, path) {
		return openFIFO(dir, path, flags, mode)
	}
	return RawSyscall6(SYS_OPENAT, dir, path, flags, mode, 0, 0)
}

//go:linkname runtime_isAlone
func runtime_isAlone() bool

//go:uintptrkeepalive
//go:nosplit
func isFIFO(dir, path uintptr) bool {
	var stat Stat_t
	_, _, err := RawSyscall6(SYS_NEWFSTATAT, dir, path, uintptr(unsafe.Pointer(&stat)), 0, 0, 0)
	return err == 0 && stat.Mode&S_IFMT == S_IFIFO
}

// openFIFO waits for the other end. A FIFO can be opened for writing when there is a reader; for reading it can be opened at any time, but
// that is to return when there is a writer.
//
//go:uintptrkeepalive
//go:nosplit
func openFIFO(dir, path, flags, mode uintptr) (fd, r2 uintptr, err Errno) {
	opened := false
	for turn := 0; ; turn++ {
		if !opened {
			fd, r2, err = RawSyscall6(SYS_OPENAT, dir, path, flags|O_NONBLOCK, mode, 0, 0)
			if err != 0 && err != ENXIO {
				return fd, r2, err
			}
			opened = err == 0
		}
		if opened && (flags&O_ACCMODE == O_WRONLY || hasWriter(fd)) {
			now, _, _ := RawSyscall6(SYS_FCNTL, fd, F_GETFL, 0, 0, 0, 0)
			RawSyscall6(SYS_FCNTL, fd, F_SETFL, now&^O_NONBLOCK, 0, 0, 0)
			return fd, r2, 0
		}
		if !runtime_pause(turn) {
			if opened {
				RawSyscall6(SYS_CLOSE, fd, 0, 0, 0, 0, 0)
			}
			return RawSyscall6(SYS_OPENAT, dir, path, flags, mode, 0, 0)
		}
	}
}

// hasWriter asks about a FIFO that is open for reading: whether it has a writer, or has had one. A tee of an empty one tells, and takes
// nothing out of it.
//
//go:nosplit
func hasWriter(fd uintptr) bool {
	if runtime_isReadable(fd) {
		return true
	}
	const withoutWaiting = 2 // SPLICE_F_NONBLOCK
	var p [2]int32
	if _, _, err := RawSyscall6(SYS_PIPE2, uintptr(unsafe.Pointer(&p)), O_CLOEXEC, 0, 0, 0, 0); err != 0 {
		return true
	}
	n, _, err := RawSyscall6(SYS_TEE, fd, uintptr(p[1]), 1, withoutWaiting, 0, 0)
	RawSyscall6(SYS_CLOSE, uintptr(p[0]), 0, 0, 0, 0, 0)
	RawSyscall6(SYS_CLOSE, uintptr(p[1]), 0, 0, 0, 0, 0)
	return n != 0 || err != 0
}

//go:linkname runtime_isReadable
func runtime_isReadable(fd uintptr) bool
