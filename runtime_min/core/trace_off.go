package runtime

// There is no execution tracer and no profiler: what kept files call of them does nothing, and inlines to nothing.

type traceBlockReason uint8

const (
	traceBlockGeneric traceBlockReason = iota
	traceBlockForever
	traceBlockNet
	traceBlockSelect
	traceBlockCondWait
	traceBlockSync
	traceBlockChanSend
	traceBlockChanRecv
	traceBlockSleep
	traceBlockSynctest
	traceBlockSystemGoroutine
	traceBlockPreempted
)

type traceLocker struct{}

func (traceLocker) ok() bool                       { return false }
func (traceLocker) GoSwitch(next *g, destroy bool) {}
func (traceLocker) GoUnpark(gp *g, skip int)       {}

func traceAcquire() traceLocker { return traceLocker{} }
func traceRelease(traceLocker)  {}
func traceEnabled() bool        { return false }
func traceAdvance(bool)         {}

const (
	blockprofilerate = 0
	mutexprofilerate = 0
)

func blockevent(cycles int64, skip int) {}
func mutexevent(cycles int64, skip int) {}
