package reflect

import _ "unsafe"

// valueMethodName is the method of Value that was called, for the message of a panic.
//
//go:linkname valueMethodName
func valueMethodName() string
