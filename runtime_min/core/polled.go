package runtime

import (
	"internal/runtime/syscall/linux"
	"unsafe"
)

// System calls that wait for one of several descriptors, at most for some time: poll, select, epoll_wait with a limit. While there is something
// else to do they are tried again and again without waiting, with pauses of milliseconds.

const (
	sysPoll      = 7
	sysSelect    = 23
	sysPselect6  = 270
	mostSelected = 1024 // FD_SETSIZE
)

type polling struct {
	trap    uintptr
	args    *[6]uintptr
	at      int     // which of them says how long to wait
	none    uintptr // and how it says not at all
	end     int64   // until when; 0: any time
	selects bool    // sets of descriptors go through selected, for the kernel overwrites them
	done    bool
	r1      uintptr
	errno   uintptr
}

var (
	noTime   [2]int64 // the timespec or timeval of nothing
	selected [3][mostSelected / 64]uint64
)

// syscall_poll makes the call trap. What it is told of more than mostSelected descriptors holds the thread.
//
//go:linkname syscall_poll syscall.runtime_poll
//go:nosplit
func syscall_poll(trap uintptr, args *[6]uintptr) (r1, errno uintptr) {
	c := polling{trap: trap, args: args}
	for turn := 0; ; turn++ {
		systemstack(func() { c.try(turn) })
		if c.done {
			return c.r1, c.errno
		}
		syscall_pause(turn)
	}
}

func (c *polling) try(turn int) {
	if turn == 0 {
		c.begin()
	}
	args := *c.args
	if !isAlone() {
		args[c.at] = c.none
	} else if turn > 0 && c.end != 0 {
		args[c.at] = c.none
		sleepFor(1e6)
	}
	c.exchange(&args)
	c.r1, _, c.errno = linux.Syscall6(c.trap, args[0], args[1], args[2], args[3], args[4], args[5])
	c.done = c.r1 != 0 || c.end != 0 && nanotime() >= c.end
	if c.done {
		c.exchange(&args)
	}
}

// exchange copies the sets of descriptors of a select to where args then says that they are; or, the second time, back.
func (c *polling) exchange(args *[6]uintptr) {
	for i := range selected {
		if set := args[1+i]; c.selects && set != 0 {
			other := uintptr(unsafe.Pointer(&selected[i]))
			if set == other {
				other = c.args[1+i]
			}
			memmove(unsafe.Pointer(other), unsafe.Pointer(set), (args[0]+63)/64*8)
			args[1+i] = other
		}
	}
}

func (c *polling) begin() {
	unit := int64(0)
	c.at = 2
	switch c.trap {
	case sysPoll:
	case sysPpoll:
		unit = 1
	case sysSelect, sysPselect6:
		c.at, unit, c.selects = 4, 1, true
		if c.trap == sysSelect {
			unit = 1e3
		}
	default: // epoll_wait
		c.at = 3
	}
	given := c.args[c.at]
	wait := int64(int32(given)) * 1e6
	if unit != 0 {
		c.none, wait = uintptr(unsafe.Pointer(&noTime)), -1
		if t := (*[2]int64)(unsafe.Pointer(given)); t != nil {
			wait = t[0]*1e9 + t[1]*unit
		}
	}
	if uint64(wait) < 1<<62 {
		c.end = nanotime() + wait
	}
	if c.selects && c.args[0] > mostSelected {
		c.selects, c.none = false, given
	}
}
