// Floating-point numbers of every size, printed by print: what is printed is the shortest that reads as the same.
package main

import (
	"math"
	"math/rand"
)

func main() {
	r := rand.New(rand.NewSource(5))
	for _, v := range []float64{0, math.Copysign(0, -1), 1, -1, 0.1, 1e5, 1e6, 999999, 1e-4, 1e-5, 123456.789, 1234567, 1e21, 1e23, 5e-324, math.MaxFloat64, math.SmallestNonzeroFloat64 * 3, 2.2250738585072014e-308, math.Inf(1), math.Inf(-1), math.NaN(), 9007199254740993, 100, 120, 0.5, 0.00012, 9.5, 99999.95} {
		println(v, float32(v), complex(v, -v), complex64(complex(v, 1)), complex(1, v))
	}
	for i := -1074; i < 1024; i += 7 {
		println(math.Ldexp(1, i), float32(math.Ldexp(1, i/8)))
	}
	for range 1500 {
		println(math.Float64frombits(r.Uint64()), math.Float32frombits(r.Uint32()), float64(r.Int63n(1<<r.Intn(60)+1))/float64(int64(1)<<r.Intn(20)), float64(r.Int63n(1e17))*1e6)
	}
}
