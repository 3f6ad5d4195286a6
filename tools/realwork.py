"""What real programs are given to do: for each of tools/projects.py a few command lines and the files they work on, made here."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_WORDS = ("lorem", "ipsum", "dolor", "sit", "amet", "consectetur", "adipiscing", "elit", "sed", "eiusmod", "tempor", "magna", "aliqua")


@dataclass(frozen=True)
class Task:
    """A program's *arguments*, in a folder that *prepare* has filled; *stdin* is a file there, "" for none.

    *status* is the exit status that is expected. *timed* says that it prints times, so that only the files it makes are compared.
    """

    program: str
    arguments: tuple[str, ...]
    what: str
    prepare: Callable[[Path], None] | None = None
    stdin: str = ""
    status: int = 0
    timed: bool = False


def _lines(folder: Path) -> None:
    chance = random.Random(1)
    paths = ("/".join(chance.choices(_WORDS, k=chance.randint(2, 7))) for _ in range(200_000))
    (folder / "lines").write_text("".join(f"{path}.go\n" for path in paths))


def _grammar(folder: Path) -> None:
    """Rules in layers, each used by the one above."""
    rules = "".join(f"r{i}: r{i + 1} | r{i} T{i % 90} r{i + 1} {{ $$ = $1 + $3 }} ;\n" for i in range(300))
    names = " ".join(f"r{i}" for i in range(301))
    tokens = " ".join(f"T{i}" for i in range(90))
    (folder / "grammar.y").write_text(
        f"%{{\npackage main\n%}}\n%union {{ n int }}\n%type <n> {names}\n%token {tokens}\n%token <n> NUMBER\n%%\n"
        f"{rules}r300: NUMBER | '(' r0 ')' {{ $$ = $2 }} ;\n%%\n"
    )


def _scripts(folder: Path) -> None:
    """A graph of 300 modules, each imported by some of the later ones."""
    chance = random.Random(2)
    body = """  const longName = a?.value ?? b.x, { other, ...rest } = b;
  for (const [k, v] of Object.entries(rest)) { if (v > 3) console.log(`item ${k}: ${v}`); }
  return class Local { #p = longName; get v() { return this.#p + CALLS }; async *m() { yield* await other; } };
"""
    for i in range(300):
        used = [chance.randrange(i) for _ in range(min(i, 3))]
        imports = "".join(f"import {{ f{j} as g{k} }} from './m{j}.js'\n" for k, j in enumerate(used))
        calls = " + ".join(f"g{k}(a, b)" for k in range(len(used))) or "1"
        functions = (
            f"export function f{i}{f'_{n}' if n else ''}(a, b = {{x: {n}}}) {{\n{body.replace('CALLS', calls)}}}\n" for n in range(25)
        )
        (folder / f"m{i}.js").write_text(imports + "".join(functions))
    imports = "".join(f"import * as n{i} from './m{i}.js'\n" for i in range(300))
    (folder / "main.ts").write_text(
        imports + "const all: any[] = [" + ", ".join(f"n{i}.f{i}()" for i in range(300)) + "];\nconsole.log(all)\n"
    )


_LAYOUTS = {
    "_default/baseof.html": "<!doctype html><title>{{ .Title }}</title>"
    '<nav>{{ range first 20 site.RegularPages }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}</nav>{{ block "main" . }}{{ end }}',
    "_default/single.html": '{{ define "main" }}<h1>{{ .Title }}</h1>{{ .TableOfContents }}{{ .Content }}<p>{{ .WordCount }}</p>'
    "{{ range site.RegularPages.Related . | first 5 }}<li>{{ .Title }}</li>{{ end }}{{ end }}",
    "_default/list.html": '{{ define "main" }}{{ range (.Paginate .Pages).Pages }}<article>'
    "{{ .Title }} {{ .Summary }}</article>{{ end }}{{ end }}",
}


def _site(folder: Path) -> None:
    """600 pages with tables and code, tags, and templates."""
    chance = random.Random(3)
    for name, text in _LAYOUTS.items():
        path = folder / "layouts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "hugo.toml").write_text('baseURL = "https://example.org/"\ntitle = "T"\n[taxonomies]\ntag = "tags"\n')
    posts = folder / "content" / "posts"
    posts.mkdir(parents=True)
    for i in range(600):
        front = (
            f'---\ntitle: "Post {i}"\ndate: 2024-01-{i % 28 + 1:02d}\ntags: ["{chance.choice(_WORDS)}", "{chance.choice(_WORDS)}"]\n---\n'
        )
        parts = (
            f"\n## Part {n}\n\n{' '.join(chance.choices(_WORDS, k=80))}\n\n"
            f"```go\nfmt.Println({n})\n```\n\n| a | b |\n|---|---|\n| 1 | *2* |\n"
            for n in range(6)
        )
        (posts / f"p{i}.md").write_text(front + "".join(parts))


def _tree(folder: Path) -> None:
    """1,000 small files in a tree, and one of 50 MB."""
    chance = random.Random(4)
    for i in range(1000):
        path = folder / "src" / f"d{i % 37}" / f"f{i}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(chance.randbytes(chance.randrange(8000)))
    (folder / "src" / "large").write_bytes(chance.randbytes(50 << 20))


def _module(folder: Path) -> None:
    (folder / "go.mod").write_text("module example.com/m\n\ngo 1.24\n")
    names = ", ".join(f"Name{i}" for i in range(400))
    (folder / "kinds.go").write_text(
        f"package m\n\ntype Kind int\n\nconst (\n\t_ Kind = iota\n\t{names.replace(', ', chr(10) + chr(9))}\n)\n"
    )


TASKS = (
    Task("goyacc", ("-o", "y.go", "grammar.y"), "tables of a grammar of 300 levels", _grammar),
    Task("stringer", ("-type=Kind", "."), "names of 400 constants", _module),
    Task("fzf", ("--filter=dolor magna !sit",), "200,000 lines filtered", _lines, stdin="lines"),
    Task(
        "esbuild",
        ("main.ts", "--bundle", "--minify", "--sourcemap", "--target=es2018", "--outfile=out.js"),
        "300 modules bundled",
        _scripts,
        timed=True,
    ),
    Task("hugo", ("--minify", "--noBuildLock"), "a site of 600 pages", _site, timed=True),
    Task("rclone", ("sync", "src", "dst", "--checksum", "--config="), "1,000 files and one of 50 MB copied", _tree),
    Task("gh", ("repo", "list", "--help"), "a page of help"),
    Task("gopls", ("symbols", "kinds.go"), "the symbols of a file", _module),
)
"""Done by both runtimes in the same folder; of each program the first is what the table of docs/runtime-min.md shows."""
