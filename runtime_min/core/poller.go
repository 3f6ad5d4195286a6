package runtime

import "unsafe"

// What stock Go's timers and network poller, kept, need of the scheduler: to be asked.

// startTimers is called when the first timer starts.
func startTimers() {
	startClock()
	startSleeping()
	pollTimers = func() int64 {
		_, next, ran := p0.timers.check(0, nil)
		if ran && next == 0 {
			next = p0.timers.wakeTime()
		}
		return next
	}
}

// startPoller is called when the first descriptor is to be polled.
func startPoller() {
	netpollinit()
	await = func(delay int64) {
		ready, delta := netpoll(delay)
		netpollAdjustWaiters(delta)
		for !ready.empty() {
			unpark(ready.pop())
		}
	}
}

// openPolled registers a non-blocking descriptor.
func openPolled(fd uintptr, pd *pollDesc) uintptr {
	errno := netpollopen(fd, pd)
	setPolled(fd, errno == 0)
	return errno
}

func closePolled(fd uintptr) uintptr {
	setPolled(fd, false)
	return netpollclose(fd)
}

// makeArg is pd as an argument of timers. pd lies outside the heap.
func (pd *pollDesc) makeArg() any { return unsafe.Pointer(pd) }

// goroutineReady is the function of Sleep's timers.
func goroutineReady(arg any, _ uintptr, _ int64) { goready((*g)(arg.(unsafe.Pointer)), 0) }
