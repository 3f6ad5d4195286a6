// Panics with values of every kind that print knows, and with others: the messages.
package main

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
)

type (
	B        bool
	I        int
	I8       int8
	U16      uint16
	F        float32
	D        float64
	C        complex64
	S        string
	P        uintptr
	St       struct{ a int }
	G[T any] int
)

func main() {
	type local int64
	vals := []any{nil, true, 1, int8(-2), int16(3), int32(-4), int64(5), uint(6), uint8(7), uint16(8), uint32(9), uint64(10), uintptr(11), float32(1.5), 2.25e30, complex64(1 + 2i), 3 - 4i, "str\ning",
		B(true), I(-1), I8(-7), U16(9), F(2.5), D(1e100), C(1i), S("x\ny"), P(17), local(5), G[string](3), rune('x')}
	if len(os.Args) > 1 {
		i, _ := strconv.Atoi(os.Args[1])
		panic(vals[i])
	}
	for i := range vals {
		said, _ := exec.Command("/proc/self/exe", strconv.Itoa(i)).CombinedOutput()
		message, _, _ := strings.Cut(string(said), "\ngoroutine ")
		println(message)
	}
}
