// Waits in all kinds of system calls while a goroutine counts: what it waits for comes when that has gone on for a while.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

var ticks atomic.Int32

func ticker() {
	for {
		time.Sleep(time.Millisecond)
		ticks.Add(1)
	}
}

// below calls f from below depth frames. Between fork and exec no stack may grow, however little is left of it.
//
//go:noinline
func below(depth int, f func() error) error {
	if depth == 0 {
		return f()
	}
	return below(depth-1, f)
}

var begun int32 // ticks when the wait began

func during(what string, f func()) {
	begun = ticks.Load()
	f()
	fmt.Println(what, counted())
}

func counted() bool { return ticks.Load()-begun > 8 }

// later writes to the descriptor fd when the ticker has gone on.
func later(fd int, text string) {
	for !counted() {
		time.Sleep(time.Millisecond)
	}
	syscall.Write(fd, []byte(text))
}

func main() {
	go ticker()
	var in [2]int
	syscall.Pipe(in[:])
	input := os.NewFile(uintptr(in[0]), "pipe")
	during("exec", func() {
		go later(in[1], "a line\n")
		command := exec.Command("/bin/sh", "-c", "read line")
		command.Stdin = input
		fmt.Println(command.Run())
	})
	during("wait4", func() {
		go later(in[1], "a line\n")
		files := []uintptr{uintptr(in[0]), 1, 2}
		pid, err := syscall.ForkExec("/bin/sh", []string{"sh", "-c", "read line; exit 3"}, &syscall.ProcAttr{Env: os.Environ(), Files: files})
		var s syscall.WaitStatus
		p, err2 := syscall.Wait4(pid, &s, 0, nil)
		fmt.Println(p == pid, err, err2, s.ExitStatus())
	})
	for depth := range 80 {
		done := make(chan error)
		go func() { done <- below(depth, func() error { return exec.Command("/bin/true").Run() }) }()
		if err := <-done; err != nil {
			fmt.Println(depth, err)
		}
	}
	var p [2]int
	syscall.Pipe(p[:])
	during("pipe", func() {
		go later(p[1], "hello")
		var b [10]byte
		fmt.Println(syscall.Read(p[0], b[:]))
	})
	during("big write", func() {
		total := 0
		done := make(chan bool)
		go func() {
			for !counted() {
				time.Sleep(time.Millisecond)
			}
			b := make([]byte, 1000)
			for total < 1<<18 {
				n, _ := syscall.Read(p[0], b)
				total += n
			}
			close(done)
		}()
		fmt.Println(syscall.Write(p[1], make([]byte, 1<<18)))
		<-done
	})
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			var b [1]byte
			n, err := syscall.Read(p[0], b[:])
			if n != 1 || err != nil {
				panic(err)
			}
		})
	}
	time.Sleep(10 * time.Millisecond)
	syscall.Write(p[1], []byte("abc"))
	wg.Wait()
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1)
	go func() {
		<-c
		fmt.Println("signal")
		syscall.Write(p[1], []byte("abc"))
	}()
	go func() {
		time.Sleep(10 * time.Millisecond)
		syscall.Kill(os.Getpid(), syscall.SIGUSR1)
	}()
	var b [10]byte
	fmt.Println(syscall.Read(p[0], b[:]))
	s, _ := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	during("socket", func() {
		go later(s[1], "hello")
		n, _, err := syscall.Recvfrom(s[0], b[:], 0)
		fmt.Println(n, err)
	})
}
