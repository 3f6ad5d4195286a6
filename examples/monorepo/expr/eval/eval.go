// Package eval computes the value of an expression.
package eval

import (
	"fmt"
	"strconv"

	"example.com/monorepo/expr/parse"
)

// Eval computes node with the given values of its names.
func Eval(node parse.Node, values map[string]float64) (float64, error) {
	switch node := node.(type) {
	case parse.Number:
		return strconv.ParseFloat(string(node), 64)
	case parse.Name:
		value, ok := values[string(node)]
		if !ok {
			return 0, fmt.Errorf("%s has no value", string(node))
		}
		return value, nil
	case parse.Binary:
		left, err := Eval(node.Left, values)
		if err != nil {
			return 0, err
		}
		right, err := Eval(node.Right, values)
		if err != nil {
			return 0, err
		}
		return apply(node.Op, left, right), nil
	}
	return 0, fmt.Errorf("unknown expression %T", node)
}

func apply(op rune, left, right float64) float64 {
	switch op {
	case '+':
		return left + right
	case '-':
		return left - right
	case '*':
		return left * right
	default:
		return left / right
	}
}
