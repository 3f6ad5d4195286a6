// What stack traces look like: each case ends the program, or prints stacks and goes on.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"
)

type small struct {
	a int8
	b uint16
	c bool
}

type nested struct {
	x   int
	in  struct{ y, z int }
	arr [2]small
}

type (
	deep1 struct{ a deep2 }
	deep2 struct{ a deep3 }
	deep3 struct{ a deep4 }
	deep4 struct{ a deep5 }
	deep5 struct{ a deep6 }
	deep6 struct{ a, b int }
)

type huge [40]int

//go:noinline
func scalars(a int, b int8, c uint16, d bool, e uint64, f rune, g float64) { panic("scalars") }

//go:noinline
func composed(s string, list []int, v any, f func(), m map[int]int, c chan int, n nested) {
	panic("composed")
}

//go:noinline
func many(a, b, c, d, e, f, g, h, i, j, k, l, m int) int {
	panic("many")
}

//go:noinline
func deepArguments(d deep1, e deep5, empty struct{}, none [0]int, one [1]int) { panic("deep") }

//go:noinline
func hugeArguments(h huge, after int, twice huge) { panic("huge") }

//go:noinline
func results(a int) (x, y int, err error) { panic("results") }

//go:noinline
func dead(a, b int, s string) int {
	n := use(a)
	n += use(b)
	if n > 0 {
		panic("dead")
	}
	return use(n) + len(s)
}

//go:noinline
func use(n int) int { return n }

func variadic(first int, rest ...string) { panic(first) }

type value struct{ a, b int }

func (v value) method(n int)     { panic("method of a value") }
func (v *value) pointer(n int)   { panic("method of a pointer") }
func (v value) Exported() string { panic("exported") }

type embedding struct {
	skipped int
	value
}

type methods interface{ method(int) }

type pair[K comparable, V any] struct {
	key K
	val V
}

func (p pair[K, V]) show(n int)     { panic("generic method") }
func (p *pair[K, V]) pointer(n int) { func() { panic("closure in a generic method") }() }

//go:noinline
func generic[T any, U any](t T, u U) {
	func() { panic("closure in a generic function") }()
}

func inlined1(n int) int { return inlined2(n) + 1 }
func inlined2(n int) int { return inlined3(n) + 1 }
func inlined3(n int) int {
	if n > 2 {
		panic("inlined")
	}
	return n
}

//go:noinline
func recursive(n int) int {
	if n == 0 {
		panic("bottom")
	}
	return recursive(n-1) + 1
}

func evenStep(n int) int { return oddStep(n - 1) }

//go:noinline
func oddStep(n int) int {
	if n <= 0 {
		panic("bottom of two")
	}
	return evenStep(n-1) + 1
}

var nilPointer *value
var nilFunction func()
var nilMethods methods

func nestedPanics() {
	defer func() {
		defer func() { panic("third") }()
		panic("second")
	}()
	panic("first")
}

func recovered() {
	defer func() {
		r := recover()
		panic(fmt.Sprint("again: ", r))
	}()
	var list []int
	_ = list[len(os.Args)]
}

func repanicked() {
	defer func() { panic(recover()) }()
	panic("the same")
}

func afterRecovery() {
	defer func() { recover(); defer debug.PrintStack(); debug.PrintStack() }()
	nilPointer.a = 1
}

var wait = make(chan int)

// waiters starts a goroutine in each way to wait.
func waiters() {
	var mu sync.Mutex
	mu.Lock()
	var rw sync.RWMutex
	rw.Lock()
	var group sync.WaitGroup
	group.Add(1)
	cond := sync.NewCond(&sync.Mutex{})
	full := make(chan int)
	r, _, _ := os.Pipe()
	for _, f := range []func(){
		func() { <-wait },
		func() { full <- 1 },
		func() {
			select {
			case <-wait:
			case full <- 1:
			}
		},
		func() { select {} },
		func() { <-chan int(nil) },
		func() { var c chan int; <-c },
		func() { var c chan int; c <- 1 },
		func() { mu.Lock() },
		func() { rw.RLock() },
		func() { group.Wait() },
		func() { cond.L.Lock(); cond.Wait() },
		func() { time.Sleep(time.Hour) },
		func() { r.Read(make([]byte, 1)) },
		func() { runtime.LockOSThread(); <-wait },
		func() { go func() { <-wait }(); <-wait },
		func() { defer func() { <-wait }(); panic("waits in a defer") },
		func() { defer func() { <-wait }(); nilFunction() },
		func() { defer func() { <-wait }(); runtime.Goexit() },
		func() { defer func() { recover(); <-wait }(); _ = nilPointer.a },
		func() { inlinedWait() },
		func() { sync.OnceFunc(func() { <-wait })() },
		func() {
			for range walk {
				break
			}
		},
	} {
		go f()
	}
	settle()
}

