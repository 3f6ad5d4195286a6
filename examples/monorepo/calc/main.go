// Calc computes the expressions that it is given; name=value arguments set names.
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"example.com/monorepo/calc/internal/version"
	"example.com/monorepo/expr/eval"
	"example.com/monorepo/expr/parse"
)

func run(args []string) error {
	values := make(map[string]float64)
	for _, arg := range args {
		if name, text, ok := strings.Cut(arg, "="); ok {
			value, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return err
			}
			values[name] = value
			continue
		}
		tree, err := parse.Parse(arg)
		if err != nil {
			return err
		}
		value, err := eval.Eval(tree, values)
		if err != nil {
			return err
		}
		fmt.Println(value)
	}
	return nil
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "-version" {
		fmt.Println("calc", version.Version)
		return
	}
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "calc:", err)
		os.Exit(1)
	}
}
