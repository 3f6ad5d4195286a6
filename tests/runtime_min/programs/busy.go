// A goroutine that is in the runtime nearly all the time, where it is never interrupted, lets timers and other goroutines have their turn.
package main

import (
	"sync/atomic"
	"time"
)

var sink []byte

func main() {
	var turns atomic.Int64
	go func() {
		for {
			turns.Add(1)
			time.Sleep(time.Millisecond)
		}
	}()
	const most = 3_000_000 // some seconds
	rounds := 0
	for ; rounds < most && turns.Load() < 10; rounds++ {
		sink = make([]byte, 16<<10)
	}
	println("others starve:", rounds == most)
}
