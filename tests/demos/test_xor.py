"""XOR, against the same numbers computed here without the engine."""

import math

import pytest

from demos import xor
from demos.page import as_line
from demos.xor import NAMES, ROWS, START, TARGETS, WEIGHT, learned
from viz.say.numbers import show

from .html_checks import checked


def forward(parameters, row):
    """The hidden units and the output."""
    hidden = [
        math.tanh(
            parameters[3 * k] * row[0] + parameters[3 * k + 1] * row[1] + parameters[3 * k + 2]
        )
        for k in range(3)
    ]
    return hidden, sum(w * h for w, h in zip(parameters[9:12], hidden, strict=True)) + parameters[
        12
    ]


def loss(parameters):
    outputs = [forward(parameters, row)[1] for row in ROWS]
    return sum((o - y) ** 2 for o, y in zip(outputs, TARGETS, strict=True)) / 4


def shares():
    """What each row brings to x1→h2."""
    found = []
    for row, target in zip(ROWS, TARGETS, strict=True):
        hidden, o = forward(START, row)
        found.append((o - target) / 2 * START[10] * (1 - hidden[1] ** 2) * row[0])
    return found


@pytest.fixture(scope="module")
def found():
    return learned()


@pytest.fixture(scope="module")
def text(found):
    return xor.as_text(found)


def test_the_loss_is_that_of_the_four_rows(found):
    assert found.before.loss.data == pytest.approx(loss(START), rel=1e-14)
    assert round(found.before.loss.data, 4) == 0.399
    assert list(found.before.outputs) == pytest.approx(
        [forward(START, row)[1] for row in ROWS], rel=1e-13
    )


def test_four_rows_bring_what_the_book_says():
    assert [round(share, 4) for share in shares()] == [0, 0, 0.0304, -0.1276]
    assert round(sum(shares()), 4) == -0.0972


def test_the_four_shares_are_added_up_in_the_player(found):
    number, step = found.added()
    added = " + ".join(
        ["0", "0", *[f"({t})" if t[0] == "−" else t for t in map(plain, shares()[2:])]]
    )

    assert as_line(step).endswith(f"= {added} ≈ {plain(sum(shares()))}")
    assert found.before.player.story.views[4].steps[number - 1] == step


def plain(x):
    return show(x).removeprefix("+")


def test_why_is_told_by_all_eight_paths(found):
    assert found.why.gradient == pytest.approx(sum(shares()), rel=1e-13)
    assert sorted(path.product for path in found.why.paths) == pytest.approx(
        sorted(share / 2 for share in shares() for _ in range(2)), abs=1e-16
    )


def test_names_are_those_of_the_player(found):
    entries = {entry.name: entry for entry in found.before.player.story.views[4].entries}

    assert {name: float(entries[name].value.replace("−", "-")) for name in NAMES} == dict(
        zip(NAMES, START, strict=True)
    )


def test_it_learns_all_four_rows(found):
    assert [round(o) for o in found.after.outputs] == list(TARGETS)
    assert found.after.loss.data == pytest.approx(
        loss([p.data for p in found.after.model.parameters()]), rel=1e-9
    )
    assert found.after.loss.data < 0.001
    assert [p.data for p in found.before.model.parameters()] == list(START)


def test_each_row_has_a_tab_and_all_have_one(found):
    for player in (found.before.player, found.after.player):
        tabs = [view.tab for view in player.story.views if not view.within]

        assert tabs == ["row 1", "row 2", "row 3", "row 4", "all"]


def test_the_page_says_what_is_printed(made, found, text):
    page = checked(made.read("xor.html")).text

    assert as_line(found.added()[1]) in page
    assert as_line(found.added()[1]) in text
    assert str(found.why) in page
    assert str(found.why) in text
    assert "L = mean of the four error² = 0.399" in page
    assert WEIGHT in page


def test_the_page_leads_to_both_players(made, found):
    links = checked(made.read("xor.html")).links

    assert "xor-player.html#row-4.s1" in links
    assert f"xor-player.html#all.s{found.added()[0]}" in links
    assert "xor-trained-player.html" in links
    assert made.read("xor-player.html") == found.before.player.html()


def test_squares_on_the_page_are_what_a_calculator_gives(text):
    for line in text.splitlines():
        if "² = " in line and "(" in line and "mean" not in line:
            base, result = line.split("(")[1].split(")² = ")

            assert show(float(base.replace("−", "-")) ** 2) == result


def test_main_prints_it_and_says_where_its_page_is(tmp_path, capsys, text):
    assert xor.main(["--quick", "--out", str(tmp_path)]) == 0

    printed = capsys.readouterr().out
    assert text in printed
    assert str(tmp_path / "xor.html") in printed
    assert "xor.html" in (tmp_path / "index.html").read_text(encoding="utf-8")
