// Command jsoncopy encodes and decodes JSON again and again.
//
//	jsoncopy [rounds]
package main

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"reflect"
	"strconv"
)

type item struct {
	ID     int               `json:"id"`
	Name   string            `json:"name"`
	Price  float64           `json:"price"`
	Tags   []string          `json:"tags,omitempty"`
	Labels map[string]string `json:"labels"`
	Parent *item             `json:"parent,omitempty"`
}

func items(count int) []item {
	made := make([]item, count)
	for i := range made {
		made[i] = item{
			ID: i, Name: fmt.Sprintf("item \"%d\" & more", i), Price: float64(i) * 1.25,
			Labels: map[string]string{"row": strconv.Itoa(i / 10), "column": strconv.Itoa(i % 10)},
		}
		if i%3 == 0 {
			made[i].Tags = []string{"third", "é"}
		}
		if i > 0 && i%5 == 0 {
			made[i].Parent = &item{ID: -i, Name: "parent", Labels: map[string]string{}}
		}
	}
	return made
}

func main() {
	rounds := 120
	if len(os.Args) > 1 {
		given, err := strconv.Atoi(os.Args[1])
		if err != nil || given < 1 {
			fmt.Fprintln(os.Stderr, "jsoncopy: not a positive number:", os.Args[1])
			os.Exit(2)
		}
		rounds = given
	}
	original := items(500)
	sum := fnv.New64a()
	for range rounds {
		text, err := json.Marshal(original)
		if err != nil {
			panic(err)
		}
		sum.Write(text)
		var typed []item
		if err := json.Unmarshal(text, &typed); err != nil {
			panic(err)
		}
		if !reflect.DeepEqual(typed, original) {
			panic("what was decoded is not what was encoded")
		}
		var free any
		if err := json.Unmarshal(text, &free); err != nil {
			panic(err)
		}
		original = typed
	}
	fmt.Printf("%d rounds, sum %#x\n", rounds, sum.Sum64())
}
