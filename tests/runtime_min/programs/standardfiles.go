// A standard file that nothing refers to any more is closed by the collector, one that is kept or closed by hand is not touched.
package main

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"
)

func isOpen(fd int) bool {
	var st syscall.Stat_t
	return syscall.Fstat(fd, &st) == nil
}

// closesSoon collects until fd is closed.
func closesSoon(fd int) bool {
	for range 1000 {
		runtime.GC()
		if !isOpen(fd) {
			return true
		}
		time.Sleep(time.Millisecond)
	}
	return false
}

func main() {
	in := os.Stdin
	os.Stdin = nil
	for range 3 {
		runtime.GC()
	}
	fmt.Println("kept", isOpen(0))
	runtime.KeepAlive(in)
	in = nil
	fmt.Println("lost", closesSoon(0))

	null, err := os.Open(os.DevNull)
	fmt.Println("opened", null.Fd(), err)
	fmt.Println("closed", null.Close(), isOpen(0))

	fmt.Println("by hand", os.Stderr.Close(), isOpen(2))
	again, err := syscall.Open(os.DevNull, syscall.O_RDWR, 0)
	second, err2 := syscall.Dup(again)
	fmt.Println(again, second, err, err2)
	os.Stderr = nil
	for range 3 {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	fmt.Println("not ours", isOpen(again), isOpen(second))

	made := os.NewFile(uintptr(second), "made")
	fmt.Println(made.Name())
	made = nil
	fmt.Println("finalized", closesSoon(second))
}
