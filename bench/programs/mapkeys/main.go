// Command mapkeys fills maps with many keys, finds them, changes them and takes half of them out.
//
//	mapkeys [keys]
package main

import (
	"fmt"
	"os"
	"strconv"
)

// scramble is a bijection of 64-bit numbers, so that keys do not come in order (splitmix64).
func scramble(number uint64) uint64 {
	number += 0x9e3779b97f4a7c15
	number = (number ^ number>>30) * 0xbf58476d1ce4e5b9
	number = (number ^ number>>27) * 0x94d049bb133111eb
	return number ^ number>>31
}

func numbers(keys int) (int, uint64) {
	table := map[uint64]int{}
	for i := range keys {
		table[scramble(uint64(i))] = i
	}
	for i := range keys {
		key := scramble(uint64(i))
		if table[key] != i {
			panic(fmt.Sprintf("key %d is lost", key))
		}
		table[key]++
	}
	for i := 0; i < keys; i += 2 {
		delete(table, scramble(uint64(i)))
	}
	sum := uint64(0)
	for key, value := range table {
		sum += key * uint64(value)
	}
	return len(table), sum
}

func texts(keys int) (int, int) {
	table := map[string][]byte{}
	for i := range keys {
		key := strconv.FormatUint(scramble(uint64(i)), 36)
		table[key] = append(table[key[:2]], key...)
	}
	total := 0
	for key, value := range table {
		if len(value) < len(key) {
			panic("value of " + key + " is cut short")
		}
		total += len(value)
	}
	return len(table), total
}

func main() {
	keys := 1_000_000
	if len(os.Args) > 1 {
		given, err := strconv.Atoi(os.Args[1])
		if err != nil || given < 1 {
			fmt.Fprintln(os.Stderr, "mapkeys: not a positive number:", os.Args[1])
			os.Exit(2)
		}
		keys = given
	}
	left, sum := numbers(keys)
	fmt.Printf("%d numbers: %d left, sum %#x\n", keys, left, sum)
	count, total := texts(keys / 4)
	fmt.Printf("%d texts: %d different, %d bytes\n", keys/4, count, total)
}
