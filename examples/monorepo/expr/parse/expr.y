// A grammar for arithmetic: numbers, names, + - * /, parentheses and a leading minus.
%{
package parse

import "fmt"
%}

%union {
	text string
	node Node
}

%token <text> NUMBER NAME
%type <node> sum

%left '+' '-'
%left '*' '/'
%right MINUS

%start top

%%

top:
	sum
	{
		exprlex.(*lexer).tree = $1
	}

sum:
	NUMBER                  { $$ = Number($1) }
|	NAME                    { $$ = Name($1) }
|	'(' sum ')'             { $$ = $2 }
|	'-' sum %prec MINUS     { $$ = Binary{'-', Number("0"), $2} }
|	sum '+' sum             { $$ = Binary{'+', $1, $3} }
|	sum '-' sum             { $$ = Binary{'-', $1, $3} }
|	sum '*' sum             { $$ = Binary{'*', $1, $3} }
|	sum '/' sum             { $$ = Binary{'/', $1, $3} }

%%

// String writes b with all its parentheses.
func (b Binary) String() string {
	return fmt.Sprintf("(%v %c %v)", b.Left, b.Op, b.Right)
}
