// A grammar for register files: which architectures there are, and which registers each of them has.
//
//	arch amd64 { word 8; registers AX BX R8..R15; g R14 }
%{
package main

import "fmt"
%}

%union {
	text   string
	number int
	names  []string
	arch   Arch
	archs  []Arch
}

%token <text> NAME
%token <number> NUMBER
%token ARCH WORD REGISTERS G RANGE

%type <archs> archs
%type <arch> items
%type <names> names range

%start file

%%

file:
	archs
	{
		archlex.(*lexer).archs = $1
	}

archs:
	/* none */
	{
		$$ = nil
	}
|	archs ARCH NAME '{' items '}'
	{
		arch := $5
		arch.Name = $3
		$$ = append($1, arch)
	}

items:
	/* none */
	{
		$$ = Arch{}
	}
|	items ';'
|	items WORD NUMBER
	{
		$$ = $1
		$$.WordSize = $3
	}
|	items REGISTERS names
	{
		$$ = $1
		$$.Registers = append($$.Registers, $3...)
	}
|	items G NAME
	{
		$$ = $1
		$$.G = $3
	}

names:
	range
|	names range
	{
		$$ = append($1, $2...)
	}

range:
	NAME
	{
		$$ = []string{$1}
	}
|	NAME RANGE NAME
	{
		names, err := expand($1, $3)
		if err != nil {
			archlex.Error(err.Error())
		}
		$$ = names
	}

%%

// expand lists the registers from first to last, which differ in a trailing number only: R8..R15.
func expand(first, last string) ([]string, error) {
	prefix, from, ok := splitNumber(first)
	prefix2, to, ok2 := splitNumber(last)
	if !ok || !ok2 || prefix != prefix2 || from > to {
		return nil, fmt.Errorf("%s..%s is not a range of registers", first, last)
	}
	var names []string
	for n := from; n <= to; n++ {
		names = append(names, fmt.Sprint(prefix, n))
	}
	return names, nil
}
