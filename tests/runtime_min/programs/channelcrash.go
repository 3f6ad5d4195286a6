// A channel operation that fails in a program without defer or panic, which has no code for them on the min runtime.
package main

func main() {
	c := make(chan int)
	go close(c)
	c <- 1
}
