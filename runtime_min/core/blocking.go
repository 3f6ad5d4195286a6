package runtime

import (
	"internal/runtime/sys"
	"internal/runtime/syscall/linux"
	"unsafe"
)

// System calls that may wait in the kernel. Package syscall asks here before each of them. While there is nothing else that could run, the
// answer is to go ahead. Otherwise the descriptor is looked at, and if it is not ready its goroutine is parked until epoll says that it is.
//
// Where no descriptor stands for what is waited for (locks, FIFOs that are being opened, any child), package syscall tries without waiting,
// and asks for a pause before it tries again.
//
// Not asked about, or answered only with "go ahead": files and devices that are always ready (a disk's wait holds everything), descriptors
// that are non-blocking anyway, and what else may wait (futex).
//
// The goroutine has the addresses of its caller's variables in its frame as numbers, so its stack must not move: that is what syscallsp
// says to whoever would move it. These functions run between the caller and the kernel on what stack there is.

//go:linkname syscall_waitReadable syscall.runtime_waitReadable
//go:nosplit
func syscall_waitReadable(fd uintptr) {
	if isAlone() || isPolled(fd) {
		return
	}
	gp := getg()
	gp.syscallpc, gp.syscallsp = sys.GetCallerPC(), sys.GetCallerSP()
	parkUntilReady(fd, 'r')
	gp.syscallsp = 0
}

//go:linkname syscall_waitWritable syscall.runtime_waitWritable
//go:nosplit
func syscall_waitWritable(fd, n uintptr) uintptr {
	if isAlone() || isPolled(fd) {
		return n
	}
	gp := getg()
	gp.syscallpc, gp.syscallsp = sys.GetCallerPC(), sys.GetCallerSP()
	parkUntilReady(fd, 'w')
	gp.syscallsp = 0
	if n <= readySpace {
		return n
	}
	const current, espipe = 1, 29
	if _, _, errno := linux.Syscall6(sysLseek, fd, 0, current, 0, 0, 0); errno != espipe {
		return n // a file
	}
	return readySpace
}

// readySpace is how much a pipe takes at once when it is ready: a page. Sockets and terminals take as much, as a rule.
const readySpace = 4096

// syscall_waitProcess waits for the end of the process that waitid knows as kind and id.
//
//go:linkname syscall_waitProcess syscall.runtime_waitProcess
//go:nosplit
func syscall_waitProcess(kind, id uintptr) {
	if isAlone() || !childRuns(kind, id) {
		return
	}
	gp := getg()
	gp.syscallpc, gp.syscallsp = sys.GetCallerPC(), sys.GetCallerSP()
	if kind == waitPidfd {
		parkUntilReady(id, 'r')
	} else if fd, _, errno := linux.Syscall6(sysPidfdOpen, id, 0, 0, 0, 0, 0); errno == 0 {
		parkUntilReady(fd, 'r')
		closefd(int32(fd))
	}
	gp.syscallsp = 0
}

// childRuns says that a wait for this process would neither fail nor return at once.
//
//go:nosplit
func childRuns(kind, id uintptr) bool {
	const withoutWaiting = 1 | 4 | 1<<24 // WNOHANG, WEXITED, WNOWAIT
	var info siginfo
	_, _, errno := linux.Syscall6(sysWaitid, kind, id, uintptr(unsafe.Pointer(&info)), withoutWaiting, 0, 0)
	return errno == 0 && info.si_signo == 0
}

const waitPidfd = 3 // P_PIDFD

// syscall_pause parks the running goroutine for some milliseconds, and returns true. If there is nothing else to do, it returns false.
//
//go:linkname syscall_pause syscall.runtime_pause
//go:nosplit
func syscall_pause(turn int) bool {
	if isAlone() {
		return false
	}
	gp := getg()
	gp.sleepWhen = 1e6
	if turn >= 10 {
		gp.sleepWhen = 10e6
	}
	gp.syscallpc, gp.syscallsp = sys.GetCallerPC(), sys.GetCallerSP()
	mcall(pauseBlocked)
	gp.syscallsp = 0
	return true
}

// pauseBlocked queues gp behind all others. If there are none, the thread sleeps first: gp.sleepWhen ns, or until there is something to do.
// No timer is started for that, which would link timers into every program that opens files.
func pauseBlocked(gp *g) {
	casgstatus(gp, _Grunning, _Grunnable)
	m0.curg = nil
	delay := gp.sleepWhen
	if wake := nextWake(); wake != 0 {
		delay = max(min(delay, wake-nanotime()), 0)
	}
	if runq.next == nil && runq.head == nil && !signalsPending {
		startSleeping()
		await(delay)
	}
	runqput(&p0, gp, false)
	schedule()
}

// sleepers are the goroutines in nanosleep(2); their sleepWhen says until when.
var sleepers gList

// wakeSleeping is wakeSleepers as soon as there has been one.
var wakeSleeping func(wake int64) int64

// syscall_sleep parks the running goroutine for as long as the timespec at request says, and returns true. If there is nothing else to do, or no
// such time, it returns false: then the kernel is to be asked.
//
//go:linkname syscall_sleep syscall.runtime_sleep
//go:nosplit
func syscall_sleep(request uintptr) bool {
	if request == 0 || isAlone() {
		return false
	}
	t := (*[2]int64)(unsafe.Pointer(request))
	if uint64(t[0]) > 1<<32 || uint64(t[1]) >= 1e9 {
		return false
	}
	gp := getg()
	gp.sleepWhen = t[0]*1e9 + t[1]
	gp.syscallpc, gp.syscallsp = sys.GetCallerPC(), sys.GetCallerSP()
	mcall(parkSleeping)
	gp.syscallsp = 0
	return true
}

