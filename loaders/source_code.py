"""Source code and configuration: pieces that begin where a definition does, as they are written."""

from __future__ import annotations

from loaders._content import Content

NAME = "source code"
EXTENSIONS = {
    ".py": "text/x-python",
    ".pyi": "text/x-python",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".jsx": "text/jsx",
    ".ts": "text/x-typescript",
    ".tsx": "text/x-typescript",
    ".java": "text/x-java",
    ".kt": "text/x-kotlin",
    ".scala": "text/x-scala",
    ".c": "text/x-c",
    ".h": "text/x-c",
    ".cpp": "text/x-c++",
    ".cc": "text/x-c++",
    ".hpp": "text/x-c++",
    ".cs": "text/x-csharp",
    ".go": "text/x-go",
    ".rs": "text/x-rust",
    ".rb": "text/x-ruby",
    ".php": "text/x-php",
    ".swift": "text/x-swift",
    ".m": "text/x-objective-c",
    ".dart": "text/x-dart",
    ".lua": "text/x-lua",
    ".pl": "text/x-perl",
    ".r": "text/x-r",
    ".jl": "text/x-julia",
    ".hs": "text/x-haskell",
    ".ex": "text/x-elixir",
    ".exs": "text/x-elixir",
    ".clj": "text/x-clojure",
    ".sh": "text/x-sh",
    ".bash": "text/x-sh",
    ".ps1": "text/x-powershell",
    ".bat": "text/x-bat",
    ".sql": "text/x-sql",
    ".vue": "text/x-vue",
    ".css": "text/css",
    ".scss": "text/x-scss",
    ".yaml": "text/x-yaml",
    ".yml": "text/x-yaml",
    ".toml": "text/x-toml",
    ".ini": "text/x-ini",
    ".cfg": "text/x-ini",
    ".conf": "text/x-ini",
    ".properties": "text/x-properties",
    ".tf": "text/x-terraform",
    ".proto": "text/x-protobuf",
    ".graphql": "text/x-graphql",
    ".diff": "text/x-diff",
    ".patch": "text/x-diff",
}
BINARY = False


def recognises(data: bytes) -> bool:
    """A line that says which program runs the script."""
    return data.startswith(b"#!") and b"/" in data[:80].split(b"\n")[0]


def load(data: bytes, name: str, password: str | None) -> Content:
    """Blocks of code with their first lines; `metadata["language"]` is the programming language."""
    del password
    from loaders._code_pieces import read

    return read(data, name)
