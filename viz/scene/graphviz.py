"""Graphviz: the programs that lay DOT out, each run within a time limit, and places asked of them.

`render` tries them in the order of `CHAIN`. graphviz-pure comes first because pip installs it
with us, it draws the same bytes for everyone, and it is the fastest above 2,000 nodes. An engine
is a command that takes the flags of ``dot``, reads DOT and writes an image: only a process can be
stopped when it takes too long.

`scene` asks them where boxes and arrows stand: Graphviz gets sizes and returns places, and never
sees a text. A large graph is laid out with less polish, a direction that takes too long is given up
for the other, and if both do, boxes stand in columns in the order of computing.
"""

from __future__ import annotations

import importlib.metadata
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from ..showing import RenderError, RenderTimeoutError
from . import columns
from .diagram import Diagram, Frame, Point, Scene, Size

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


@dataclass(frozen=True, slots=True)
class Engine:
    """One way to render: its name, where it is, and what it can write.

    ``find`` returns its path, or None if it is not installed. ``formats`` is None if only the
    engine itself knows.
    """

    name: str
    find: Callable[[], str | None]
    formats: frozenset[str] | None = None

    def command(self, suffix: str, layout: str, scale: float) -> list[str] | None:
        """The whole command for one picture, or None if the engine is not installed."""
        path = self.find()
        dpi = [f"-Gdpi={96 * scale:g}"] * (suffix.partition(":")[0] in RASTER)
        return None if path is None else [path, f"-K{layout}", f"-T{suffix}", *dpi]


def at(path: str) -> Engine:
    """The engine of a user's choice: a command or path."""
    return Engine(path, lambda: shutil.which(path))


def _find_pure() -> str | None:
    for path in _pure_places():
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return shutil.which("graphviz-pure")


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


_PURE = frozenset({"svg", "png", "jpg", "jpeg", "json", "xdot", "dot", "gv", "plain"})
CHAIN = (Engine("graphviz-pure", _find_pure, _PURE), at("dot"))


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
    else the first that is installed of graphviz-pure and ``dot``. Any other name is a command
    that takes the flags of ``dot``. ``scale`` is for
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
        "run: pip install graphviz-pure (svg, png), or install Graphviz (pdf, too); "
        f"{_OTHER_WAYS}"
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


# --- places ---------------------------------------------------------------------------------------

DIRECTIONS = ("LR", "TB")
Gaps = Mapping[str, tuple[float, ...]]

MANY = 40  # boxes; more of them stand closer, since they have to be drawn small anyway
CROWDED = 2.2  # the gap between their ranks, in heights of text
# Of more boxes one direction is tried, and the other only if that takes too long.
_LARGE = 150
# For many boxes: without it the search for the shortest arrows may take minutes.
_QUICK = "nslimit=1 nslimit1=1"


def scene(
    diagram: Diagram,
    sizes: Mapping[str, Size],
    *,
    space: Size,
    text: float,
    gaps: Gaps,
    direction: str = "auto",
    enough: float = math.inf,
    timeout: float = TIMEOUT,
) -> Scene:
    """The diagram laid out for a space of that width and height, within ``timeout`` seconds.

    ``sizes`` are those of the boxes, whose letters are ``text`` high. ``gaps`` says how long arrows
    are at least, in heights of text: the first with which all can be drawn ``enough`` times larger
    is taken, or else the best. ``direction`` is LR, TB, or ``auto`` for the better of both.
    """
    ways = DIRECTIONS if direction == "auto" else (direction,)
    if len(diagram.boxes) > _LARGE:
        enough = 0.0  # no direction makes it fit a screen: the first that is found will do
    end = time.monotonic() + timeout
    found: list[Scene] = []
    for number, way in enumerate(ways):
        try:
            for gap in (CROWDED,) if len(diagram.boxes) > MANY else gaps[way]:
                left = max(end - time.monotonic(), 0.05) / (len(ways) - number)
                source = "".join(_dot(diagram, sizes, way, gap * text, text))
                plain = render(source, "plain", timeout=left, size=diagram.size)
                found.append(_read(plain.decode(), diagram))
                if found[-1].scale(space) >= enough:
                    return found[-1]
        except RenderTimeoutError:
            continue
    if not found:
        remark = (
            f"Graphviz did not finish within {timeout:g} s on {diagram.size}, so boxes stand in "
            "columns in the order of computing, and arrows may cross them"
        )
        return columns.ranked(diagram, sizes, text, remark)
    return max(found, key=lambda one: one.scale(space))


def statement(subject: str, **attributes: str) -> str:
    """One statement of DOT, whose values are ready to be written."""
    return f"\t{subject} [{' '.join(f'{key}={value}' for key, value in attributes.items())}]\n"


def _dot(
    diagram: Diagram, sizes: Mapping[str, Size], way: str, gap: float, text: float
) -> Iterator[str]:
    """The diagram as DOT without text: boxes are called by number, since ids may be anything."""
    between = (0.9 if len(diagram.boxes) <= MANY else 0.7) * text
    numbers = {box.id: f"b{number}" for number, box in enumerate(diagram.boxes)}
    yield (
        f"digraph {{ graph [rankdir={way} ordering=in {'splines=line' * bool(diagram.columns)} "
        f"ranksep={gap / 72:.3f} nodesep={between / 72:.3f} "
        f"{_QUICK * (len(diagram.boxes) > MANY)}]\n"
        'node [shape=box fixedsize=true label=""] edge [dir=none]\n'
    )
    for box in diagram.boxes:
        width, height = sizes[box.id]
        yield statement(numbers[box.id], width=f"{width / 72:.4f}", height=f"{height / 72:.4f}")
    for arrow in diagram.arrows:
        yield f"{numbers[arrow.tail]} -> {numbers[arrow.head]}\n"
    for column in diagram.columns:
        chain = " -> ".join(numbers[name] for name in column)
        yield f"{{ rank=same {chain} {'[style=invis]' * (len(column) > 1)} }}\n"
    yield "}\n"


def _read(plain: str, diagram: Diagram) -> Scene:
    """Graphviz' plain format, which measures in inches from the bottom left."""
    margin = columns.MARGIN
    boxes = [box.id for box in diagram.boxes]
    waiting: dict[tuple[str, str], list[str]] = defaultdict(list)
    for arrow in reversed(diagram.arrows):  # the first is taken off the end first
        waiting[arrow.tail, arrow.head].append(arrow.id)
    width = height = 0.0
    frames: dict[str, Frame] = {}
    curves: dict[str, tuple[Point, ...]] = {}

    def point(x: str, y: str) -> Point:
        return margin + float(x) * 72, margin + height - float(y) * 72

    for line in plain.splitlines():
        what, *words = line.split()
        if what == "graph":
            width, height = [float(word) * 72 for word in words[1:3]]
        elif what == "node":
            x, y = point(words[1], words[2])
            wide, high = [float(word) * 72 for word in words[3:5]]
            frames[boxes[int(words[0][1:])]] = Frame(x - wide / 2, y - high / 2, wide, high)
        elif what == "edge":
            ends = boxes[int(words[0][1:])], boxes[int(words[1][1:])]
            at = words[3 : 3 + 2 * int(words[2])]
            if waiting[ends]:  # else it only keeps a column in line
                points = [point(x, y) for x, y in zip(at[::2], at[1::2], strict=True)]
                curves[waiting[ends].pop()] = tuple(points)
    return Scene(width + 2 * margin, height + 2 * margin, frames, curves)
