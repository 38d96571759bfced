"""matplotlib's plots as parts of a page: in both themes, small, and the same at every run."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from autograd import no_grad
from viz.render.palette import THEMES as PALETTES
from viz.render.palette import Theme

from . import missing, page

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Draw = Callable[["Axes"], object]

POINTS = 72  # to an inch
FONTS = ["DejaVu Sans", "Verdana", "sans-serif"]
SALT = "glassgrad"  # of ids, which otherwise would be new at every run
SHORT = 500  # characters of a path
NOTHING_MORE = dict.fromkeys(("Date", "Creator", "Format", "Type"))  # not the date above all


def plotted(
    files: page.Files, draw: Draw, name: str, words: str, *, width: float = 6.0, height: float = 3.6
) -> str:
    """A plot in both themes: markup for a page; ``files`` get ``name-light.svg``, ….

    ``draw`` gets the Axes, ``words`` is what a screen reader says; sizes are in inches.
    """
    svgs = {f"{name}-{theme}.svg": svg(draw, theme, width, height) for theme in page.THEMES}
    files.update(svgs)
    return page.inlined([*svgs.values()], name, words)


def svg(draw: Draw, theme: str, width: float, height: float) -> str:
    """One plot, on Axes of a figure of its own.

    Raises: MissingError if matplotlib is missing, saying how to install it.
    """
    missing.check("matplotlib")
    import matplotlib as mpl  # noqa: PLC0415 - 0.4 s, on the first plot
    from matplotlib.figure import Figure  # noqa: PLC0415

    text = io.StringIO()
    with mpl.rc_context():
        mpl.rcdefaults()  # not what somebody's matplotlibrc says
        mpl.rcParams.update(_style(PALETTES[theme]))
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure.add_subplot())
        figure.savefig(text, format="svg", metadata=NOTHING_MORE)
    return compact(text.getvalue())


def remembered(model: Callable[[Any], Any]) -> Callable[[Sequence[float]], float]:
    """The model as a function that computes no point twice: each plot is drawn in two themes."""

    @cache
    def logit(a: float, b: float) -> float:
        with no_grad():
            found: float = model([a, b]).data
        return found

    return lambda point: logit(*point)


def _style(theme: Theme) -> Any:  # matplotlib's type names each of its 300 settings
    from matplotlib import rcsetup  # noqa: PLC0415

    lines = ("axes.edgecolor", "xtick.color", "ytick.color", "legend.edgecolor")
    return {
        "svg.hashsalt": SALT,
        "svg.fonttype": "none",  # text stays text: it can be read aloud, found and copied
        "font.sans-serif": FONTS,
        "font.size": 11.0,
        "axes.labelcolor": theme.ink,
        "text.color": theme.ink,
        "axes.prop_cycle": rcsetup.cycler(color=[theme.positive, theme.negative, theme.ink]),
        "axes.spines.top": False,
        "axes.spines.right": False,
        **dict.fromkeys(("figure.facecolor", "axes.facecolor"), theme.page),
        **dict.fromkeys(lines, theme.muted),
        "xtick.labelcolor": theme.ink,
        "ytick.labelcolor": theme.ink,
    }


# --- smaller --------------------------------------------------------------------------------------

_GEOMETRY = re.compile(r' (?:d|x|y|transform|width|height)="[^"]*"')
_MARKERS = re.compile(r'<g clip-path="([^"]*)">((?:<use [^>]*/>)+)</g>')
_STYLE = re.compile(r' style="([^"]*)"')


def compact(text: str) -> str:
    """A third of what matplotlib writes, for the same picture.

    What it says for every point it is enough to say once; a hundredth of a point is never seen,
    nor a tenth in a long line; and its style for all elements there are would be one for those of
    the page as well.
    """
    text = text[text.index("<svg") :]
    text = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", text, flags=re.DOTALL)
    text = text.replace("<svg ", '<svg stroke-linejoin="round" stroke-linecap="butt" ', 1)
    text = text.replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    text = text.replace("xlink:href=", "href=")
    text = re.sub(r"<g[^>]*/>", "", text)
    text = re.sub(r">\s+<", "><", text)
    text = _GEOMETRY.sub(_shorter, text)
    text = re.sub(r' transform="rotate\(-0 [^"]*\)"', "", text)
    text = _MARKERS.sub(_said_once, text)
    used = set(re.findall(r'(?:url\(|href=")#([\w-]+)', text))
    return re.sub(r' id="([^"]*)"', lambda found: found[0] if found[1] in used else "", text)


def _shorter(found: re.Match[str]) -> str:
    digits = 2 if len(found[0]) < SHORT else 1
    text = re.sub(r"-?\d+\.\d{3,}", lambda number: f"{float(number[0]):.{digits}f}", found[0])
    text = re.sub(r"\.(\d*?)0+(?=[^\d])", lambda zeros: f".{zeros[1]}" if zeros[1] else "", text)
    return " " + re.sub(r'\s+(?=[A-Za-z"])|\n', "", text)


def _said_once(found: re.Match[str]) -> str:
    styles = set(_STYLE.findall(found[2]))
    if len(styles) != 1:
        return found[0]
    return f'<g clip-path="{found[1]}" style="{styles.pop()}">{_STYLE.sub("", found[2])}</g>'
