"""Twenty classic wrong engines: ``python -m demos.wrong_engines`` finds what is wrong with each.

Each is `demos.from_scratch` with one mistake that people do make when they write an engine. They
stand in wrong_engines.toml, the only such list: tests, documentation and pages take it from there.
"""

from __future__ import annotations

import random
import sys
import tomllib
import types
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import viz
from autograd.testing import Engine, EngineMismatch, check_engine

from . import gallery, page
from .cli import check, command, say
from .page import Files

if TYPE_CHECKING:
    from viz import Picture

RIGHT = Path(__file__).with_name("from_scratch.py")


@dataclass(frozen=True, slots=True)
class WrongEngine:
    """One mistake, as a change of the source of `demos.from_scratch`."""

    name: str
    wrong: str
    """What is wrong, in a sentence."""
    why: str
    """Why people write it."""
    old: str
    new: str

    def source(self) -> str:
        """The file with the mistake in it."""
        right = RIGHT.read_text(encoding="utf-8")
        if right.count(self.old) != 1:
            raise ValueError(f"{self.name}: this stands in {RIGHT.name} not once:\n{self.old}")
        return right.replace(self.old, self.new)


_WRITTEN = RIGHT.with_name("wrong_engines.toml").read_text(encoding="utf-8")
BANK = tuple([WrongEngine(**engine) for engine in tomllib.loads(_WRITTEN)["engine"]])


def module(source: str) -> types.ModuleType:
    """The engine of a source, as a module."""
    made = types.ModuleType("engine")
    exec(compile(source, "<engine>", "exec"), vars(made))  # noqa: S102 - from_scratch.py
    return made


def adapter(made: Any) -> Engine:
    """How to check an engine that is written like `demos.from_scratch`; its neuron is our dot."""

    def dot(*operands: Any) -> Any:
        inputs = len(operands) // 2
        neuron = made.Neuron(inputs, None, random.Random(0))
        neuron.weights = [made.as_value(w) for w in operands[:inputs]]
        if len(operands) % 2:
            neuron.bias = made.as_value(operands[-1])
        return neuron(operands[inputs : 2 * inputs])

    return Engine(made.Value, operations={"dot": dot})


def found(wrong: WrongEngine) -> EngineMismatch:
    """The smallest counter-example."""
    try:
        check_engine(adapter(module(wrong.source())))
    except EngineMismatch as mismatch:
        return mismatch
    raise AssertionError(f"{wrong.name}: check_engine found nothing wrong")


def run(folder: Path, *, quick: bool = False) -> Path:
    """Print what is wrong with each, or with the first three, and write the page that shows it."""
    check("hypothesis")
    made: Files = {}
    sections = []
    for number, wrong in enumerate(BANK[:3] if quick else BANK, 1):
        mismatch = found(wrong)
        say(f"{number:2} {wrong.name}\n   {wrong.wrong} {wrong.why}\n   {mismatch.sentence}\n")
        sections.append(_shown(wrong, mismatch, made, number))
    made |= page.page("wrong-engines", {}, {"engines": "".join(sections)})
    return gallery.add(folder, "wrong-engines", made)


def _shown(wrong: WrongEngine, mismatch: EngineMismatch, made: Files, number: int) -> str:
    """The mistake, and the picture of what it leads to."""

    def draw(theme: str) -> Picture:
        return viz.draw_mismatch(mismatch, theme=theme)

    picture = page.drawn(made, draw, f"wrong-engines-{number}", mismatch.sentence)
    parts = [
        f"<h2>{page.escape(wrong.name)}</h2>\n",
        page.paragraph(f"{wrong.wrong} {wrong.why}"),
        page.programs(Right=wrong.old, Wrong=wrong.new),
        page.question("What shows it?", page.figure(picture, mismatch.sentence)),
    ]
    return "".join(parts)


main = command("demos.wrong_engines", "Twenty wrong engines, and what shows it.", run)

if __name__ == "__main__":
    sys.exit(main())
