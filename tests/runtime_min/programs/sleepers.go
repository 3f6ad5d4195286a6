package main

import (
	"fmt"
	"syscall"
	"time"
)

// Goroutines that sleep in the kernel sleep at the same time, whatever another one does.
func main() {
	done := make(chan int)
	start := time.Now()
	for i := range 20 {
		go func() {
			t := syscall.Timespec{Nsec: 100e6}
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
	for range 20 {
		<-done
	}
	took := time.Since(start)
	fmt.Println(took >= 100*time.Millisecond && took < time.Second)
}
