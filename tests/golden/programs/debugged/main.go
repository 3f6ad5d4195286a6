//go:debug panicnil=1
//go:debug httplaxcontentlength=1

// Debugged starts with GODEBUG settings of its own.
package main

func main() {
	defer func() { println(recover() == nil) }()
	panic(nil)
}
