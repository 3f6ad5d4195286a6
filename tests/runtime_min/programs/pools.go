// Pools of package sync lose what nobody takes out of them, also if they have been begun in the middle of collections.
package main

import (
	"runtime"
	"sync"
)

type object struct{ pad [8]int }

func main() {
	for i := 0; i < 20; i++ {
		var pool sync.Pool
		for j := 0; j < 50; j++ {
			pool.Put(new(object))
		}
		runtime.GC()
		runtime.GC()
		if pool.Get() != nil {
			println("pool", i, "is never emptied")
		}
	}
	println("done")
}
