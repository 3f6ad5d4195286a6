package runtime

// Channels that timers feed. Their timers are looked at when somebody looks at the channel (time.go, kept). Programs without such a
// channel contain none of that: chan.go and select.go reach it only through these variables.

var timerChans struct {
	run, block, unblock func(c *hchan)
}

// feedChan makes t the timer that feeds c.
func feedChan(c *hchan, t *timer) {
	timerChans.run, timerChans.block, timerChans.unblock = runTimerChan, blockTimerChan, unblockTimerChan
	c.timer = t
}

func runTimerChan(c *hchan) { c.timer.maybeRunChan(c) }
