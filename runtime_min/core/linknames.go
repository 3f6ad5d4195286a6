package runtime

import "unsafe"

// Names that other packages may reach by //go:linkname, where the declaration itself does not say so. The first two are std's; of the
// others, modules of the world know, and stock Go says so of each of them where it declares it (besides linkname_shim.go, which is kept).

//go:linkname overflowError
//go:linkname divideError

//go:linkname cputicks
//go:linkname goyield
//go:linkname throw
//go:linkname wakep

// getm is for those who look up in the type descriptors of g and m where the number of a goroutine is. They are linked in for that.
//
//go:linkname getm
func getm() uintptr {
	if layouts[0] == nil {
		throw("no layouts")
	}
	return uintptr(unsafe.Pointer(getg().m))
}

var layouts = [...]any{(*g)(nil), (*m)(nil)}

//go:linkname heapObjectsCanMove
func heapObjectsCanMove() bool { return false }

// atomicwb does what must be done before a pointer is written atomically: nothing, for there are no write barriers.
//
//go:linkname atomicwb
//go:nosplit
func atomicwb(ptr *unsafe.Pointer, new unsafe.Pointer) {}

//go:linkname entersyscallblock
//go:nosplit
func entersyscallblock() {}

// knownItabs is the table of interface method tables. Those that the compiler made are entered when the first one is looked for.
func knownItabs() **itabTableType {
	if !itabsEntered {
		itabsEntered = true
		firstItabs.size = itabInitSize
		itabTable = &firstItabs
		itabsinit()
	}
	return &itabTable
}

var (
	itabsEntered bool
	itabTable    *itabTableType
	firstItabs   itabTableType
)
