"""The sentences of lessons: whole, filled in one pass, and the same in every language."""

import html
import re
from collections import Counter

import pytest

from autograd import Graph
from viz.lessons.lesson import Pass
from viz.node_views import Wanted
from viz.page.document import FOLDER, page, page_words, script
from viz.say.sentences import PREDICATES, say, sentences
from viz.views import story, views

from .player.networks_of import classifier, xor
from .player.stories import neuron

ENGLISH, GERMAN = sentences("english"), sentences("german")


def variants(found):
    return [["", found]] if isinstance(found, str) else found


def places(text):
    return Counter(re.findall(r"\{(\w+)\}", text))


def test_every_sentence_exists_in_german_under_the_same_conditions():
    assert list(ENGLISH) == list(GERMAN)
    for key, found in ENGLISH.items():
        mine, others = variants(found), variants(GERMAN[key])
        assert [when for when, _ in mine] == [when for when, _ in others], key
        for (_, one), (_, other) in zip(mine, others, strict=True):
            assert places(one).keys() == places(other).keys(), key


@pytest.mark.parametrize("table", [ENGLISH, GERMAN], ids=["english", "german"])
def test_conditions_are_a_closed_list_and_one_of_a_choice_always_holds(table):
    for key, found in table.items():
        whens = [when for when, _ in variants(found)]
        assert {word for when in whens for word in when.split()} <= PREDICATES.keys(), key
        assert whens[-1] == "", key
        assert len(set(whens)) == len(whens), key


def test_every_condition_is_used():
    used = {w for found in ENGLISH.values() for when, _ in variants(found) for w in when.split()}

    assert used == PREDICATES.keys()


def test_what_is_filled_in_is_not_read_again():
    assert say({"a": "{me} and {you}"}, "a", me="{you}", you="x") == "{you} and x"


@pytest.mark.parametrize("loss", [neuron, xor, classifier], ids=["nodes", "rows", "layers"])
def test_a_lesson_has_the_same_steps_and_numbers_in_german(loss):
    numbers = Pass(Graph(loss()))
    english, german = (views(Wanted(numbers, language=name))[0] for name in ("english", "german"))

    assert len(english) == len(german)
    for one, other in zip(english, german, strict=True):
        assert len(one.steps) == len(other.steps)
        for mine, others in zip(one.steps, other.steps, strict=True):
            assert (mine.phase, mine.answer, mine.box) == (others.phase, others.answer, others.box)
            assert [f.exact for f in mine.fills] == [f.exact for f in others.fills]
            assert mine.sentence != others.sentence


def test_the_page_asks_for_every_word_of_its_own_and_for_no_other():
    """Keys that the page puts together, as ``phase.${phase} hint``, stand for all that fit."""
    code, frame = script(), (FOLDER / "page.html").read_text()
    asked = set(re.findall(r"\{page\.([\w.… ]+)\}", frame) + re.findall(r'word\("([^"]+)"', code))
    patterns = [
        re.sub(r"\$\{[^}]*\}", r"\\w+", text) for text in re.findall(r"word\(`([^`]+)`", code)
    ]
    words = page_words("english").keys()

    assert asked <= words
    assert [
        key
        for key in words - asked
        if f'"{key}"' not in code and not any(re.fullmatch(one, key) for one in patterns)
    ] == []


def test_a_german_page_speaks_german():
    text = page(story(Wanted(Pass(Graph(xor())), language="german")))

    assert '<html lang="de"' in text
    shown = html.unescape(text)
    for key, english in page_words("english").items():
        german = page_words("german")[key]
        if english != german and len(english) > 8:
            assert f'="{english}"' not in shown, key
            assert f">{english}<" not in shown, key
