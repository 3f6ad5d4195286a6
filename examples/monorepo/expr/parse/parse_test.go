package parse

import (
	"fmt"
	"testing"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"1":         "1",
		"1+2*3":     "(1 + (2 * 3))",
		"(1+2)*x":   "((1 + 2) * x)",
		"8-4-2":     "((8 - 4) - 2)",
		"-a * 2":    "((0 - a) * 2)",
		"1.5 / 0.5": "(1.5 / 0.5)",
	} {
		tree, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := fmt.Sprint(tree); got != want {
			t.Errorf("Parse(%q) = %s, want %s", text, got, want)
		}
	}
}

func TestParseError(t *testing.T) {
	for _, text := range []string{"", "1+", "(1", "1 2", "$"} {
		if tree, err := Parse(text); err == nil {
			t.Errorf("Parse(%q) = %v, want an error", text, tree)
		}
	}
}

func ExampleParse() {
	tree, _ := Parse("1 + 2 * 3")
	fmt.Println(tree)
	// Output: (1 + (2 * 3))
}
