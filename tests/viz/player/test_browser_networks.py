"""The pages of networks: at sampled steps of every kind of view they show what was recorded."""

import random

import pytest

from autograd import Value
from nn import MLP, cross_entropy, mse
from viz.player import player

from .conftest import SIZES
from .test_browser_page import violations

ROWS = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]


def _set(neuron, weights, bias):
    for parameter, number in zip(neuron.w, weights, strict=True):
        parameter.data = number
    neuron.b.data = bias


@pytest.fixture(scope="module")
def xor():
    """The 2-3-1 network of the book on all four rows."""
    model = MLP(2, [3, 1], activation="tanh", rng=random.Random(0))
    hidden = zip([[0.5, -1.0], [-0.8, 0.4], [0.3, 0.9]], [0.1, 0.2, -0.1], strict=True)
    for neuron, (weights, bias) in zip(model.layers[0].neurons, hidden, strict=True):
        _set(neuron, weights, bias)
    _set(model.layers[1].neurons[0], [0.6, -0.5, 0.7], 0.1)
    loss = mse([model(row) for row in ROWS], [0.0, 1.0, 1.0, 0.0])
    loss.label = "L"
    return player(loss)


@pytest.fixture(scope="module")
def digits():
    """A network of the size that reads digits, on one made-up image."""
    rng = random.Random(3)
    model = MLP(64, [32, 10], activation="relu", rng=rng)
    loss = cross_entropy(model([rng.randint(0, 16) / 16 for _ in range(64)]), 3)
    loss.label = "L"
    return player(loss, image=(8, 8))


@pytest.fixture(scope="module")
def deep():
    """No network, and not small."""
    value = Value(0.5, label="a")
    for _ in range(60):
        value = (value * value + 0.1).tanh()
    return player(value)


