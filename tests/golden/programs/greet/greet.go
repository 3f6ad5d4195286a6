// Greet prints through fmt, and has a variable for -ldflags=-X.
package main

import (
	"fmt"
	"os"
)

var version = "none"

func main() { fmt.Println("hello", version, len(os.Args)) }
