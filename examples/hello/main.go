// Hello is the smallest program: it needs nothing of the standard library.
package main

func main() {
	println("hello")
}
