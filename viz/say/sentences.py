"""Every sentence that a lesson says: they stand in a file for each language, such as english.toml.

A sentence is whole: only symbols and numbers stand in for its placeholders, never parts of a
sentence. Where the numbers decide, a key has several sentences, each with the conditions under
which it is said: the first that holds is. `PREDICATES` are all conditions that there are.
"""

from __future__ import annotations

import functools
import pathlib
import re
import tomllib
from collections.abc import Collection, Mapping

PREDICATES = {
    "many": "more than one",
    "two": "exactly two",
    "last": "the last of several",
    "alone": "the only one, with nothing before it",
    "end": "straight into the result",
    "left": "something was left from an earlier backward",
    "seeded": "it has a seed of its own",
    "flat": "the slope is 0",
    "off": "the output is 0, and the slope too",
    "no_upstream": "the gradient that arrives is 0",
    "rounds": "the shown digits give the shown result only approximately",
    "nan": "a number is nan",
    "infinite": "a number is infinite",
    "positive": "greater than 0",
    "zero": "exactly 0",
    "raised": "greater afterwards",
    "same": "equal before and afterwards",
    "lost": "smaller than what rounding hides",
    "far": "the prediction is off by more than a tenth",
    "loss_only": "forward only, no gradients",
    "named": "it has a name",
    "linear": "without an activation",
    "bias": "it has a bias",
    "image": "the input is an image",
    "scores": "a layer whose outputs are scores of classes",
}

Sentences = Mapping[str, "str | list[list[str]]"]


@functools.cache
def sentences(language: str = "english") -> Sentences:
    """The sentences of a language, as they stand in its file."""
    text = (pathlib.Path(__file__).parent / f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


_PLACE = re.compile(r"\{(\w+)\}")


def say(table: Sentences, key: str, holds: Collection[str] = (), **symbols: str) -> str:
    """The sentence of a key whose conditions hold, filled in one pass.

    >>> say({"a": [["many", "{n} rows"], ["", "{n} row"]]}, "a", {"many"}, n="3")
    '3 rows'
    """
    found = table[key]
    if not isinstance(found, str):
        found = next(text for when, text in found if holds_all(when, holds))
    return _PLACE.sub(lambda place: symbols[place[1]], found)


def holds_all(when: str, holds: Collection[str]) -> bool:
    """Whether every condition of a sentence holds."""
    return all(condition in holds for condition in when.split())
