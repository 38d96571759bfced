"""Fingerprints: the same in another process, another where anything that counts is another."""

import datetime as dt
import enum
import functools
import math
import os
import random
import re
import subprocess
import sys
import threading
from collections import OrderedDict, deque
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from nn.training.identity import Fingerprints

ROOT = Path(__file__).resolve().parents[3]


def fingerprint(x):
    return Fingerprints().of(x)


def defined(source, **names):
    """``f`` as a script would define it, in a module of its own."""
    around = {"__name__": "script", "nn": nn, "np": np, "math": math, "Value": Value, **names}
    around |= {"functools": functools, "dataclass": dataclass, "random": random}
    exec(source, around)  # noqa: S102
    return around["f"]


# Pairs of scripts that define an f, and it does something else.
OTHERS = {
    "constant": ("f = lambda x: x * 0.5", "f = lambda x: x * 0.25"),
    "sign of zero": ("f = lambda x: x * 0.0", "f = lambda x: x * -0.0"),
    "type of a constant": ("f = lambda x: x * 1", "f = lambda x: x * 1.0"),
    "operation": ("f = lambda x: x + 0.5", "f = lambda x: x - 0.5"),
    "attribute": ("f = lambda x: x.exp()", "f = lambda x: x.tanh()"),
    "default": ("f = lambda x, a=1: a", "f = lambda x, a=2: a"),
    "keyword default": ("f = lambda x, *, a=1: a", "f = lambda x, *, a=2: a"),
    "global": ("a = 1\nf = lambda x: a * x", "a = 2\nf = lambda x: a * x"),
    "global of a function within": (
        "a = 1\nf = lambda x: (lambda: a)()",
        "a = 2\nf = lambda x: (lambda: a)()",
    ),
    "helper": (
        "def g(x): return x\ndef f(x): return g(x)",
        "def g(x): return -x\ndef f(x): return g(x)",
    ),
    "nested code": (
        "def f(x): return [y + 1 for y in x]",
        "def f(x): return [y + 2 for y in x]",
    ),
    "closure": (
        "def g(a): return lambda x: a * x\nf = g(1.0)",
        "def g(a): return lambda x: a * x\nf = g(2.0)",
    ),
    "closure over a list": (
        "def g(a): return lambda x: a[0]\nf = g([1.0, {'k': (1, 2)}])",
        "def g(a): return lambda x: a[0]\nf = g([1.0, {'k': (1, 3)}])",
    ),
    "closure over an array": (
        "def g(a): return lambda x: a @ x\nf = g(np.arange(3.0))",
        "def g(a): return lambda x: a @ x\nf = g(np.arange(3.0) + 1e-9)",
    ),
    "closure over a Value": (
        "def g(a): return lambda x: a * x\nf = g(Value(1.0))",
        "def g(a): return lambda x: a * x\nf = g(Value(2.0))",
    ),
    "closure over a function": (
        "def g(a): return lambda x: a(x)\nf = g(math.sin)",
        "def g(a): return lambda x: a(x)\nf = g(math.cos)",
    ),
    "closure over a model": (
        "def g(a): return lambda x: a(x)\nf = g(nn.MLP(1, [1], rng=random.Random(0)))",
        "def g(a): return lambda x: a(x)\nf = g(nn.MLP(1, [1], rng=random.Random(1)))",
    ),
    "NumPy's": ("f = np.sin", "f = np.cos"),
    "NumPy's in Python": ("f = np.mean", "f = np.median"),
    "builtin": ("f = math.sin", "f = math.cos"),
    "builtin method": ("f = [1].count", "f = [2].count"),
    "partial": ("f = functools.partial(max, 1)", "f = functools.partial(max, 2)"),
    "partial's function": ("f = functools.partial(max, 1)", "f = functools.partial(min, 1)"),
    "partial's keyword": ("f = functools.partial(max, default=1)",
                          "f = functools.partial(max, default=2)"),
    "cached": ("f = functools.cache(lambda x: 1)", "f = functools.cache(lambda x: 2)"),
    "decorated": (
        "def d(h):\n  @functools.wraps(h)\n  def w(x): return h(x)\n  return w\nf = d(lambda x: 1)",
        "def d(h):\n  @functools.wraps(h)\n  def w(x): return h(x)\n  return w\nf = d(lambda x: 2)",
    ),
    "state": (
        "class F:\n  def __init__(self, a): self.a = a\n  def __call__(self): return 0\nf = F(1)",
        "class F:\n  def __init__(self, a): self.a = a\n  def __call__(self): return 0\nf = F(2)",
    ),
    "state in slots": (
        "class F:\n  __slots__ = ('a',)\n  def __call__(self, x): return x\nf = F()\nf.a = 1",
        "class F:\n  __slots__ = ('a',)\n  def __call__(self, x): return x\nf = F()\nf.a = 2",
    ),
    "code of a class": (
        "class F:\n  def __call__(self, x): return x\nf = F()",
        "class F:\n  def __call__(self, x): return -x\nf = F()",
    ),
    "code of a base": (
        "class B:\n  def g(self): return 1\nclass F(B):\n  pass\nf = F().g",
        "class B:\n  def g(self): return 2\nclass F(B):\n  pass\nf = F().g",
    ),
    "attribute of a class": (
        "class F:\n  a = 1\n  def __call__(self, x): return self.a\nf = F()",
        "class F:\n  a = 2\n  def __call__(self, x): return self.a\nf = F()",
    ),
    "property": (
        "class F:\n  @property\n  def p(self): return 1\nf = F()",
        "class F:\n  @property\n  def p(self): return 2\nf = F()",
    ),
    "static method": (
        "class F:\n  @staticmethod\n  def p(): return 1\nf = F()",
        "class F:\n  @staticmethod\n  def p(): return 2\nf = F()",
    ),
    "dataclass": (
        "@dataclass(frozen=True)\nclass F:\n  a: int\nf = F(1)",
        "@dataclass(frozen=True)\nclass F:\n  a: int\nf = F(2)",
    ),
    "schedule of a schedule": (
        "f = nn.WarmUp(2, then=lambda t, end: 0.5)",
        "f = nn.WarmUp(2, then=lambda t, end: 0.25)",
    ),
    "ours": ("f = nn.losses.mse", "f = nn.losses.mae"),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other"), OTHERS.values(), ids=OTHERS)
def test_what_does_something_else_has_another_fingerprint(one, other):
    """And what does the same has the same, wherever it stands in its file."""
    found = Fingerprints()

    assert found.of(defined(one)) == found.of(defined("# moved down\n\n" + one))
    assert fingerprint(defined(one)) != fingerprint(defined(other))
    assert found.unknown == set()


def test_the_attributes_of_a_module_of_ones_own(tmp_path, monkeypatch):
    (tmp_path / "my_settings.py").write_text("factor = 1.0\nother = 2.0\n")
    monkeypatch.syspath_prepend(tmp_path)
    f = defined("import my_settings\nf = lambda x: my_settings.factor * x")
    module = sys.modules["my_settings"]
    before = fingerprint(f)
    monkeypatch.setattr(module, "other", 3.0)

    assert fingerprint(f) == before
    monkeypatch.setattr(module, "factor", 3.0)
    assert fingerprint(f) != before


def test_recursion_and_cycles_end():
    one = defined("def f(x): return f(x - 1) if x else g(x)\ndef g(x): return f(x)")
    knot = []
    knot.append(knot)

    assert fingerprint(one) == fingerprint(one)
    assert fingerprint(knot)


def test_many_ways_to_one_function_are_gone_once():
    """A chain of thirty pairs that each lead to the next pair: 2³⁰ ways."""
    source = "a0 = b0 = lambda x: x\n" + "".join(
        f"a{i} = lambda x: a{i - 1}(b{i - 1}(x))\nb{i} = lambda x: b{i - 1}(a{i - 1}(x))\n"
        for i in range(1, 31)
    )

    assert fingerprint(defined(source + "f = a25"))


class Stubborn:
    def __reduce__(self):
        raise RuntimeError("nobody shall write me")


@pytest.mark.parametrize(
    "thing",
    [(i for i in "ab"), threading.Lock(), Stubborn()],
    ids=["generator", "lock", "one's own"],
)
def test_what_shows_nothing_of_itself_is_noted(thing):
    found = Fingerprints()
    found.of(lambda: thing)

    assert found.unknown == {f"a {type(thing).__name__}"}


ALIKE = {
    "function of C": os.scandir,
    "method of C": str.upper,
    "iterator": iter([1, 2]),
    "pattern": re.compile("x+"),
    "date": dt.date(2026, 1, 2),
    "fraction": Fraction(1, 3),
    "path": Path("x/y"),
    "enumeration": enum.Enum("Colour", "RED BLUE").RED,
    "ordered": OrderedDict(a=1),
    "deque": deque([1, 2], maxlen=3),
    "generator of random numbers": random.Random(1),
}


@pytest.mark.parametrize("thing", ALIKE.values(), ids=ALIKE)
def test_what_pickle_can_write_is_known_and_differs(thing):
    found = Fingerprints()
    known = [found.of(one) for one in ALIKE.values()]

    assert found.unknown == set()
    assert known.count(fingerprint(thing)) == 1


def test_an_operation_of_ones_own_is_not_its_name_alone():
    def made(factor):
        try:
            return fingerprint(
                autograd.operation("mine_here", lambda x: factor * x, [lambda z, x: factor])
            )
        finally:
            del autograd.ops.ALL["mine_here"]

    assert made(1.0) == made(1.0) != made(2.0)


def test_what_is_nested_too_deep_is_noted():
    found, nest = Fingerprints(), []
    for _ in range(10_000):
        nest = [nest]
    found.of(nest)

    assert found.unknown == {"something nested too deep"}


def test_what_is_known_is_its_name():
    w = Value(1.0)
    found = Fingerprints({id(w): "w"})
    before = found.of(lambda: w)
    w.data = 2.0

    assert Fingerprints({id(w): "w"}).of(lambda: w) == before


EVERYTHING = """
import functools, random, numpy as np, nn, autograd
from nn.training.identity import Fingerprints
from tests.nn.training.test_identity import OTHERS, defined
words = {"alpha", "beta", "gamma", "delta"}
op = autograd.operation("doubled_here", lambda x: 2.0 * x, [lambda z, x: 2.0])
things = [defined(source) for pair in OTHERS.values() for source in pair]
things += [lambda x: x in {"one", "two", "three", "four"}, lambda: words, op, autograd.tanh, object]
found = Fingerprints()
print([found.of(thing) for thing in things], found.unknown)
"""


def test_another_process_finds_the_same():
    """With another seed for the hashes of texts, which gives sets another order."""
    said = {
        subprocess.run(
            [sys.executable, "-c", EVERYTHING],
            env={**os.environ, "PYTHONHASHSEED": seed}, cwd=ROOT, capture_output=True, text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip

    assert len(said) == 1
    assert said.pop().endswith("set()\n")


def test_operations_of_autograd_have_theirs():
    assert len({fingerprint(op) for op in autograd.ops.ALL.values()}) == len(autograd.ops.ALL)
