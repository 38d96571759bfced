"""What `draw` returns: a `graphviz.Digraph` that renders through our own chain of engines.

Imported on the first drawing, since it imports graphviz.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from typing import Any

import graphviz

from .. import showing
from ..checks import did_you_mean
from ..scene.diagram import Diagram
from ..scene.graphviz import SCALE, TIMEOUT, is_whole, render
from ..showing import RenderError
from . import dot, edge_label_placement, text
from .palette import THEMES
from .slide import LEAST, letters

IMAGES = ("svg", "png", "pdf", "jpg", "jpeg", "gif", "webp", "ps", "eps")
LAYOUTS = ("dot", "neato", "fdp", "sfdp", "circo", "twopi", "osage", "patchwork")

PATIENCE = 3.0  # seconds for a picture that may turn out too small to read

Path = str | os.PathLike[str]


class Picture(graphviz.Digraph):  # type: ignore[misc] # graphviz ships no types
    r"""A drawing: shows itself in a notebook, and becomes a file or text in any format.

    It is a `graphviz.Digraph`, so ``.source``, ``.pipe()``, ``.render()`` and ``.view()`` work
    as there, and nodes and edges can be added to it. No ``dot`` needs to be installed.

    >>> from autograd import Value
    >>> import viz
    >>> picture = viz.draw(Value(2.0, label="a") * 3.0)
    >>> picture.svg().startswith("<?xml"), picture.png().startswith(b"\x89PNG")
    (True, True)
    """

    def __init__(self, *args: Any, diagram: Diagram, theme: str, **kwargs: Any) -> None:
        self.diagram = diagram
        self.theme = theme
        super().__init__(*args, **kwargs)

    @classmethod
    def of(cls, diagram: Diagram, theme: str) -> Picture:
        """The picture of a diagram, in the colours of a theme."""
        graph, node, edge = dot.settings(diagram, THEMES[theme])
        return cls(
            "glassgrad",
            diagram=diagram,
            theme=theme,
            format="svg",
            graph_attr=graph,
            node_attr=node,
            edge_attr=edge,
            body=list(dot.body(diagram, THEMES[theme])),
        )

    def _copy_kwargs(self, **kwargs: Any) -> Any:
        return {**super()._copy_kwargs(**kwargs), "diagram": self.diagram, "theme": self.theme}

    def __dir__(self) -> list[str]:  # what to try first; graphviz' other 30 work as well
        return sorted({"diagram", "theme", "source", "pipe", "render", "view", *vars(Picture)})

    def __repr__(self) -> str:
        return f"<Picture of {self.diagram.size}: .show(), .save('picture.svg'), print(.text())>"

    @property
    def is_legible(self) -> bool:
        """Whether its letters have nine pixels or more when it fills a slide."""
        estimated = letters(self.diagram)
        if not 0.7 * LEAST <= estimated < 2 * LEAST:
            return estimated >= LEAST
        try:
            svg = self.svg(timeout=PATIENCE)
        except RenderError:
            return estimated >= LEAST
        width, height = re.findall(r'(?:width|height)="([\d.]+)pt"', svg[:2000])[:2]
        return letters(self.diagram, (float(width), float(height))) >= LEAST

    # --- formats ----------------------------------------------------------------------------------

    def svg(self, *, engine: str | None = None, timeout: float = TIMEOUT) -> str:
        """The picture as SVG text.

        ``engine`` is graphviz-pure, dot or a path; else the environment variable GLASSGRAD_DOT;
        else the first of the two that is installed. It gets ``timeout`` seconds.
        """
        return _whole(self._image("svg", engine=engine, timeout=timeout), "svg").decode()

    def png(
        self, *, scale: float = SCALE, engine: str | None = None, timeout: float = TIMEOUT
    ) -> bytes:
        """The picture as PNG bytes, ``scale`` pixels for each pixel of the SVG.

        A very large picture is drawn smaller, in 32 megapixels. The fonts are the engine's:
        graphviz-pure has none for Chinese and its neighbours, a system ``dot`` has the system's.
        """
        return _whole(self._image("png", engine=engine, timeout=timeout, scale=scale), "png")

    def dot(self) -> str:
        """The picture in the language of Graphviz; the same as ``.source``."""
        source: str = self.source
        return source

    def text(self) -> str:
        """The picture as a tree of text, from the root down to the leaves."""
        return text.tree(self.diagram)

    def mermaid(self) -> str:
        """The picture as a Mermaid flowchart, for Markdown; at most 500 edges."""
        return text.flowchart(self.diagram, THEMES[self.theme])

    # --- out of Python ----------------------------------------------------------------------------

    def save(
        self,
        filename: Path | None = None,
        directory: Path | None = None,
        *,
        skip_existing: bool | None = False,
        engine: str | None = None,
        timeout: float = TIMEOUT,
    ) -> str:
        """Write the picture to a file in the format of its suffix, and return the path.

        Images: svg, png, pdf, jpg and what else the engine writes; texts: gv or dot, txt (the
        tree), mmd (Mermaid). Without a name it is graphviz' own: DOT, as ``glassgrad.gv``. The
        file is written whole or not at all.
        """
        path = self._path(filename, directory)
        if skip_existing and os.path.exists(path):
            return path
        texts: dict[str, Callable[[], str]] = {
            "gv": self.dot,
            "dot": self.dot,
            "txt": self.text,
            "mmd": self.mermaid,
        }
        suffix = _suffix(path)
        if suffix in texts:
            data = texts[suffix]().encode()
        elif suffix in IMAGES:
            data = _whole(self._image(suffix, engine=engine, timeout=timeout), suffix)
        else:
            known = [f".{name}" for name in (*IMAGES, *texts)]
            problem = f"the suffix .{suffix} is no format" if suffix else "no suffix says no format"
            rest = did_you_mean(f".{suffix}", known, f"write one of {' '.join(known)}")
            raise ValueError(f"save({path!r}): {problem}{rest}")
        showing.write(path, data)
        return path

    def show(self) -> None:
        """Show the picture: inline in a notebook, else in the browser, and print its path."""
        showing.show(self, self.save, "picture.svg")

    def _repr_mimebundle_(
        self,
        include: Iterable[str] | None = None,
        exclude: Iterable[str] | None = None,
        **_: object,
    ) -> dict[str, Any]:
        """For Jupyter: the picture and, for where none can be shown, the tree of text."""
        makers: dict[str, Callable[[], str | bytes]] = {
            "image/svg+xml": lambda: showing.fitted(self.svg()),
            "image/png": self.png,
            "text/plain": self.text,
        }
        wanted = {"image/svg+xml", "text/plain"} if include is None else set(include)
        bundle: dict[str, Any] = {}
        for mime in [mime for mime in makers if mime in wanted - set(exclude or ())]:
            try:
                bundle.setdefault(mime, makers[mime]())
            except RenderError as error:
                # A traceback would hide the text, which needs no engine.
                bundle["text/plain"] = f"{self.text()}\n({error})"
        return bundle

    # --- as graphviz has it -----------------------------------------------------------------------

    def pipe(
        self,
        format: str | None = None,  # noqa: A002 - graphviz' word
        renderer: str | None = None,
        formatter: str | None = None,
        *,
        quiet: bool = False,  # noqa: ARG002 - no engine's messages are ever printed
        engine: str | None = None,
        encoding: str | None = None,
    ) -> Any:
        """The picture in any format, as bytes, or as text if ``encoding`` is given.

        ``engine`` is a layout of Graphviz (dot, neato, ...) or one of our engines.
        """
        suffix = ":".join([part for part in (format or self.format, renderer, formatter) if part])
        is_layout = engine in LAYOUTS
        image = self._image(suffix, **{"layout" if is_layout else "engine": engine or None})
        return image if encoding is None else image.decode(encoding)

    def render(  # noqa: PLR0917 - graphviz' parameters
        self,
        filename: Path | None = None,
        directory: Path | None = None,
        view: bool = False,  # noqa: FBT001, FBT002
        cleanup: bool = False,  # noqa: FBT001, FBT002
        format: str | None = None,  # noqa: A002
        renderer: str | None = None,
        formatter: str | None = None,
        *,
        quiet: bool = False,
        quiet_view: bool = False,
        outfile: Path | None = None,
        engine: str | None = None,
    ) -> str:
        """Write the DOT and, beside it, the image, whose path is returned."""
        if outfile is not None:
            image = self._path(outfile, directory)
            source = self._path(filename, directory) if filename else f"{_stem(image)}.gv"
            suffix = format or _suffix(image) or self.format
        else:
            source = self._path(filename, directory)
            suffix = format or self.format
            image = ".".join([part for part in (source, formatter, renderer, suffix) if part])
        showing.write(image, self.pipe(suffix, renderer, formatter, quiet=quiet, engine=engine))
        if not cleanup:
            showing.write(source, self.source.encode())
        if view or quiet_view:
            showing.open_file(image)
        return image

    def _path(self, filename: Path | None, directory: Path | None) -> str:
        return os.path.join(directory or self.directory or "", filename or self.filename)

    def _image(self, suffix: str, **options: Any) -> bytes:
        options = {"layout": self.engine, "size": self.diagram.size, **options}
        source = self.source
        has_numbers = self.diagram.columns and any(arrow.lines for arrow in self.diagram.arrows)
        if has_numbers and suffix.partition(":")[0] in IMAGES:
            laid_out = render(source, "svg", **options).decode(errors="replace")
            theme = THEMES[self.theme]
            source = edge_label_placement.placed(source, self.diagram, theme, laid_out)
        return render(source, suffix, **options)


def _whole(image: bytes, suffix: str) -> bytes:
    """``image``, if it is one; `pipe` and `render` hand over whatever the engine has written."""
    if is_whole(image, suffix):
        return image
    raise RenderError(
        f"the engine has written no {suffix}, or not all of it: {len(image)} bytes that begin "
        f"with {image[:20]!r}; name another: engine='graphviz-pure'"
    )


def _suffix(path: str) -> str:
    return os.path.splitext(path)[1].removeprefix(".").lower()


def _stem(path: str) -> str:
    return os.path.splitext(path)[0]
