// The memory lies between pages that may not be touched.
package main

import "syscall"

const page = 4096

func main() {
	mapped, err := syscall.Mmap(-1, 0, large+2*page, syscall.PROT_NONE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		panic(err)
	}
	memory := mapped[page : page+large]
	if err := syscall.Mprotect(memory, syscall.PROT_READ|syscall.PROT_WRITE); err != nil {
		panic(err)
	}
	check(memory)
}
