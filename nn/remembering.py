"""What was found in a Module last, and whether it would be found again.

Each step of a training asks a model for its parameters. To search it takes much longer than to see
that nothing has changed, so a Module remembers the containers that were searched and what they
held: the same objects in the same places hold the same parameters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, compress
from operator import attrgetter, is_
from typing import Any

from autograd import Constant, Value

from .walk import KINDS, Part, slots_of

_method = attrgetter("parameters")


class Found:
    """The parameters in a Module, for as long as all that was searched holds what it held.

    Of what was in there, what could hold parameters is kept, to be compared by identity; of all
    else, such as numbers and text, only the class.
    """

    __slots__ = (
        "_dicts",
        "_inside",
        "_is_kept",
        "_is_other",
        "_kept",
        "_methods",
        "_others",
        "_parts",
        "_types",
        "parameters",
    )

    @classmethod
    def of(cls, root: Part, searched: Sequence[Any], parameters: list[Any]) -> Found | None:
        """None if looking would not tell all, or would keep alive what a call has left."""
        found = cls(root, searched, parameters)
        known = set(map(id, parameters))
        is_settled = all(
            id(x) in known or isinstance(x, Constant) for x in found._kept if isinstance(x, Value)
        )
        is_seen = not any(map(slots_of, found._types)) and not any(
            KINDS[part.__class__] == "array" for part in searched
        )
        return found if is_settled and is_seen else None

    def __init__(self, root: Part, searched: Sequence[Any], parameters: list[Any]) -> None:
        self.parameters = parameters
        # Not the root itself, which keeps this: there would be a cycle.
        self._parts = [x for x in searched if isinstance(x, Part) and x is not root]
        parts = [root, *self._parts]
        self._types = list(map(type, parts))
        self._dicts = list(map(vars, parts))
        self._methods = [(cls, _method(cls)) for cls in set(self._types)]
        self._inside = [_elements(part) for part in searched]
        inside = list(chain.from_iterable(self._inside))
        self._is_kept = [bool(KINDS[x.__class__]) for x in inside]
        self._is_other = [not kept for kept in self._is_kept]
        self._kept = list(compress(inside, self._is_kept))
        self._others = list(map(type, compress(inside, self._is_other)))

    def still_holds(self, root: Part) -> bool:
        """Whether a search of ``root`` would find the same."""
        inside = list(chain.from_iterable(self._inside))
        parts = [root, *self._parts]
        return (
            len(inside) == len(self._is_kept)
            and all(map(is_, compress(inside, self._is_kept), self._kept))
            and all(map(is_, map(type, compress(inside, self._is_other)), self._others))
            and list(map(type, parts)) == self._types
            and all(map(is_, map(vars, parts), self._dicts))
            and all(_method(cls) is method for cls, method in self._methods)
        )


def _elements(container: Any) -> Iterable[Any]:
    """What is in a part or a container, as it is whenever it is asked."""
    if isinstance(container, Part):
        return vars(container).values()
    if isinstance(container, dict):
        return container.values()
    return container if KINDS[container.__class__] != "array" else ()
