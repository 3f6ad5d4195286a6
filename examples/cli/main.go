// Wordcount counts the words of its input and prints the most frequent ones, as text or as JSON.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
	"unicode"
)

// Count is how often a word occurs.
type Count struct {
	Word  string `json:"word"`
	Times int    `json:"times"`
}

func count(input io.Reader) ([]Count, error) {
	times := make(map[string]int)
	scanner := bufio.NewScanner(input)
	scanner.Split(bufio.ScanWords)
	for scanner.Scan() {
		word := strings.ToLower(strings.TrimFunc(scanner.Text(), unicode.IsPunct))
		if word != "" {
			times[word]++
		}
	}
	counts := make([]Count, 0, len(times))
	for word, n := range times {
		counts = append(counts, Count{word, n})
	}
	sort.Slice(counts, func(i, j int) bool {
		if counts[i].Times != counts[j].Times {
			return counts[i].Times > counts[j].Times
		}
		return counts[i].Word < counts[j].Word
	})
	return counts, scanner.Err()
}

func run() error {
	asJSON := flag.Bool("json", false, "print JSON")
	top := flag.Int("top", 10, "how many words to print")
	flag.Parse()

	input := io.Reader(os.Stdin)
	if flag.NArg() > 0 {
		file, err := os.Open(flag.Arg(0))
		if err != nil {
			return err
		}
		defer file.Close()
		input = file
	}
	counts, err := count(input)
	if err != nil {
		return err
	}
	counts = counts[:min(*top, len(counts))]
	if *asJSON {
		encoder := json.NewEncoder(os.Stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(counts)
	}
	for _, c := range counts {
		fmt.Printf("%6d %s\n", c.Times, c.Word)
	}
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "wordcount:", err)
		os.Exit(1)
	}
}
