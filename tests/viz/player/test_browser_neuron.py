"""The page of one neuron: at every step it shows the engine's numbers, and a projector shows it."""

import pytest

from autograd import Graph, Value, constant

from .conftest import PROJECTOR, SIZES
from .stories import neuron, plain, player_of


@pytest.fixture
def loss():
    return neuron()


def test_at_every_step_the_page_shows_what_was_recorded(show, loss):
    player = player_of(loss)
    view = player.story.views[0]
    page = show(player)
    lines = page.lines()
    for number, step in enumerate(view.steps, start=1):
        for fill in step.fills:
            lines[fill.box][fill.line] = fill.text

        assert page.number() == number
        assert page.lines() == lines
        assert page.text("symbols") == step.symbols
        assert (
            page.text("numbers").replace("?", "").strip() == f"{step.numbers} {step.answer}".strip()
        )
        assert page.text("sentence") == step.sentence
        assert page.text("note") == step.note
        assert page.ids(".box.now") == [step.box] * bool(step.box)
        assert set(page.ids(".arrow.now")) >= {one.arrow for one in step.carried}
        page.press("ArrowRight")


def test_every_number_is_the_engine_s(show, loss):
    """Read off the page, not out of the story: values after forward, gradients after backward."""
    page = show(player_of(loss))
    nodes = {f"n{node.index}": node for node in Graph(loss).nodes}
    last = {phase: page.tab.evaluate(_LAST, phase) for phase in ("forward", "backward")}

    page.go(f"s{last['forward']}")
    values = {name: lines[1] for name, lines in page.lines().items() if name in nodes}
    page.go(f"s{last['backward']}")
    grads = {name: lines[2] for name, lines in page.lines().items() if name in nodes}

    assert values == {name: f"v {plain(nodes[name].value)}" for name in values}
    assert grads == {name: f"g {plain(nodes[name].grad)}" for name in grads}
    assert len(values) >= 9
    assert {"g −1.024", "g −0.512"} <= set(grads.values())


_LAST = """phase => {
  document.querySelector(`#ui-phases [data-phase=${phase}]`).click();
  const count = () => Number(document.getElementById('ui-count').textContent.split('/')[0]);
  const steps = Number(document.getElementById('ui-count').textContent.split('/')[1]);
  let last = count();
  while (document.body.dataset.phase === phase && count() < steps) {
    last = count();
    document.getElementById('ui-next').click();
  }
  return last;
}"""


def test_before_backward_no_gradient_is_shown_and_never_a_zero(show, loss):
    """A learner takes 0 for a gradient that is 0."""
    page = show(player_of(loss), hash="#s3")

    assert {lines[2] for lines in page.lines().values()} == {"g ·"}


def test_the_last_row_can_read_it(show, loss):
    page = show(player_of(loss), size=PROJECTOR)

    assert page.size("#ui-symbols") >= 28
    assert page.size("#ui-numbers") >= 28
    assert page.size("#ui-sentence") >= 20
    assert page.letters() >= 20


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_every_screen_in_every_phase(show, loss, size, scheme):
    """Nothing is wider than the page, no text leaves its box, and no equation is cut off."""
    page = show(player_of(loss), size=SIZES[size], color_scheme=scheme)
    for phase in ("start", "forward", "backward", "update", "again"):
        page.tab.click(f"#ui-phases [data-phase={phase}]")
        page.press("ArrowRight")
        page.screenshot(f"neuron-{size}-{scheme}-{phase}")

        assert page.tab.evaluate(_OVERFLOWING) == []
        assert page.letters() >= 13 or phase == "start"


@pytest.mark.parametrize("size", SIZES)
def test_what_an_arrow_carries_covers_no_text(show, loss, size):
    page = show(player_of(loss), size=SIZES[size])
    carried = 0
    for _ in range(page.steps()):
        page.press("ArrowRight")
        carried += len(page.carried())

        assert page.tab.evaluate(_COVERED) == []
    assert carried >= 15


_COVERED = """() => {
  const found = [];
  for (const label of document.querySelectorAll('#ui-overlay .carried')) {
    const a = label.getBoundingClientRect();
    for (const line of document.querySelectorAll('#ui-picture .box text')) {
      const b = line.getBoundingClientRect();
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      if (across > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1)
        found.push(`${label.textContent} on ${line.textContent}`);
    }
  }
  return found;
}"""


def test_where_boxes_fill_the_screen_it_covers_no_text_either(show):
    values = [Value(0.5, label="a"), Value(-0.3, label="b")]
    for _ in range(9):
        values.append(values[-1] * values[-2] + values[0])
    page = show(player_of(values[-1]), size=(700, 560))
    page.press(*["+"] * 14)  # boxes as large as the screen
    for _ in range(page.steps()):
        page.press("ArrowRight")

        assert page.tab.evaluate(_COVERED) == []


def test_no_arrow_points_back_to_a_constant(show):
    """No gradient is asked of it."""
    page = show(player_of(Value(2.0, label="a") * constant(3.0, label="c")), hash="#s4")
    shown = page.tab.evaluate(
        "() => Object.fromEntries([...document.querySelectorAll('#ui-picture .arrow')].map(arrow =>"
        " [arrow.id, [...arrow.querySelectorAll('.tip')]"
        ".filter(tip => getComputedStyle(tip).display !== 'none')"
        ".map(tip => tip.className.baseVal)]))"
    )

    assert page.tab.get_attribute("body", "data-phase") == "backward"
    assert shown == {"e0_2_0": ["tip tail"], "e1_2_1": []}


_OVERFLOWING = """() => {
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push('the page is too wide');
  if (document.documentElement.scrollHeight > innerHeight) found.push('the page is too high');
  for (const name of ['equation', 'sentence']) {
    const element = document.getElementById(`ui-${name}`);
    if (element.scrollHeight > element.clientHeight + 2) found.push(`${name} is cut off`);
  }
  for (const box of document.querySelectorAll('#ui-picture .box')) {
    const frame = box.querySelector('.shape').getBoundingClientRect();
    for (const line of box.querySelectorAll('text')) {
      const { left, right } = line.getBoundingClientRect();
      if (left < frame.left || right > frame.right) found.push(line.textContent);
    }
  }
  return found;
}"""


def test_after_the_update_nothing_passes_an_old_number_off_as_new(show, loss):
    """Picture, panel and table agree: w1 is 0.6024, its gradient that of the pass before."""
    player = player_of(loss)
    page = show(player)
    page.press("End")
    w1 = next(e.box for e in player.story.views[0].entries if e.name == "w1")
    old = "[...document.querySelectorAll('#ui-picture text.old')].map((text) => text.textContent)"

    assert page.lines()[w1][1] == "v 0.6024"
    assert "g −1.024" in page.tab.evaluate(old)
    page.tab.evaluate(
        f"document.getElementById('{w1}').dispatchEvent(new MouseEvent('click', {{bubbles: true}}))"
    )
    panel = page.tab.text_content("#ui-panel")
    assert "value now0.6024" in panel
    assert "value before the updatew1 = 0.5, given" in panel
    assert "gradient before the update∂L/∂w1" in panel
    page.press("t")
    row = page.tab.locator(f"#ui-panel tr[data-box='{w1}']")
    assert row.locator("td").nth(1).text_content() == "0.6024"
    assert "old" in (row.locator("td").nth(2).get_attribute("class") or "")
    page.go("s1")
    assert page.tab.evaluate(old) == []
