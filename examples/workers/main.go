// Workers spreads a piece of arithmetic over a pool of goroutines and adds up what they find.
package main

import (
	"flag"
	"fmt"
	"sync"
)

type span struct{ from, to int }

func isPrime(n int) bool {
	if n < 2 {
		return false
	}
	for d := 2; d*d <= n; d++ {
		if n%d == 0 {
			return false
		}
	}
	return true
}

func countPrimes(limit, workers, step int) int {
	jobs := make(chan span)
	found := make(chan int)

	var pool sync.WaitGroup
	for range workers {
		pool.Add(1)
		go func() {
			defer pool.Done()
			for job := range jobs {
				primes := 0
				for n := job.from; n < job.to; n++ {
					if isPrime(n) {
						primes++
					}
				}
				found <- primes
			}
		}()
	}
	go func() {
		for from := 0; from < limit; from += step {
			jobs <- span{from, min(from+step, limit)}
		}
		close(jobs)
		pool.Wait()
		close(found)
	}()

	total := 0
	for n := range found {
		total += n
	}
	return total
}

func main() {
	limit := flag.Int("limit", 200_000, "count the primes below this number")
	workers := flag.Int("workers", 8, "how many goroutines to use")
	flag.Parse()
	fmt.Printf("%d primes below %d\n", countPrimes(*limit, *workers, 1000), *limit)
}
