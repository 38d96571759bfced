"""The page as text: what is in it, and what can never be."""

import base64
import hashlib
import html
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given, settings

from viz.page import document as page
from viz.page.player import Player
from viz.render.palette import DARK, LIGHT
from viz.say.story import Path, Story

from ..strategies import graphs
from .stories import chain, neuron, player_of, single_view, two_views


def _data(text, name):
    start = f'<script type="application/json" id="ui-{name}">'
    found = re.search(rf"{start}(.*?)</script>", text, re.DOTALL)
    return json.loads(found[1])


def _svg(text, name):
    found = re.search(rf'<template id="ui-{name}">(.*?)</template>', text, re.DOTALL)
    return ET.fromstring(found[1])  # noqa: S314 - our own output


def test_a_page_is_the_same_each_time():
    assert player_of(neuron()).html() == player_of(neuron()).html()


def test_only_our_script_may_run():
    text = two_views().html()
    script = re.search(r"<script>(.*?)</script>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = html.unescape(re.search(r'Security-Policy" content="([^"]+)"', text)[1])

    assert policy.startswith("default-src 'none'; ")
    assert f"script-src 'sha256-{digest}';" in policy
    assert "unsafe-eval" not in policy
    assert "https:" not in policy


def test_every_file_of_the_script_is_in_the_page():
    names = {path.stem for path in (page.FOLDER / "script").glob("*.js")}

    assert names == set(page._SCRIPTS)


def test_the_script_writes_text_only():
    """No label can become markup: there is no way from text to elements in it."""
    script = page.script()

    for way in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
    ):
        assert way not in script


def test_nothing_is_loaded_from_anywhere():
    text = player_of(neuron()).html()
    links = set(re.findall(r"(?:https?:)?//[\w.-]+", re.sub(r"//.*", "", text)))

    assert set(re.findall(r'(?:src|href)="([^"]*)"', text)) == {"data:,"}
    assert links <= {"http://www.w3.org"}


def test_each_part_is_put_in_once_whatever_stands_in_it():
    text = Player(Story("{data} {script} {title}", two_views().story.views)).html()

    assert "<title>{data} {script} {title}</title>" in text
    assert text.count("<script>") == 1


def test_both_palettes_are_in_the_page():
    text = two_views().html()

    for theme in (LIGHT, DARK):
        for colour in (
            theme.page,
            theme.ink,
            theme.positive,
            theme.negative,
            *theme.fills.values(),
        ):
            assert colour in text


@settings(max_examples=20)
@given(graph=graphs)
def test_random_graphs_never_break_the_page(graph):
    """The data can be read, the pictures are well-formed, and every box and arrow is there."""
    view = single_view(graph)
    text = Player(Story("random", (view,))).html()
    told = _data(text, "view-0")

    assert [step.get("sentence", "") for step in told["steps"]] == [s.sentence for s in view.steps]
    for name in ("picture-0", *(["tall-0"] if "ui-tall-0" in text else [])):
        ids = {group.get("id") for group in _svg(text, name).iter("{http://www.w3.org/2000/svg}g")}
        assert {entry.box for entry in view.entries} <= ids
        assert {fill.box for step in view.steps for fill in step.fills} <= ids
        assert {one.arrow for step in view.steps for one in step.carried} <= ids


def test_four_hundred_boxes_fit_the_budget():
    text = player_of(chain(200)).html()

    assert text.count('class="box ') >= 390
    assert len(text.encode()) < 1_500_000


@pytest.mark.parametrize("number", range(3))
def test_paths_are_shortened_and_lose_nothing(number):
    view = two_views().story.views[number]
    arrows = view.picture.arrows
    for entry, told in zip(view.entries, page._steps_and_entries(view)["entries"], strict=True):
        for path, short in zip(entry.paths, told.get("paths", ()), strict=True):
            back = tuple(arrows[n].id for n in short["arrows"])
            ends = {end for n in short["arrows"] for end in (arrows[n].tail, arrows[n].head)}

            assert back == path.arrows
            assert set(short.get("boxes", ends)) == set(path.boxes)


def test_a_path_keeps_boxes_that_its_arrows_do_not_tell():
    view = two_views().story.views[0]
    alone = Path("a", ("n0",), ())
    view = replace(view, entries=(replace(view.entries[0], paths=(alone,)),))
    path = page._steps_and_entries(view)["entries"][0]["paths"][0]

    assert path == {"text": "a", "boxes": ["n0"], "arrows": []}
