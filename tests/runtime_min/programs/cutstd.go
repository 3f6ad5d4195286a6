// What is linked in only where it is used still does all it does: method values made by reflection, processes, the environment, TLS clients
// without a name, timers that feed channels.
package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"reflect"
	"sync"
	"syscall"
	"time"
)

type pair struct{ a, b int }

func (p pair) Sum(n int) int { return p.a + p.b + n }

func methods() {
	m := reflect.ValueOf(pair{1, 2}).Method(0)
	fmt.Printf("%T %v\n", m.Interface(), m.Interface().(func(int) int)(3))
	var f func(int) int
	reflect.ValueOf(&f).Elem().Set(m)
	println(f(4), m.Call([]reflect.Value{reflect.ValueOf(5)})[0].Int())
	println(m.Pointer() == reflect.ValueOf(&pair{3, 4}).MethodByName("Sum").Pointer(), m.UnsafePointer() != nil)
	g, ok := reflect.TypeAssert[func(int) int](m)
	println(ok, g(6))
	made := reflect.StructOf([]reflect.StructField{{Name: "A", Type: reflect.TypeFor[int](), Tag: `x:"y"`}, {Name: "B", Type: reflect.TypeFor[*pair]()}})
	println(made.String(), made.Field(1).Name, reflect.PointerTo(made).String())
}

func handshake() {
	client, server := net.Pipe()
	c := tls.Client(client, nil)
	fmt.Println(c.Handshake())
	fmt.Println(c.ConnectionState().HandshakeComplete)
	c = tls.Client(client, &tls.Config{InsecureSkipVerify: true})
	go func() {
		tls.Server(server, &tls.Config{}).Handshake()
		server.Close()
	}()
	fmt.Println(c.Handshake())
}

func environment() {
	os.Setenv("A", "1")
	os.Setenv("B", "2")
	os.Unsetenv("A")
	fmt.Println(os.Getenv("A"), os.Getenv("B"), len(os.Environ()) >= 1)
	out, err := exec.Command("/bin/sh", "-c", "echo $A-$B").Output()
	fmt.Printf("%s%v\n", out, err)
	_, found := syscall.Getenv("NONE")
	println(found)
}

func channels() {
	tick, late := time.NewTicker(time.Millisecond), time.After(time.Minute)
	n := 0
	var once sync.Once
	for n < 3 {
		select {
		case <-tick.C:
			n++
			once.Do(func() { tick.Reset(2 * time.Millisecond) })
		case <-late:
			panic("no tick")
		}
	}
	tick.Stop()
	println(n, len(tick.C))
}

func main() {
	methods()
	handshake()
	environment()
	channels()
}
