"""Why a gradient is what it is: its strongest paths through the boxes of a picture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from ...explain import Explanation
from ...explain import Path as Walk
from ...explain.wording import summary
from ...say.equations import digits_for, factor, number
from ...see.outline import Item, Link
from ...see.paths import Paths
from ..story import Path
from .stepping import Scene, arrow_of, box_of

TOP = 5
MOST_WORK = 200_000  # nodes looked at for all boxes of a picture
MOST_LISTED = 4_000  # boxes on all paths of a picture: they are written into its page
_NAMED = 8  # boxes of a path that are named; of a longer one, its ends


def reasons(scene: Scene) -> dict[str, tuple[tuple[Path, ...], str]]:
    """For each box the strongest paths to the result, and what they are of its gradient.

    Where there are many, only for some, leaves first; nothing if gradients are of several results.
    """
    if not scene.is_plain or not scene.has_gradients:
        return {}
    routes = _routes(scene)
    found = {}
    room = MOST_LISTED
    for item in _affordable(scene):
        paths, covered = _paths(scene, item, routes)
        room -= sum(len(path.boxes) for path in paths)
        if room < 0:
            break
        found[item.key] = paths, covered
    return found


def _affordable(scene: Scene) -> list[Item]:
    root = str(scene.seeded[0][0])
    asked = [item for item in scene.outline.items if item.key.isdigit() and item.contributions]
    asked = [item for item in asked if item.key != root]
    asked.sort(key=lambda item: bool(item.symbol))
    return asked[: MOST_WORK // len(scene.graph)]


def _routes(scene: Scene) -> dict[tuple[int, int], tuple[Link, ...]]:
    """The links that are drawn for an edge of the graph; two if it leads through a product."""
    onwards = {link.operand: link for link in scene.outline.links if link.edge is None}
    found: dict[tuple[int, int], tuple[Link, ...]] = {}
    for link in scene.outline.links:
        if link.edge is not None:
            inner = onwards.get(link.consumer)
            found[link.edge] = (link, inner) if inner is not None else (link,)
    return found


def _paths(
    scene: Scene, item: Item, routes: dict[tuple[int, int], tuple[Link, ...]]
) -> tuple[tuple[Path, ...], str]:
    root, seed = scene.seeded[0]
    every = Paths(scene.graph, item.node, root, seed)
    strongest = every.strongest(TOP)
    explanation = Explanation(scene.graph, item.node, root, seed, strongest, every.census)
    shown = tuple([_path(scene, item, walk, routes) for walk in strongest])
    return shown, covered(explanation)


def covered(explanation: Explanation) -> str:
    """What the paths are of a gradient, with numbers as the player writes them."""
    return re.sub(r"(?<!\w)\+(?=\d)", "", " ".join(summary(explanation)))


def _path(
    scene: Scene, item: Item, walk: Walk, routes: dict[tuple[int, int], tuple[Link, ...]]
) -> Path:
    links = [link for edge in walk.edges for link in routes.get((edge[1], edge[2]), ())]
    keys = [item.key, *[link.consumer for link in links]]
    way = list(_in_short([scene.names[key] for key in keys]))
    slopes = [link.slope for link in links]
    return Path(
        text=f"{' → '.join(way)}: {_product(slopes, walk.product)}",
        boxes=tuple(map(box_of, keys)),
        arrows=tuple(map(arrow_of, links)),
    )


def _in_short(names: list[str]) -> Iterator[str]:
    if len(names) <= _NAMED:
        yield from names
        return
    half = _NAMED // 2
    yield from names[:half]
    yield f"… {len(names) - 2 * half:,} more …"
    yield from names[-half:]


def _product(slopes: list[float], result: float) -> str:
    if len(slopes) == 1:
        return number(result)
    if len(slopes) > _NAMED:
        return f"{len(slopes):,} rates multiplied ≈ {number(result)}"
    _, sign = digits_for(_times, slopes, result)
    first, *rest = slopes
    return f"{' × '.join([number(first), *map(factor, rest)])} {sign} {number(result)}"


def _times(*factors: Fraction) -> Fraction:
    found = Fraction(1)
    for one in factors:
        found *= one
    return found
