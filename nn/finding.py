"""Finding the parameters of a model, and noticing when they change.

Users of micrograd write ``neuron.b = Value(0.5)`` and mean a weight. So a leaf Value becomes a
`Parameter` if it is put into a Module outside a call, as an attribute, or into a list, tuple, dict
or array that is an attribute: it stays the same object, with a different class. A Value that a call
puts there, such as an input that it keeps, is not a parameter: the Module makes a note of it.

Each training step asks the model for its parameters. A search takes much longer than seeing that
nothing has changed, so a Module remembers the containers that were searched and their contents: the
same objects in the same places contain the same parameters.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, compress
from operator import attrgetter, is_not
from typing import Any

from autograd import Constant, Value
from autograd.numbers import is_number

from .parameter import FREE, FROZEN, Parameter
from .walk import (
    KINDS,
    Part,
    Trail,
    attributes,
    caches,
    contents,
    dotted,
    may_hold_parts,
    note,
    slots_of,
    trails,
    walk,
)

_FREE = set(FREE)
_SETTLED = {*FREE, *FROZEN, float, int, str, bool, type(None)}

Answers = Callable[[Part], Iterable[tuple[str, Any]] | None]
_method = attrgetter("parameters")

# --- plain leaves ---------------------------------------------------------------------------------


def plain_leaves(x: Any) -> list[Value]:
    """The leaves in ``x`` and in its containers that are neither Parameters nor constants.

    Modules are not searched.
    """
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


def leaves_in(module: Part) -> list[Value]:
    """The plain leaves that the attributes of ``module`` hold."""
    return plain_leaves([x for _, x in attributes(module)])


def _is_plain_leaf(x: Value) -> bool:
    return x.op is None and not isinstance(x, (Parameter, Constant))


def adopt(leaves: Iterable[Value]) -> list[Value]:
    """Make plain leaves Parameters; return those of a user's own class, which stay as they are."""
    kept = []
    for leaf in leaves:
        if leaf.__class__ is Value:
            leaf.__class__ = Parameter
        else:
            kept.append(leaf)
    return kept


def adopt_in(module: Part) -> list[Value]:
    """`adopt` the plain leaves in ``module``, except those that calls have put there."""
    kept_by_calls = set(map(id, caches(module)))
    return adopt([leaf for leaf in leaves_in(module) if id(leaf) not in kept_by_calls])


def note_caches(module: Part, before: Iterable[Value] = ()) -> None:
    """Note the plain leaves in ``module`` that are not in ``before``: a call put them there."""
    known = set(map(id, before))
    found = leaves_in(module)
    if found or caches(module):
        note(module, caches=tuple([leaf for leaf in found if id(leaf) not in known]))


def check_replacement(name: str, before: Any, x: Any) -> None:
    """Raise if numbers or results, which are not trained, would replace parameters.

    ``name`` says where, for example ``"Neuron.b"``.
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
                f"{name} is a parameter, and {what} in its place would not be trained. To change "
                f"its number write {cls.lower()}.{attribute}.data = ...; else nn.Parameter(...), "
                "or freeze() to keep it as it is. To compute with plain numbers, delete it first"
            )


def _is_computed(x: Any) -> bool:
    return isinstance(x, Value) and (x.op is not None or type(x) is Constant)


# --- the search -----------------------------------------------------------------------------------


def gather(root: Part, answers: Answers, running: Iterable[Part]) -> list[tuple[Trail, Any]]:
    """(trail, parameter) for each in ``root``, in the order of definition, each once.

    ``answers`` returns the (name, Value) pairs that a Module lists itself, or None if it is to be
    searched. Plain leaves become parameters, except in Modules that are ``running``: a call may
    have put them there. What was found is remembered in ``root``, unless some Module listed its
    own.
    """
    found: dict[int, tuple[Trail, Any]] = {}  # the first place counts
    searched: list[Any] = []
    closed: set[int] = set()  # not searched: Modules that list their own, and lists of weights
    spared: set[int] = set()  # plain leaves that are not parameters
    was_asked = False
    in_calls = set(map(id, running))
    for trail, part in trails(root, enter=lambda x: id(x) not in closed):
        kind = KINDS[part.__class__]
        if kind == "value":
            if isinstance(part, Parameter) or (_is_plain_leaf(part) and id(part) not in spared):
                adopt([part])
                found.setdefault(id(part), (trail, part))
            continue
        searched.append(part)
        if kind == "set":
            _refuse_parameters_in_a_set(root, part, dotted(trail), spared)
        elif kind == "list" and set(map(type, part)) <= _FREE:  # the weights of a neuron
            closed.add(id(part))
            for i, weight in enumerate(part):
                found.setdefault(id(weight), ((trail, i), weight))
        elif kind == "part" and (answer := answers(part)) is not None:
            was_asked = True
            closed.add(id(part))
            for key, value in answer:
                found.setdefault(id(value), ((trail, key), value))
        elif kind == "part":
            spared.update(map(id, leaves_in(part) if id(part) in in_calls else caches(part)))
    parameters = [parameter for _, parameter in found.values()]
    note(root, found=None if was_asked else Found.of(root, searched, parameters))
    return list(found.values())


def named_answers(module: Part, answer: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """(name, Value) for each Value that a Module's own ``parameters()`` returned."""
    names = {id(part): dotted(trail) for trail, part in walk(module)}
    for i, value in enumerate(answer):
        if not isinstance(value, Value):
            raise TypeError(
                f"{type(module).__name__}.parameters() must return Values, got a "
                f"{type(value).__name__} at position {i}"
            )
        yield names.get(id(value), f"parameters.{i}"), value


