"""Animations in a browser, stopped at some moments: what is to be seen then."""

import json
import re
from html import unescape

import pytest

from viz.animate import REVEAL, animate

from .headless import document
from .teaching import neuron

SECONDS = 2.0

# Stops all animations at a moment and lists the texts that can be seen, and how boxes look.
STOP = """
const seen = element => {
  let share = 1;
  for (let e = element; e && e.nodeType === 1; e = e.parentNode)
    share *= getComputedStyle(e).opacity;
  return share * getComputedStyle(element).fillOpacity > 0.5;
};
const found = MOMENTS.map(moment => {
  document.getAnimations().forEach(a => { a.pause(); a.currentTime = moment * 1000; });
  const texts = [...document.querySelectorAll('svg text, svg tspan')].filter(seen);
  return texts.map(t => [...t.childNodes].filter(n => n.nodeType === 3).map(n => n.data).join(''));
});
document.title = JSON.stringify(found);
"""


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    """The texts that are seen before and after the reveal of every step, and in the end."""
    folder = tmp_path_factory.mktemp("animation")
    animation = animate(neuron(), seconds_per_step=SECONDS, pause=4.0)
    steps = [s for s in animation.view.steps if s.phase in ("start", "forward", "backward")]
    moments = [
        (number + part) * SECONDS
        for number in range(len(steps))
        for part in (REVEAL - 0.1, REVEAL + 0.1)
    ]
    moments.append(len(steps) * SECONDS + 1.0)
    script = STOP.replace("MOMENTS", json.dumps(moments))
    page = folder / "page.html"
    page.write_text(
        f"<!DOCTYPE html><meta charset=utf-8><body>{animation.svg()}<script>{script}</script>",
        encoding="utf-8",
    )
    title = re.search(r"<title>(\[.*?)</title>", document(page, folder))
    return steps, json.loads(unescape(title[1]))


def test_every_answer_appears_in_its_step_and_not_before(frames):
    steps, texts = frames
    for number, step in enumerate(steps):
        if step.answer:
            before, after = texts[2 * number], texts[2 * number + 1]
            assert f" {step.answer}" not in before
            assert f" {step.answer}" in after
            assert step.symbols in before
            assert step.sentence in " ".join(after)  # which may take two lines


def test_boxes_fill_step_by_step(frames):
    steps, texts = frames
    shown = {}
    for number, step in enumerate(steps):
        before, after = texts[2 * number], texts[2 * number + 1]
        if step.phase == "start":
            shown = {(fill.box, fill.line): fill.text for fill in step.fills}
        assert sorted(boxes(before)) == sorted(shown.values())
        shown |= {(fill.box, fill.line): fill.text for fill in step.fills}
        assert sorted(boxes(after)) == sorted(shown.values())


def test_the_pause_shows_all_gradients_and_no_step(frames):
    steps, texts = frames

    assert "the gradients" in texts[-1]
    assert not {step.symbols for step in steps} & set(texts[-1])
    assert not {"v ·", "g ·"} & set(texts[-1])


def boxes(texts):
    return [text for text in texts if re.match(r"[vg] [−\d·—]", text)]
