// Reads standard input while another goroutine counts, and a timer fires.
package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

func main() {
	ticks, fired := 0, false
	go func() {
		for {
			time.Sleep(time.Millisecond)
			if ticks++; ticks == 9 {
				fmt.Println("counted")
			}
		}
	}()
	time.AfterFunc(20*time.Millisecond, func() { fired = true; fmt.Println("fired") })
	text, err := io.ReadAll(os.Stdin)
	fmt.Printf("%q %v\n", text, err)
	fmt.Println(ticks > 8, fired)
}
