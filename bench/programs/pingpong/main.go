// Command pingpong sends numbers to and fro between two goroutines over unbuffered channels, then through a select.
//
//	pingpong [exchanges]
package main

import (
	"fmt"
	"os"
	"strconv"
)

func exchange(count int) int {
	ping, pong := make(chan int), make(chan int)
	go func() {
		for number := range ping {
			pong <- number + 1
		}
		close(pong)
	}()
	sum := 0
	for range count {
		ping <- sum
		sum = <-pong
	}
	close(ping)
	return sum
}

func choose(count int) (even, odd int) {
	evens, odds, done := make(chan int), make(chan int), make(chan bool)
	go func() {
		for number := range count {
			if number%2 == 0 {
				evens <- number
			} else {
				odds <- number
			}
		}
		close(done)
	}()
	for {
		select {
		case number := <-evens:
			even += number
		case number := <-odds:
			odd += number
		case <-done:
			return even, odd
		}
	}
}

func main() {
	count := 2_000_000
	if len(os.Args) > 1 {
		given, err := strconv.Atoi(os.Args[1])
		if err != nil || given < 1 {
			fmt.Fprintln(os.Stderr, "pingpong: not a positive number:", os.Args[1])
			os.Exit(2)
		}
		count = given
	}
	even, odd := choose(count)
	fmt.Printf("%d exchanges: %d, even %d, odd %d\n", count, exchange(count), even, odd)
}
