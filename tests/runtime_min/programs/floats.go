// Floating-point numbers of all magnitudes, formatted in several ways and parsed again: every power of ten that package strconv needs.
package main

import (
	"fmt"
	"hash/fnv"
	"math"
	"strconv"
)

func main() {
	sum, wrong := fnv.New64a(), 0
	for exponent := -345; exponent <= 310; exponent++ {
		for _, digits := range []string{"1", "2", "4.9406564584124654", "1.7976931348623157", "9007199254740993", "1234567890123456789"} {
			text := digits + "e" + strconv.Itoa(exponent)
			f, err := strconv.ParseFloat(text, 64)
			g, _ := strconv.ParseFloat(text, 32)
			fmt.Fprintln(sum, f, err, float32(g))
			for _, precision := range []int{-1, 0, 5, 16, 17} {
				fmt.Fprintln(sum, strconv.FormatFloat(f, 'e', precision, 64), strconv.FormatFloat(g, 'g', precision, 32))
			}
			if back, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'g', -1, 64), 64); back != f {
				wrong++
			}
		}
	}
	for e := range 2048 {
		for _, mantissa := range []uint64{0, 1, 1<<51 + 1, 1<<52 - 1} {
			f := math.Float64frombits(uint64(e)<<52 | mantissa)
			fmt.Fprintln(sum, f, strconv.FormatFloat(f, 'e', 17, 64))
		}
	}
	fmt.Printf("%x %d\n", sum.Sum64(), wrong)
}
