// Copies and clears memory in all ways in which size, alignment and overlap matter, and compares it with what loops over single bytes make of
// a model of it.
package main

const (
	most    = 600 // sizes up to this are tried all
	largest = 256<<10 + 2
	margin  = 96 // what is so near must stay as it is
	small   = 2*most + 4*margin
	large   = 129 * 4096 // whole pages, twice the largest size and four margins
)

// Larger sizes, whose neighbours are tried too.
var around = [...]int{1 << 10, 2 << 10, 4 << 10, 8 << 10, 64 << 10, 256 << 10}

var (
	model  [large]byte
	seed   uint32
	checks int
	wrong  int
)

// fill makes memory and its model from start to end equal, of bytes that do not repeat soon.
func fill(memory []byte, start, end int) {
	for i := start; i < end; i++ {
		seed = seed*1664525 + 1013904223
		memory[i], model[i] = byte(seed>>24), byte(seed>>24)
	}
}

// compare tells where the n bytes at to, or a margin, are not as the model says.
func compare(memory []byte, what string, to, from, n int) {
	checks++
	for i := max(to-margin, 0); i < min(to+n+margin, len(memory)); i++ {
		if memory[i] != model[i] {
			if wrong++; wrong <= 20 {
				println(what, "to", to, "from", from, "size", n, "wrong at", i-to)
			}
			memory[i] = model[i]
		}
	}
}

func checkCopy(memory []byte, to, from, n int) {
	copy(memory[to:to+n], memory[from:from+n])
	if to <= from {
		for i := range n {
			model[to+i] = model[from+i]
		}
	} else {
		for i := n - 1; i >= 0; i-- {
			model[to+i] = model[from+i]
		}
	}
	compare(memory, "copy", to, from, n)
}

func checkClear(memory []byte, at, n int) {
	fill(memory, at, at+n)
	clear(memory[at : at+n])
	for i := at; i < at+n; i++ {
		model[i] = byte(n >> 30) // 0, but not for the compiler, which would call what is under test
	}
	compare(memory, "clear", at, 0, n)
}

// aligned tries a size with all alignments of both sides, apart from each other, and of what is cleared.
func aligned(memory []byte, n int) {
	for i := margin; i < margin+32; i++ {
		for j := n + 2*margin; j < n+2*margin+16; j++ {
			checkCopy(memory, i, j, n)
			checkCopy(memory, j, i, n)
		}
		checkClear(memory, i, n)
	}
}

// overlapping tries a size at all distances, in both directions.
func overlapping(memory []byte, n int) {
	for distance := range n {
		at := margin + (n*7+distance)%32
		checkCopy(memory, at, at+distance, n)
		checkCopy(memory, at+distance, at, n)
	}
}

// edges tries a size at both ends of memory.
func edges(memory []byte, n int) {
	end := len(memory) - n
	for distance := range 32 {
		checkCopy(memory, end, distance, n)
		checkCopy(memory, 0, end-distance, n)
		checkCopy(memory, end, end-distance, n)
		checkCopy(memory, 0, distance, n)
	}
	checkClear(memory, end, n)
	checkClear(memory, 0, n)
}

// far tries a size in a few ways.
func far(memory []byte, n int) {
	for shift := range 3 {
		checkCopy(memory, margin+shift*9, n+2*margin, n)
		checkCopy(memory, n+2*margin, margin+shift*17, n)
	}
	for distance := 1; distance < n; distance *= 7 {
		checkCopy(memory, margin, margin+distance, n)
		checkCopy(memory, margin+distance, margin, n)
	}
	checkCopy(memory, 0, len(memory)-n, n)
	checkCopy(memory, len(memory)-n, 1, n)
	checkClear(memory, 0, n)
	checkClear(memory, len(memory)-n, n)
	checkClear(memory, margin+n%32, n)
}

// check tries everything in memory of large bytes.
func check(memory []byte) {
	first, last := memory[:small], memory[large-small:]
	for n := range most + 1 {
		fill(first, 0, small)
		aligned(first, n)
		overlapping(first, n)
		edges(first, n)
		fill(last, 0, small)
		edges(last, n)
	}
	for _, size := range around {
		for n := size - 2; n <= size+2; n++ {
			fill(memory, 0, large)
			far(memory, n)
		}
	}
	println(checks, "checks,", wrong, "bytes wrong")
}
