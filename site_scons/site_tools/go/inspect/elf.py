"""What a linked program is: segments, sections, sizes, and whether it stands on its own.

Reads ELF with pyelftools, which is needed only here (``pip install scons-go[inspect]``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import GoError, Position

_WRITE, _ALLOCATED, _EXECUTE = 1, 2, 4  # sh_flags
_SEGMENT_EXECUTE, _SEGMENT_WRITE, _SEGMENT_READ = 1, 2, 4  # p_flags


@dataclass(frozen=True, slots=True)
class Segment:
    """A program header: *type* such as ``PT_LOAD``; *access* such as ``r-x``; addresses and sizes in bytes."""

    type: str
    access: str
    offset: int
    address: int
    file_size: int
    memory_size: int


@dataclass(frozen=True, slots=True)
class Section:
    """A section header: *access* such as ``rw-``, "" where it is not loaded; *size* in bytes (in memory for .bss)."""

    name: str
    type: str
    access: str
    offset: int
    address: int
    size: int


@dataclass(frozen=True, slots=True)
class ElfSymbol:
    """A symbol of a symbol table: *kind* as ``STT_FUNC``; *defined* is false where another file has to provide it."""

    name: str
    kind: str
    address: int
    size: int
    defined: bool


@dataclass(frozen=True)
class ElfProgram:
    """A linked program or object as its headers describe it; sizes in bytes."""

    path: str
    type: str
    machine: str
    size: int
    stripped_size: int
    interpreter: str
    needed: tuple[str, ...]
    segments: tuple[Segment, ...]
    sections: tuple[Section, ...]
    symbols: tuple[ElfSymbol, ...]

    @property
    def undefined(self) -> tuple[str, ...]:
        """The names that something else must define at run time, sorted."""
        return tuple(sorted({symbol.name for symbol in self.symbols if symbol.name and not symbol.defined}))

    @property
    def loaded(self) -> tuple[Section, ...]:
        """The sections that are part of the running program."""
        return tuple(section for section in self.sections if section.access)

    def dependence(self) -> tuple[str, ...]:
        """Why the program is not one static, closed file without a writable and executable segment; empty where it is one."""
        faults: list[str] = []
        if self.type != "ET_EXEC":
            faults.append(f"is {self.type}, not a fixed-address executable (ET_EXEC)")
        if self.interpreter:
            faults.append(f"needs the interpreter {self.interpreter}")
        faults += [f"needs the library {name}" for name in self.needed]
        faults += [f"does not define the symbol {name}" for name in self.undefined]
        for segment in self.segments:
            if segment.type in ("PT_LOAD", "PT_GNU_STACK") and "w" in segment.access and "x" in segment.access:
                faults.append(f"has a writable and executable segment ({segment.type} at {segment.address:#x})")
        return tuple(faults)


def _access(readable: bool, writable: bool, executable: bool) -> str:
    return ("r" if readable else "-") + ("w" if writable else "-") + ("x" if executable else "-")


def _section_access(flags: int) -> str:
    return _access(True, bool(flags & _WRITE), bool(flags & _EXECUTE)) if flags & _ALLOCATED else ""


def stripped_size(sections: tuple[Section, ...], segments: tuple[Segment, ...], header_table: tuple[int, int, int]) -> int:
    """The size in bytes of the file that ``-ldflags='-s -w'`` (or strip) leaves: what is loaded, and section headers for it.

    *header_table* is (offset, entry size, number) of the section headers. Go's linker puts them into the first page, which is loaded
    anyway; others put them last.
    """
    loaded = [section for section in sections if section.access]
    rest = [s.offset for s in sections if not s.access and s.type not in ("SHT_NULL", "SHT_NOBITS")]
    end = max((s.offset + s.file_size for s in segments if s.type == "PT_LOAD"), default=0)
    start = min((offset for offset in rest if offset >= end), default=end)
    names = 1 + sum(len(section.name) + 1 for section in loaded) + len(".shstrtab") + 1
    offset, entry, _ = header_table
    headers = 0 if 0 < offset < end else entry * (len(loaded) + 2)
    return start + names + headers


def read_elf(path: str) -> ElfProgram:
    """Read the ELF file at *path*; raises :class:`GoError` for anything else."""
    try:
        from elftools.common.exceptions import ELFError
        from elftools.elf.elffile import ELFFile
    except ImportError:
        raise GoError("reading a linked program needs pyelftools: pip install pyelftools (or scons-go[inspect])") from None
    try:
        with open(path, "rb") as handle:
            elf = ELFFile(handle)
            segments, interpreter, needed = _segments(elf)
            sections, symbols = _sections(elf)
            size = handle.seek(0, 2)
            table = (elf["e_shoff"], elf["e_shentsize"], elf["e_shnum"])
            return ElfProgram(
                path=path,
                type=elf["e_type"],
                machine=elf.get_machine_arch(),
                size=size,
                stripped_size=stripped_size(sections, segments, table),
                interpreter=interpreter,
                needed=needed,
                segments=segments,
                sections=sections,
                symbols=symbols,
            )
    except OSError as error:
        raise GoError(error.strerror or str(error), Position(path)) from None
    except (ELFError, KeyError, ValueError) as error:
        raise GoError(f"not an ELF file, or a damaged one: {error}", Position(path)) from None


def _segments(elf: Any) -> tuple[tuple[Segment, ...], str, tuple[str, ...]]:
    segments: list[Segment] = []
    interpreter, needed = "", []
    for segment in elf.iter_segments():
        header = segment.header
        flags = header.p_flags
        access = _access(bool(flags & _SEGMENT_READ), bool(flags & _SEGMENT_WRITE), bool(flags & _SEGMENT_EXECUTE))
        segments.append(Segment(str(header.p_type), access, header.p_offset, header.p_vaddr, header.p_filesz, header.p_memsz))
        if header.p_type == "PT_INTERP":
            interpreter = segment.get_interp_name()
        elif header.p_type == "PT_DYNAMIC":
            needed += [tag.needed for tag in segment.iter_tags("DT_NEEDED")]
    return tuple(segments), interpreter, tuple(needed)


def _sections(elf: Any) -> tuple[tuple[Section, ...], tuple[ElfSymbol, ...]]:
    sections: list[Section] = []
    symbols: list[ElfSymbol] = []
    for section in elf.iter_sections():
        header = section.header
        kind = str(header.sh_type)
        sections.append(Section(section.name, kind, _section_access(header.sh_flags), header.sh_offset, header.sh_addr, header.sh_size))
        if kind in ("SHT_SYMTAB", "SHT_DYNSYM"):
            for symbol in section.iter_symbols():
                entry = symbol.entry
                defined = entry.st_shndx != "SHN_UNDEF"
                symbols.append(ElfSymbol(symbol.name, str(entry.st_info.type), entry.st_value, entry.st_size, defined))
    return tuple(sections), tuple(symbols)
