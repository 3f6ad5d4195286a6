package os

import "sync"

// In Go's package this is a variable, initialised with what sync.OnceValue returns. A function is left out of programs that start no
// processes.

var pidfdChecked struct {
	once sync.Once
	err  error
}

// checkPidfdOnce finds out, the first time, whether the kernel's process descriptors work.
func checkPidfdOnce() error {
	pidfdChecked.once.Do(func() { pidfdChecked.err = checkPidfd() })
	return pidfdChecked.err
}
