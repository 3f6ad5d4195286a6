// A fault in a program that has no defer statement, nor imports one: nothing could recover it, but it is reported as if something could.
package main

type pair struct{ first, second int }

//go:noinline
func second(p *pair, n int) int {
	println("second of", n)

	return p.second + n
}

func main() {
	c := make(chan int)
	go func() { c <- second(nil, 2) }()
	println(<-c)
}