// settle waits until all other goroutines wait.
func settle() {
	buf := make([]byte, 1<<20)
	for stacks := "[runnable"; strings.Contains(stacks, "[runnable") || strings.Contains(stacks, "[syscall"); {
		time.Sleep(time.Millisecond)
		stacks = string(buf[:runtime.Stack(buf, true)])
	}
}

func walk(yield func(int) bool) { <-wait; yield(1) }

func inlinedWait() { inlinedReceive(wait) }

func inlinedReceive(c chan int) { <-c }

func allStacks() {
	waiters()
	buf := make([]byte, 1<<20)
	os.Stderr.Write(buf[:runtime.Stack(buf, true)])
	os.Stderr.Write(buf[:runtime.Stack(buf[:100], true)])
}

func frames() {
	var pcs [20]uintptr
	for skip := range 6 {
		n := runtime.Callers(skip, pcs[:])
		list := runtime.CallersFrames(pcs[:n])
		for {
			frame, more := list.Next()
			if frame.Function != "runtime.Callers" && frame.Function != "runtime.main" {
				fmt.Fprintln(os.Stderr, skip, frame.Function, frame.File, frame.Line, frame.Func != nil)
			}
			if !more || frame.Function == "main.main" {
				break
			}
		}
		if _, file, line, ok := runtime.Caller(skip); line > 1 && skip < 4 {
			fmt.Fprintln(os.Stderr, file[len(file)-len("traces.go"):], line, ok)
		}
	}
}

func inlinedFrames(f func()) { func() { f() }() }

var cases = map[string]func(){
	"scalars": func() { scalars(-1, -2, 3, true, 1<<63, 'x', 0) },
	"composed": func() {
		composed("text", make([]int, 2, 5), nil, nil, nil, nil, nested{1, struct{ y, z int }{2, 3}, [2]small{{4, 5, true}, {6, 7, false}}})
	},
	"many":          func() { many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13) },
	"deep":          func() { deepArguments(deep1{}, deep5{deep6{1, 2}}, struct{}{}, [0]int{}, [1]int{3}) },
	"huge":          func() { hugeArguments(huge{1, 2, 3, 4}, 5, huge{6, 7}) },
	"results":       func() { results(7) },
	"dead":          func() { dead(1, 2, "three") },
	"variadic":      func() { variadic(1, "a", "b") },
	"method":        func() { value{1, 2}.method(3) },
	"pointer":       func() { (&value{1, 2}).pointer(3) },
	"interface":     func() { methods(&value{1, 2}).method(3) },
	"embedded":      func() { methods(&embedding{0, value{1, 2}}).method(3) },
	"embeddedvalue": func() { methods(embedding{0, value{1, 2}}).method(3) },
	"methodvalue":   func() { f := value{1, 2}.method; call(func() { f(3) }) },
	"methodexpr":    func() { f := (*value).pointer; f(&value{1, 2}, 3) },
	"gomethod":      func() { go value{1, 2}.method(3); <-wait },
	"goargs":        func() { go scalars(-1, -2, 3, true, 4, 'x', 0); <-wait },
	"gosettled":     func() { go func() { settle(); value{1, 2}.method(3) }(); <-wait },
	"gobound":       func() { f := (&value{1, 2}).pointer; go f(4); <-wait },
	"defermethod":   func() { defer value{1, 2}.method(3) },
	"deferloop": func() {
		for i := range 3 {
			defer value{i, 2}.method(i)
		}
	},
	"panicwrap":    func() { var v *value; methods(v).method(1) },
	"printing":     func() { fmt.Println(value{}) },
	"generic":      func() { generic(1, "x") },
	"genericother": func() { generic(pair[string, int]{}, []map[string]pair[int, int]{}) },
	"genericm":     func() { pair[string, int]{"k", 1}.show(2) },
	"genericp":     func() { (&pair[string, pair[int, bool]]{}).pointer(2) },
	"gogeneric":    func() { go generic(1, "x"); <-wait },
	"inlined":      func() { inlined1(len(os.Args) + 1) },
	"nilpointer":   func() { fmt.Println(nilPointer.b) },
	"nilmethod":    func() { nilMethods.method(1) },
	"nilvalue":     func() { nilPointer.method(1) },
	"nilfunction":  func() { nilFunction() },
	"divide":       func() { fmt.Println(1 / len(os.Args[2:])) },
	"index":        func() { fmt.Println(os.Args[len(os.Args)]) },
	"conversion":   func() { fmt.Println(any(os.Args).(methods)) },
	"makeslice":    func() { fmt.Println(make([]int, -len(os.Args))) },
	"closed":       func() { close(wait); close(wait) },
	"nilmap":       func() { var m map[string]int; m["a"] = 1 },
	"nested":       nestedPanics,
	"recovered":    recovered,
	"repanicked":   repanicked,
	"after":        afterRecovery,
	"goexit":       func() { runtime.Goexit() },
	"gogoexit":     func() { go func() { defer func() { panic("in Goexit") }(); runtime.Goexit() }(); <-wait },
	"deadlock":     func() { go func() { select {} }(); <-wait },
	"unlock":       func() { new(sync.Mutex).Unlock() },
	"locked":       func() { runtime.LockOSThread(); panic("locked") },
	"waiters":      func() { waiters(); panic("all wait") },
	"allstacks":    allStacks,
	"frames":       func() { inlinedFrames(frames) },
	"stack":        func() { inlinedFrames(debug.PrintStack) },
	"finalizer": func() {
		runtime.SetFinalizer(&value{1, 2}, func(v *value) { v.pointer(3) })
		runtime.GC()
		time.Sleep(time.Second)
	},
	"cleanup": func() {
		runtime.AddCleanup(&value{1, 2}, func(n int) { variadic(n) }, 3)
		runtime.GC()
		time.Sleep(time.Second)
	},
	"timer":     func() { time.AfterFunc(1, func() { variadic(3) }); <-wait },
	"bubble":    func() { synctest.Test(new(testing.T), func(*testing.T) { bubble() }) },
	"labels":    labels,
	"settings":  func() { debug.SetTraceback("all"); waiters(); panic("all, too") },
	"oncevalue": func() { sync.OnceValue(func() int { panic("in OnceValue") })() },
	"rangefunc": func() {
		for range func(yield func(int) bool) { yield(1) } {
			panic("in a loop over a function")
		}
	},
	"overflow":   func() { debug.SetMaxStack(1 << 20); recursive(1 << 30) },
	"overflow2":  func() { debug.SetMaxStack(1 << 20); go oddStep(1 << 30); <-wait },
	"closures":   func() { call(func() { call(func() { panic("closures") }) }) },
	"panicnil":   func() { panic(nil) },
	"panicerror": func() { panic(fmt.Errorf("an error: %w", os.ErrNotExist)) },
}

