package runtime

import (
	"internal/bytealg"
	"internal/cpu"
)

// cpuinit finds out what the processor can do, for compiled code, for memmove, and for the packages that ask internal/cpu. All of them
// take the slower way until then. The allocator calls it before its first object: a program that allocates nothing has nothing to gain.
func cpuinit() {
	cpu.Initialize("")
	x86HasPOPCNT = cpu.X86.HasPOPCNT
	x86HasSSE41 = cpu.X86.HasSSE41
	x86HasFMA = cpu.X86.HasFMA
	x86HasAVX = cpu.X86.HasAVX
	if cpu.X86.HasAVX {
		memmoveBits |= avxSupported
	}
	if cpu.X86.HasERMS && cpu.X86.HasFSRM {
		memmoveBits |= repmovsPreferred
	}
	bytealg.MaxLen = 31
	if cpu.X86.HasAVX2 {
		bytealg.MaxLen = 63
	}
}
