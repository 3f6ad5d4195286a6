// Types that the collector must understand: huge arrays, types without a ready mask, types made by package reflect, variables of the program.
package main

import (
	"reflect"
	"runtime"
)

type leaf struct {
	n   int
	sum int
}

func newLeaf(n int) *leaf { return &leaf{n, n * 17} }

func (l *leaf) ok(n int) {
	if l == nil || l.n != n || l.sum != n*17 {
		println("wrong leaf at", n)
		panic("lost an object")
	}
}

// churn makes garbage in all small sizes, so that memory freed by mistake is overwritten.
func churn() {
	for i := 0; i < 5000; i++ {
		junk = make([]*leaf, i%100)
		junk2 = make([]int, 2+i%100)
		for j := range junk2 {
			junk2[j] = -1
		}
	}
	runtime.GC()
}

var junk []*leaf
var junk2 []int

// Variables with patterns that the linker writes down as repetitions.
type row struct {
	a  int
	p  *leaf
	b  [3]int
	q  [2]*leaf
	s  string
	xs []*leaf
	i  any
}

var (
	single *leaf
	table  [300]row
	matrix [40][50]*leaf
	mixed  = [...]struct {
		n int
		p *leaf
	}{{1, nil}, {2, nil}, {3, nil}}
	mapped = map[string]*leaf{"x": nil}
	far    [100000]struct {
		a, b, c int
		p       *leaf
	}
	tail    [7]any
	initial = &[3]*leaf{}
)

func globals() {
	single = newLeaf(1)
	for i := range table {
		r := &table[i]
		r.p, r.q[0], r.q[1], r.xs, r.i = newLeaf(i), newLeaf(i+1), newLeaf(i+2), []*leaf{newLeaf(i + 3)}, newLeaf(i+4)
		r.s = string([]byte{byte(i), byte(i + 1)})
	}
	for i := range matrix {
		for j := range matrix[i] {
			matrix[i][j] = newLeaf(i * j)
		}
	}
	for i := range mixed {
		mixed[i].p = newLeaf(i)
	}
	for i := 0; i < len(far); i += 997 {
		far[i].p = newLeaf(i)
	}
	for i := range tail {
		tail[i] = newLeaf(i)
	}
	mapped["x"], mapped["y"] = newLeaf(5), newLeaf(6)
	initial[2] = newLeaf(9)
	churn()
	single.ok(1)
	for i := range table {
		r := &table[i]
		r.p.ok(i)
		r.q[0].ok(i + 1)
		r.q[1].ok(i + 2)
		r.xs[0].ok(i + 3)
		r.i.(*leaf).ok(i + 4)
		if r.s != string([]byte{byte(i), byte(i + 1)}) {
			panic("string")
		}
	}
	for i := range matrix {
		for j := range matrix[i] {
			matrix[i][j].ok(i * j)
		}
	}
	for i := range mixed {
		mixed[i].p.ok(i)
	}
	for i := 0; i < len(far); i += 997 {
		far[i].p.ok(i)
		far[i].p = nil
	}
	for i := range tail {
		tail[i].(*leaf).ok(i)
	}
	mapped["x"].ok(5)
	mapped["y"].ok(6)
	initial[2].ok(9)
	println("globals")
}

// The mask of this type is longer than the compiler writes down.
type giant struct {
	head *leaf
	body [300000]struct {
		a int
		p *leaf
	}
	tail *leaf
}

func giants() {
	g := new(giant)
	g.head, g.tail = newLeaf(1), newLeaf(2)
	for i := 0; i < len(g.body); i += 1009 {
		g.body[i].p = newLeaf(i)
	}
	churn()
	g.head.ok(1)
	g.tail.ok(2)
	for i := 0; i < len(g.body); i += 1009 {
		g.body[i].p.ok(i)
	}
	println("giants")
}

func arrays() {
	sizes := []int{1, 2, 3, 5, 8, 63, 64, 65, 100, 511, 512, 513, 4095, 4096, 4097, 100000}
	var pointers [][]*leaf
	var rows [][]row
	var strings [][]string
	for _, n := range sizes {
		p := make([]*leaf, n)
		p[0], p[n/2], p[n-1] = newLeaf(0), newLeaf(n/2), newLeaf(n-1)
		pointers = append(pointers, p)
		r := make([]row, n)
		r[n-1].xs = []*leaf{nil, newLeaf(n)}
		r[n-1].i = newLeaf(n + 1)
		r[n/2].q[1] = newLeaf(n / 2)
		rows = append(rows, r)
		s := make([]string, n, n+n/3)
		s[n-1] = string([]byte{byte(n), byte(n >> 8), 'x'})
		strings = append(strings, append(s, string(make([]byte, n))))
	}
	churn()
	for i, n := range sizes {
		pointers[i][n-1].ok(n - 1)
		pointers[i][n/2].ok(n / 2)
		rows[i][n-1].xs[1].ok(n)
		rows[i][n-1].i.(*leaf).ok(n + 1)
		rows[i][n/2].q[1].ok(n / 2)
		if s := strings[i]; s[n-1] != string([]byte{byte(n), byte(n >> 8), 'x'}) || len(s[n]) != n {
			panic("string")
		}
	}
	println("arrays")
}

