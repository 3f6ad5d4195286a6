package runtime

import (
	"internal/runtime/syscall/linux"
	"unsafe"
)

// Clocks, through the kernel's vDSO where it has one: a small ELF library that the kernel maps into every process.

const (
	clockRealtime  = 0
	clockMonotonic = 1
)

// clockFunction is the address of the vDSO's clock_gettime: 0 when not looked for yet, 1 when there is none. Both mean a system call.
var clockFunction uintptr

// startClock looks for it. Called where the program itself begins to ask for the time or to wait; the collector alone asks seldom.
//
//go:nosplit
func startClock() {
	if clockFunction == 0 {
		clockFunction = findClock(auxval(_AT_SYSINFO_EHDR))
		if clockFunction > 1 {
			fastClock = vdsoClock
		}
	}
}

// fastClock is vdsoClock from startClock on, if there is a vDSO.
var fastClock func(clock uintptr, ts *timespec)

// startSleeping is called before something is waited for that is no descriptor.
func startSleeping() {
	if await == nil {
		await = sleepFor
	}
}

// vdsoGettimeofdaySym is where package syscall looks for a function of the vDSO; 0: it makes the system call.
//
//go:linkname vdsoGettimeofdaySym
var vdsoGettimeofdaySym uintptr

// haveHighResSleep is what the tests of package time ask for: no sleep is shorter than asked for.
//
//go:linkname haveHighResSleep
var haveHighResSleep = true

// vdsoClock calls clockFunction as C, on g0's stack.
func vdsoClock(clock uintptr, ts *timespec)

//go:nosplit
func readClock(clock uintptr) (ts timespec) {
	if fastClock == nil {
		linux.Syscall6(sysClockGettime, clock, uintptr(unsafe.Pointer(&ts)), 0, 0, 0, 0)
	} else {
		fastClock(clock, (*timespec)(noescape(unsafe.Pointer(&ts))))
	}
	return ts
}

// sysClock reads a clock, in ns.
//
//go:nosplit
func sysClock(clock uintptr) int64 {
	ts := readClock(clock)
	return ts.tv_sec*1e9 + ts.tv_nsec
}

// nanotime is the time since some fixed point, in ns.
//
//go:linkname nanotime
//go:nosplit
func nanotime() int64 { return sysClock(clockMonotonic) }

//go:nosplit
func walltime() (sec int64, nsec int32) {
	ts := readClock(clockRealtime)
	return ts.tv_sec, int32(ts.tv_nsec)
}

//go:linkname time_now time.now
func time_now() (sec int64, nsec int32, mono int64) {
	startClock()
	sec, nsec = walltime()
	return sec, nsec, nanotime()
}

// findClock looks for __vdso_clock_gettime in the dynamic symbols of the ELF file mapped at base. The symbol table has no length; it is
// followed by its strings, as in every ELF file that ld makes.
func findClock(base uintptr) uintptr {
	if base == 0 {
		return 1
	}
	file := (*elfEhdr)(unsafe.Pointer(base))
	var bias, dynamic uintptr
	for i := uintptr(0); i < uintptr(file.e_phnum); i++ {
		segment := (*elfPhdr)(unsafe.Pointer(base + uintptr(file.e_phoff) + i*unsafe.Sizeof(elfPhdr{})))
		switch segment.p_type {
		case ptLoad:
			if bias == 0 {
				bias = base + uintptr(segment.p_offset-segment.p_vaddr)
			}
		case ptDynamic:
			dynamic = base + uintptr(segment.p_offset)
		}
	}
	if bias == 0 || dynamic == 0 {
		return 1
	}
	var symbols, strings uintptr
	for entry := (*elfDyn)(unsafe.Pointer(dynamic)); entry.d_tag != 0; entry = (*elfDyn)(add(unsafe.Pointer(entry), unsafe.Sizeof(*entry))) {
		switch entry.d_tag {
		case dtStrtab:
			strings = bias + uintptr(entry.d_val)
		case dtSymtab:
			symbols = bias + uintptr(entry.d_val)
		}
	}
	for at := symbols; at != 0 && at < strings; at += unsafe.Sizeof(elfSym{}) {
		symbol := (*elfSym)(unsafe.Pointer(at))
		if symbol.st_shndx != 0 && gostringnocopy((*byte)(unsafe.Pointer(strings+uintptr(symbol.st_name)))) == "__vdso_clock_gettime" {
			return bias + uintptr(symbol.st_value)
		}
	}
	return 1
}

const (
	ptLoad    = 1
	ptDynamic = 2
	dtStrtab  = 5
	dtSymtab  = 6
)
