"""`Player`: a story as a page, in a file, in the browser or in a notebook."""

from __future__ import annotations

import html
import os
from collections.abc import Callable, Iterable
from typing import Any

from .. import showing
from ..say.story import Story
from ..scene.graphviz import TIMEOUT
from ..showing import RenderError
from . import document as page

HEIGHT = 640  # pixels: what a notebook shows below its menus on a small screen


class Player:
    """What `viz.player` returns: one offline page that steps through a computation.

    In a notebook it shows itself, in a frame of its own.
    """

    def __init__(self, story: Story, *, theme: str = "auto", direction: str = "auto") -> None:
        if theme not in page.THEMES:
            raise ValueError(f"theme={theme!r} is none of {', '.join(page.THEMES)}")
        if direction not in page.DIRECTIONS:
            raise ValueError(f"direction={direction!r} is none of {', '.join(page.DIRECTIONS)}")
        self.story = story
        self.theme = theme
        self.direction = direction
        self._page = ""

    def __repr__(self) -> str:
        return f"<Player of {self._size()}: .show(), .save('player.html')>"

    def _size(self) -> str:
        views, steps = len(self.story.views), sum(len(view.steps) for view in self.story.views)
        return f"{views:,} view{'s'[: views > 1]} and {steps:,} steps"

    def html(self, *, timeout: float = TIMEOUT) -> str:
        """The page as text; each of its pictures may take ``timeout`` seconds to lay out."""
        if not self._page:
            text = page.page(
                self.story, theme=self.theme, direction=self.direction, timeout=timeout
            )
            # A label may hold half a character, which no file can.
            self._page = text.encode("utf-8", "replace").decode()
        return self._page

    def save(self, path: str | os.PathLike[str], *, timeout: float = TIMEOUT) -> str:
        """Write the page to a file that ends in ``.html``, whole or not at all; return its path."""
        path = os.fspath(path)
        if not path.lower().endswith((".html", ".htm")):
            raise ValueError(
                f"save({path!r}): a player is an HTML page; write save('player.html'), or "
                "viz.animate(value).save('loss.svg') for a picture that plays"
            )
        showing.write(path, self.html(timeout=timeout).encode())
        return path

    def show(self) -> None:
        """Show the page: inline in a notebook, else in the browser, and print its path."""
        showing.show(self, self.save, "player.html")

    def _repr_mimebundle_(
        self,
        include: Iterable[str] | None = None,
        exclude: Iterable[str] | None = None,
        **_: object,
    ) -> dict[str, Any]:
        """For Jupyter: the page in a frame, and a line of text for where none can be shown."""
        return _bundle(self.html, repr(self), include, exclude)


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


def _bundle(
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
