package runtime

import (
	"unsafe"
)

// What the min runtime does not have, in the form in which kept files ask for it. All of it folds to nothing.

// No cgo.

const iscgo = false

func cgoSymbolizerAvailable() bool       { return false }
func expandCgoFrames(pc uintptr) []Frame { return nil }

func cgoCheckMemmove2(typ *_type, dst, src unsafe.Pointer, off, size uintptr) {}
func cgoCheckSliceCopy(typ *_type, dst, src unsafe.Pointer, n int)            {}

// No plugins.

type ptabEntry struct {
	name nameOff
	typ  typeOff
}

// No runtime/secret, no valgrind.

func secretEraseRegisters() {}

// No other processors.

func osyield()                 {}
func wakep()                   {}
func wakeNetPoller(when int64) {}

// No goroutine profile.

var goroutineProfile struct{ active bool }

func tryRecordGoroutineProfile(gp *g, labels unsafe.Pointer, yield func()) {}

// No checks of unsafe.Slice and unsafe.String beyond the language's (-d=checkptr).

func checkptrStraddles(ptr unsafe.Pointer, size uintptr) bool { return false }

// No race detector.

const chansendpc, chanrecvpc = 0, 0

// infinity stands for a variable that would need code at start.
func infinity() float64 { return float64frombits(0x7FF0000000000000) }

// unreachableMethod is what the linker puts in place of methods that nothing can call.
func unreachableMethod()
