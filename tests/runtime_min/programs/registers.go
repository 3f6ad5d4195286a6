// Goroutines interrupted again and again in loops that hold all they have in registers, of both kinds: each comes to what it comes to alone.
package main

import "math"

// mix makes n rounds over ten integers and twelve floating-point numbers.
func mix(n int) uint64 {
	a, b, c, d, e, f, g, h := uint64(1), uint64(2), uint64(3), uint64(4), uint64(5), uint64(6), uint64(7), uint64(8)
	p, q, r, s, t, u := 1.5, 2.25, 3.125, 4.5, 5.25, 6.125
	v, w, x, y, z, o := 1.25, 1.125, 1.0625, 1.75, 1.875, 1.375
	for ; n > 0; n-- {
		a, b, c, d, e, f, g, h = b+h, c^a, d*3+b, e-c, f^d, g+e, h*5+f, a^g
		p, q, r, s, t, u = q*0.5+o, r*0.25+p, s*0.5+q, t*0.125+r, u*0.5+s, p*0.25+t
		v, w, x, y, z, o = w*0.5+u, x*0.25+v, y*0.5+w, z*0.125+x, o*0.5+y, v*0.25+z
		if p > 1e6 {
			p, v = 1.5, 1.25
		}
	}
	numbers := p + q + r + s + t + u + v + w + x + y + z + o
	return a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ math.Float64bits(numbers)
}

func main() {
	const rounds, goroutines = 20_000_000, 4
	alone := mix(rounds)
	same := make(chan bool)
	for range goroutines {
		go func() { same <- mix(rounds) == alone }()
	}
	for range goroutines {
		println(<-same)
	}
}
