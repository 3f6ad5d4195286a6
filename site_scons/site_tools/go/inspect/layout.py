"""The layout of a Go object file: its blocks and their records (cmd/internal/goobj/objfile.go, funcinfo.go; the same since Go 1.20)."""

from __future__ import annotations

import struct

MAGIC = b"\x00go120ld"
FILE_HEADER = struct.Struct("<8s8sI19I")
WORD = struct.Struct("<I")
STRING = struct.Struct("<II")
AUTOLIB = struct.Struct("<II8s")
SYMBOL = struct.Struct("<IIHBBBII")
RELOCATION = struct.Struct("<iBHqII")
AUXILIARY = struct.Struct("<BII")
REFERENCE_NAME = struct.Struct("<IIII")
# How a function's FuncInfo begins: args, locals, ID, flags, start line, number of files. The files follow, then the inlined calls likewise.
FUNCTION = struct.Struct("<IIBBxxiI")
INLINED = struct.Struct("<iiiIIi")

# The blocks of the header, in order (objfile.go, "Blocks").
(AUTOLIBS, PACKAGES, FILES, DEFINED, HASHED64, HASHED, NONPACKAGE, REFERENCES, _, _, _) = range(11)
(RELOCATION_INDEX, AUXILIARY_INDEX, DATA_INDEX, RELOCATIONS, AUXILIARIES, DATA, REFERENCE_NAMES, END) = range(11, 19)

# Package indices with a special meaning ("Package Index" there).
NO_PACKAGE = 2**31 - 1
HASHED64_PACKAGE, HASHED_PACKAGE, BUILTIN_PACKAGE, OWN_PACKAGE = NO_PACKAGE - 1, NO_PACKAGE - 2, NO_PACKAGE - 3, NO_PACKAGE - 4
