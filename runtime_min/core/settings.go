package runtime

import "internal/runtime/atomic"

// GODEBUG and GOTRACEBACK, read from the environment when they are first asked for.

// debug holds the settings of GODEBUG that kept files ask for.
var debug struct {
	panicnil         atomic.Int32
	tracebacklabels  atomic.Int32
	invalidptr       int32
	gcshrinkstackoff int32
}

// traceback is GOTRACEBACK or what debug.SetTraceback made of it.
var tracebackSetting struct {
	known      bool
	level      int32 // 0 none, 1 without runtime frames, 2 with
	all, crash bool
}

// gotraceback says how much a crash report shows.
//
//go:nosplit
func gotraceback() (level int32, all, crash bool) {
	s := &tracebackSetting
	if !s.known {
		setTraceback(getenv("GOTRACEBACK"))
	}
	level, all, crash = s.level, s.all || m0.throwing > throwTypeUser, s.crash
	if m0.traceback != 0 {
		level = int32(m0.traceback)
	} else if m0.throwing >= throwTypeRuntime {
		level = 2
	}
	return
}

//go:nosplit
func setTraceback(value string) {
	s := &tracebackSetting
	s.known = true
	s.level, s.all, s.crash = 1, false, false
	switch value {
	case "", "single", "1":
	case "none", "0":
		s.level = 0
	case "all":
		s.all = true
	case "system", "2":
		s.level, s.all = 2, true
	case "crash":
		s.level, s.all, s.crash = 2, true, true
	default:
		s.all = true
	}
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
		entry := gostringnocopy(p)
		if len(entry) > len(name) && entry[len(name)] == '=' && entry[:len(name)] == name {
			return entry[len(name)+1:]
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
