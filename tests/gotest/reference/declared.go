// Declared prints what Go's own parser finds in the test files named on standard input, one JSON line a file: the reference for
// scons_go.test.discover.
package main

import (
	"bufio"
	"encoding/json"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

type found struct {
	Kind, Name, Output  string
	Unordered, Runnable bool
	Line, Column        int
}

func hasName(name, prefix string) bool {
	rest, ok := strings.CutPrefix(name, prefix)
	first, _ := utf8.DecodeRuneInString(rest)
	return ok && (rest == "" || !unicode.IsLower(first))
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, lines.Text(), nil, parser.ParseComments)
		if err != nil {
			out.Encode(nil)
			continue
		}
		all := []found{}
		at := map[string]token.Position{}
		for _, decl := range file.Decls {
			function, ok := decl.(*ast.FuncDecl)
			if !ok || function.Recv != nil {
				continue
			}
			name := function.Name.Name
			position := files.PositionFor(function.Type.Pos(), false)
			at[name] = position
			for _, kind := range []string{"Test", "Benchmark", "Fuzz"} {
				if hasName(name, kind) {
					if name == "TestMain" {
						kind = name
					}
					all = append(all, found{Kind: kind, Name: name, Runnable: true, Line: position.Line, Column: position.Column})
				}
			}
		}
		for _, example := range doc.Examples(file) {
			name := "Example" + example.Name
			all = append(all, found{
				"Example", name, example.Output, example.Unordered, example.Output != "" || example.EmptyOutput,
				at[name].Line, at[name].Column,
			})
		}
		sort.SliceStable(all, func(i, j int) bool { return all[i].Line < all[j].Line })
		out.Encode(all)
	}
}
