// More memory than there is.
package main

var keep []byte

func main() {
	defer println("deferred functions do not run")
	func() {
		defer func() { println(recover().(error).Error()) }()
		n := -1
		keep = make([]byte, n)
	}()
	func() {
		defer func() { println(recover().(error).Error()) }()
		n := 1 << 50
		keep = make([]byte, n)
	}()
	n := 1 << 44 // the address space has room for it in any case
	keep = make([]byte, n)
	println("not reached")
}
