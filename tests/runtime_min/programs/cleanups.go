// AddCleanup, weak pointers and unique handles.
package main

import (
	"runtime"
	"unique"
	"weak"
)

type object struct {
	name string
	to   *object
}

var log []string

func settle() {
	for i := 0; i < 3; i++ {
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

func note(s string) { log = append(log, s) }

//go:noinline
func several() {
	o := &object{name: "o"}
	runtime.AddCleanup(o, note, "first")
	runtime.AddCleanup(o, func(n int) { note(string(rune('0' + n))) }, 7)
	runtime.AddCleanup(&o.to, func(b byte) { note("inner") }, 1)
	stop := runtime.AddCleanup(o, note, "stopped")
	runtime.AddCleanup(o, func(p *object) { note(p.name) }, &object{name: "arg"})
	stop.Stop()
	stop.Stop()
	runtime.Cleanup{}.Stop()
}

//go:noinline
func cyclic() {
	a := &object{name: "a"}
	b := &object{name: "b", to: a}
	a.to = b
	runtime.AddCleanup(a, note, "a")
	runtime.AddCleanup(b, note, "b")
}

//go:noinline
func both() (w weak.Pointer[object]) {
	o := &object{name: "both"}
	w = weak.Make(o)
	runtime.AddCleanup(o, note, "cleanup")
	runtime.SetFinalizer(o, func(o *object) {
		if w.Value() != nil {
			note("weak-too-long")
		}
		note("finalizer")
	})
	return w
}

func sort(s []string) {
	for i := range s {
		for j := i; j > 0 && s[j] < s[j-1]; j-- {
			s[j], s[j-1] = s[j-1], s[j]
		}
	}
}

//go:noinline
func weaks() (w, v weak.Pointer[object], inner weak.Pointer[*object]) {
	o := &object{name: "weak"}
	w, v = weak.Make(o), weak.Make(o)
	inner = weak.Make(&o.to)
	settle()
	println("alive", w == v, w.Value() == o, inner.Value() == &o.to)
	runtime.KeepAlive(o)
	return
}

//go:noinline
func handles(n int) {
	for i := 0; i < n; i++ {
		s := string([]byte{byte(i), byte(i >> 8), 'x'})
		a, b := unique.Make(s), unique.Make(string([]byte{byte(i), byte(i >> 8), 'x'}))
		if a != b || a.Value() != s {
			panic("unique")
		}
	}
}

func try(title string, f func()) {
	defer func() { println(title, recover().(string)) }()
	f()
}

func main() {
	several()
	settle()
	sort(log)
	show("several")
	cyclic()
	settle()
	sort(log)
	show("cyclic")
	w := both()
	settle()
	show("both")
	println(w.Value() == nil)
	w1, w2, inner := weaks()
	settle()
	println("dead", w1 == w2, w1.Value() == nil, inner.Value() == nil, w1 != w)
	var none weak.Pointer[object]
	println(none.Value() == nil, weak.Make[object](nil) == none)
	static := weak.Make(&log)
	settle()
	println(static.Value() == &log)
	handles(3000)
	settle()
	handles(3000)
	keep := unique.Make("kept" + string(rune('0'+len(log))))
	settle()
	println(keep == unique.Make("kept0"), keep.Value())
	o := &object{}
	try("nil", func() { runtime.AddCleanup[object](nil, note, "") })
	try("equal", func() { runtime.AddCleanup(o, func(*object) {}, o) })
	try("within", func() { runtime.AddCleanup(o, func(**object) {}, &o.to) })
	try("closure", func() { runtime.AddCleanup(o, func(int) { println(o.name) }, 1) })
	runtime.AddCleanup(&log, note, "static")
	settle()
	show("end")
}
