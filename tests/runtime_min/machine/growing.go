package main

import (
	"os"
	"strconv"
)

// Memory for objects is asked of the system by goroutines that have used so much of their first stack.

type piece struct {
	next  *piece
	words [1400]*int
}

var kept *piece

//go:noinline
func narrow(depth int) {
	if depth == 0 {
		kept = &piece{next: kept}
		return
	}
	narrow(depth - 1)
}

//go:noinline
func wide(depth int, a, b, c, d, e, f int) {
	if depth == 0 {
		narrow(a)
		return
	}
	wide(depth-1, a, b, c, d, e, f)
}

func main() {
	depth, _ := strconv.Atoi(os.Args[1])
	more, _ := strconv.Atoi(os.Args[2])
	done := make(chan bool)
	for range 2000 {
		go func() {
			wide(depth, more, 0, 0, 0, 0, 0)
			done <- true
		}()
		<-done
	}
}
