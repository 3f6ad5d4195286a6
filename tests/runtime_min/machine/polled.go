// Waits for descriptors by poll, select and epoll_wait, with and without a limit, while a goroutine counts.
package main

import (
	"fmt"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

type pollfd struct {
	fd              int32
	events, revents int16
}

const in = 1 // POLLIN, EPOLLIN

var (
	ends  [2]int
	count atomic.Int32

	// What the kernel is given the addresses of: not on a stack, which may move.
	fds         [2]pollfd
	set, errors syscall.FdSet
	events      [2]syscall.EpollEvent
	times       [2]int64
)

// call makes a system call, again when a signal has come between.
func call(trap uintptr, args ...uintptr) (int, error) {
	args = append(args, 0, 0, 0, 0)
	for {
		n, _, err := syscall.Syscall6(trap, args[0], args[1], args[2], args[3], args[4], args[5])
		if err == 0 {
			return int(n), nil
		}
		if err != syscall.EINTR {
			return int(n), err
		}
	}
}

// shown runs wait, in the middle of which a byte comes if comes, and shows what it returns, whether it took its time, and whether
// the goroutine has counted. The byte comes when it has; where none comes, the wait is longer if the machine had no time for that.
func shown(what string, comes bool, limit time.Duration, wait func(limit time.Duration) (int, error, any)) {
	count.Store(0)
	if comes {
		go func() {
			for count.Load() <= 2 {
				time.Sleep(time.Millisecond)
			}
			syscall.Write(ends[1], []byte("x"))
		}()
	}
	start := time.Now()
	n, err, found := wait(limit)
	counted := count.Load() > 2
	if !comes && !counted && limit < time.Minute {
		shown(what, comes, 10*limit, wait)
		return
	}
	fmt.Println(what, n, err, found, counted, comes || time.Since(start) >= limit)
	if comes {
		syscall.Read(ends[0], make([]byte, 1))
	}
}

// milliseconds is limit as poll and epoll_wait take it.
func milliseconds(limit time.Duration) uintptr {
	if limit < 0 {
		return ^uintptr(0)
	}
	return uintptr(limit.Milliseconds())
}

// pointer is limit as the others take it: in seconds and units, made anew for each call, for the kernel says there how much is left.
func pointer(limit, unit time.Duration) uintptr {
	times = [2]int64{int64(limit / time.Second), int64(limit % time.Second / unit)}
	if limit < 0 {
		return 0
	}
	return uintptr(unsafe.Pointer(&times))
}

func all(comes bool, limit time.Duration) {
	fds = [...]pollfd{{int32(ends[0]), in, 0}, {int32(ends[1]), 0, 0}}
	shown("poll", comes, limit, func(limit time.Duration) (int, error, any) {
		n, err := call(syscall.SYS_POLL, uintptr(unsafe.Pointer(&fds)), 2, milliseconds(limit))
		return n, err, fds[0].revents
	})
	shown("ppoll", comes, limit, func(limit time.Duration) (int, error, any) {
		n, err := call(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&fds)), 2, pointer(limit, 1))
		return n, err, fds[0].revents
	})
	for trap, unit := range map[uintptr]time.Duration{syscall.SYS_SELECT: time.Microsecond, syscall.SYS_PSELECT6: 1} {
		shown("select", comes, limit, func(limit time.Duration) (int, error, any) {
			set.Bits[ends[0]/64] |= 1 << (ends[0] % 64)
			n, err := call(trap, uintptr(ends[1]+1), uintptr(unsafe.Pointer(&set)), 0, uintptr(unsafe.Pointer(&errors)), pointer(limit, unit))
			return n, err, set.Bits[ends[0]/64] == 1<<(ends[0]%64) == comes
		})
	}
	e, _ := syscall.EpollCreate1(0)
	syscall.EpollCtl(e, syscall.EPOLL_CTL_ADD, ends[0], &syscall.EpollEvent{Events: in, Fd: 77})
	shown("epoll", comes, limit, func(limit time.Duration) (int, error, any) {
		n, err := call(syscall.SYS_EPOLL_WAIT, uintptr(e), uintptr(unsafe.Pointer(&events)), 2, milliseconds(limit))
		return n, err, events[0].Fd
	})
	syscall.Close(e)
}

func main() {
	syscall.Pipe(ends[:])
	stop := make(chan bool)
	go func() {
		for {
			select {
			case <-time.After(time.Millisecond):
				count.Add(1)
			case <-stop:
				return
			}
		}
	}()
	all(true, -1)
	all(true, time.Hour)
	all(false, 30*time.Millisecond)
	fmt.Println(call(syscall.SYS_POLL, 1, 1, 1000))
	close(stop)
	time.Sleep(time.Millisecond)
	start := time.Now()
	n, err := call(syscall.SYS_POLL, 0, 0, 5) // nobody else is there
	fmt.Println(n, err, time.Since(start) >= 5*time.Millisecond)
}
