package main

import "testing"

func TestRun(t *testing.T) {
	if err := run([]string{"a=2", "a*3"}); err != nil {
		t.Error(err)
	}
	if run([]string{"a=x"}) == nil || run([]string{"1+"}) == nil || run([]string{"b"}) == nil {
		t.Error("no error for wrong arguments")
	}
}