def _samples(view):
    """The last step of each phase, and one in the middle."""
    last = {step.phase: number for number, step in enumerate(view.steps)}
    return sorted({*last.values(), len(view.steps) // 2})


def _lines(view, number, first):
    lines = {name: list(texts) for name, texts in first.items()}
    for step in view.steps[: number + 1]:
        for fill in step.fills:
            lines[fill.box][fill.line] = fill.text
    return lines


@pytest.mark.parametrize("which", ["xor", "digits", "deep"])
def test_sampled_steps_show_what_was_recorded(show, request, which):
    """Every view of those that stand in tabs, and the first that open within them."""
    story = request.getfixturevalue(which).story
    page = show(request.getfixturevalue(which))
    outer = [number for number, view in enumerate(story.views) if not view.within]
    inner = [number for number, view in enumerate(story.views) if view.within]
    for number in (*outer, *inner[:3]):
        view = story.views[number]
        page.go(f"{view.key}.s1")
        first = page.lines()
        for at in _samples(view):
            page.go(f"{view.key}.s{at + 1}")
            step = view.steps[at]

            assert page.lines() == _lines(view, at, first)
            assert page.text("symbols") == step.symbols
            assert page.text("answer") == step.answer
            assert page.text("sentence") == step.sentence
            assert page.ids(".box.now") == [step.box] * bool(step.box)
            known = set(page.ids(".arrow"))
            assert {one.arrow for one in step.carried if one.arrow in known} <= set(
                page.ids(".arrow.now")
            )


@pytest.mark.parametrize("which", ["xor", "digits"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_networks_fit_every_screen_in_every_phase(show, request, which, size, scheme):
    page = show(request.getfixturevalue(which), size=SIZES[size], color_scheme=scheme)
    if which == "xor":
        page.go("row-4.s1")
    phases = page.tab.locator("#ui-phases button").all_text_contents()
    for phase in phases:
        page.tab.click(f"#ui-phases [data-phase={phase}]")
        page.press("ArrowRight")
        page.screenshot(f"{which}-{size}-{scheme}-{phase}")

        assert page.tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for name in ("equation", "sentence"):
            assert page.tab.evaluate(
                "name => { const e = document.getElementById('ui-' + name);"
                " return e.scrollHeight <= e.clientHeight + 2; }",
                name,
            ), (name, phase, page.text("sentence"))


@pytest.mark.parametrize("which", ["xor", "digits"])
def test_axe_finds_nothing_in_networks(show, request, which):
    story = request.getfixturevalue(which).story
    page = show(request.getfixturevalue(which))
    for view in (story.views[0], story.views[-1]):
        page.go(f"{view.key}.s{len(view.steps) // 2}")

        assert violations(page) == []


def test_a_neuron_opens_and_closes(show, xor):
    page = show(xor, hash="#row-4.s10")
    page.tab.locator("#ui-picture .activation").first.click()
    page.tab.get_by_role("button", name="look inside").click()
    assert page.text("views").startswith("← row 4")
    page.click("out-of")
    assert page.number() == 10


def test_the_row_that_tells_most_is_shown_first(show, xor):
    page = show(xor)

    assert page.tab.locator("#ui-views [aria-current]").text_content() == "row 2"
    assert page.tab.evaluate("location.hash") == "#row-2.s1"


@pytest.mark.parametrize(
    ("which", "view", "least"),
    [
        ("xor", "row-2", 15.0),  # every weight is called by where it leads, w(x1→h1)
        ("xor", "all", 17.0),
        ("digits", "layers", 17.9),
        ("digits", "layers-1-3", 17.9),
    ],
)
def test_text_is_read_from_the_back_row(show, request, which, view, least):
    page = show(request.getfixturevalue(which), hash=f"#{view}.s3")

    assert page.letters() >= least


def test_negative_gradients_have_their_colour_in_the_band_too(show, xor):
    steps = next(view for view in xor.story.views if view.key == "row-4").steps
    at = next(k for k, s in enumerate(steps, 1) if s.title == "Backward: through tanh in h2")
    page = show(xor, hash=f"#row-4.s{at}")

    assert page.text("answer").startswith("−")
    assert page.tab.get_attribute("#ui-answer", "class") == "negative"


def _step(player, view, title):
    found = next(v for v in player.story.views if v.key == view)
    return next(k for k, step in enumerate(found.steps, 1) if step.title == title)


def _bars(page):
    return page.tab.evaluate(
        "() => [...document.querySelectorAll('#ui-picture .bar:not(.unknown)')]"
        ".map(bar => bar.getBBox().width / bar.dataset.full)"
    )


def test_bars_are_as_long_as_probabilities(show, digits):
    at = _step(digits, "layers", "Forward: softmax")
    page = show(digits, hash=f"#layers.s{at - 1}")
    assert _bars(page) == []

    page.press("ArrowRight")

    fills = digits.story.views[0].steps[at - 1].fills
    assert _bars(page) == pytest.approx([float(fill.exact) for fill in fills], abs=1e-3)
    assert sum(_bars(page)) == pytest.approx(1.0, abs=1e-2)


def _shades(page):
    return page.tab.locator("#ui-picture [data-line]:not(.unknown)").count()


def test_shades_give_no_number_away(show, digits):
    page = show(digits)
    assert _shades(page) == 0
    page.click("predict").press("ArrowRight")
    assert page.text("answer") == ""
    assert _shades(page) == 0

    page.press("Space")

    assert page.text("answer") != ""
    assert _shades(page) == 32  # the bars come later


def test_the_image_of_gradients_comes_with_its_step(show, digits):
    view = next(v for v in digits.story.views if v.key == "layers-1-3")
    page = show(digits, hash=f"#{view.key}.s{len(view.steps) - 1}")
    assert _shades(page) == 0

    page.press("ArrowRight")

    assert _shades(page) == 1


def test_the_pixel_that_is_spoken_of_is_marked(show, digits):
    at = _step(digits, "layers", "Backward: the weights of hidden units")
    page = show(digits, hash=f"#layers.s{at}")

    (mark,) = page.ids(".spot.source")
    assert mark.startswith("px")
    page.press("ArrowLeft")
    assert page.ids(".spot.source") == []
