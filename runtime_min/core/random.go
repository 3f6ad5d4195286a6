package runtime

import "internal/chacha8rand"

// refillRandom makes new output for rand, after seeding the generator the first time.
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
}
