"""Offsets in a file as lines and columns, with ``//line`` directives applied as go/token does."""

from __future__ import annotations

import re

_LINE_DIRECTIVE = re.compile(rb"^//line (.*?):(\d+)(?::(\d+))?\r?$", re.MULTILINE)


class Places:
    """Turns offsets into (line, column, file) quickly when they are asked for in rising order."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._offset = 0
        self._line = 1
        # (line that follows the directive, line it stands for, file); go/scanner updateLineInfo, go/token File.unpack.
        self._directives: list[tuple[int, int, str]] = []
        if b"//line " in data:
            for found in _LINE_DIRECTIVE.finditer(data):
                following = data.count(b"\n", 0, found.start()) + 2
                self._directives.append((following, int(found.group(2)), found.group(1).decode("utf-8", "replace")))

    def line(self, offset: int) -> int:
        """The line of *offset* in the file itself, from 1."""
        if offset >= self._offset:
            self._line += self._data.count(b"\n", self._offset, offset)
        else:
            self._line = self._data.count(b"\n", 0, offset) + 1
        self._offset = offset
        return self._line

    def at(self, offset: int) -> tuple[int, int, str]:
        """(line, column in bytes from 1, "") of *offset*, or under a ``//line`` directive (its line, 0, its file).

        The end of the file belongs to its last line, also behind a newline: go/token knows no line that has not begun.
        """
        if offset and offset == len(self._data):
            line, column, file = self.at(offset - 1)
            return line, column + 1 if column else 0, file
        line = self.line(offset)
        for following, stands_for, file in reversed(self._directives):
            if line >= following:
                return stands_for + line - following, 0, file
        return line, offset - self._data.rfind(b"\n", 0, offset), ""
