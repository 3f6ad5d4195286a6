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

// repeatFrom is the size from which memmove and memclrNoHeapPointers use repeated instructions: copy_amd64.s.
var repeatFrom uintptr

// askProcessor returns ECX of leaf 1, EBX, ECX and EDX of leaf 7, and the low half of XCR0; without XSAVE, whose own leaf is 13, all but
// the first are 0. Defined in entry_amd64.s.
func askProcessor() (c1, b7, c7, d7, saved uint32)

// The features: where their bits are in what askProcessor returns, by Intel's manual, volume 2A, and what the system must save of the
// registers that they use, as bits of XCR0.
var features = [...]struct{ field, bit, saves uint8 }{
	{uint8(unsafe.Offsetof(cpu.X86.HasSSE3)), ecx1 + 0, 0},
	{uint8(unsafe.Offsetof(cpu.X86.HasPCLMULQDQ)), ecx1 + 1, 0},
	{uint8(unsafe.Offsetof(cpu.X86.HasSSSE3)), ecx1 + 9, 0},
	{uint8(unsafe.Offsetof(cpu.X86.HasFMA)), ecx1 + 12, savesAVX},
	{uint8(unsafe.Offsetof(cpu.X86.HasSSE41)), ecx1 + 19, 0},
	{uint8(unsafe.Offsetof(cpu.X86.HasSSE42)), ecx1 + 20, 0},
	{uint8(unsafe.Offsetof(cpu.X86.HasPOPCNT)), ecx1 + 23, 0},
	{uint8(unsafe.Offsetof(cpu.X86.HasAES)), ecx1 + 25, 0},
	{uint8(unsafe.Offsetof(cpu.X86.HasOSXSAVE)), ecx1 + 27, 0},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX)), ecx1 + 28, savesAVX},
	{uint8(unsafe.Offsetof(cpu.X86.HasBMI1)), ebx7 + 3, 0},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX2)), ebx7 + 5, savesAVX},
	{uint8(unsafe.Offsetof(cpu.X86.HasBMI2)), ebx7 + 8, 0},
	{uint8(unsafe.Offsetof(cpu.X86.HasERMS)), ebx7 + 9, 0},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512F)), ebx7 + 16, savesWide},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512DQ)), ebx7 + 17, savesWide},
	{uint8(unsafe.Offsetof(cpu.X86.HasADX)), ebx7 + 19, 0},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512CD)), ebx7 + 28, savesWide},
	{uint8(unsafe.Offsetof(cpu.X86.HasSHA)), ebx7 + 29, 0},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512BW)), ebx7 + 30, savesWide},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512VL)), ebx7 + 31, savesWide},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512)), ebx7 + 31, savesWide}, // F, CD, BW, DQ and VL: what has VL has all of them
	{uint8(unsafe.Offsetof(cpu.X86.HasVAES)), ecx7 + 9, savesAVX},
	{uint8(unsafe.Offsetof(cpu.X86.HasVPCLMULQDQ)), ecx7 + 10, 0},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512VBMI)), ecx7 + 1, savesWide},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512VBMI2)), ecx7 + 6, savesWide},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512GFNI)), ecx7 + 8, savesWide},
	{uint8(unsafe.Offsetof(cpu.X86.HasGFNI)), ecx7 + 8, savesWide},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512VAES)), ecx7 + 9, savesWide},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512VPCLMULQDQ)), ecx7 + 10, savesWide},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512VNNI)), ecx7 + 11, savesWide},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512BITALG)), ecx7 + 12, savesWide},
	{uint8(unsafe.Offsetof(cpu.X86.HasAVX512VPOPCNTDQ)), ecx7 + 14, savesWide},
	{uint8(unsafe.Offsetof(cpu.X86.HasFSRM)), edx7 + 4, 0},
}

const (
	ecx1 = 0
	ebx7 = 32
	ecx7 = 64
	edx7 = 96

	savesAVX  = 1<<1 | 1<<2     // XMM and YMM
	savesWide = savesAVX | 7<<5 // masks and ZMM
)

// cpuinit fills cpu.X86.
//
//go:nosplit
func cpuinit() {
	if cpuKnown {
		return
	}
	cpuKnown = true
	x := &cpu.X86
	var words [4]uint32
	var saved uint32
	words[0], words[1], words[2], words[3], saved = askProcessor()
	for i := range features {
		f := &features[i]
		has := words[f.bit/32]>>(f.bit%32)&1 != 0 && uint8(saved)&f.saves == f.saves
		*(*bool)(add(unsafe.Pointer(x), uintptr(f.field))) = has
	}
	x86HasPOPCNT, x86HasSSE41, x86HasFMA, x86HasAVX = x.HasPOPCNT, x.HasSSE41, x.HasFMA, x.HasAVX
	if x.HasAVX {
		repeatFrom = ^uintptr(0) // never
		if x.HasERMS {           // enhanced REP MOVSB and STOSB, and so MOVSQ and STOSQ
			repeatFrom = 8 << 10
		}
	}
	bytealg.MaxLen = 31
	if x.HasAVX2 {
		bytealg.MaxLen = 63
	}
}
