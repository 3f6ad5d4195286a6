package runtime

import (
	"internal/runtime/sys"
	"internal/stringslite"
	_ "unsafe"
)

// reflect_valueMethodName returns the name of the method of reflect.Value that was called, for the message of a panic: the innermost
// exported one among the callers that package reflect would look at.
//
//go:linkname reflect_valueMethodName reflect.valueMethodName
func reflect_valueMethodName() string {
	const (
		prefix = "reflect.Value."
		most   = 4
	)
	found := "unknown method"
	pc, sp, gp := sys.GetCallerPC(), sys.GetCallerSP(), getg()
	systemstack(func() {
		var u unwinder
		u.initAt(pc, sp, 0, gp, unwindSilentErrors)
		for seen := 0; u.valid(); u.next() {
			for inlined, f := newInlineUnwinder(u.frame.fn, u.symPC()); f.valid(); f = inlined.next(f) {
				name := inlined.srcFunc(f).name()
				if stringslite.HasPrefix(name, prefix) && name[len(prefix):] >= "A" && name[len(prefix):] < "[" {
					found = name
					return
				}
				if seen++; seen == most {
					return
				}
			}
		}
	})
	return found
}