def _refuse_parameters_in_a_set(root: Part, some: Any, name: str, spared: set[int]) -> None:
    for x in some:
        is_weight = isinstance(x, Value) and _is_plain_leaf(x) and id(x) not in spared
        if is_weight or isinstance(x, (Part, Parameter)):
            raise TypeError(
                f"{type(root).__name__} holds a {type(x).__name__} in a {type(some).__name__}, "
                f"{name!r}, which has no order, so its parameters would have different names in "
                "every run; use a list"
            )


class Found:
    """The parameters in a Module, valid while all that was searched has the same contents.

    Contents that could hold parameters are kept, to be compared by identity; all else, such as
    numbers and text, is stored as None, and may change into anything of its kind.
    """

    __slots__ = ("_around", "_before", "_inside", "_parts", "parameters")

    @classmethod
    def of(cls, root: Part, searched: Sequence[Any], parameters: list[Any]) -> Found | None:
        """None if comparing would not notice everything, or would keep alive what a call left."""
        found = cls(root, searched, parameters)
        known = set(map(id, parameters))
        is_settled = all(
            id(x) in known or isinstance(x, Constant) for x in found._before if isinstance(x, Value)
        )
        kinds = {cls: KINDS[cls] for cls in set(map(type, searched))}
        is_seen = not any(
            kind == "array" or (kind == "part" and slots_of(cls)) for cls, kind in kinds.items()
        )
        return found if is_settled and is_seen else None

    def __init__(self, root: Part, searched: Sequence[Any], parameters: list[Any]) -> None:
        self.parameters = parameters
        # Not the root itself, which keeps this object: that would be a reference cycle.
        self._parts = [x for x in searched if isinstance(x, Part) and x is not root]
        self._around = self._looked_at(root)
        self._inside = [_elements(part) for part in searched]
        inside = chain.from_iterable(self._inside)
        self._before = [x if KINDS[x.__class__] else None for x in inside]

    def still_holds(self, root: Part) -> bool:
        """Whether a search of ``root`` would find the same."""
        now = list(chain.from_iterable(self._inside))
        changed = compress(zip(now, self._before, strict=False), map(is_not, now, self._before))
        return (
            len(now) == len(self._before)
            and all(before is None and not KINDS[x.__class__] for x, before in changed)
            and self._looked_at(root) == self._around
        )

    def _looked_at(self, root: Part) -> list[Any]:
        """The class of each part, its attributes, and its class's ``parameters``."""
        parts = [root, *self._parts]
        types = list(map(type, parts))
        return [*types, *map(id, map(vars, parts)), *map(_method, dict.fromkeys(types))]


def _elements(container: Any) -> Iterable[Any]:
    """The present contents of a part or a container."""
    if isinstance(container, Part):
        return vars(container).values()
    if isinstance(container, dict):
        return container.values()
    return container if KINDS[container.__class__] != "array" else ()


# --- what is given away ---------------------------------------------------------------------------


class Parameters(list[Any]):
    """The list that ``model.parameters()`` returns; it knows its model.

    So an optimiser that gets this list, as in PyTorch, notices when the model's parameters change.
    """

    __slots__ = ("owner",)

    def __init__(self, some: Iterable[Any], owner: Any) -> None:
        super().__init__(some)
        self.owner = owner

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (list(self),)  # a copy is a plain list, without the model


Parameters.__name__ = "list"  # what errors should call it


def owned(parameters: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Wrap a user's own ``parameters()``, so that its list knows the model."""

    @functools.wraps(parameters)
    def inside(self: Part) -> Any:
        some = parameters(self)
        return Parameters(some, self) if isinstance(some, list) else some

    return inside
