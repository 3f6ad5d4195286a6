"""A coverage report as one HTML page: packages and files with their shares, and sources in which code that did not run stands out.

The page needs no script and nothing from the network; the same profile and sources give the same bytes.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator

from .coverprofile import Block, Profile, Share, package_shares, share

Counts = list[tuple[Block, int]]
Read = Callable[[str], "bytes | None"]

_STYLE = """
:root { color-scheme: light dark; --ran: #0a7d33; --missed: #c4262e; --faint: #8888; --shade: #8881; }
@media (prefers-color-scheme: dark) { :root { --ran: #56c271; --missed: #ff7b72; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
td { padding: .1rem .5rem; border-top: 1px solid var(--faint); }
td:nth-child(n+2) { text-align: right; white-space: nowrap; width: 1%; font-variant-numeric: tabular-nums; }
tr.package td { font-weight: 600; background: var(--shade); }
tr.file td:first-child { padding-left: 1.5rem; }
meter { width: 8rem; }
summary { cursor: pointer; padding: .3rem 0; font-weight: 600; }
pre { overflow-x: auto; tab-size: 4; font: 13px/1.45 ui-monospace, monospace; margin: 0 0 1.5rem; }
pre i { display: inline-block; width: 4em; text-align: right; padding-right: 1em; color: var(--faint); font-style: normal; }
pre i { user-select: none; }
b { font-weight: inherit; color: var(--ran); }
b.missed { color: var(--missed); background: color-mix(in srgb, var(--missed) 12%, transparent); }
"""


def coverage_page(profile: Profile, read: Read, title: str = "Coverage") -> str:
    """The report on *profile*; *read* gives the source of a file by its name in the profile, None if it cannot be found."""
    files = profile.files()
    total = share(profile.counts.items())
    parts = [
        "<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n<meta name=viewport content='width=device-width'>\n",
        f"<title>{html.escape(title)} {total}</title>\n<style>{_STYLE}</style>\n",
        f"<h1>{html.escape(title)}</h1>\n",
        f"<p>{total.covered} of {total.total} statements ran: {total} (mode {html.escape(profile.mode)})</p>\n",
        "<table>\n",
        *_table(profile, files),
        "</table>\n",
        *(_source(name, counts, read(name)) for name, counts in files.items()),
        "</html>\n",
    ]
    return "".join(parts)


def _table(profile: Profile, files: dict[str, Counts]) -> Iterator[str]:
    for path, package in package_shares(profile).items():
        yield _row("package", html.escape(path), package)
        for name, counts in files.items():
            folder, _, base = name.rpartition("/")
            if folder == path:
                yield _row("file", f'<a href="#{html.escape(name, quote=True)}">{html.escape(base)}</a>', share(counts))


def _row(kind: str, label: str, value: Share) -> str:
    meter = f"<meter max=100 value={value.percent:.1f}></meter>"
    return f"<tr class={kind}><td>{label}<td>{meter}<td>{value}<td>{value.covered}/{value.total}\n"


def _source(name: str, counts: Counts, content: bytes | None) -> str:
    head = f'<details open id="{html.escape(name, quote=True)}"><summary>{html.escape(name)} — {share(counts)}</summary>\n'
    if content is None:
        return head + "<p>The source is not to be found.</p></details>\n"
    return head + "<pre>" + "".join(_lines(content, counts)) + "</pre></details>\n"


def _lines(content: bytes, counts: Counts) -> Iterator[str]:
    """The lines of a file as HTML; blocks are marked line by line, as no element may span lines that scroll."""
    coming, open_blocks = iter([*counts, None]), Counts()
    following = next(coming)
    for number, line in enumerate(content.split(b"\n"), 1):
        while following and following[0].line <= number:
            open_blocks.append(following)
            following = next(coming)
        open_blocks = [(block, count) for block, count in open_blocks if block.end_line >= number]
        yield f"<i>{number}</i>{_line(line, number, open_blocks)}\n"


def _line(line: bytes, number: int, counts: Counts) -> str:
    text, at = "", 0
    for block, count in counts:
        start = max(block.column - 1 if number == block.line else len(line) - len(line.lstrip()), at)
        end = min(block.end_column - 1, len(line)) if number == block.end_line else len(line)
        if start < end:
            kind = "" if count else " class=missed"
            text += _escape(line[at:start]) + f'<b{kind} title="{count}">{_escape(line[start:end])}</b>'
            at = end
    return text + _escape(line[at:])


def _escape(line: bytes) -> str:
    return html.escape(line.decode("utf-8", "replace"), quote=False)
