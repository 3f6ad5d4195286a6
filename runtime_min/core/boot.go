package runtime

import (
	"internal/goarch"
	"unsafe"
)

// From the kernel to main.main. What only some programs need (scheduler, collector, clock, environment, random numbers, knowledge of the
// processor) starts itself when it is first used.

//go:linkname main_main main.main
func main_main()

// boot is called on g0 by the entry code, and ends by going to the main goroutine. It is all that every program pays for at start.
//
//go:nosplit
func boot(c int32, v **byte) {
	argc, argv = c, v
	signalinit()
	gp := &mainG
	gp.stack = mainStack()
	gp.stktopsp = gp.stack.hi - goarch.PtrSize // unwinding takes the word above for startMain's return address
	gp.stackguard0 = gp.stack.lo + stackGuard
	gp.stackguard1 = ^uintptr(0)
	gp.m = &m0
	gp.sched.g.set(gp)
	gp.goid = 1
	gp.atomicstatus.Store(_Grunning)
	m0.curg = gp
	startMain(gp)
}

// startMain calls main on gp's stack.
func startMain(gp *g)

const (
	_AT_NULL         = 0
	_AT_SECURE       = 23
	_AT_SYSINFO_EHDR = 33
)

// auxiliaryVector is what the kernel put behind the environment: pairs of a tag and a value, without the last, whose tag is _AT_NULL.
func auxiliaryVector() []uintptr {
	n := argc + 1
	for argv_index(argv, n) != nil {
		n++
	}
	vector := (*[1 << 20]uintptr)(add(unsafe.Pointer(argv), uintptr(n+1)*goarch.PtrSize))
	words := 0
	for vector[words] != _AT_NULL {
		words += 2
	}
	return vector[:words:words]
}

// auxval is a value of the auxiliary vector; 0 if it is not there.
func auxval(tag uintptr) uintptr {
	vector := auxiliaryVector()
	for i := 0; i < len(vector); i += 2 {
		if vector[i] == tag {
			return vector[i+1]
		}
	}
	return 0
}

// getAuxv is linked to by golang.org/x/sys.
//
//go:linkname getAuxv
func getAuxv() []uintptr { return auxiliaryVector() }

func argv_index(argv **byte, i int32) *byte {
	return *(**byte)(add(unsafe.Pointer(argv), uintptr(i)*goarch.PtrSize))
}

var (
	argc int32
	argv **byte
)

var mainG g // the main goroutine

// main is the main goroutine; tracebacks know it by its name.
//
//go:nosplit
func main() {
	doInit(runtime_inittasks)
	if tasks := firstmoduledata.inittasks; len(tasks) != 0 {
		cpuinit()
		doInit(tasks)
	}
	main_main()
	if mainReturned != nil {
		mainReturned()
	}
	if exitHooks != nil {
		exitHooks(0)
	}
	exit(0)
}

// mainReturned, when set, does what must still happen between the return of main.main and the exit. exitHooks does what must happen
// at any exit.
var (
	mainReturned func()
	exitHooks    func(code int)
)

// An initTask is what the linker made of one package's initialisation; fns of them follow the header.
type initTask struct {
	state uint32
	nfns  uint32
}

var runtime_inittasks []*initTask // filled in by the linker: the tasks of package runtime and what it imports

//go:nosplit
func doInit(tasks []*initTask) {
	for _, task := range tasks {
		if task.state != 0 {
			continue
		}
		task.state = 1
		for i := uintptr(0); i < uintptr(task.nfns); i++ {
			pc := add(unsafe.Pointer(task), unsafe.Sizeof(*task)+i*goarch.PtrSize)
			(*(*func())(unsafe.Pointer(&pc)))()
		}
		task.state = 2
	}
}
