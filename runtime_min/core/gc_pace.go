package runtime

import _ "unsafe"

// When to collect, and how much free memory to keep.
//
// As in stock Go: the next collection comes when what is allocated reaches live + (live + roots) · GOGC/100, but not before 4 MB · GOGC/100, and
// earlier if the memory limit (GOMEMLIMIT) would be passed. After a collection, free pages that the heap will not need until then are
// given back to the system, except one tenth.

const (
	leastGoal      = 4 << 20 // with GOGC=100
	noLimit        = 1<<63 - 1
	noGoal         = ^uintptr(0)
	leastAllowance = 1 << 20 // bytes that may be allocated between two collections whatever the limit says
)

// pace holds the bytes of small object runs and large objects handed out, and the mark to collect at.
var pace pacer

type pacer struct {
	live    uintptr // bytes alive after the last collection, and handed out since
	goal    uintptr // 0 until init
	total   uint64  // bytes ever handed out
	marked  uintptr // bytes alive after the last collection
	percent int32   // GOGC; negative: off
	limit   int64   // GOMEMLIMIT
}

func (p *pacer) allocated(n uintptr) {
	p.live += n
	p.total += uint64(n)
}

// init reads the environment at the first allocation.
func (p *pacer) init() {
	if p.goal != 0 {
		return
	}
	p.percent, p.limit = 100, noLimit
	if s := getenv("GOGC"); s == "off" {
		p.percent = -1
	} else if n, ok := decimal(s); ok && n == int64(int32(n)) {
		p.percent = int32(n)
	}
	if s := getenv("GOMEMLIMIT"); s != "" && s != "off" {
		n, ok := byteCount(s)
		if !ok {
			print("GOMEMLIMIT=", s, "\n")
			throw("malformed GOMEMLIMIT; see `go doc runtime/debug.SetMemoryLimit`")
		}
		p.limit = n
	}
	p.next()
}

// next sets the goal after a collection or a change of the settings, and gives memory back that is not needed to reach it.
func (p *pacer) next() {
	p.goal = noGoal
	if p.percent >= 0 {
		base := p.marked
		if p.marked != 0 {
			base += p.roots()
		}
		growth := uintptr(uint64(base) / 100 * uint64(p.percent))
		p.goal = max(p.marked+growth, leastGoal/100*uintptr(p.percent))
	}
	if p.limit != noLimit {
		most := uintptr(0)
		if others := memstats.outsideHeap(); uint64(p.limit) > uint64(others) {
			most = uintptr(p.limit) - others
			most -= most / 32 // for slots that stay empty
		}
		// A limit that is too low must not make the program collect all the time: it may always allocate something.
		p.goal = min(p.goal, max(most, p.marked+max(p.marked/16, leastAllowance)))
	}
}

// roots is the size of what is scanned besides the heap.
func (p *pacer) roots() uintptr {
	md := &firstmoduledata
	return md.edata - md.data + md.ebss - md.bss + stacksInUse
}

// decimal parses a number as strconv.ParseInt(s, 10, 64) does.
func decimal(s string) (int64, bool) {
	n, negative := uint64(0), false
	for i := 0; i < len(s); i++ {
		if i == 0 && len(s) > 1 && (s[i] == '-' || s[i] == '+') {
			negative = s[i] == '-'
			continue
		}
		digit := uint64(s[i]) - '0'
		if digit > 9 || n > (1<<63-1-digit)/10 {
			return 0, false
		}
		n = n*10 + digit
	}
	if negative {
		n = -n
	}
	return int64(n), s != ""
}

// byteCount parses a number with an optional unit: B, KiB, MiB, GiB, TiB. (The kept parseByteCount would bring package internal/strconv.)
func byteCount(s string) (int64, bool) {
	shift := uint(0)
	if n := len(s); n > 0 && s[n-1] == 'B' {
		s = s[:n-1]
		if n > 2 && s[n-2] == 'i' {
			const units = "KMGT"
			for shift < uint(len(units)) && units[shift] != s[n-3] {
				shift++
			}
			if shift == uint(len(units)) {
				return 0, false
			}
			shift = 10 * (shift + 1)
			s = s[:n-3]
		}
	}
	n, ok := decimal(s)
	return n << shift, ok && n >= 0 && n<<shift>>shift == n
}

//go:linkname setGCPercent runtime/debug.setGCPercent
func setGCPercent(percent int32) (old int32) {
	p := &pace
	p.init()
	old = p.percent
	p.percent = max(percent, -1)
	p.next()
	if collectionDue() {
		collect()
	}
	return old
}

//go:linkname setMemoryLimit runtime/debug.setMemoryLimit
func setMemoryLimit(limit int64) (old int64) {
	p := &pace
	p.init()
	old = p.limit
	if limit >= 0 {
		p.limit = limit
		p.next()
	}
	return old
}

//go:linkname freeOSMemory runtime/debug.freeOSMemory
func freeOSMemory() {
	GC()
	releasePages(0)
}
