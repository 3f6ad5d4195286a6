// Assembled calls assembly of its own, which uses go_asm.h and a header beside it.
package main

import "example.com/golden/assembled/sum"

func main() { println(sum.Of(sum.Pair{Left: 40, Right: 1})) }
