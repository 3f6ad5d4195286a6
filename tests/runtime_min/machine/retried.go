// Opens both ends of a FIFO, takes locks that are held, waits for any child, while a goroutine counts.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

func main() {
	dir, _ := os.MkdirTemp("", "fifo")
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "fifo")
	fmt.Println(syscall.Mkfifo(name, 0o600))
	n := 0
	go func() {
		for {
			time.Sleep(time.Millisecond)
			n++
		}
	}()
	for _, d := range []time.Duration{0, 50 * time.Millisecond} {
		go func() {
			time.Sleep(d)
			f, err := os.OpenFile(name, os.O_WRONLY, 0)
			fmt.Fprintln(f, "a line", err)
			f.Close()
		}()
		time.Sleep(20*time.Millisecond - d/5)
		f, err := os.Open(name)
		b, err2 := io.ReadAll(f)
		fmt.Printf("%q %v %v\n", b, err, err2)
		f.Close()
	}
	fmt.Println(n > 5)
	a, _ := os.Create(name + "a")
	b, _ := os.Open(name + "a")
	fmt.Println(syscall.Flock(int(a.Fd()), syscall.LOCK_EX))
	go func() {
		time.Sleep(50 * time.Millisecond)
		fmt.Println("unlock")
		syscall.Flock(int(a.Fd()), syscall.LOCK_UN)
	}()
	fmt.Println(syscall.Flock(int(b.Fd()), syscall.LOCK_EX))
	pid, _ := syscall.ForkExec("/bin/sleep", []string{"sleep", "0.1"}, nil)
	n = 0
	p, err := syscall.Wait4(-1, nil, 0, nil)
	fmt.Println(p == pid, err, n > 5)
	p, err = syscall.Wait4(-1, nil, 0, nil)
	fmt.Println(p, err)
}
