// Pointers that only goroutine stacks hold: in frames, arguments, variables whose address is taken, closures, defers, panics; while stacks
// grow and collections come at any time.
package main

import "runtime"

type cell struct {
	n    int
	next *cell
	pad  [3]*int
}

func list(n int) *cell {
	var l *cell
	for i := 0; i < n; i++ {
		l = &cell{n: i, next: l}
	}
	return l
}

func (l *cell) sum() (s int) {
	for ; l != nil; l = l.next {
		s += l.n
	}
	return s
}

// deep holds a list in every frame, and checks each on the way back.
func deep(n int) int {
	if n == 0 {
		runtime.GC()
		return 0
	}
	l := list(n % 7)
	var big [20]*cell
	big[n%20] = list(3)
	s := deep(n-1) + l.sum() + big[n%20].sum()
	return s
}

// A linked list on the stack: each frame has an object that points to its caller's.
type link struct {
	up   *link
	heap *cell
}

func objects(n int, up *link) int {
	l := link{up, list(4)}
	if n > 0 {
		return objects(n-1, &l)
	}
	runtime.GC()
	s := 0
	for p := &l; p != nil; p = p.up {
		s += p.heap.sum()
	}
	return s
}

func grow(n int) int { // more stack in every call, by a big frame
	var frame [100]int
	frame[n%100] = n
	if n == 0 {
		return 0
	}
	return grow(n-1) + frame[n%100]
}

// arguments in registers and on the stack, live across a collection
//
//go:noinline
func many(a, b, c, d, e, f, g, h, i, j, k, l *cell, m []*cell, s string, x any) int {
	runtime.GC()
	return a.sum() + b.sum() + c.sum() + d.sum() + e.sum() + f.sum() + g.sum() + h.sum() + i.sum() + j.sum() + k.sum() + l.sum() + m[0].sum() + len(s) + x.(*cell).sum()
}

func closures() int {
	total := 0
	l := list(5)
	add := func(n int) { total += n + l.sum() }
	func() {
		m := list(6)
		defer func() { add(m.sum()) }()
		runtime.GC()
		grow(200)
	}()
	f := l.next.sum // method value
	runtime.GC()
	return total + f()
}

func panics(n int) (s int) {
	l := list(n)
	defer func() {
		if e := recover(); e != nil {
			s = l.sum() + e.(*cell).sum()
			runtime.GC()
			s += l.sum()
		}
	}()
	for i := 0; i < 2; i++ {
		m := list(3)
		defer func() { runtime.GC(); s += m.sum() }()
	}
	if n > 0 {
		defer func() {
			recover()
			panic(list(n + 1))
		}()
		panic(list(n))
	}
	return 0
}

type worker struct {
	in, out chan *cell
	boxes   [4]any
}

// pipeline: goroutines that hold lists while they wait, and grow their stacks in between.
func pipeline(n int) int {
	first := make(chan *cell)
	in := first
	for i := 0; i < n; i++ {
		w := &worker{in: in, out: make(chan *cell, i%3)}
		go func() {
			mine := list(10)
			var local link
			local.heap = list(2)
			for l := range w.in {
				w.boxes[l.n%4] = list(l.n % 5)
				grow(i % 50)
				if mine.sum() != 45 || local.heap.sum() != 1 {
					panic("lost")
				}
				w.out <- &cell{n: l.n + 1, next: nil}
			}
			close(w.out)
		}()
		in = w.out
	}
	s := 0
	go func() {
		for i := 0; i < 20; i++ {
			first <- &cell{n: i}
		}
		close(first)
	}()
	for l := range in {
		s += l.n
		if l.n%5 == 0 {
			runtime.GC()
		}
	}
	return s
}

func selects() int {
	a, b, done := make(chan *cell), make(chan []*cell, 3), make(chan int)
	go func() {
		s := 0
		for a != nil || b != nil {
			select {
			case l, ok := <-a:
				if !ok {
					a = nil
				}
				s += l.sum()
			case l, ok := <-b:
				if !ok {
					b = nil
				}
				for _, c := range l {
					s += c.sum()
				}
			}
		}
		done <- s
	}()
	ca, cb := a, b
	for i := 0; i < 30; i++ {
		select {
		case ca <- list(i):
		case cb <- []*cell{list(i), list(1)}:
		}
	}
	close(ca)
	close(cb)
	return <-done
}

func generator(yield func(*cell) bool) {
	for i := 0; i < 10; i++ {
		if !yield(list(i)) {
			return
		}
	}
}

func ranges() (s int) {
	for l := range generator {
		runtime.GC()
		defer func() { s += l.sum() }()
		if l.sum() > 20 {
			break
		}
	}
	return 1000
}

func main() {
	println("deep", deep(300))
	println("objects", objects(200, nil))
	l := list(4)
	println("many", many(l, list(1), list(2), list(3), list(4), list(5), list(6), list(7), list(8), list(9), list(10), list(11), []*cell{list(5)}, string(make([]byte, 9)), list(6)))
	println("closures", closures())
	println("panics", panics(4), panics(0))
	println("pipeline", pipeline(60))
	println("selects", selects())
	println("ranges", ranges())
	println("grow", grow(3000))
}
