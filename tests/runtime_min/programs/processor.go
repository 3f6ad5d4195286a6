// What the processor can do is found out before packages are initialised, and is what stock Go finds, but for two features
// that would cost another question each and that no program asks for.
package main

import (
	"fmt"
	"internal/cpu"
)

var early = cpu.X86

func main() {
	early.HasAVXVNNI, early.HasRDTSCP = false, false
	fmt.Printf("%+v\n", early)
}
