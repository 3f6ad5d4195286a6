// Methods that describe the value of a panic, and panic themselves.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

type recovers int

func (n recovers) Error() string {
	defer func() { fmt.Println("recovered", int(n), recover()) }()
	if n > 0 {
		panic(n - 1)
	}
	return "zero"
}

type panics int

func (n panics) String() string {
	defer fmt.Println("deferred in", int(n))
	panic(fmt.Sprint("panics ", int(n)))
}

func fail(value any) {
	defer fmt.Println("fail ends")
	for i := range 2 {
		defer fmt.Println("of the loop", i)
	}
	panic(value)
}

var cases = []func(){
	func() { fail(recovers(2)) },
	func() { fail(panics(1)) },
	func() {
		defer fail(panics(3))
		fail(recovers(1))
	},
	func() {
		defer func() {
			fmt.Println(recover())
			panic(recovers(0))
		}()
		fail(panics(4))
	},
	func() {
		defer func() { panic(recovers(1)) }()
		var none *int
		fmt.Println(*none)
	},
}

func main() {
	if len(os.Args) > 1 {
		i, _ := strconv.Atoi(os.Args[1])
		defer fmt.Println("main ends")
		cases[i]()
	}
	for i := range cases {
		said, _ := exec.Command("/proc/self/exe", strconv.Itoa(i)).CombinedOutput()
		message, _, _ := strings.Cut(string(said), "\ngoroutine ")
		message, _, _ = strings.Cut(message, "\nruntime stack:")
		message, _, fault := strings.Cut(message, "\n[signal SIGSEGV")
		fmt.Println(strings.TrimSpace(message), fault)
	}
}
