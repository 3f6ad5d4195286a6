// Command ring passes tokens around a ring of goroutines.
//
//	ring [goroutines [laps]]
//
// What it costs is the creation of goroutines, their stacks, and switches between them.
package main

import (
	"fmt"
	"os"
	"strconv"
)

func argument(position, otherwise int) int {
	if len(os.Args) <= position {
		return otherwise
	}
	number, err := strconv.Atoi(os.Args[position])
	if err != nil || number < 1 {
		fmt.Fprintln(os.Stderr, "ring: not a positive number:", os.Args[position])
		os.Exit(2)
	}
	return number
}

// member adds one to each token that comes in and sends it on, until the channel is closed.
func member(in <-chan int, out chan<- int) {
	for token := range in {
		out <- token + 1
	}
	close(out)
}

func main() {
	goroutines, laps := argument(1, 100_000), argument(2, 10)
	first := make(chan int)
	last := first
	for range goroutines {
		next := make(chan int)
		go member(last, next)
		last = next
	}
	token := 0
	for range laps {
		first <- token
		token = <-last
	}
	close(first)
	if _, open := <-last; open {
		panic("a token is left in the ring")
	}
	fmt.Printf("%d goroutines, %d laps, token %d\n", goroutines, laps, token)
	if token != goroutines*laps {
		panic("the token has not met every goroutine on every lap")
	}
}
