// Goroutines stopped in the middle of loops without calls: what only their registers and frames hold must survive collections.
package main

import "runtime"

type node struct {
	next *node
	n    int
}

func ring(n int) *node {
	first := &node{n: 0}
	last := first
	for i := 1; i < n; i++ {
		last.next = &node{n: i}
		last = last.next
	}
	last.next = first
	return first
}

var stop bool

// walk goes round a ring that nothing else refers to, and checks each node; p lives in a register.
func walk(n int, done chan<- int) {
	p := ring(n)
	want, rounds := 0, 0
	for {
		if p.n != want {
			panic("a node was overwritten")
		}
		want++
		if want == n {
			want = 0
			rounds++
			if stop {
				break
			}
		}
		p = p.next
	}
	if rounds == 0 {
		panic("never came round")
	}
	done <- n
}

// index does the same with slices and pointers into the middle of arrays.
func index(n int, done chan<- int) {
	s := make([]*int, n)
	for i := range s {
		a := make([]int, 3)
		a[1] = i
		s[i] = &a[1]
	}
	for !stop {
		for i, p := range s {
			if *p != i {
				panic("an integer was overwritten")
			}
		}
	}
	done <- n
}

var junk []*node

func main() {
	done := make(chan int)
	for i := 1; i <= 5; i++ {
		go walk(1000*i, done)
		go index(500*i, done)
	}
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	for round := 0; round < 3; round++ {
		for i := 0; i < 20000; i++ {
			junk = append(junk[:0:0], &node{n: -1}, &node{n: -2})
		}
		runtime.GC() // yields: each of the others has its turn until it is stopped
	}
	stop = true
	sum := 0
	for i := 0; i < 10; i++ {
		sum += <-done
	}
	var after runtime.MemStats
	runtime.ReadMemStats(&after)
	println("sum", sum, after.NumGC >= before.NumGC+3)
}
