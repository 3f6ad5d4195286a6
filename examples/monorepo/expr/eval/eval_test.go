package eval_test

import (
	"testing"

	"example.com/monorepo/expr/eval"
	"example.com/monorepo/expr/parse"
)

func TestEval(t *testing.T) {
	tree, err := parse.Parse("(a + 1) * b / 4")
	if err != nil {
		t.Fatal(err)
	}
	got, err := eval.Eval(tree, map[string]float64{"a": 3, "b": 2})
	if err != nil || got != 2 {
		t.Errorf("got %v, %v, want 2", got, err)
	}
	if _, err := eval.Eval(tree, nil); err == nil {
		t.Error("a name without a value is no error")
	}
}

func BenchmarkEval(b *testing.B) {
	tree, _ := parse.Parse("(1 + 2) * 3 - 4 / 5")
	for range b.N {
		eval.Eval(tree, nil)
	}
}
