package runtime

import _ "unsafe"

// Names that other packages of std may reach by //go:linkname, where the declaration itself does not say so.

//go:linkname overflowError
//go:linkname divideError

// knownItabs is the table of interface method tables. Those that the compiler made are entered when the first one is looked for.
func knownItabs() **itabTableType {
	if !itabsEntered {
		itabsEntered = true
		firstItabs.size = itabInitSize
		itabTable = &firstItabs
		itabsinit()
	}
	return &itabTable
}

var (
	itabsEntered bool
	itabTable    *itabTableType
	firstItabs   itabTableType
)
