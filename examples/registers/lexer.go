package main

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

var keywords = map[string]int{"arch": ARCH, "word": WORD, "registers": REGISTERS, "g": G}

// lexer hands the words of a register list to the parser and keeps what the parser makes of them.
type lexer struct {
	file  string
	rest  string
	line  int
	archs []Arch
	err   error
}

func parse(file, text string) ([]Arch, error) {
	lex := &lexer{file: file, rest: text, line: 1}
	archParse(lex)
	return lex.archs, lex.err
}

// Lex is called by the parser for each token.
func (lex *lexer) Lex(value *archSymType) int {
	lex.skip()
	if lex.rest == "" {
		return 0
	}
	if strings.HasPrefix(lex.rest, "..") {
		lex.rest = lex.rest[2:]
		return RANGE
	}
	end := strings.IndexFunc(lex.rest, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if end < 0 {
		end = len(lex.rest)
	}
	if end == 0 {
		char := lex.rest[0]
		lex.rest = lex.rest[1:]
		return int(char)
	}
	word := lex.rest[:end]
	lex.rest = lex.rest[end:]
	if token, ok := keywords[word]; ok {
		return token
	}
	if number, err := strconv.Atoi(word); err == nil {
		value.number = number
		return NUMBER
	}
	value.text = word
	return NAME
}

// skip passes over white space and comments.
func (lex *lexer) skip() {
	for lex.rest != "" {
		switch char := lex.rest[0]; {
		case char == '\n':
			lex.line++
			lex.rest = lex.rest[1:]
		case char == ' ' || char == '\t':
			lex.rest = lex.rest[1:]
		case char == '#':
			end := strings.IndexByte(lex.rest, '\n')
			if end < 0 {
				end = len(lex.rest)
			}
			lex.rest = lex.rest[end:]
		default:
			return
		}
	}
}

// Error is called by the parser; the first error is the one that counts.
func (lex *lexer) Error(message string) {
	if lex.err == nil {
		lex.err = fmt.Errorf("%s:%d: %s", lex.file, lex.line, message)
	}
}

// splitNumber cuts R15 into R and 15.
func splitNumber(name string) (prefix string, number int, ok bool) {
	digits := strings.IndexFunc(name, unicode.IsDigit)
	if digits < 0 {
		return "", 0, false
	}
	number, err := strconv.Atoi(name[digits:])
	return name[:digits], number, err == nil
}
