// Memory of goroutine stacks: it grows and shrinks with use, and is given back when the goroutines are gone.
package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

// resident is how many bytes of the process are in memory.
func resident() (n int) {
	text, _ := os.ReadFile("/proc/self/statm")
	for fields := 0; fields < 2; text = text[1:] {
		if text[0] == ' ' {
			fields++
		} else if fields == 1 {
			n = n*10 + int(text[0]-'0')
		}
	}
	return n * os.Getpagesize()
}

func stats() (m runtime.MemStats) {
	runtime.ReadMemStats(&m)
	return
}

//go:noinline
func deep(n int, f func()) int {
	var pad [100]byte
	if n == 0 {
		f()
		return int(pad[n])
	}
	return deep(n-1, f) + int(pad[n%100])
}

func spike(n, depth int) (most uint64) {
	stop, ready := make(chan bool), make(chan bool)
	for i := 0; i < n; i++ {
		go deep(depth, func() { ready <- true; <-stop })
	}
	for i := 0; i < n; i++ {
		<-ready
	}
	most = stats().StackInuse
	close(stop)
	for runtime.NumGoroutine() > 1 {
		runtime.Gosched()
	}
	return most
}

func main() {
	first := stats().StackInuse
	for i := 0; i < 3; i++ {
		a, b := spike(20000, 0), spike(500, 1000)
		println("used", a >= 20000*2048 && a < 20000*2048*3, b > 500*128<<10 && b < 500*128<<10*5)
		runtime.GC()
		println("gone", stats().StackInuse < first+2<<20)
	}
	debug.FreeOSMemory()
	m := stats()
	println("given back", m.HeapIdle-m.HeapReleased < 4<<20, m.Sys-m.HeapReleased < 40<<20)

	// A goroutine that was deep once, and then waits.
	wake, asleep := make(chan bool), make(chan bool)
	go func() {
		x := 7
		p := &x
		deep(100000, func() {})
		for i := 0; i < 3; i++ {
			asleep <- true
			<-wake
			*p++
		}
		println("x", x)
		asleep <- true
	}()
	<-asleep
	high := stats().StackInuse
	for i := 0; i < 16; i++ {
		runtime.GC()
	}
	println("shrunk", high > 10<<20, stats().StackInuse < 3<<20)
	for i := 0; i < 3; i++ {
		wake <- true
		<-asleep
	}
	// The main goroutine, which has been deeper than it will ever be again.
	before := resident()
	deep(500000, func() {})
	deepest := resident()
	for i := 0; i < 16; i++ {
		runtime.GC()
	}
	println("main", deepest > before+50<<20, resident() < before+5<<20, deep(200000, func() {}))
}
