package poll

import (
	"internal/syscall/unix"
	"sync"
)

// In Go's package this is a variable, initialised with what sync.OnceValue returns. A function is left out of programs that copy no files.

var copyFileRangeChecked struct {
	once  sync.Once
	works bool
}

// supportCopyFileRange finds out, the first time, whether copy_file_range(2) does what it should: before Linux 5.3 it did not.
func supportCopyFileRange() bool {
	copyFileRangeChecked.once.Do(func() { copyFileRangeChecked.works = unix.KernelVersionGE(5, 3) })
	return copyFileRangeChecked.works
}
