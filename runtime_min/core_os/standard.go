package os

import (
	"runtime"
	"unsafe"
)

// In Go's package each File has a finalizer, which closes it. The three that every program has, whether or not it uses them, have none
// here, for finalizers need goroutines and much more: 30 KB. The collector itself closes the descriptor of one that is lost.

// runtime_closeWhenLost says that the descriptor fd, one of the first three, is open for as long as the object.
//
//go:linkname runtime_closeWhenLost
func runtime_closeWhenLost(object unsafe.Pointer, fd uintptr)

// runtime_keepWhenLost takes that back.
//
//go:linkname runtime_keepWhenLost
func runtime_keepWhenLost(object unsafe.Pointer)

func newStandardFile(fd uintptr, name string) *File {
	f := newFileFromNewFile(fd, name)
	runtime_closeWhenLost(unsafe.Pointer(f.file), fd)
	return f
}

// newFile makes a File of any other descriptor.
func newFile(fd int, name string, kind newFileKind, nonBlocking bool) *File {
	return finalized(newUnfinalizedFile(fd, name, kind, nonBlocking))
}

func finalized(f *File) *File {
	if f != nil {
		removeFinalizer = func(file *file) { runtime.SetFinalizer(file, nil) }
		runtime.SetFinalizer(f.file, (*file).close)
	}
	return f
}

// removeFinalizer is set by who gives a file a finalizer.
var removeFinalizer func(file *file)

// unfinalize is called when a file has been closed.
func unfinalize(file *file) {
	runtime_keepWhenLost(unsafe.Pointer(file))
	if removeFinalizer != nil {
		removeFinalizer(file)
	}
}
