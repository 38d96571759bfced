"""How far a large graph is folded: as asked, or just so far that the picture can be read.

Levels, from fine to coarse: ``batch`` (the same neuron on several examples is one box), the scopes
from the deepest to the outermost, ``structure`` (what is built alike is one box), and at last
``depth``, which folds anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from autograd import Graph
from autograd.tape import KINDS

from ..checks import did_you_mean
from .folding import BANDS, Cut, Folded, Rule, TooManyGroupsError, folded, grouped
from .outline import PARAMETERS

Fold = bool | int | str | None

MOST_GROUPS = 60  # boxes, and
MOST_FLOWS = 80  # arrows between boxes, in a picture whose level is chosen for the reader
FEWEST_SCOPES = 2  # one box for all does not show what is computed


def foldings(
    graph: Graph, fold: Fold, *, max_nodes: int, constants: bool
) -> Iterator[tuple[Folded, str]]:
    """The graph folded as ``fold`` says, and what it is folded by, in words.

    None and True give one folding after the other, from fine to coarse, that may be readable.
    """
    if fold is not None and fold is not True:
        rule = _asked(graph, fold)
        yield folded(graph, grouped(graph, rule, constants=constants), max_nodes), rule.name
        return
    for rule in _rules(graph, max_nodes):
        try:
            most = min(max_nodes, MOST_GROUPS)
            grouping = grouped(graph, rule, constants=constants, most=most)
        except TooManyGroupsError:
            continue
        found = folded(graph, grouping, max_nodes)
        if len(found.flows) <= MOST_FLOWS:
            yield found, rule.name
    bands = BANDS
    while bands:
        grouping = grouped(graph, Rule("depth", None, bands=bands), constants=constants)
        if grouping.count <= max_nodes or bands == 1:
            yield folded(graph, grouping, max_nodes), "depth"
        bands //= 2


def _rules(graph: Graph, max_nodes: int) -> Iterator[Rule]:
    """The levels that may fit, from fine to coarse."""
    parameters = sum(KINDS[kind] in PARAMETERS for kind in graph.facts.kinds)
    if parameters <= min(max_nodes, MOST_GROUPS):  # each has a box
        yield _BATCH
    of = graph.facts.about
    scopes = {of[i].scope for i, op in enumerate(graph.facts.tape.ops) if op is not None} - {""}
    few = []
    for depth in range(max([scope.count("/") + 1 for scope in scopes], default=0), 0, -1):
        found = len(set(map(_to_depth(depth), scopes)))
        if FEWEST_SCOPES <= found <= MOST_GROUPS:
            yield _by_depth_of_scope(depth)
        elif found < FEWEST_SCOPES:
            few.append(depth)
    yield from (_ALIKE, _STRUCTURE)
    yield from map(_by_depth_of_scope, few)


# --- what folds by what ---------------------------------------------------------------------------


_BATCH = Rule("example", None, apart=True)
_ALIKE = Rule("equal structure and names", None, scopes=False, stems=True)
_STRUCTURE = Rule("equal structure", None, scopes=False)


def _to_depth(depth: int) -> Cut:
    return lambda scope: "/".join(scope.split("/")[:depth])


def _by_depth_of_scope(depth: int) -> Rule:
    return Rule(f"scope, {depth} deep" if depth > 1 else "scope", _to_depth(depth))


def _asked(graph: Graph, fold: object) -> Rule:
    """The level that a caller asked for by a number or a word."""
    if isinstance(fold, int) and not isinstance(fold, bool):
        if fold < 1:
            raise ValueError(f"fold as a number says how deep scopes go, at least 1; got {fold}")
        return _by_depth_of_scope(fold)
    if not isinstance(fold, str):
        raise TypeError(
            "fold is None, True, False, a depth of scopes, or a word such as 'layer'; got "
            f"{fold!r:.60}"
        )
    of = graph.facts.about
    scopes = {of[i].scope for i, op in enumerate(graph.facts.tape.ops) if op is not None} - {""}
    kinds = {kind(segment) for scope in scopes for segment in scope.split("/")}
    if kind(fold) in kinds:
        return Rule(f"{kind(fold)}", _to_kind(kind(fold)))
    words = {"batch": _BATCH, "structure": _STRUCTURE, "depth": Rule("depth", None, bands=BANDS)}
    if fold in words:
        return words[fold]
    known = [*sorted(kinds), *words]
    raise ValueError(
        f"fold={fold!r}: no scope of this graph is of that kind"
        f"{did_you_mean(fold, known, f'it has {_listed(known)}')}"
    )


def kind(segment: str) -> str:
    """What a part of a scope is one of: ``layers.0`` is a layer, and so is ``layer12``.

    >>> kind("layers.0"), kind("layer12"), kind("encoder"), kind("class")
    ('layer', 'layer', 'encoder', 'class')
    """
    stem = re.sub(r"[\d._]*$", "", segment) or segment
    return stem[:-1] if len(stem) > 2 and stem.endswith("s") and stem[-2] != "s" else stem


def _to_kind(wanted: str) -> Cut:
    """A scope up to its innermost part of this kind.

    Layers and neurons are the parts of any network: beside them another scope, a loss's say, folds
    whole. Who asks for a scope of their own gets just that.
    """
    least = 1 if wanted in {"layer", "neuron"} else 0

    def cut(scope: str) -> str:
        segments = scope.split("/")
        last = max([i for i, one in enumerate(segments, 1) if kind(one) == wanted], default=least)
        return "/".join(segments[:last])

    return cut


def _listed(words: list[str]) -> str:
    return ", ".join(map(repr, words))