func parkSleeping(gp *g) {
	gp.sleepWhen += nanotime()
	sleepers.push(gp)
	wakeSleeping = wakeSleepers
	startClock()
	startSleeping()
	parkBlocked(gp)
}

// wakeSleepers queues those who have slept enough. It returns the earlier one of wake and when the next will have, 0 for never.
func wakeSleepers(wake int64) int64 {
	if sleepers.empty() {
		return wake
	}
	now, asleep := nanotime(), sleepers
	sleepers = gList{}
	for gp := asleep.pop(); gp != nil; gp = asleep.pop() {
		if gp.sleepWhen <= now {
			unpark(gp)
			continue
		}
		sleepers.push(gp)
		if wake == 0 || gp.sleepWhen < wake {
			wake = gp.sleepWhen
		}
	}
	return wake
}

//go:linkname syscall_isAlone syscall.runtime_isAlone
//go:nosplit
func syscall_isAlone() bool { return isAlone() }

//go:linkname syscall_isReadable syscall.runtime_isReadable
//go:nosplit
func syscall_isReadable(fd uintptr) (ready bool) {
	systemstack(func() { ready = isReady(fd, 'r') })
	return ready
}

// isAlone says that nothing can happen while the running goroutine is in the kernel: no other is runnable, or can become so by itself.
//
//go:noinline
//go:nosplit
func isAlone() bool {
	return runq.next == nil && runq.head == nil && p0.timers.len.Load() == 0 && netpollWaiters.Load() == 0 && !waitsForSignals && sleepers.empty()
}

// parkUntilReady parks the running goroutine until fd can be read or written. That another process gets there first is not prevented.
//
//go:nosplit
func parkUntilReady(fd uintptr, mode int32) {
	for {
		var pd *pollDesc
		systemstack(func() { pd = openBlocked(fd, mode) })
		if pd == nil {
			return
		}
		mcall(parkBlocked)
		systemstack(func() { closeBlocked(pd) })
	}
}

// openBlocked registers with the poller that the running goroutine waits for fd; nil if there is nothing to wait for. What is registered is
// a duplicate: the poller knows a descriptor once, and several goroutines may wait for this one.
func openBlocked(fd uintptr, mode int32) *pollDesc {
	if isReady(fd, mode) || isNonblocking(fd) {
		return nil
	}
	netpollGenericInit()
	const duplicate = 1030 // F_DUPFD_CLOEXEC
	own, errno := fcntl(int32(fd), duplicate, 0)
	if errno != 0 {
		return nil
	}
	pd, failed := poll_runtime_pollOpen(uintptr(own))
	if failed != 0 {
		closefd(own)
		return nil
	}
	waiter := &pd.rg
	if mode == 'w' {
		waiter = &pd.wg
	}
	waiter.Store(uintptr(unsafe.Pointer(m0.curg)))
	netpollAdjustWaiters(1)
	return pd
}

func closeBlocked(pd *pollDesc) {
	own := int32(pd.fd)
	pd.closing = true
	poll_runtime_pollClose(pd)
	closefd(own)
}

func parkBlocked(gp *g) {
	casgstatus(gp, _Grunning, _Gsyscall)
	schedule()
}

// unpark queues a goroutine that the poller found ready.
func unpark(gp *g) {
	if gp.atomicstatus.Load() == _Gsyscall {
		casgstatus(gp, _Gsyscall, _Gwaiting)
	}
	goready(gp, 0)
}

type pollfd struct {
	fd      int32
	events  int16
	revents int16
}

// isReady says that a read or a write would not wait; also where it would fail.
func isReady(fd uintptr, mode int32) bool {
	const pollIn, pollOut = 1, 4
	p := pollfd{fd: int32(fd), events: pollIn}
	if mode == 'w' {
		p.events = pollOut
	}
	var now timespec
	n, _, errno := linux.Syscall6(sysPpoll, uintptr(unsafe.Pointer(&p)), 1, uintptr(unsafe.Pointer(&now)), 0, 0, 0)
	return errno != 0 || n != 0
}

func isNonblocking(fd uintptr) bool {
	const getFlags = 3
	flags, errno := fcntl(int32(fd), getFlags, 0)
	return errno == 0 && flags&_O_NONBLOCK != 0
}

// syscall_flagsSet is told the new flags of a descriptor.
//
//go:linkname syscall_flagsSet syscall.runtime_flagsSet
//go:nosplit
func syscall_flagsSet(fd, flags uintptr) {
	if flags&_O_NONBLOCK == 0 {
		setPolled(fd, false)
	}
}

// polled has a bit for each of the first descriptors: it is registered with the poller, so Go code has made it non-blocking, and nobody
// need look.
var polled [1024]uint64

//go:nosplit
func isPolled(fd uintptr) bool {
	return fd < 64*uintptr(len(polled)) && polled[fd/64]>>(fd%64)&1 != 0
}

// setPolled notes that fd is non-blocking, or no longer so or no longer open.
//
//go:nosplit
func setPolled(fd uintptr, is bool) {
	if fd >= 64*uintptr(len(polled)) {
		return
	}
	if is {
		polled[fd/64] |= 1 << (fd % 64)
	} else {
		polled[fd/64] &^= 1 << (fd % 64)
	}
}
