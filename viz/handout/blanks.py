"""Which numbers of a handout are left out, for learners to find."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..checks import did_you_mean
from ..lessons.lesson import GRADIENT, VALUE
from ..say.story import View

Blanks = str | Iterable[str]
Number = tuple[str, int]  # the id of a box and the line of it

WORDS: Mapping[str, tuple[int, ...]] = {
    "gradients": (GRADIENT,),
    "values": (VALUE,),
    "all": (VALUE, GRADIENT),
    "none": (),
}
_ENDINGS = {".data": VALUE, ".grad": GRADIENT}


def computed(view: View) -> tuple[Number, ...]:
    """All numbers that were computed, in the order in which they became known.

    A number that several steps write is known with the last of them.
    """
    known: dict[Number, None] = {}
    for step in view.steps:
        if step.phase in {"forward", "backward"}:
            for fill in step.fills:
                known.pop((fill.box, fill.line), None)
                known[fill.box, fill.line] = None
    return tuple(known)


def left_out(view: View, blanks: Blanks) -> tuple[Number, ...]:
    """The numbers that ``blanks`` asks for, in the order in which they become known."""
    numbers = computed(view)
    if isinstance(blanks, str):
        if blanks in WORDS:
            return tuple([number for number in numbers if number[1] in WORDS[blanks]])
        raise ValueError(
            f"handout: blanks={blanks!r} is unknown"
            + did_you_mean(
                blanks,
                WORDS,
                "it is 'gradients', 'values', 'all', 'none', or a list of names such as "
                "['z', 'w1.grad']",
            )
        )
    wanted = {number for name in _listed(blanks) for number in _named(view, name, numbers)}
    return tuple([number for number in numbers if number in wanted])


def _listed(blanks: object) -> list[str]:
    if isinstance(blanks, Iterable):
        names = list(blanks)
        if all(isinstance(name, str) for name in names):
            return names
    raise TypeError(
        "handout: blanks is 'gradients', 'values', 'all', 'none', or a list of names such as "
        f"['z', 'w1.grad']; got {blanks!r:.60}"
    )


def _named(view: View, name: str, numbers: Sequence[Number]) -> list[Number]:
    """What a name stands for: ``z`` all that is computed of it, ``z.grad`` its gradient."""
    names = {entry.name for entry in view.entries}
    wanted = name
    lines: tuple[int, ...] = (VALUE, GRADIENT)
    for ending, line in _ENDINGS.items():
        if name not in names and name.endswith(ending):
            wanted, lines = name.removesuffix(ending), (line,)
    boxes = {entry.box for entry in view.entries if entry.name == wanted}
    if not boxes:
        rest = did_you_mean(
            wanted, sorted(names), "with names=locals() a box is called as its variable is"
        )
        raise ValueError(f"handout: nothing in this picture is named {wanted!r}{rest}")
    found = [(box, line) for box, line in numbers if box in boxes and line in lines]
    if not found:
        raise ValueError(
            f"handout: {name} cannot be left out, since it is given and not computed; write "
            "blanks='all' for all that is computed"
        )
    return found
