// Asks os/signal for some signals and not for others, and sends itself, at the end, the one that its argument names. 100: it becomes another
// program.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
)

// self sends a signal to this thread: it has come before the call returns.
func self(sig syscall.Signal) {
	syscall.RawSyscall(syscall.SYS_TGKILL, uintptr(os.Getpid()), uintptr(syscall.Gettid()), uintptr(sig))
}

func main() {
	runtime.LockOSThread()
	self(syscall.SIGUSR1)
	self(syscall.SIGUSR2)
	self(syscall.SIGALRM)
	self(syscall.Signal(40))
	fmt.Println("quiet")
	c := make(chan os.Signal, 10)
	signal.Notify(c, syscall.SIGUSR1, syscall.Signal(40), syscall.SIGQUIT)
	fmt.Println(len(c))
	for _, sig := range []syscall.Signal{syscall.SIGUSR1, syscall.Signal(40), syscall.SIGQUIT} {
		self(sig)
		fmt.Println(<-c)
	}
	signal.Stop(c)
	self(syscall.SIGUSR1)
	self(syscall.Signal(40))
	fmt.Println(len(c))
	signal.Ignore(syscall.SIGINT)
	fmt.Println(signal.Ignored(syscall.SIGINT), signal.Ignored(syscall.SIGHUP), signal.Ignored(syscall.SIGTERM))
	self(syscall.SIGINT)
	fmt.Println("ignored")
	signal.Notify(c, syscall.SIGINT)
	fmt.Println(signal.Ignored(syscall.SIGINT))
	self(syscall.SIGINT)
	fmt.Println(<-c)
	out, err := exec.Command("/bin/sh", "-c", "grep -E 'Sig(Blk|Ign)' /proc/self/status; kill -USR1 $$; echo survived").CombinedOutput()
	fmt.Print(string(out), err, "\n")
	signal.Reset(syscall.SIGINT)
	if len(os.Args) > 1 {
		n := 0
		fmt.Sscan(os.Args[1], &n)
		self(syscall.Signal(n))
		if n == 100 {
			syscall.Exec("/bin/sh", []string{"sh", "-c", "grep -E 'Sig(Blk|Ign)' /proc/self/status; kill -USR1 $$; echo survived"}, nil)
		}
		fmt.Println("still here")
	}
}
