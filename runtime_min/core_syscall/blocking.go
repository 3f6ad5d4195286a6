package syscall

import _ "unsafe"

// The system calls of Go programs. The one thread makes them, so a call that waits in the kernel would hold all goroutines. Where others
// have something to do, a call on a descriptor that is not ready is put off until the poller says it is; its goroutine is parked.

//go:linkname runtime_waitReadable
func runtime_waitReadable(fd uintptr)

// runtime_waitWritable returns how many of n bytes can then be written to fd without waiting again: n, or what the kernel grants.
//
//go:linkname runtime_waitWritable
func runtime_waitWritable(fd, n uintptr) uintptr

// runtime_waitProcess waits for the end of the process that waitid knows as kind and id, if it is a child.
//
//go:linkname runtime_waitProcess
func runtime_waitProcess(kind, id uintptr)

// runtime_sleep sleeps for as long as the Timespec at request says while others run; false: there are none.
//
//go:linkname runtime_sleep
func runtime_sleep(request uintptr) bool

// runtime_poll makes a call that waits for one of several descriptors.
//
//go:linkname runtime_poll
func runtime_poll(trap uintptr, args *[6]uintptr) (r1 uintptr, err Errno)

// runtime_flagsSet is told when a descriptor's flags are set.
//
//go:linkname runtime_flagsSet
func runtime_flagsSet(fd, flags uintptr)

// Of fcntl.
const (
	setOpenFileLock     = 37 // F_OFD_SETLK
	setOpenFileLockWait = 38 // F_OFD_SETLKW
)

// Kinds of what waitid waits for, its first argument.
const (
	waitidProcess    = 1 // P_PID
	waitidDescriptor = 3 // P_PIDFD
)

// Syscall makes a system call with up to three arguments.
//
//go:uintptrkeepalive
//go:nosplit
//go:linkname Syscall
func Syscall(trap, a1, a2, a3 uintptr) (r1, r2 uintptr, err Errno) {
	return Syscall6(trap, a1, a2, a3, 0, 0, 0)
}

// Syscall6 makes a system call with up to six arguments.
//
//go:uintptrkeepalive
//go:nosplit
//go:linkname Syscall6
func Syscall6(trap, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2 uintptr, err Errno) {
	switch trap {
	case SYS_READ, SYS_READV, SYS_ACCEPT, SYS_ACCEPT4:
		runtime_waitReadable(a1)
	case SYS_RECVFROM:
		if a4&MSG_DONTWAIT == 0 {
			runtime_waitReadable(a1)
		}
	case SYS_RECVMSG:
		if a3&MSG_DONTWAIT == 0 {
			runtime_waitReadable(a1)
		}
	case SYS_EPOLL_WAIT, SYS_EPOLL_PWAIT:
		if int32(a4) < 0 {
			runtime_waitReadable(a1)
		}
		fallthrough
	case SYS_POLL, SYS_PPOLL, SYS_SELECT, SYS_PSELECT6:
		r1, err = runtime_poll(trap, &[6]uintptr{a1, a2, a3, a4, a5, a6})
		return r1, 0, err
	case SYS_WRITE:
		return writeInParts(a1, a2, a3)
	case SYS_WRITEV:
		runtime_waitWritable(a1, 0)
	case SYS_SENDTO:
		if a4&MSG_DONTWAIT == 0 {
			runtime_waitWritable(a1, 0)
		}
	case SYS_SENDMSG:
		if a3&MSG_DONTWAIT == 0 {
			runtime_waitWritable(a1, 0)
		}
	case SYS_NANOSLEEP:
		if runtime_sleep(a1) {
			return 0, 0, 0
		}
	case SYS_CLOCK_NANOSLEEP:
		const relative = 0
		if a2 == relative && runtime_sleep(a3) {
			return 0, 0, 0
		}
	case SYS_FCNTL:
		switch a2 {
		case F_SETFL:
			runtime_flagsSet(a1, a3)
		case F_SETLKW:
			return lock(trap, a1, F_SETLK, a2, a3)
		case setOpenFileLockWait:
			return lock(trap, a1, setOpenFileLock, a2, a3)
		}
	case SYS_FLOCK:
		if a2&LOCK_NB == 0 {
			return lock(trap, a1, a2|LOCK_NB, a2, 0)
		}
	case SYS_OPENAT:
		return open(a1, a2, a3, a4)
	case SYS_WAITID:
		if a4&(WEXITED|WSTOPPED|WCONTINUED|WNOHANG) == WEXITED && (a1 == waitidProcess || a1 == waitidDescriptor) {
			runtime_waitProcess(a1, a2)
		}
	case SYS_WAIT4:
		if a3&(WUNTRACED|WCONTINUED|WNOHANG) == 0 && int(a1) > 0 {
			runtime_waitProcess(waitidProcess, a1)
		} else {
			return waitChild(a1, a2, a3, a4)
		}
	}
	return RawSyscall6(trap, a1, a2, a3, a4, a5, a6)
}

// writeInParts is write(2) for descriptors that may take a part at once and have us wait for the rest.
//
//go:uintptrkeepalive
//go:nosplit
func writeInParts(fd, p, n uintptr) (r1, r2 uintptr, err Errno) {
	for done := uintptr(0); ; {
		part := runtime_waitWritable(fd, n-done)
		r1, r2, err = RawSyscall6(SYS_WRITE, fd, p+done, part, 0, 0, 0)
		if err != 0 {
			if done > 0 {
				return done, 0, 0
			}
			return r1, r2, err
		}
		done += r1
		if done == n || r1 < part {
			return done, r2, 0
		}
	}
}
