// Registers parses a list of architectures and their registers when it starts, with a parser that goyacc makes from arch.y.
package main

import (
	_ "embed"
	"fmt"
	"os"
)

//go:embed registers.txt
var source string

// Arch is one architecture of the list.
type Arch struct {
	Name      string
	WordSize  int // bytes
	Registers []string
	G         string // the register that holds the current goroutine
}

func main() {
	archs, err := parse("registers.txt", source)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, arch := range archs {
		fmt.Printf("%-8s %d-byte words, %d registers, g in %s\n", arch.Name, arch.WordSize, len(arch.Registers), arch.G)
	}
}
