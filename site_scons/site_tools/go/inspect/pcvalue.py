"""Tables that map a program counter to a value: the file, the line, the stack depth, the inlined call at an instruction.

Encoding: pairs of variable-length numbers, a value difference (zigzag) and a pc difference in instruction units; a zero value
difference that is not the first ends the table (runtime/symtab.go:step, cmd/internal/obj/pcln.go:funcpctab).
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True)
class PCValues:
    """Runs of equal values: *values[i]* holds from *starts[i]* (bytes from the start of the function) to the next start."""

    starts: tuple[int, ...]
    values: tuple[int, ...]
    end: int

    def at(self, pc: int) -> int:
        """The value at *pc*, -1 outside of the table."""
        if not 0 <= pc < self.end:
            return -1
        return self.values[bisect_right(self.starts, pc) - 1]


def decode_pc_values(data: memoryview, unit: int) -> PCValues:
    """Decode a table; *unit* is the smallest instruction's length in bytes."""
    starts: list[int] = []
    values: list[int] = []
    position, pc, value = 0, 0, -1

    def number() -> int:
        nonlocal position
        result = shift = 0
        while True:
            byte = data[position]
            position += 1
            result |= (byte & 0x7F) << shift
            if byte < 0x80:
                return result
            shift += 7

    while position < len(data):
        encoded = number()
        if encoded == 0 and starts:
            break
        value += -(encoded + 1 >> 1) if encoded & 1 else encoded >> 1
        starts.append(pc)
        values.append(value)
        pc += number() * unit
    return PCValues(tuple(starts), tuple(values), pc)
