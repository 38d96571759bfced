"""The bank of wrong engines: each is one change, and is found, small, and can be drawn."""

import functools
import operator

import pytest

import viz
from demos import wrong_engines
from demos.wrong_engines import BANK, RIGHT, adapter, found, module

from .html_checks import checked, words_of

NAME = operator.attrgetter("name")
EVERY = pytest.mark.parametrize("wrong", BANK, ids=NAME)

TWO = {"chain rule left out", "visited twice"}  # operations, where a gradient is handed on
BY_CHANCE = {"set for the order"}  # it depends on where objects lie in memory


@functools.cache
def counter_example(wrong):
    return found(wrong)


def test_there_are_twenty_different_ones():
    assert len(BANK) == len({wrong.name for wrong in BANK}) == 20
    assert len({wrong.source() for wrong in BANK}) == 20


@EVERY
def test_each_is_one_change_of_the_right_engine(wrong):
    right = RIGHT.read_text(encoding="utf-8")

    assert right.count(wrong.old) == 1
    assert wrong.source() != right
    assert wrong.wrong.endswith(".")
    assert wrong.why.endswith(".")


def test_a_change_that_does_not_fit_is_refused():
    stray = wrong_engines.WrongEngine("stray", "It is not there.", "So.", "never written", "")

    with pytest.raises(ValueError, match="stray"):
        stray.source()


@EVERY
def test_each_is_found_in_the_fewest_operations_and_drawn(wrong):
    mismatch = counter_example(wrong)

    operations = [node for node in mismatch.graph if node.op is not None]
    assert len(operations) == (2 if wrong.name in TWO else 1) or wrong.name in BY_CHANCE
    assert len(operations) <= 2
    assert mismatch.wrong
    picture = viz.draw_mismatch(mismatch).text()
    for name, (what, _, _) in mismatch.wrong.items():
        assert f"wrong {what}: " in picture
        assert f"{name} " in picture or f"{name}:" in picture


@pytest.mark.parametrize("wrong", [w for w in BANK if w.name not in BY_CHANCE], ids=NAME)
def test_the_code_of_each_shows_it(wrong, capsys):
    mismatch = counter_example(wrong)
    exec(mismatch.code, {"engine": adapter(module(wrong.source()))})  # noqa: S102 - our own

    numbers = [got for _, got, _ in mismatch.wrong.values()]
    assert float(capsys.readouterr().out) == numbers[0]


def test_main_tells_of_them_and_draws_them(tmp_path, capsys):
    assert wrong_engines.main(["--quick", "--out", str(tmp_path)]) == 0

    printed = capsys.readouterr().out
    html = checked((tmp_path / "wrong-engines.html").read_text(encoding="utf-8"))
    for wrong in BANK[:3]:
        for told in (wrong.name, wrong.wrong, counter_example(wrong).sentence):
            assert told in printed
            assert told in html.text
    assert "wrong gradient: " in words_of(
        (tmp_path / "wrong-engines-1-light.svg").read_text("utf-8")
    )
    assert "wrong-engines-3-dark.svg" in checked((tmp_path / "index.html").read_text()).links


def test_an_engine_with_nothing_wrong_is_said_to_have_nothing():
    right = wrong_engines.WrongEngine("right", "Nothing.", "So.", "import math\n", "import math\n")

    with pytest.raises(AssertionError, match="right: check_engine found nothing wrong"):
        found(right)
