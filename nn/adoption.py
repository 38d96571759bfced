"""Plain Values in a Module: those that are its parameters, and those that a call left there.

micrograd's users write ``neuron.b = Value(0.5)``, and mean a weight. So a leaf Value that is put
into a Module outside a call, as an attribute, or into a list, tuple, dict or array that is one,
becomes a `Parameter`: it stays the same object, and its class now says what it is. A Value that a
call puts there, such as an input that it keeps, is not a parameter: the Module notes it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from autograd import Constant, Value
from autograd.numbers import is_number

from .parameter import FREE, FROZEN, Parameter
from .remembering import Found
from .walk import KINDS, Part, attributes, caches, contents, dotted, may_hold_parts, note, trails

_FREE = set(FREE)
_SETTLED = {*FREE, *FROZEN, float, int, str, bool, type(None)}

Answers = Callable[[Part], Iterable[Any] | None]


def adopt(x: Any, without: Collection[int] = ()) -> list[Value]:
    """Make the plain leaves in ``x`` Parameters; those of a user's own class stay as they are.

    Returns these. ``x`` is a Value or a container of some; Modules in it are not entered, and
    leaves whose id is in ``without`` are left alone.
    """
    kept = []
    for leaf in _plain_leaves(x):
        if id(leaf) in without:
            continue
        if leaf.__class__ is Value:
            leaf.__class__ = Parameter
        else:
            kept.append(leaf)
    return kept


def adopt_in(module: Part) -> list[Value]:
    """`adopt` all that the attributes of ``module`` hold, but for what calls have left there."""
    kept_by_calls = set(map(id, caches(module)))
    kept = []
    for _, x in attributes(module):
        if may_hold_parts(x):
            kept += adopt(x, kept_by_calls)
    return kept


def note_caches(module: Part, before: Iterable[Value] = ()) -> None:
    """Note the plain leaves in ``module`` that were not there ``before``: a call put them there."""
    known = set(map(id, before))
    found = [leaf for _, x in attributes(module) if may_hold_parts(x) for leaf in _plain_leaves(x)]
    if found or caches(module):
        note(module, caches=tuple([leaf for leaf in found if id(leaf) not in known]))


def note_cache(module: Part, x: Any) -> None:
    """Note the plain leaves in ``x``, which a call has put into ``module``."""
    if found := _plain_leaves(x):
        note(module, caches=(*caches(module), *found))


def check_replacement(name: str, before: Any, x: Any) -> None:
    """Raise if parameters would make way for numbers or results, which nothing trains.

    ``name`` says where, as ``"Neuron.b"``.
    """
    stack, seen = [(name, before, x)], set[int]()
    while stack:
        name, before, x = stack.pop()
        if isinstance(before, (list, tuple)) and id(before) not in seen:
            seen.add(id(before))
            several = isinstance(x, (list, tuple)) or (KINDS[x.__class__] == "array" and x.ndim)
            pairs = zip(before, contents(x) if several else [x] * len(before), strict=False)
            stack += [
                (f"{name}[{i}]", one, new)
                for i, (one, new) in enumerate(pairs)
                if KINDS[one.__class__]
            ]
        elif isinstance(before, Parameter) and (is_number(x) or _is_computed(x)):
            what = f"{x!r:.60}" if is_number(x) else "the result of a computation"
            cls, _, attribute = name.partition(".")
            raise TypeError(
                f"{name} is a parameter, and {what} in its place would not be trained. For another "
                f"number write {cls.lower()}.{attribute}.data = ...; else nn.Parameter(...), or "
                "freeze() to keep it as it is. To compute with plain numbers, delete it first"
            )


def _is_computed(x: Any) -> bool:
    return isinstance(x, Value) and (x.op is not None or type(x) is Constant)


def gather(  # noqa: C901 - one loop, quick because every step of an optimiser asks
    root: Part, answers: Answers, running: Iterable[Part]
) -> list[Any]:
    """The parameters in ``root``, in the order of definition, each once.

    ``answers`` gives what a Module answers for itself, or None if it is to be searched. Plain
    leaves become parameters, but for those in Modules that are ``running``: a call may have put
    them there. What was found is remembered in ``root``, if nobody else had to be asked.
    """
    found: dict[int, Any] = {}
    seen: set[int] = set()
    searched: list[Any] = []
    was_asked = False
    in_calls = set(map(id, running))
    # A part, and which plain leaves are no parameters: their ids, or None for all.
    stack: list[tuple[Any, frozenset[int] | None]] = [(root, frozenset())]
    while stack:
        part, kept = stack.pop()
        kind = KINDS[part.__class__]
        if kind == "value":
            is_weight = kept is not None and id(part) not in kept and _is_plain_leaf(part)
            if is_weight or isinstance(part, Parameter):
                if part.__class__ is Value:
                    part.__class__ = Parameter
                found.setdefault(id(part), part)
            continue
        if id(part) in seen:
            continue
        seen.add(id(part))
        if kind == "array" and not part.dtype.hasobject:
            continue
        searched.append(part)
        if kind == "part":
            answer = answers(part)
            if answer is not None:
                was_asked = True
                found.update([(id(value), value) for value in answer])
                continue
            kept = None if id(part) in in_calls else frozenset(map(id, caches(part)))
            inside = [(x, kept) for _, x in attributes(part) if KINDS[x.__class__]]
        elif kind == "set":
            _refuse_parameters_in_a_set(root, part, kept)
            continue
        else:
            items = contents(part)
            if set(map(type, items)) <= _FREE:  # the weights of a neuron
                found.update(zip(map(id, items), items, strict=True))  # the first place counts
                continue
            inside = [(x, kept) for x in items if KINDS[x.__class__]]
        inside.reverse()
        stack += inside
    parameters = list(found.values())
    note(root, found=None if was_asked else Found.of(root, searched, parameters))
    return parameters


def _refuse_parameters_in_a_set(root: Part, some: Any, kept: frozenset[int] | None) -> None:
    for x in some:
        is_plain = isinstance(x, Value) and _is_plain_leaf(x)
        is_weight = is_plain and kept is not None and id(x) not in kept
        if is_weight or isinstance(x, (Part, Parameter)):
            name = next(dotted(trail) for trail, part in trails(root) if part is some)
            raise TypeError(
                f"{type(root).__name__} holds a {type(x).__name__} in a {type(some).__name__}, "
                f"{name!r}, which has no order, so its parameters would have other names in every "
                "run; use a list"
            )


def _is_plain_leaf(x: Value) -> bool:
    return x.op is None and not isinstance(x, (Parameter, Constant))


def _plain_leaves(x: Any) -> list[Value]:
    """The leaves in ``x`` and in the containers in it that are neither Parameters nor constants."""
    found: list[Value] = []
    seen: set[int] = set()
    stack = [x]
    while stack:
        part = stack.pop()
        if isinstance(part, Value):
            if _is_plain_leaf(part):
                found.append(part)
        elif not isinstance(part, Part) and may_hold_parts(part) and id(part) not in seen:
            seen.add(id(part))
            items = contents(part)
            if not set(map(type, items)) <= _SETTLED:
                stack += items
    return found
