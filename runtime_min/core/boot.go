package runtime

import (
	"internal/abi"
	"internal/cpu"
	"internal/goarch"
	"internal/runtime/maps"
	"unsafe"
)

// From the kernel to main.main. boot is all that every program pays for at start; what only some programs need (scheduler, collector,
// clock, environment, random numbers) starts itself when it is first used.

//go:linkname main_main main.main
func main_main()

// boot is called on g0 by the entry code, and ends by going to the main goroutine.
func boot(c int32, v **byte) {
	argc, argv = c, v
	m0.p.set(&p0)
	p0.m.set(&m0)
	cpuinit()
	seedinit()
	signalinit()
	startMain()
}

func cpuinit() {
	cpu.Initialize("")
	x86HasPOPCNT = cpu.X86.HasPOPCNT
	x86HasSSE41 = cpu.X86.HasSSE41
	x86HasFMA = cpu.X86.HasFMA
	x86HasAVX = cpu.X86.HasAVX
}

// seedinit keys the hash functions and the cheap generator with the 16 random bytes that the kernel gives every process.
func seedinit() {
	if seed := auxval(_AT_RANDOM); seed != 0 {
		startSeed = *(*[2]uint64)(unsafe.Pointer(seed))
	}
	m0.cheaprand = uint32(bootstrapRand())
	m0.cheaprand64 = bootstrapRand()
	maps.AlgInit()
}

var startSeed [2]uint64

// bootstrapRand is the generator of seedinit.
//
//go:linknamestd bootstrapRand
func bootstrapRand() uint64 {
	startSeed[0] += startSeed[1] | 1
	return mix(startSeed[0])
}

// mix is the output function of SplitMix64: every bit of x changes about half of the result's.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

const (
	_AT_NULL   = 0
	_AT_SECURE = 23
	_AT_RANDOM = 25
	_AT_SYSINFO_EHDR = 33
)

// auxval is a value of the auxiliary vector, which the kernel put behind the environment; 0 if it is not there.
func auxval(tag uintptr) uintptr {
	n := argc + 1
	for argv_index(argv, n) != nil {
		n++
	}
	vector := (*[1 << 20][2]uintptr)(add(unsafe.Pointer(argv), uintptr(n+1)*goarch.PtrSize))
	for i := 0; vector[i][0] != _AT_NULL; i++ {
		if vector[i][0] == tag {
			return vector[i][1]
		}
	}
	return 0
}

func argv_index(argv **byte, i int32) *byte {
	return *(**byte)(add(unsafe.Pointer(argv), uintptr(i)*goarch.PtrSize))
}

var (
	argc int32
	argv **byte
)

var mainG g // the main goroutine

// startMain makes the main goroutine and switches to it.
func startMain() {
	gp := &mainG
	gp.stack = mainStack()
	gp.stackguard0 = gp.stack.lo + stackGuard
	gp.stackguard1 = ^uintptr(0)
	gp.m = &m0
	gp.goid = 1
	entry := main
	prepareStack(gp, *(**funcval)(unsafe.Pointer(&entry)), abi.FuncPCABI0(bottom))
	gp.atomicstatus.Store(_Grunning)
	m0.curg = gp
	g0.sched.g.set(&g0)
	g0.sched.sp = g0.stack.hi - systemStackUsed
	gogo(&gp.sched)
}

// systemStackUsed leaves boot's own frames below the top of g0's stack alone: they are dead, but the arguments above are not.
const systemStackUsed = 64

// bottom is where main would return to, if it did; unwinding ends there.
func bottom()

// prepareStack lays out gp's empty stack so that gogo(&gp.sched) calls fn, and fn returns to the function at returnTo.
func prepareStack(gp *g, fn *funcval, returnTo uintptr) {
	gp.sched = gobuf{}
	gp.sched.sp = gp.stack.hi - 4*goarch.PtrSize
	gp.stktopsp = gp.sched.sp
	gp.sched.pc = returnTo + 1 // +1: unwinding looks up the instruction before a return address
	gp.sched.g.set(gp)
	gostartcallfn(&gp.sched, fn)
	gp.startpc = fn.fn
}

// main is the main goroutine; tracebacks know it by its name.
func main() {
	doInit(runtime_inittasks)
	doInit(firstmoduledata.inittasks)
	main_main()
	if mainReturned != nil {
		mainReturned()
	}
	exit(0)
}

// mainReturned, when set, does what must still happen between the return of main.main and the exit.
var mainReturned func()

// An initTask is what the linker made of one package's initialisation; fns of them follow the header.
type initTask struct {
	state uint32
	nfns  uint32
}

var runtime_inittasks []*initTask // filled in by the linker: the tasks of package runtime and what it imports

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
