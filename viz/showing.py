"""What is made, out of Python: written to a file, shown in a notebook or in the browser.

And what takes long says so, where somebody is watching.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Callable, Iterator

from autograd.errors import AutogradError
from autograd.files import file_name, write_whole

PATIENCE = 2.0  # seconds
NOTEBOOK = 600.0  # points: a wider picture is fitted into its cell
_SIZE = re.compile(r'\swidth="([\d.]+)pt" height="[\d.]+pt"')


class RenderError(AutogradError, RuntimeError):
    """No engine could turn a picture's DOT into an image; the message says what to do."""


class RenderTimeoutError(RenderError, TimeoutError):
    """An engine took longer than it was given; the message says how to draw less."""


def write(path: str, data: bytes) -> None:
    """Write a file whole or not at all, and the folders that it is to lie in."""
    os.makedirs(os.path.dirname(file_name(path)) or ".", exist_ok=True)
    write_whole(path, data)


def show(thing: object, save: Callable[[str], object], name: str) -> None:
    """Show a thing that a notebook can display, or that ``save`` writes to a file of this name.

    Outside a notebook the path is printed, too.
    """
    if _in_notebook():
        sys.modules["IPython"].display.display(thing)
        return
    import tempfile  # noqa: PLC0415 - milliseconds that only this needs

    path = os.path.join(tempfile.mkdtemp(prefix="glassgrad-"), name)
    save(path)
    print(path)  # noqa: T201 - the one function whose purpose is to tell the user
    open_file(path)


def fitted(svg: str) -> str:
    """The same SVG for a notebook, which would cut off what is wider than its cell, and in print.

    Without a width of its own, a picture is as wide as its cell; small ones stay as they are.

    >>> fitted('<svg style="max-width:100%" width="800pt" height="60pt" viewBox="0 0 800 60">')
    '<svg style="width:100%;max-width:800pt" viewBox="0 0 800 60">'
    >>> fitted('<svg style="max-width:100%" width="80pt" height="60pt" viewBox="0 0 80 60">')
    '<svg style="max-width:100%" width="80pt" height="60pt" viewBox="0 0 80 60">'
    """
    start = svg.find("<svg")
    end = svg.find(">", start)
    head = svg[start:end]
    found = _SIZE.search(head)
    if found is None or float(found[1]) < NOTEBOOK:
        return svg
    head = head.replace(found[0], "").replace(
        "max-width:100%", f"width:100%;max-width:{found[1]}pt"
    )
    return svg[:start] + head + svg[end:]


def open_file(path: str) -> bool:
    """Open a file in the browser; whether there is one."""
    import pathlib  # noqa: PLC0415
    import webbrowser  # noqa: PLC0415

    return webbrowser.open(pathlib.Path(path).resolve().as_uri())


@contextlib.contextmanager
def waiting(what: str) -> Iterator[None]:
    """After two seconds, say what is going on: on a terminal's stderr, or in a notebook's cell.

    Programs whose output nobody watches stay quiet.
    """
    say = _speaker()
    if say is None:
        yield
        return
    import threading  # noqa: PLC0415

    timer = threading.Timer(PATIENCE, say, [f"glassgrad: {what} …"])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _speaker() -> Callable[[str], object] | None:
    if _in_notebook():  # its stderr is pink, as for errors
        return print
    stream = sys.stderr
    if stream is None or not stream.isatty():
        return None
    return lambda text: stream.write(f"{text}\n")


def _in_notebook() -> bool:
    """Whether there is a notebook to show something in; a terminal, IPython's too, is none."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")
