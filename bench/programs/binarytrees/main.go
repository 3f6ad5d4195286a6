// Command binarytrees makes and drops perfect binary trees up to a depth, beside one that lives all the time.
//
//	binarytrees [depth]
//
// It is the benchmarks game's program of that name, for one thread: what it costs is allocation and collection of small objects.
package main

import (
	"fmt"
	"os"
	"strconv"
)

const minDepth = 4

type node struct{ left, right *node }

func grow(depth int) *node {
	if depth == 0 {
		return &node{}
	}
	return &node{grow(depth - 1), grow(depth - 1)}
}

func (n *node) count() int {
	if n.left == nil {
		return 1
	}
	return 1 + n.left.count() + n.right.count()
}

func main() {
	depth := 16
	if len(os.Args) > 1 {
		given, err := strconv.Atoi(os.Args[1])
		if err != nil || given < minDepth {
			fmt.Fprintln(os.Stderr, "binarytrees: the depth must be a number from", minDepth)
			os.Exit(2)
		}
		depth = given
	}
	fmt.Printf("stretch tree of depth %d, nodes %d\n", depth+1, grow(depth+1).count())
	long := grow(depth)
	for d := minDepth; d <= depth; d += 2 {
		trees := 1 << (depth - d + minDepth)
		nodes := 0
		for range trees {
			nodes += grow(d).count()
		}
		fmt.Printf("%d trees of depth %d, nodes %d\n", trees, d, nodes)
	}
	fmt.Printf("long lived tree of depth %d, nodes %d\n", depth, long.count())
}
