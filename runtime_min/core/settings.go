package runtime

import _ "unsafe"

// GODEBUG and GOTRACEBACK, read from the environment when they are first asked for.

// debug holds the settings of GODEBUG that kept files ask for.
var debug struct {
	gcshrinkstackoff int32
}

// tracebackSetting is GOTRACEBACK or what debug.SetTraceback made of it.
var tracebackSetting struct {
	known          bool
	current, least tracebackBits // least is GOTRACEBACK: debug.SetTraceback can only ask for more
}

// tracebackBits are a level (0 none, 1 without runtime frames, 2 with), times tracebackLevel, and these.
type tracebackBits uint32

const (
	tracebackCrash tracebackBits = 1 << iota
	tracebackAll
	tracebackLevel
)

// gotraceback says how much a crash report shows.
//
//go:nosplit
func gotraceback() (level int32, all, crash bool) {
	s := &tracebackSetting
	if !s.known {
		s.known = true
		s.least = parseTraceback(getenv("GOTRACEBACK"))
		s.current = s.least
	}
	level = int32(s.current / tracebackLevel)
	if m0.traceback != 0 {
		level = int32(m0.traceback)
	} else if m0.throwing >= throwTypeRuntime {
		level = 2
	}
	return level, s.current&tracebackAll != 0 || m0.throwing > throwTypeUser, s.current&tracebackCrash != 0
}

// setTraceback is debug.SetTraceback.
func setTraceback(value string) {
	gotraceback()
	tracebackSetting.current = parseTraceback(value) | tracebackSetting.least
}

//go:nosplit
func parseTraceback(value string) tracebackBits {
	switch value {
	case "none":
		return 0
	case "", "single":
		return tracebackLevel
	case "all":
		return tracebackLevel | tracebackAll
	case "system":
		return 2*tracebackLevel | tracebackAll
	case "crash":
		return 2*tracebackLevel | tracebackAll | tracebackCrash
	}
	level := tracebackBits(0)
	for i := range len(value) {
		digit := tracebackBits(value[i] - '0')
		if digit > 9 || level > 1<<24 {
			level = 0
			break
		}
		level = 10*level + digit
	}
	return level*tracebackLevel | tracebackAll
}

// getenv looks a variable up in what the process started with; "" if it is not there.
//
//go:nosplit
func getenv(name string) string {
	for i := argc + 1; ; i++ {
		p := argv_index(argv, i)
		if p == nil {
			return ""
		}
		n := 0
		for n < len(name) && *p == name[n] {
			p = addb(p, 1)
			n++
		}
		if n == len(name) && *p == '=' {
			return gostringnocopy(addb(p, 1))
		}
	}
}

var environment []string // the environment as os sees it at start, made when first asked for

func environ() []string {
	if environment == nil {
		for i := argc + 1; argv_index(argv, i) != nil; i++ {
			environment = append(environment, gostringnocopy(argv_index(argv, i)))
		}
	}
	return environment
}

// GODEBUG. Package internal/godebug parses it for everybody; the runtime itself asks for single settings by name.

var godebugDefault string // what //go:debug lines and the Go version in go.mod say; set by the linker

var (
	godebugEnv    string // the environment's
	godebugKnown  bool
	godebugUpdate func(def, env string)
)

func godebugEnvironment() string {
	if !godebugKnown {
		godebugKnown = true
		godebugEnv = getenv("GODEBUG")
	}
	return godebugEnv
}

// setGodebug is what os.Setenv does.
func setGodebug(value string) {
	godebugKnown = true
	godebugEnv = value
	if godebugUpdate != nil {
		godebugUpdate(godebugDefault, value)
	}
}

// godebugSetting is the value of one setting, "" if nobody set it.
func godebugSetting(name string) string {
	if value := lastSetting(godebugEnvironment(), name); value != "" {
		return value
	}
	return lastSetting(godebugDefault, name)
}

// lastSetting is the value that the last name=value of a comma-separated list gives name.
func lastSetting(list, name string) string {
	value := ""
	for len(list) > 0 {
		end := indexByte(list, ',')
		if end < 0 {
			end = len(list)
		}
		if item := list[:end]; len(item) > len(name) && item[len(name)] == '=' && item[:len(name)] == name {
			value = item[len(name)+1:]
		}
		list = list[min(end+1, len(list)):]
	}
	return value
}

// panicnilAllowed is GODEBUG=panicnil=1.
func panicnilAllowed() int32 {
	if godebugSetting("panicnil") == "1" {
		return 1
	}
	return 0
}

// countPanicNil counts a nil panic that was allowed, if package internal/godebug is there to count it.
func countPanicNil() {
	if panicNilCounter != nil {
		panicNilCounter()
	}
}

var panicNilCounter func()

//go:linkname godebug_setUpdate internal/godebug.setUpdate
func godebug_setUpdate(update func(string, string)) {
	startStress(godebugSetting("gcstress"))
	godebugUpdate = update
	update(godebugDefault, godebugEnvironment())
}

//go:linkname godebug_setNewIncNonDefault internal/godebug.setNewIncNonDefault
func godebug_setNewIncNonDefault(newIncNonDefault func(string) func()) {
	p := new(func(string) func())
	*p = newIncNonDefault
	godebugNewIncNonDefault.Store(p)
	panicNilCounter = func() { panicnil.IncNonDefault() }
}
