package runtime

import (
	"internal/abi"
	"internal/runtime/exithook"
	"internal/runtime/syscall/linux"
	"unsafe"
)

// What packages syscall and os reach for.

//go:linkname syscall_Getpagesize syscall.Getpagesize
func syscall_Getpagesize() int { return physPageSize }

//go:linkname syscall_runtime_envs syscall.runtime_envs
func syscall_runtime_envs() []string { return append([]string{}, environ()...) }

//go:linkname os_runtime_args os.runtime_args
func os_runtime_args() []string {
	startSignals()
	exitHooks = runExitHooks
	args := make([]string, argc)
	for i := range args {
		args[i] = gostringnocopy(argv_index(argv, int32(i)))
	}
	return args
}

//go:linkname os_beforeExit os.runtime_beforeExit
func os_beforeExit(exitCode int) { runExitHooks(exitCode) }

// runExitHooks does what others want to be done at the end, such as writing coverage data.
func runExitHooks(code int) {
	if exithook.Added == nil {
		return
	}
	exithook.Gosched = Gosched
	exithook.Goid = func() uint64 { return getg().goid }
	exithook.Throw = throw
	exithook.Added(code)
}

//go:linkname syscall_runtimeSetenv syscall.runtimeSetenv
func syscall_runtimeSetenv(key, value string) {
	if key == "GODEBUG" {
		setGodebug(value)
	}
}

//go:linkname syscall_runtimeUnsetenv syscall.runtimeUnsetenv
func syscall_runtimeUnsetenv(key string) {
	if key == "GODEBUG" {
		setGodebug("")
	}
}

//go:linkname syscall_runtimeClearenv syscall.runtimeClearenv
func syscall_runtimeClearenv(env map[string]int) {
	if _, ok := env["GODEBUG"]; ok {
		setGodebug("")
	}
}

// System calls of Go code. They hold the thread, and with it everything; package syscall asks waitFor… before those that may block.

//go:linkname entersyscall
//go:nosplit
func entersyscall() {}

//go:linkname exitsyscall
//go:nosplit
func exitsyscall() {}

//go:linkname syscall_runtime_doAllThreadsSyscall syscall.runtime_doAllThreadsSyscall
func syscall_runtime_doAllThreadsSyscall(trap, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2, err uintptr) {
	return linux.Syscall6(trap, a1, a2, a3, a4, a5, a6)
}

//go:linkname syscall_cgocaller syscall.cgocaller
func syscall_cgocaller(fn unsafe.Pointer, args ...uintptr) uintptr {
	throw("cgo call without cgo")
	return 0
}

// Fork. Between fork and exec the child runs on the parent's memory: no handler of ours may run in it, and no stack may grow.

var maskBeforeFork uint64

//go:linkname syscall_runtime_BeforeFork syscall.runtime_BeforeFork
//go:nosplit
func syscall_runtime_BeforeFork() { maskBeforeFork = changeSignalMask(setSignals, ^uint64(0)) }

//go:linkname syscall_runtime_AfterFork syscall.runtime_AfterFork
//go:nosplit
func syscall_runtime_AfterFork() { changeSignalMask(setSignals, maskBeforeFork) }

//go:linkname syscall_runtime_AfterForkInChild syscall.runtime_AfterForkInChild
//go:nosplit
func syscall_runtime_AfterForkInChild() {
	for sig := uint32(1); sig < _NSIG; sig++ {
		var action sigactiont
		linux.Syscall6(sysSigaction, uintptr(sig), 0, uintptr(unsafe.Pointer(&action)), 8, 0, 0)
		if action.sa_handler > ignoreAction {
			setHandler(signalBit(sig), defaultAction)
		}
	}
	changeSignalMask(setSignals, maskBeforeFork&^muted)
}

// Exec. The new program has the handlers' signals back at their defaults, but would keep the mask. What comes from here on is not for it.

//go:linkname syscall_runtime_BeforeExec syscall.runtime_BeforeExec
func syscall_runtime_BeforeExec() {
	setHandler(muted, abi.FuncPCABI0(signalEntry))
	changeSignalMask(unblockSignals, muted)
}

//go:linkname syscall_runtime_AfterExec syscall.runtime_AfterExec
func syscall_runtime_AfterExec() { changeSignalMask(blockSignals, muted) }

//go:linkname os_ignoreSIGSYS os.ignoreSIGSYS
func os_ignoreSIGSYS() { setHandler(signalBit(_SIGSYS), ignoreAction) }

//go:linkname os_restoreSIGSYS os.restoreSIGSYS
func os_restoreSIGSYS() { setHandler(signalBit(_SIGSYS), abi.FuncPCABI0(signalEntry)) }

// dieFromSignal ends the process by sig's default action.
//
//go:nosplit
func dieFromSignal(sig uint32) {
	setHandler(signalBit(sig), defaultAction)
	changeSignalMask(setSignals, 0)
	pid, _, _ := linux.Syscall6(sysGetpid, 0, 0, 0, 0, 0, 0)
	linux.Syscall6(sysKill, pid, uintptr(sig), 0, 0, 0, 0)
	exit(128 + int32(sig)) // the first process of a container does not die of that
}

//go:linkname fcntl
func fcntl(fd, cmd, arg int32) (ret int32, errno int32) {
	r, _, e := linux.Syscall6(linux.SYS_FCNTL, uintptr(fd), uintptr(cmd), uintptr(arg), 0, 0, 0)
	if e != 0 {
		return -1, int32(e)
	}
	return int32(r), 0
}
