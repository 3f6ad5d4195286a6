package reflect

// Method values: a Value that is a method with its receiver can be called, and be turned into a function. Functions like that are made at run time,
// with code that lays out the frames of calls. Only Value.Method makes such a Value, so it alone refers to that code; a program that
// prints values, and looks at no methods, does not contain it.

var methodValues struct {
	make func(op string, v Value) Value
	code func() uintptr
}

func useMethodValues() {
	methodValues.make, methodValues.code = makeMethodValue, methodValueCallCodePtr
}
