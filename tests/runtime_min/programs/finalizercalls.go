// Finalizers of every kind of parameter, and with results that registers, a frame, or only a big frame holds.
package main

import (
	"runtime"
	"time"
)

type T struct{ a, b int }

func (t *T) String() string { return "T" }

var got = make(chan string, 20)

func set(i int) {
	t := &T{1, i}
	switch i {
	case 0:
		runtime.SetFinalizer(t, func(t *T) { got <- "ptr" })
	case 1:
		runtime.SetFinalizer(t, func(t any) { got <- "any " + t.(*T).String() })
	case 2:
		runtime.SetFinalizer(t, func(t interface{ String() string }) { got <- "iface " + t.String() })
	case 3:
		runtime.SetFinalizer(t, func(t *T) (r [1000]string) { got <- "4k result"; r[999] = "x"; runtime.GC(); return })
	case 4:
		runtime.SetFinalizer(t, func(t *T) (r [9000]string, b int) { got <- "bigger"; r[8999] = "x"; return })
	case 5:
		runtime.SetFinalizer(t, func(t *T) (a, b, c, d, e, f, g, h, i, j, k *int) { got <- "many"; return })
	case 6:
		x := 7
		runtime.SetFinalizer(t, func(t *T) (a [5]*int, s string) { got <- "closure"; a[x%5] = &x; return a, "x" })
	}
}

func main() {
	for i := range 7 {
		set(i)
		func() { var pad [100]int; pad[i] = i }()
		for range 20 {
			runtime.GC()
			time.Sleep(time.Millisecond)
			if len(got) > 0 {
				break
			}
		}
		select {
		case s := <-got:
			println(s)
		default:
			println("nothing", i)
		}
	}
}
