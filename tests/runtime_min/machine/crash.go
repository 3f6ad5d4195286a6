// Ends in the way that its first argument names.
package main

import (
	"errors"
	"fmt"
	"internal/runtime/exithook"
	"internal/synctest"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"
)

//go:noinline
func wait(c chan int) { <-c }

//go:noinline
func deeper(n int) int { return deeper(n+1) + 1 }

//go:noinline
func spin() {
	for {
	}
}

// settle returns when each other goroutine waits where it is going to.
func settle() {
	stacks := make([]byte, 1<<16)
	for {
		text := string(stacks[:runtime.Stack(stacks, true)])
		if strings.Count(text, " [runn") == 1 { // [running] or [runnable]: this one
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func others() {
	go wait(make(chan int))
	go func() { time.Sleep(time.Hour) }()
	go func() { select {} }()
	settle()
}

func main() {
	mode, setting, _ := strings.Cut(os.Args[1], ":")
	if setting != "" {
		debug.SetTraceback(setting)
	}
	switch mode {
	case "panic":
		others()
		defer func() { panic(fmt.Errorf("again: %v", recover())) }()
		panic(errors.New("first"))
	case "goroutine":
		others()
		go func() {
			settle()
			panic("in a goroutine")
		}()
		time.Sleep(time.Hour)
	case "deadlock":
		go wait(make(chan int))
		wait(nil)
	case "goexit":
		go wait(make(chan int))
		runtime.Goexit()
	case "overflow":
		debug.SetMaxStack(1 << 20)
		deeper(0)
	case "overflow-goroutine":
		debug.SetMaxStack(1 << 20)
		go func() {
			settle()
			deeper(0)
		}()
		time.Sleep(time.Hour)
	case "unlock":
		new(sync.Mutex).Unlock()
	case "sleep":
		others()
		fmt.Println("ready")
		time.Sleep(time.Hour)
	case "spin":
		others()
		fmt.Println("ready")
		spin()
	case "read", "read-others":
		go wait(make(chan int))
		runtime.Gosched()
		if mode == "read-others" {
			others()
			fmt.Println("ready")
		}
		var b [1]byte
		fmt.Println(os.Stdin.Read(b[:]))
	case "abort":
		runtime.LockOSThread() // so that it is this goroutine that gets it
		syscall.RawSyscall(syscall.SYS_TGKILL, uintptr(os.Getpid()), uintptr(syscall.Gettid()), uintptr(syscall.SIGABRT))
	case "breakpoint":
		runtime.Breakpoint()
	case "hooks", "hooks-exit", "hooks-panic":
		exithook.Add(exithook.Hook{F: func() { fmt.Println("always") }, RunOnFailure: true})
		exithook.Add(exithook.Hook{F: func() { fmt.Println("on success") }})
		switch mode {
		case "hooks-exit":
			os.Exit(3)
		case "hooks-panic":
			exithook.Add(exithook.Hook{F: func() { panic("in a hook") }})
		}
	case "bubble":
		synctest.Run(func() {
			start := time.Now()
			time.Sleep(time.Hour)
			fmt.Println(time.Since(start))
			go func() { time.Sleep(time.Minute); fmt.Println("waited") }()
			synctest.Wait()
			fmt.Println("idle")
			time.Sleep(time.Hour)
		})
	case "bubble-deadlock":
		others()
		synctest.Run(func() {
			go wait(make(chan int))
			select {}
		})
	case "pipe":
		for {
			if _, err := os.Stdout.WriteString("a line\n"); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		}
	}
}
