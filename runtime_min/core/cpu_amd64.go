package runtime

import (
	"internal/bytealg"
	"internal/cpu"
	"unsafe"
)

// What the processor can do, for compiled code (x86Has…), for memmove, and for the packages that ask internal/cpu. All of them take the
// slower way until cpuinit has been called, which is before the first package with an initialisation, the first object and the first hash.
// The instruction that tells is slow on a virtual machine, where the host answers: 50 µs and more, and we ask twice. A program
// that does none of the three has little to gain.

var cpuKnown bool

// askProcessor returns ECX of leaf 1, EBX, ECX and EDX of leaf 7, and the low half of XCR0; without XSAVE, whose own leaf is 13, all but
// the first are 0. Defined in entry_amd64.s.
func askProcessor() (c1, b7, c7, d7, saved uint32)

// Where the bits of features are: registers after CPUID with leaf 1 or 7, by Intel's manual, volume 2A. What needs registers that the
// system does not save is taken out before; ecx7w is ecx7 for what needs the wide registers.
const (
	ecx1 = iota
	ebx7
	ecx7
	ecx7w
	edx7
)

var features = [...]struct{ field, word, bit uint8 }{
	{uint8(unsafe.Offsetof(cpu.X86.HasSSE3)), ecx1, 0},
	{uint8(unsafe.Offsetof(cpu.X86.HasPCLMULQDQ)), ecx1, 1},
	{uint8(unsafe.Offsetof(cpu.X86.HasSSSE3)), ecx1, 9},
	{uint8(unsafe.Offsetof(cpu.X86.HasFMA)), ecx1, 12},
	{uint8(unsafe.Offsetof(cpu.X86.HasSSE41)), ecx1, 19},
	{uint8(unsafe.Offsetof(cpu.X86.HasSSE42)), ecx1, 20},
	{uint8(unsafe.Offsetof(cpu.X86.HasPOPCNT)), ecx1, 23},
	{uint8(unsafe.Offsetof(cpu.X86.HasAES)), ecx1, 25},
	{uint8(unsafe.Offsetof(cpu.X86.HasOSXSAVE)), ecx1, 27},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX)), ecx1, 28},
	{uint8(unsafe.Offsetof(cpu.X86.HasBMI1)), ebx7, 3},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX2)), ebx7, 5},
	{uint8(unsafe.Offsetof(cpu.X86.HasBMI2)), ebx7, 8},
	{uint8(unsafe.Offsetof(cpu.X86.HasERMS)), ebx7, 9},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512F)), ebx7, 16},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512DQ)), ebx7, 17},
	{uint8(unsafe.Offsetof(cpu.X86.HasADX)), ebx7, 19},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512CD)), ebx7, 28},
	{uint8(unsafe.Offsetof(cpu.X86.HasSHA)), ebx7, 29},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512BW)), ebx7, 30},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512VL)), ebx7, 31},
	{uint8(unsafe.Offsetof(cpu.X86.HasVAES)), ecx7, 9},
	{uint8(unsafe.Offsetof(cpu.X86.HasVPCLMULQDQ)), ecx7, 10},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512VBMI)), ecx7w, 1},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512VBMI2)), ecx7w, 6},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512GFNI)), ecx7w, 8},
	{uint8(unsafe.Offsetof(cpu.X86.HasGFNI)), ecx7w, 8},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512VAES)), ecx7w, 9},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512VPCLMULQDQ)), ecx7w, 10},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512VNNI)), ecx7w, 11},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512BITALG)), ecx7w, 12},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512VPOPCNTDQ)), ecx7w, 14},
	{uint8(unsafe.Offsetof(cpu.X86.HasFSRM)), edx7, 4},
}

const (
	wide = 1<<16 | 1<<17 | 1<<28 | 1<<30 | 1<<31 // AVX-512 F, DQ, CD, BW, VL, of which all are there or none, but on a Xeon Phi

	savesAVX  = 1<<1 | 1<<2     // in XCR0: the system saves XMM and YMM registers
	savesWide = savesAVX | 7<<5 // and mask and ZMM registers
)

// cpuinit fills cpu.X86.
func cpuinit() {
	if cpuKnown {
		return
	}
	cpuKnown = true
	x := &cpu.X86
	var words [edx7 + 1]uint32
	var saved uint32
	words[ecx1], words[ebx7], words[ecx7], words[edx7], saved = askProcessor()
	if saved&savesAVX != savesAVX {
		words[ecx1] &^= 1<<28 | 1<<12
		words[ebx7] &^= 1 << 5
		words[ecx7] &^= 1 << 9
	}
	if saved&savesWide != savesWide {
		words[ebx7] &^= wide
	}
	x.HasAVX512 = words[ebx7]&wide == wide
	words[ecx7w] = words[ecx7]
	if !x.HasAVX512 {
		words[ecx7w] = 0
	}
	for _, f := range features {
		*(*bool)(add(unsafe.Pointer(x), uintptr(f.field))) = words[f.word]>>(f.bit&31)&1 != 0
	}
	x86HasPOPCNT = x.HasPOPCNT
	x86HasSSE41 = x.HasSSE41
	x86HasFMA = x.HasFMA
	x86HasAVX = x.HasAVX
	if x.HasAVX {
		memmoveBits |= avxSupported
	}
	if x.HasERMS && x.HasFSRM {
		memmoveBits |= repmovsPreferred
	}
	bytealg.MaxLen = 31
	if x.HasAVX2 {
		bytealg.MaxLen = 63
	}
}
