package runtime

import (
	"internal/bytealg"
	"internal/runtime/sys"
	"internal/stringslite"
)

// Names of functions as traces and errors tell them: "[...]" stands for each list of type arguments.

// namePieces hands over name piece by piece. Brackets that do not match stay as they are.
func namePieces(name string, piece func(string)) {
	for {
		open := bytealg.IndexByteString(name, '[')
		size := argumentsLen(name[max(open, 0):])
		if open < 0 || size == 0 {
			piece(name)
			return
		}
		piece(name[:open])
		piece("[...]")
		name = name[open+size:]
	}
}

// argumentsLen is the length of the bracketed list that name begins with; 0 if it does not end.
func argumentsLen(name string) int {
	depth := 0
	for i := 0; i < len(name); i++ {
		switch name[i] {
		case '[':
			depth++
		case ']':
			depth--
			if depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

func printFuncName(name string) {
	if name == "runtime.gopanic" {
		name = "panic"
	}
	namePieces(name, printstring)
}

func funcNameForPrint(name string) string {
	if bytealg.IndexByteString(name, '[') < 0 {
		return name
	}
	short := ""
	namePieces(name, func(piece string) { short += piece })
	return short
}

// isExportedRuntime tells the exported functions of package runtime, and the exported methods of its exported types: the word after the last
// dot and the first one, which may stand between "(*" and ")", begin with a capital.
func isExportedRuntime(name string) bool {
	const prefix = "runtime."
	if !stringslite.HasPrefix(name, prefix) {
		return false
	}
	name = name[len(prefix):]
	if stringslite.HasPrefix(name, "(*") {
		name = name[len("(*"):]
	}
	last := 0
	for i := range len(name) {
		if name[i] == '.' {
			last = i + 1
		}
	}
	return last < len(name) && isCapital(name[0]) && isCapital(name[last])
}

func isCapital(c byte) bool { return 'A' <= c && c <= 'Z' }

// panicwrap is called by the compiler's method main.(*T).M where it has no *T to call main.T.M with.
func panicwrap() {
	name := funcNameForPrint(funcname(findfunc(sys.GetCallerPC())))
	open, end := bytealg.IndexByteString(name, '('), bytealg.IndexByteString(name, ')')
	pkg, typ, method := name[:open], name[open+len("(*"):end], name[end+len(")."):]
	panic(plainError("value method " + pkg + typ + "." + method + " called using nil *" + typ + " pointer"))
}
