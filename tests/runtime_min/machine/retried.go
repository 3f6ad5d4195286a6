// Opens both ends of a FIFO, takes locks that are held, waits for any child, while a goroutine counts; what it waits for comes afterwards.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"
)

func main() {
	dir, _ := os.MkdirTemp("", "fifo")
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "fifo")
	fmt.Println(syscall.Mkfifo(name, 0o600))
	var n atomic.Int32
	go func() {
		for {
			time.Sleep(time.Millisecond)
			n.Add(1)
		}
	}()
	counted := func() { // returns when the other one has gone on counting
		for n.Load() <= 5 {
			time.Sleep(time.Millisecond)
		}
	}
	for _, first := range []bool{true, false} { // the writer waits for the reader, and the other way round
		n.Store(0)
		go func() {
			if !first {
				counted()
			}
			f, err := os.OpenFile(name, os.O_WRONLY, 0)
			fmt.Fprintln(f, "a line", err)
			f.Close()
		}()
		if first {
			counted()
		}
		f, err := os.Open(name)
		b, err2 := io.ReadAll(f)
		fmt.Printf("%q %v %v\n", b, err, err2)
		f.Close()
	}
	a, _ := os.Create(name + "a")
	b, _ := os.Open(name + "a")
	fmt.Println(syscall.Flock(int(a.Fd()), syscall.LOCK_EX))
	n.Store(0)
	go func() {
		counted()
		fmt.Println("unlock")
		syscall.Flock(int(a.Fd()), syscall.LOCK_UN)
	}()
	fmt.Println(syscall.Flock(int(b.Fd()), syscall.LOCK_EX))
	var in [2]int
	syscall.Pipe(in[:])
	n.Store(0)
	go func() {
		counted()
		syscall.Write(in[1], []byte("a line\n"))
	}()
	pid, _ := syscall.ForkExec("/bin/sh", []string{"sh", "-c", "read line"}, &syscall.ProcAttr{Files: []uintptr{uintptr(in[0]), 1, 2}})
	p, err := syscall.Wait4(-1, nil, 0, nil)
	fmt.Println(p == pid, err)
	p, err = syscall.Wait4(-1, nil, 0, nil)
	fmt.Println(p, err)
}
