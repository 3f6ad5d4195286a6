// Package runtime, bare: enough for println of strings and nothing else, so that tests can miss features.
package runtime

import "unsafe"

// The linker fills this in; the largest layout of Go 1.22 to 1.27 is smaller.
type moduledata struct{ _ [1024]byte }

var firstmoduledata moduledata

type g struct {
	low, high, guard0, guard1 uintptr
	_                         [64]byte
}

var g0 g

//go:linkname main_main main.main
func main_main()

func exit(status int)
func write(fd int, data unsafe.Pointer, size int)
func morestack()
func morestack_noctxt()

func start() {
	main_main()
	exit(0)
}

func mapinitnoop()       {}
func unreachableMethod() {}
func printlock()         {}
func printunlock()       {}
func printnl()           { printstring("\n") }
func printsp()           { printstring(" ") }
func printstring(s string) {
	write(2, unsafe.Pointer(unsafe.StringData(s)), len(s))
}
