package main

import (
	"fmt"
	"syscall"
	"time"
)

const sleepers, each = 100, 300 * time.Millisecond

// Goroutines that sleep in the kernel sleep at the same time, whatever another one does: one after the other they would take half a minute.
func main() {
	done := make(chan int)
	start := time.Now()
	for i := range sleepers {
		go func() {
			t := syscall.NsecToTimespec(int64(each))
			if err := syscall.Nanosleep(&t, nil); err != nil {
				fmt.Println(err)
			}
			done <- i
		}()
	}
	go func() {
		for {
		}
	}()
	for range sleepers {
		<-done
	}
	took := time.Since(start)
	fmt.Println(took >= each && took < sleepers*each)
}
