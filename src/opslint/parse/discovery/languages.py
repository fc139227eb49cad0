"""Programming languages by file name: what shows that a repository has source code.

YAML, HCL, Markdown, JSON, HTML, style sheets, queries and configuration languages (CUE, Jsonnet, Rego, Nix) are none; nor
are notebooks, which are companions of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from opslint.parse.discovery.aside import aside
from opslint.source.words.late import late

BY_LANGUAGE: dict[str, str] = {
    "ABAP": "abap", "Ada": "adb ads", "Agda": "agda", "Apex": "apex", "Assembly": "asm s", "Astro": "astro", "AWK": "awk",
    "Ballerina": "bal", "C": "c", "C#": "cs csx cshtml razor", "C++": "cc cpp cxx c++ hh hpp hxx h++ ipp tpp",
    "C/C++ header": "h", "Cairo": "cairo", "Carbon": "carbon", "Chapel": "chpl", "Clojure": "clj cljs cljc bb",
    "COBOL": "cob cbl cobol", "CoffeeScript": "coffee", "Common Lisp": "lisp cl lsp asd", "Crystal": "cr", "CUDA": "cu cuh",
    "Cython": "pyx pxd", "D": "d di", "Dart": "dart", "Elixir": "ex exs", "Elm": "elm", "Emacs Lisp": "el", "ERB": "erb",
    "Erlang": "erl hrl", "F#": "fs fsx fsi", "Fortran": "f f77 f90 f95 f03 f08 for", "Gleam": "gleam",
    "GLSL": "glsl vert frag", "Go": "go", "Groovy": "groovy", "Hack": "hack", "Haskell": "hs lhs", "Haxe": "hx",
    "HLSL": "hlsl", "Idris": "idr", "Java": "java", "JavaScript": "js mjs cjs jsx", "Julia": "jl", "Kotlin": "kt kts",
    "Lean": "lean", "Lua": "lua", "MATLAB": "mlx", "Mojo": "mojo", "Move": "move", "Nim": "nim nims", "Objective-C": "m mm",
    "OCaml": "ml mli mll mly", "Odin": "odin", "OpenCL": "opencl", "Pascal": "pas dpr lpr", "Perl": "pl pm",
    "PHP": "php phtml", "PowerShell": "ps1 psm1", "Prolog": "prolog", "PureScript": "purs", "Python": "py pyw", "R": "r",
    "Racket": "rkt", "Raku": "raku rakumod", "ReScript": "res resi", "Roc": "roc", "Ruby": "rb", "Rust": "rs",
    "Scala": "scala sc", "Scheme": "scm ss sld", "Shell": "sh bash zsh ksh fish", "Smalltalk": "st", "Solidity": "sol",
    "Stan": "stan", "Standard ML": "sml", "Svelte": "svelte", "Swift": "swift", "SystemVerilog": "sv svh", "Tcl": "tcl",
    "TypeScript": "ts tsx mts cts", "V": "v", "Vala": "vala", "VHDL": "vhd vhdl", "Visual Basic": "vb", "Vue": "vue",
    "Vyper": "vy", "WebAssembly": "wat", "Zig": "zig",
}  # fmt: skip
BY_ENDING: dict[str, str] = {ending: language for language, endings in BY_LANGUAGE.items() for ending in endings.split()}

# Files of a programming language that only configure a tool, or that a machine wrote.
NOT_SOURCE_ENDS = (
    ".config.js", ".config.cjs", ".config.mjs", ".config.ts", ".config.cts", ".config.mts", ".min.js", ".bundle.js", ".d.ts",
    "_pb2.py", "_pb2_grpc.py", ".pb.go",
)  # fmt: skip
NOT_SOURCE_NAMES = frozenset({"gulpfile.js", "gulpfile.ts", "gruntfile.js", "gruntfile.ts", "jest.setup.js", "jest.setup.ts"})

TOOLING_LANGUAGES = frozenset({"Shell", "PowerShell", "AWK"})
TOOLING_FOLDERS = late(r"(?:^|/)(?:scripts?|hack|\.?ci|tools?|tooling|bootstrap)/", re.IGNORECASE)
"""What handles the manifests or the infrastructure of a repository, rather than being its product."""


def without_tooling(paths: Iterable[str]) -> Iterator[str]:
    """The paths that can be the product of a repository that also declares manifests or infrastructure.

    There, shell scripts and whatever stands in a folder for scripts serve those files; a program beside them stays source code.
    """
    return (path for path in paths if language_of(path) not in TOOLING_LANGUAGES and not TOOLING_FOLDERS.search(path))


def language_of(path: str) -> str | None:
    """The programming language of a file by its ending, None for what is no source code."""
    lower = path.lower()
    _, dot, ending = lower.rpartition(".")
    language = BY_ENDING.get(ending) if dot else None
    if language is None or lower.startswith(".") or "/." in lower or lower.endswith(NOT_SOURCE_ENDS):
        return None
    return None if lower.rpartition("/")[2] in NOT_SOURCE_NAMES else language


def count_languages(paths: Iterable[str]) -> tuple[dict[str, int], dict[str, str]]:
    """Count the source files of a tree by language.

    Shape: counts, most first and then by name; the first file of each language. What stands aside is not counted.
    """
    counts: dict[str, int] = {}
    samples: dict[str, str] = {}
    for path in paths:
        language = language_of(path)
        if language is None or aside(path):
            continue
        counts[language] = counts.get(language, 0) + 1
        samples.setdefault(language, path)
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    return {name: counts[name] for name in ordered}, {name: samples[name] for name in ordered}
