// A random graph of objects of many shapes and sizes, changed for ever; every object knows a checksum of itself, and of what it points to.
// An object freed too early, a pointer not followed, memory handed out twice or not cleared: each shows as a wrong sum.
package main

import "runtime"

type rng uint64

func (r *rng) next(n int) int {
	*r ^= *r << 13
	*r ^= *r >> 7
	*r ^= *r << 17
	return int(uint64(*r>>1) % uint64(n))
}

// shape is any of the objects below: a number, and references to others.
type shape interface {
	id() uint64
	links() []*shape // where it refers to others
	payload() []uint64
}

type one struct {
	next shape
	n    uint64
}
type mixed struct {
	a    uint64
	p    *shape
	b    uint32
	c    [3]uint16
	next [2]shape
	s    []uint64
	d    byte
	str  string
}
type wide struct {
	n    uint64
	pad  [40]uint64
	next [9]shape
	tail [3]uint64
}
type huge struct {
	head shape
	pad  [1500]uint64
	mid  shape
	pad2 [3000]uint64
	tail shape
}
type slices struct {
	n    uint64
	all  []shape
	data []uint64
}
type plain struct{ data [5]uint64 }
type boxed struct {
	m map[uint64]shape
	n uint64
}

func (o *one) id() uint64          { return o.n }
func (o *one) links() []*shape     { return []*shape{&o.next} }
func (o *one) payload() []uint64   { return nil }
func (o *mixed) id() uint64        { return o.a }
func (o *mixed) links() []*shape   { return []*shape{&o.next[0], &o.next[1]} }
func (o *mixed) payload() []uint64 { return o.s }
func (o *wide) id() uint64         { return o.n }
func (o *wide) links() []*shape {
	var r []*shape
	for i := range o.next {
		r = append(r, &o.next[i])
	}
	return r
}
func (o *wide) payload() []uint64 { return o.pad[:] }
func (o *huge) id() uint64        { return o.pad[0] }
func (o *huge) links() []*shape   { return []*shape{&o.head, &o.mid, &o.tail} }
func (o *huge) payload() []uint64 { return o.pad2[:] }
func (o *slices) id() uint64      { return o.n }
func (o *slices) links() []*shape {
	var r []*shape
	for i := range o.all {
		r = append(r, &o.all[i])
	}
	return r
}
func (o *slices) payload() []uint64 { return o.data }
func (o *plain) id() uint64         { return o.data[0] }
func (o *plain) links() []*shape    { return nil }
func (o *plain) payload() []uint64  { return o.data[1:] }
func (o *boxed) id() uint64         { return o.n }
func (o *boxed) links() []*shape    { return nil }
func (o *boxed) payload() []uint64  { return nil }

var counter uint64

func fill(p []uint64, n uint64) {
	for i := range p {
		if p[i] != 0 {
			println("not cleared:", n, i, p[i])
			panic("not cleared")
		}
		p[i] = n*31 + uint64(i)
	}
}

func check(p []uint64, n uint64) {
	for i := range p {
		if p[i] != n*31+uint64(i) {
			println("overwritten:", n, i, p[i])
			panic("overwritten")
		}
	}
}

func make_(r *rng) shape {
	counter++
	n := counter
	switch r.next(24) {
	case 0, 1, 2, 3, 4, 5, 6, 7:
		return &one{n: n}
	case 8, 9, 10, 11:
		m := &mixed{a: n, s: make([]uint64, r.next(40)), str: string(make([]byte, r.next(100)))}
		fill(m.s, n)
		return m
	case 12, 13:
		w := &wide{n: n}
		fill(w.pad[:], n)
		return w
	case 14:
		h := &huge{}
		fill(h.pad2[:], n)
		h.pad[0] = n
		return h
	case 15, 16:
		s := &slices{n: n, all: make([]shape, r.next(300)), data: make([]uint64, r.next(2000))}
		fill(s.data, n)
		return s
	case 17:
		s := &slices{n: n, all: make([]shape, 5000+r.next(5000)), data: make([]uint64, r.next(20000))}
		fill(s.data, n)
		return s
	case 18, 19, 20, 21:
		p := &plain{}
		fill(p.data[1:], n)
		p.data[0] = n
		return p
	default:
		b := &boxed{n: n, m: map[uint64]shape{}}
		for i := 0; i < r.next(20); i++ {
			counter++
			b.m[counter] = &one{n: counter}
		}
		return b
	}
}

// visit checks what can be reached from s within a few steps.
func visit(s shape, depth int) (sum uint64) {
	if s == nil {
		return 0
	}
	check(s.payload(), s.id())
	sum = s.id()
	if depth == 0 {
		return sum
	}
	if b, ok := s.(*boxed); ok {
		for k, v := range b.m {
			if v.id() != k {
				panic("map value changed")
			}
			sum += k
		}
	}
	for i, l := range s.links() {
		if i < 6 {
			sum = sum*7 + visit(*l, depth-1)
		}
	}
	return sum
}

var table [64]shape // global, with a repeated pattern

func main() {
	r := rng(12345)
	local := make([]shape, 200)
	var sum uint64
	for step := 0; step < 60000; step++ {
		s := make_(&r)
		switch r.next(4) {
		case 0:
			table[r.next(len(table))] = s
		case 1, 2:
			local[r.next(len(local))] = s
		case 3:
			if to := local[r.next(len(local))]; to != nil {
				if links := to.links(); len(links) > 0 {
					*links[r.next(len(links))] = s
				}
			}
		}
		if step%16 == 0 {
			sum = sum*3 + visit(local[r.next(len(local))], 4) + visit(table[r.next(len(table))], 4)
		}
		if step%10000 == 0 {
			runtime.GC()
		}
	}
	println("objects", counter, "sum", sum)
}
