// Finalizers run soon after the collection that found their objects, also beside a goroutine that never waits: before it has made much
// new garbage.
package main

import "runtime"

type object struct{ words [8]uintptr }

var (
	ran    bool
	blocks [4][]byte
)

//go:noinline
func attach() { runtime.SetFinalizer(new(object), func(*object) { ran = true }) }

//go:noinline
func sum(block []byte) (n int) {
	for _, b := range block {
		n += int(b)
	}
	return n
}

func collections() uint32 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.NumGC
}

func main() {
	late := uint32(0)
	for range 20 {
		ran = false
		attach()
		first := collections()
		for i := 0; !ran; i++ {
			blocks[i%4] = make([]byte, 16<<10)
			sum(blocks[i%4])
		}
		late += collections() - first - 1
	}
	println("soon", late < 40)
}
