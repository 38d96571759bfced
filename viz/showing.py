"""What is made, out of Python: written to a file, shown in a notebook or in the browser."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from autograd.files import file_name, write_whole


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


def open_file(path: str) -> bool:
    """Open a file in the browser; whether there is one."""
    import pathlib  # noqa: PLC0415
    import webbrowser  # noqa: PLC0415

    return webbrowser.open(pathlib.Path(path).resolve().as_uri())


def _in_notebook() -> bool:
    """Whether there is a notebook to show something in; a terminal, IPython's too, is none."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")
