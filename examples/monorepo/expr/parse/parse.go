// Package parse reads arithmetic expressions; its parser is made from expr.y.
package parse

import (
	"fmt"
	"strings"
	"unicode"
)

// Node is an expression: a Number, a Name or a Binary.
type Node interface{}

// Number is a literal as written.
type Number string

// Name is a variable.
type Name string

// Binary is an operation on two expressions; Op is one of + - * /.
type Binary struct {
	Op          rune
	Left, Right Node
}

type lexer struct {
	rest string
	tree Node
	err  error
}

// Parse reads one expression.
func Parse(text string) (Node, error) {
	lex := &lexer{rest: text}
	exprParse(lex)
	if lex.err != nil {
		return nil, fmt.Errorf("%q: %w", text, lex.err)
	}
	return lex.tree, nil
}

// Lex is called by the parser for each token.
func (lex *lexer) Lex(value *exprSymType) int {
	lex.rest = strings.TrimLeft(lex.rest, " \t")
	if lex.rest == "" {
		return 0
	}
	inWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' }
	end := strings.IndexFunc(lex.rest, func(r rune) bool { return !inWord(r) })
	if end < 0 {
		end = len(lex.rest)
	}
	if end == 0 {
		char := lex.rest[0]
		lex.rest = lex.rest[1:]
		return int(char)
	}
	value.text, lex.rest = lex.rest[:end], lex.rest[end:]
	if unicode.IsDigit(rune(value.text[0])) {
		return NUMBER
	}
	return NAME
}

// Error is called by the parser.
func (lex *lexer) Error(message string) {
	if lex.err == nil {
		lex.err = fmt.Errorf("%s before %q", message, lex.rest)
	}
}
