// A program that makes no object: the min runtime does not ask what the processor can do, and takes the way that every processor knows.
package main

var memory [large]byte

func main() {
	check(memory[:])
}
