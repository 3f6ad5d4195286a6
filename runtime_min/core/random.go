package runtime

import (
	"internal/chacha8rand"
	"internal/runtime/maps"
	"unsafe"
)

// Random numbers. Nothing is seeded before it is needed.

// refillRandom makes new output for rand, after seeding everything the first time.
//
// That includes the keys of the hash functions. They may be set so late because who keeps hashes (a map, a hash trie, maphash) takes its
// own seed from rand first.
func refillRandom(c *chacha8rand.State) {
	if m0.seeded {
		c.Refill()
		return
	}
	m0.seeded = true
	var seed [32]byte
	if readRandom(seed[:]) != len(seed) {
		throw("the kernel has no random numbers")
	}
	c.Init(seed)
	cpuinit()
	maps.AlgInit()
}

// bootstrapRand gives maps.AlgInit the keys of the hash functions.
//
//go:linknamestd bootstrapRand
func bootstrapRand() uint64 { return rand() }

// vgetrandom is the kernel's generator in user space. It needs a state for each thread, and std has the system call without it.
//
//go:linkname vgetrandom
func vgetrandom(p []byte, flags uint32) (ret int, supported bool) { return -1, false }

// seedCheap seeds the generator that orders select cases and the like with the place of the stack, which is another one in each process.
func seedCheap() {
	m0.cheaprand64 = uint64(uintptr(unsafe.Pointer(argv)))
	m0.cheaprand = uint32(m0.cheaprand64)
}
