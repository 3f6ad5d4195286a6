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

// Values that say themselves what they are, or seem to.
type (
	code    int
	pointed struct{ text string }
	both    [2]string
	wrong   string
	outer   struct{ *pointed }
	fails   struct{ with any }
)

func (c code) Error() string      { return "code " + strconv.Itoa(int(c)) }
func (p *pointed) String() string { return "pointed " + p.text }
func (b both) Error() string      { return "error " + b[0] }
func (b both) String() string     { return "string " + b[1] }
func (wrong) Error() int          { return 1 }
func (wrong) String(int) string   { return "no" }
func (f fails) Error() string     { panic(f.with) }

func main() {
	type local int64
	text := &pointed{"q"}
	vals := []any{nil, true, 1, int8(-2), int16(3), int32(-4), int64(5), uint(6), uint8(7), uint16(8), uint32(9), uint64(10), uintptr(11), float32(1.5), 2.25e30, complex64(1 + 2i), 3 - 4i, "str\ning",
		B(true), I(-1), I8(-7), U16(9), F(2.5), D(1e100), C(1i), S("x\ny"), P(17), local(5), G[string](3), rune('x'),
		code(4), text, both{"a", "b"}, wrong("w"), outer{text}, fails{"again"}, fails{5}, fails{nil}, strconv.ErrRange}
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
