"""A page in a notebook: in a frame that shares nothing with the notebook or with other frames."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from typing import Any

from ..errors import RenderError

HEIGHT = 640  # pixels: what a notebook shows below its menus on a small screen


def frame(page: str, height: int = HEIGHT) -> str:
    """A page as an element of another: it may run its own script, and nothing else.

    >>> frame('<p title="a">')[:52]
    '<iframe sandbox="allow-scripts" allow="fullscreen *"'
    """
    return (
        '<iframe sandbox="allow-scripts" allow="fullscreen *" '
        f'title="glassgrad player" style="width:100%;height:{height}px;border:0" '
        f'srcdoc="{html.escape(page)}"></iframe>'
    )


def bundle(
    page: Callable[[], str],
    text: str,
    include: Iterable[str] | None,
    exclude: Iterable[str] | None,
) -> dict[str, Any]:
    """What Jupyter asks of an object that shows itself."""
    wanted = ({"text/html", "text/plain"} if include is None else set(include)) - set(exclude or ())
    shown: dict[str, Any] = {}
    if "text/html" in wanted:
        try:
            shown["text/html"] = frame(page())
        except RenderError as error:  # a traceback would hide the text
            text = f"{text}\n({error})"
    if "text/plain" in wanted or not shown:
        shown["text/plain"] = text
    return shown
