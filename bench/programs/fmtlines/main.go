// Command fmtlines formats many lines with fmt, and reads them back.
//
//	fmtlines [lines]
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"hash/fnv"
	"os"
	"strconv"
)

type point struct {
	X, Y int
	Name string
}

func main() {
	lines := 400_000
	if len(os.Args) > 1 {
		given, err := strconv.Atoi(os.Args[1])
		if err != nil || given < 1 {
			fmt.Fprintln(os.Stderr, "fmtlines: not a positive number:", os.Args[1])
			os.Exit(2)
		}
		lines = given
	}
	sum := fnv.New64a()
	var buffer bytes.Buffer
	read := 0
	for i := range lines {
		p := point{i, -i, "p" + strconv.Itoa(i%97)}
		fmt.Fprintf(&buffer, "%6d %-8s %+v %x %8.3f %q %t\n", i, p.Name, p, i*i, float64(i)/7, p.Name, i%2 == 0)
		if i%1000 == 999 || i == lines-1 {
			sum.Write(buffer.Bytes())
			scanner := bufio.NewScanner(&buffer)
			for scanner.Scan() {
				var number int
				var name string
				if count, err := fmt.Sscanf(scanner.Text(), "%d %s", &number, &name); count != 2 || err != nil || number != read {
					fmt.Fprintln(os.Stderr, "fmtlines: line", read, "reads", number, name, err)
					os.Exit(1)
				}
				read++
			}
			buffer.Reset()
		}
	}
	fmt.Printf("%d lines, sum %#x\n", read, sum.Sum64())
}