func labels() {
	pprof.Do(context.Background(), pprof.Labels("plain", "a/word_1.0", "other one", "\"quoted\"\n"), func(context.Context) {
		go func() { <-wait }()
		pprof.Do(context.Background(), pprof.Labels("empty", ""), func(context.Context) { waiters(); panic("with labels") })
	})
}

func bubble() {
	go func() { time.Sleep(time.Hour); panic("in a bubble") }()
	go func() { <-make(chan int) }()
	go func() { var group sync.WaitGroup; group.Add(1); group.Wait() }()
	go func() { <-wait }()
	synctest.Wait()
	time.Sleep(2 * time.Hour)
}

// damaged overwrites its return address, and waits.
//
//go:noinline
func damaged() {
	var pcs [2]uintptr
	runtime.Callers(1, pcs[:])
	for p := unsafe.Add(unsafe.Pointer(&pcs), unsafe.Sizeof(pcs)); ; p = unsafe.Add(p, 8) {
		if *(*uintptr)(p) == pcs[1] {
			*(*uintptr)(p) = 0x1234
			break
		}
	}
	<-wait
}

// getm returns the thread; on the min runtime its third word is the goroutine that runs.
//
//go:linkname getm runtime.getm
func getm() *[3]*[24]int64

// minutes lets a goroutine wait, and the time begin two minutes earlier of which a collection makes a note.
func minutes() {
	var words *[24]int64
	go func() { words = getm()[2]; <-wait }()
	settle()
	before := *words
	runtime.GC()
	for i := range words {
		if before[i] == 0 && words[i] != 0 {
			words[i] -= 125e9
		}
	}
	panic("waited")
}

//go:noinline
func call(f func()) { f() }

func main() {
	switch os.Args[1] {
	case "damaged":
		damaged()
	case "minutes":
		minutes()
	}
	if depth, err := strconv.Atoi(os.Args[1]); err == nil {
		recursive(depth)
	} else if depth, err := strconv.Atoi(os.Args[1][1:]); err == nil {
		oddStep(depth)
	}
	cases[os.Args[1]]()
}
