package runtime

import "internal/runtime/sys"

// Names of functions as traces and errors tell them: "[...]" stands for each list of type arguments.

// namePieces hands over name piece by piece. Brackets that do not match stay as they are.
//
//go:nosplit
func namePieces(name string, piece func(string)) {
	depth, done := 0, 0
	for i := range len(name) {
		if name[i] == '[' {
			if depth++; depth == 1 {
				piece(name[done:i])
				done = i
			}
		} else if name[i] == ']' && depth > 0 {
			if depth--; depth == 0 {
				piece("[...]")
				done = i + 1
			}
		}
	}
	piece(name[done:])
}

func funcNameForPrint(name string) string {
	if indexByte(name, '[') < 0 {
		return name
	}
	short := ""
	namePieces(name, func(piece string) { short += piece })
	return short
}

func isCapital(c byte) bool { return 'A' <= c && c <= 'Z' }

// states are the names of what goroutines do: by their status, and from _Gwaiting on by what they wait for. Those that do not occur here have
// none. As an array of strings they would take twice the room.
const states = "idle|runnable|running|syscall|waiting||IO wait|dumping heap|||||||finalizer wait|||semacquire|sleep|chan receive (nil chan)|" +
	"chan send (nil chan)|select (no cases)|select|chan receive|chan send|sync.Cond.Wait|sync.Mutex.Lock|sync.RWMutex.RLock|sync.RWMutex.Lock|" +
	"sync.WaitGroup.Wait|||||||||||||coroutine||synctest.Run|synctest.Wait|chan receive (durable)|chan send (durable)|select (durable)|" +
	"sync.WaitGroup.Wait (durable)|cleanup wait|"

// stateName is the name with this number.
func stateName(state uint32) string {
	begin := 0
	for i := range len(states) {
		if states[i] == '|' {
			if state == 0 {
				return states[begin:i]
			}
			state--
			begin = i + 1
		}
	}
	return "unknown wait reason"
}

func (w waitReason) String() string {
	if w == waitReasonZero {
		return ""
	}
	return stateName(_Gwaiting + uint32(w))
}

// panicwrap is called by the compiler's method main.(*T).M where it has no *T to call main.T.M with.
func panicwrap() {
	name := funcNameForPrint(funcname(findfunc(sys.GetCallerPC())))
	open, end := indexByte(name, '('), indexByte(name, ')')
	pkg, typ, method := name[:open], name[open+len("(*"):end], name[end+len(")."):]
	panic(plainError("value method " + pkg + typ + "." + method + " called using nil *" + typ + " pointer"))
}
