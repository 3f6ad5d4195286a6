package runtime

import "unsafe"

// Standard files. Package os says which objects stand for the first three descriptors; when a collection finds that one is lost, it closes
// the descriptor, as a finalizer would.

// standardFiles are the addresses of these objects, as numbers: they keep nothing alive.
var standardFiles [3]uintptr

//go:linkname os_closeWhenLost os.runtime_closeWhenLost
func os_closeWhenLost(object unsafe.Pointer, fd uintptr) {
	standardFiles[fd] = uintptr(object)
	collectionHooks.lost = closeLost
}

//go:linkname os_keepWhenLost os.runtime_keepWhenLost
func os_keepWhenLost(object unsafe.Pointer) {
	for i := range standardFiles {
		if standardFiles[i] == uintptr(object) {
			standardFiles[i] = 0
		}
	}
}

func closeLost() {
	for fd := range standardFiles {
		if object := &standardFiles[fd]; *object != 0 && !isMarked(*object) {
			*object = 0
			setPolled(uintptr(fd), false)
			closefd(int32(fd))
		}
	}
}
