// What channel operations panic with, where something recovers.
package main

import "runtime"

var size = -1

func try(f func()) {
	defer func() {
		value := recover()
		err, ok := value.(runtime.Error)
		println(ok, err.Error())
	}()
	f()
}

func closed() chan int {
	c := make(chan int)
	close(c)
	return c
}

func main() {
	try(func() { _ = make(chan int, size) })
	try(func() { close((chan int)(nil)) })
	try(func() { close(closed()) })
	try(func() { closed() <- 1 })
	try(func() {
		select {
		case closed() <- 1:
		case <-(chan int)(nil):
		}
	})
	try(func() {
		c := make(chan int)
		go close(c)
		c <- 1
	})
	try(func() {
		c := make(chan int)
		go close(c)
		select {
		case c <- 1:
		case <-(chan int)(nil):
		}
	})
	closed() <- 1
}
