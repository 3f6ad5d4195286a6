package runtime

import (
	"internal/abi"
	"unsafe"
)

// Records that the runtime keeps in the heap: goroutines, channels, those who wait for them, defers, timers.
//
// new(T) would link in the descriptor of T, and with it the descriptors of everything that T points to: of any of these, nearly all types
// of this package. So they are allocated as so many words, all of which are taken for pointers. The collector accepts any word.

// newRecord returns size bytes of zeros in the heap.
func newRecord(size uintptr) unsafe.Pointer {
	return mallocgc(size, abi.TypeFor[unsafe.Pointer](), true)
}

// timerWords is laid out as timerWhen.
type timerWords struct {
	timer unsafe.Pointer
	when  int64
}

// appendTimer appends t to a heap of timers.
func appendTimer(heap []timerWhen, t *timer) []timerWhen {
	words := append(*(*[]timerWords)(unsafe.Pointer(&heap)), timerWords{unsafe.Pointer(t), t.when})
	return *(*[]timerWhen)(unsafe.Pointer(&words))
}

// newFrames is what CallersFrames starts with.
func newFrames(callers []uintptr) *Frames {
	f := (*Frames)(newRecord(unsafe.Sizeof(Frames{})))
	f.callers = callers
	return f
}

// appendFrame appends to the frames that Next has looked ahead for. They are at most two, for which Frames has the place.
func appendFrame(frames []Frame, frame Frame) []Frame {
	n := len(frames)
	frames = frames[:n+1]
	frames[n] = frame
	return frames
}

// madeOffsets are the names, types and functions that package reflect made: what stands for them in type descriptors is an offset that
// is below zero, -1 for the first.
var madeOffsets offsetTable

type offsetTable struct {
	made []unsafe.Pointer
	ids  []int32 // hash table of the offsets, by address; 0: empty
}

// slot is where the offset of p is, or belongs.
func (o *offsetTable) slot(p unsafe.Pointer) *int32 {
	mask := uint64(len(o.ids) - 1)
	for h := uint64(uintptr(p)) * 0x9e3779b97f4a7c15 >> 32; ; h++ {
		if id := &o.ids[h&mask]; *id == 0 || o.made[-1-*id] == p {
			return id
		}
	}
}

// madeOffset returns what an offset below zero stands for; nil if reflect has not made it.
func madeOffset(id int32) unsafe.Pointer {
	if i := int(-1 - id); i >= 0 && i < len(madeOffsets.made) {
		return madeOffsets.made[i]
	}
	return nil
}

// madeName is madeOffset for names.
func madeName(id int32) (p unsafe.Pointer, found bool) {
	p = madeOffset(id)
	return p, p != nil
}

//go:linkname reflect_addReflectOff reflect.addReflectOff
func reflect_addReflectOff(p unsafe.Pointer) int32 {
	reflectArgMap = argMapOfStub
	o := &madeOffsets
	if 2*len(o.made) >= len(o.ids) {
		o.ids = make([]int32, max(2*len(o.ids), 64))
		for i, made := range o.made {
			*o.slot(made) = -1 - int32(i)
		}
	}
	id := o.slot(p)
	if *id == 0 {
		o.made = append(o.made, p)
		*id = -int32(len(o.made))
	}
	return *id
}
