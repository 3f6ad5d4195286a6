// Profiled has a default.pgo: run it with -cpuprofile=default.pgo to make it anew.
package main

import (
	"flag"
	"os"
	"runtime/pprof"
	"sort"
	"strconv"
	"strings"
)

type shape interface{ area(int) int }

type square struct{ side int }

func (s square) area(n int) int {
	total := 0
	for i := 0; i < n; i++ {
		total += s.side * s.side % (i + 1)
	}
	return total
}

type flat struct{}

func (flat) area(int) int { return 0 }

func measure(shapes []shape, n int) int {
	total := 0
	for _, each := range shapes {
		total += each.area(n)
	}
	return total
}

func words(n int) []string {
	list := make([]string, 0, n)
	for i := range n {
		list = append(list, strings.Repeat(strconv.Itoa(i*7919%n), 2))
	}
	sort.Strings(list)
	return list
}

func main() {
	profile := flag.String("cpuprofile", "", "where to write a profile")
	flag.Parse()
	rounds := 1
	if *profile != "" {
		rounds = 400
		file, err := os.Create(*profile)
		if err != nil {
			panic(err)
		}
		defer file.Close()
		if err := pprof.StartCPUProfile(file); err != nil {
			panic(err)
		}
		defer pprof.StopCPUProfile()
	}
	shapes := []shape{square{3}, square{4}, square{5}, flat{}}
	total := 0
	for range rounds {
		total += measure(shapes, 20_000) + len(words(5_000))
	}
	println(total)
}
