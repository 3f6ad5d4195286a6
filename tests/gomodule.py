"""A small module of a program and four packages, for end-to-end tests. It uses no package of std but the runtime's, to be quick."""

from __future__ import annotations

from sconsproject import Project

MAIN = """\
package main

import (
	"example.com/m/greet"
	"example.com/m/sum"
)

func main() { println(greet.Text(), sum.Of(3, 4)) }
"""

GREET = """\
package greet

import "example.com/m/name"

// Text is long enough not to be inlined.
//
//go:noinline
func Text() string {
	return "hello " + name.Name
}
"""

NAME = 'package name\n\nconst Name = "world"\n'

SUM = """\
package sum

//go:noinline
func Of(a, b int) int {
	return a + b
}
"""


def write_module(project: Project, below: str = ".") -> None:
    """Write the module ``example.com/m`` with the program ``cmd/app``, which prints ``hello world 7``."""
    project.write(f"{below}/go.mod", "module example.com/m\n\ngo 1.22\n")
    project.write(f"{below}/cmd/app/main.go", MAIN)
    project.write(f"{below}/greet/greet.go", GREET)
    project.write(f"{below}/name/name.go", NAME)
    project.write(f"{below}/sum/sum.go", SUM)
    project.write(f"{below}/sum/sum_test.go", "package sum\n")
