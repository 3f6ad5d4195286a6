package runtime

import _ "unsafe"

// Names that other packages of std may reach by //go:linkname, where the declaration itself does not say so.

//go:linkname overflowError
//go:linkname divideError