func interior() { // nothing but pointers into the middle
	var inner []*int
	var strs []string
	var slices [][]int
	for i := 0; i < 200; i++ {
		s := make([]int, 1+i*7)
		for j := range s {
			s[j] = i
		}
		inner = append(inner, &s[len(s)-1])
		slices = append(slices, s[len(s)/2:len(s)/2+1])
		b := make([]byte, 10+i)
		b[9+i] = byte(i)
		str := string(b)
		strs = append(strs, str[9+i:])
	}
	churn()
	for i := range inner {
		if *inner[i] != i || slices[i][0] != i || strs[i][0] != byte(i) {
			panic("interior pointer")
		}
	}
	println("interior")
}

func reflected() {
	leafType := reflect.TypeFor[*leaf]()
	intType := reflect.TypeFor[int]()
	var values []reflect.Value
	for _, n := range []int{1, 7, 64, 65, 200, 3000, 70000} {
		structure := reflect.StructOf([]reflect.StructField{
			{Name: "A", Type: intType},
			{Name: "P", Type: leafType},
			{Name: "Array", Type: reflect.ArrayOf(n, leafType)},
			{Name: "B", Type: reflect.ArrayOf(n, intType)},
			{Name: "Q", Type: leafType},
		})
		for _, v := range []reflect.Value{reflect.New(structure).Elem(), reflect.MakeSlice(reflect.SliceOf(structure), 3, 3).Index(2)} {
			v.Field(0).SetInt(-1)
			v.Field(1).Set(reflect.ValueOf(newLeaf(n)))
			v.Field(2).Index(n - 1).Set(reflect.ValueOf(newLeaf(n + 1)))
			v.Field(3).Index(n - 1).SetInt(-1)
			v.Field(4).Set(reflect.ValueOf(newLeaf(n + 2)))
			values = append(values, v)
		}
	}
	m := reflect.MakeMap(reflect.MapOf(reflect.ArrayOf(3, intType), reflect.ArrayOf(20, leafType)))
	key := reflect.New(reflect.ArrayOf(3, intType)).Elem()
	for i := 0; i < 300; i++ {
		key.Index(1).SetInt(int64(i))
		elem := reflect.New(reflect.ArrayOf(20, leafType)).Elem()
		elem.Index(i % 20).Set(reflect.ValueOf(newLeaf(i)))
		m.SetMapIndex(key, elem)
	}
	ch := reflect.MakeChan(reflect.ChanOf(reflect.BothDir, reflect.ArrayOf(5, leafType)), 10)
	elem := reflect.New(reflect.ArrayOf(5, leafType)).Elem()
	elem.Index(3).Set(reflect.ValueOf(newLeaf(33)))
	ch.Send(elem)
	elem.SetZero()
	swap := reflect.MakeFunc(reflect.TypeOf(func(*leaf, int, [3]*leaf, string) (string, *leaf) { return "", nil }), func(args []reflect.Value) []reflect.Value {
		churn()
		args[0].Interface().(*leaf).ok(1)
		args[2].Index(1).Interface().(*leaf).ok(2)
		return []reflect.Value{args[3], args[2].Index(1)}
	}).Interface().(func(*leaf, int, [3]*leaf, string) (string, *leaf))
	s, l := swap(newLeaf(1), 2, [3]*leaf{1: newLeaf(2)}, string([]byte{'o', 'k'}))
	l.ok(2)
	method := reflect.ValueOf(newLeaf(8)).MethodByName("Both")
	out := method.Call([]reflect.Value{reflect.ValueOf(newLeaf(9))})
	out[0].Interface().(*leaf).ok(8)
	out[1].Interface().(*leaf).ok(9)
	both := method.Interface().(func(*leaf) (*leaf, *leaf))
	churn()
	a, b := both(newLeaf(10))
	a.ok(8)
	b.ok(10)
	for i, v := range values {
		n := []int{1, 7, 64, 65, 200, 3000, 70000}[i/2]
		v.Field(1).Interface().(*leaf).ok(n)
		v.Field(2).Index(n - 1).Interface().(*leaf).ok(n + 1)
		v.Field(4).Interface().(*leaf).ok(n + 2)
	}
	for i := 0; i < 300; i++ {
		key.Index(1).SetInt(int64(i))
		m.MapIndex(key).Index(i % 20).Interface().(*leaf).ok(i)
	}
	got, _ := ch.Recv()
	got.Index(3).Interface().(*leaf).ok(33)
	println("reflected", s)
}

func (l *leaf) Both(other *leaf) (*leaf, *leaf) {
	churn()
	return l, other
}

func main() {
	globals()
	giants()
	arrays()
	interior()
	reflected()
}
