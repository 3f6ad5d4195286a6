// Finalizers: order, resurrection, cycles, interfaces, results, removal, small objects, and the errors of SetFinalizer.
package main

import "runtime"

type object struct {
	name string
	to   *object
	pad  [4]int
}

var log []string

// settle collects until finalizers have had the chance to run, including those that earlier ones made possible.
func settle() {
	for i := 0; i < 4; i++ {
		runtime.GC()
		for j := 0; j < 20; j++ {
			runtime.Gosched()
		}
	}
}

func show(title string) {
	print(title, ":")
	for _, s := range log {
		print(" ", s)
	}
	println()
	log = log[:0]
}

//go:noinline
func chain() {
	c := &object{name: "c"}
	b := &object{name: "b", to: c}
	a := &object{name: "a", to: b}
	for _, o := range []*object{c, a, b} {
		runtime.SetFinalizer(o, func(o *object) {
			if o.to != nil {
				log = append(log, o.name+"->"+o.to.name)
			} else {
				log = append(log, o.name)
			}
		})
	}
}

var saved *object

//go:noinline
func resurrect() {
	o := &object{name: "phoenix"}
	runtime.SetFinalizer(o, func(o *object) { log = append(log, "rise"); saved = o })
}

//go:noinline
func cycle() {
	a := &object{name: "x"}
	a.to = &object{name: "y", to: a}
	runtime.SetFinalizer(a, func(*object) { log = append(log, "cycle") })
}

type named interface{ Name() string }

func (o *object) Name() string { return o.name }

//go:noinline
func interfaces() {
	runtime.SetFinalizer(&object{name: "any"}, func(x any) { log = append(log, x.(*object).name) })
	runtime.SetFinalizer(&object{name: "named"}, func(x named) (int, string, [3]byte) {
		log = append(log, x.Name())
		return 1, "a result", [3]byte{}
	})
}

//go:noinline
func removed() {
	o := &object{name: "no"}
	runtime.SetFinalizer(o, func(o *object) { log = append(log, o.name) })
	runtime.SetFinalizer(o, nil)
}

//go:noinline
func reachable() *object {
	o := &object{name: "kept"}
	runtime.SetFinalizer(o, func(o *object) { log = append(log, o.name) })
	return o
}

//go:noinline
func small(n int, count *int) {
	for i := 0; i < n; i++ {
		p := new(int64)
		*p = int64(i)
		runtime.SetFinalizer(p, func(p *int64) { *count++ })
		q := new([2]*int)
		runtime.SetFinalizer(q, func(*[2]*int) { *count++ })
	}
}

//go:noinline
func big(count *int) {
	p := make([]*object, 10000)
	p[77] = &object{name: "inside"}
	runtime.SetFinalizer(&p[0], func(p **object) { *count++ })
}

var global = &object{name: "static"}

func main() {
	chain()
	settle()
	show("chain")
	resurrect()
	settle()
	show("resurrect")
	println(saved.name)
	saved = nil
	settle()
	show("again")
	cycle()
	settle()
	show("cycle")
	interfaces()
	settle()
	if len(log) == 2 && log[0] == "any" {
		log[0], log[1] = log[1], log[0]
	}
	show("interfaces")
	removed()
	settle()
	show("removed")
	k := reachable()
	settle()
	show("reachable")
	runtime.KeepAlive(k)
	settle()
	show("dropped")
	n := 0
	small(1000, &n)
	settle()
	println("small", n > 1900)
	n = 0
	big(&n)
	settle()
	println("big", n)
	runtime.SetFinalizer(global, func(*object) { panic("static objects are not finalized") })
	global = nil
	settle()
	runtime.SetFinalizer(&struct{}{}, func(*struct{}) {})
	defer func() { println("not reached") }()
	o := &object{}
	runtime.SetFinalizer(o, func(*object) {})
	runtime.SetFinalizer(o, func(*object) {})
}
