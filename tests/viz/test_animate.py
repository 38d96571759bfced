import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import assume, given, settings

from autograd import Graph, Value
from viz.animate import Animation, Manner, _Drawing, animate
from viz.labels import clean
from viz.say.numbers import show

from .reading import SVG
from .strategies import HOSTILE, NAMES, computations
from .teaching import neuron, two_paths


def graph_of(roots):
    graph = Graph(roots[0])
    assume(graph.nodes[graph.roots[0]].grad is not None)
    return graph


any_graph = computations(steps=5, roots=1).map(graph_of)


def read(animation):
    return ET.fromstring(animation.svg())  # noqa: S314 - our own output


def final_texts(root):
    """The texts that stand where nothing moves: whatever the stylesheet does not hide."""
    found = []
    stack = [root]
    while stack:
        element = stack.pop()
        if "t" in element.get("class", "").split():
            continue
        if element.tag == f"{SVG}text":
            found.append("".join(element.itertext()))
        stack += element
    return found


# --- the neuron -----------------------------------------------------------------------------------


def test_it_plays_the_equations_of_the_neuron():
    texts = ["".join(text.itertext()) for text in read(animate(neuron())).iter(f"{SVG}text")]

    assert "∂L/∂z = (1 − o²) · ∂L/∂o" in texts
    assert "= 0.64 × (−0.8) = −0.512" in texts
    assert "Raising z by 1 unit changes o at rate 0.64, so L at rate −0.512." in texts


def test_where_nothing_moves_all_gradients_stand_there():
    texts = final_texts(read(animate(neuron())))

    assert {"v 0.6", "g −0.8", "g −0.512", "g −1.024"} <= set(texts)
    assert "∂L/∂w1 = −1.024, ∂L/∂w2 = −0.512, ∂L/∂b = −0.512" in texts
    assert not {"v ·", "g ·"} & set(texts)


def test_a_neuron_takes_less_than_60_kb():
    assert len(animate(neuron()).svg().encode()) < 60_000


def test_it_has_no_script_and_asks_for_nothing():
    svg = animate(neuron()).svg()
    attributes = {name for element in read(animate(neuron())).iter() for name in element.attrib}

    assert not [name for name in attributes if name.startswith("on") or "href" in name]
    assert not re.search(r"<script|<a |<image|<foreignObject|@import|url\(", svg)
    assert re.findall(r"https?://[^\"]*", svg) == ["http://www.w3.org/2000/svg"]


def test_readers_are_asked_how_they_like_it():
    svg = animate(neuron()).svg()

    assert "@media(prefers-color-scheme:dark)" in svg
    assert "@media(prefers-reduced-motion:reduce)" in svg
    assert "prefers-color-scheme" not in animate(neuron(), theme="dark").svg()


# --- any computation ------------------------------------------------------------------------------


def spans(svg):
    """When each keyframe of visibility begins and ends to show, in percent of a round."""
    found = {}
    for name, frames in re.findall(r"@keyframes ([\w-]+)\{(.*)\}\n", svg):
        shows = dict(re.findall(r"([\d.]+)%\{opacity:(\d)\}", frames))
        moments = [float(moment) for moment, shown in shows.items() if shown == "1"]
        ends = [float(m) for m, shown in shows.items() if shown == "0" and float(m) > moments[0]]
        if moments:
            found[name] = (moments[0], ends[0] if ends else 100.0)
    return found


@settings(max_examples=25)
@given(any_graph)
def test_a_box_is_drawn_once_at_a_time_and_in_the_end_with_the_engines_numbers(graph):
    animation = animate(graph)
    drawing = _Drawing(animation.view, Manner())
    shown = [box.id for box in drawing.picture.boxes]

    for node in graph:
        if f"n{node.index}" not in shown:
            continue
        (box,) = [box for box in drawing.picture.boxes if box.id == f"n{node.index}"]
        film = drawing._box(box)
        svg = drawing._film(film)
        every = spans("".join(drawing._style()))
        named = re.findall(r"animation-name:([\w-]+)", svg)
        assert len(named) == (len(film) if len(film) > 1 else 0)
        if named:
            starts, ends = zip(*[every[name] for name in named], strict=True)
            assert starts[0] == 0.0
            assert starts[1:] == ends[:-1]
            assert ends[-1] == 100.0
        assert f">g {show(node.grad).removeprefix('+')}<" in film[max(film)]


@settings(max_examples=25)
@given(any_graph)
def test_all_gradients_flow_backward_after_all_values_came_forward(graph):
    drawing = _Drawing(animate(graph).view, Manner())
    flows = [flow for arrow in drawing.picture.arrows for flow in drawing._flows(arrow)]
    phases = [drawing.steps[number].phase for number, _ in sorted(flows, key=lambda one: one[0])]

    assert phases == sorted(phases, reverse=True)
    assert set(phases) <= {"forward", "backward"}


def test_without_a_pause_it_begins_again_at_once():
    svg = animate(neuron(), pause=0).svg()

    assert "the gradients" not in svg
    assert max(end for _, end in spans(svg).values()) == 100.0


@settings(max_examples=25)
@given(any_graph)
def test_every_animation_that_is_named_is_there(graph):
    svg = animate(graph).svg()
    named = set(re.findall(r"animation-name:([\w-]+)", svg))

    assert named == set(re.findall(r"@keyframes ([\w-]+)", svg))
    for frames in re.findall(r"@keyframes [\w-]+\{(.*)\}\n", svg):
        shares = [float(share) for share in re.findall(r"([\d.]+)%\{", frames)]
        assert shares == sorted(shares)
        assert shares[0] == 0.0
        assert shares[-1] <= 100.0


@pytest.mark.parametrize("label", HOSTILE, ids=NAMES)
def test_hostile_labels_are_text(label):
    animation = animate(neuron(w1=label, L=label), title=label or None)
    root = read(animation)
    texts = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]

    assert {e.tag.removeprefix(SVG) for e in root.iter()} == {
        "svg", "title", "style", "rect", "g", "path", "circle", "text", "tspan",
    }  # fmt: skip
    if label and len(label) < 10:
        assert any(clean(label) in text for text in texts)


def test_two_in_a_page_do_not_disturb_each_other():
    one, other = animate(neuron()).svg(), animate(two_paths()).svg()
    names = [re.findall(r'<svg [^>]*class="(\w+)"', svg)[0] for svg in (one, other)]

    assert names[0] != names[1]
    for svg, name in zip((one, other), names, strict=True):
        style = re.search(r"<style>(.*)</style>", svg, re.DOTALL)[1]
        rules = re.sub(r"@keyframes ([\w-]+)\{.*\}\n", "", style)
        selectors = re.findall(r"([^{};]+)\{", re.sub(r"@media\([^)]*\)\{", "", rules))
        assert selectors
        for selector in ",".join(selectors).split(","):
            assert selector.strip(" }\n").startswith(f".{name}")
        assert all(found.startswith(name) for found in re.findall(r"@keyframes (\S+)\{", svg))
        assert not re.search(r"\sid=", svg)


def test_the_same_computation_gives_the_same_file():
    assert animate(neuron()).svg() == animate(neuron()).svg()


# --- options --------------------------------------------------------------------------------------


def test_a_round_takes_the_time_of_its_steps_and_the_pause():
    animation = animate(neuron(), seconds_per_step=2, pause=1)
    steps = len([s for s in animation.view.steps if s.phase in ("start", "forward", "backward")])

    assert f"animation-duration:{2 * steps + 1}s" in animation.svg()
    assert repr(animation) == (
        f"<Animation of {steps} steps, {2 * steps + 1} seconds: .show(), .save('animation.svg')>"
    )


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_it_goes_the_way_that_is_asked_for(direction):
    root = read(animate(Value(0.5, label="x").tanh().sin(), direction=direction))
    groups = [g for g in root.iter(f"{SVG}g") if g.get("class", "").startswith("box ")]
    heads = [group.find(f"{SVG}text") for group in groups]
    xs, ys = [{text.get(side) for text in heads} for side in "xy"]

    assert (len(xs), len(ys)) == ((3, 1) if direction == "LR" else (1, 3))


def test_an_equation_too_long_for_a_line_is_drawn_smaller_and_then_cut():
    x = Value(1.0, label="x")
    value = x
    for n in range(3):
        value = value * Value(0.123456 * n, label="a rather long label")
    sizes = {
        float(text.get("font-size"))
        for text in read(animate(value)).iter(f"{SVG}text")
        if text.get("font-size")
    }

    assert min(sizes) >= 12.0


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"seconds_per_step": "slow"}, TypeError, "seconds_per_step is a number of seconds"),
        ({"seconds_per_step": 0}, ValueError, "a number of seconds from 0.1 on, got 0"),
        ({"pause": -1.0}, ValueError, "pause is a number of seconds from 0 on, got -1.0"),
        ({"pause": float("nan")}, ValueError, "pause is a number of seconds from 0 on, got nan"),
        ({"pause": True}, TypeError, "pause is a number of seconds, got True"),
        ({"theme": "drak"}, ValueError, "theme='drak' is unknown; did you mean 'dark'?"),
        ({"direction": "RL"}, ValueError, "direction='RL' is unknown"),
    ],
    ids=["word", "zero", "negative", "nan", "bool", "theme", "direction"],
)
def test_options_that_make_no_sense_are_refused(options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        animate(neuron(), **options)


def test_errors_name_the_function_that_was_called():
    with pytest.raises(TypeError, match="animate takes a Value, usually a loss, or a Graph of one"):
        animate([1.0])


# --- out of Python --------------------------------------------------------------------------------


def test_it_is_saved_as_svg(tmp_path):
    animation = animate(two_paths())
    path = animation.save(tmp_path / "new" / "q.svg")

    with open(path, encoding="utf-8") as file:
        assert file.read() == animation.svg() == animation._repr_svg_()
    with pytest.raises(ValueError, match="an animation is an SVG; write save"):
        animation.save(tmp_path / "q.gif")


def test_show_opens_it_in_the_browser(monkeypatch, capsys):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    animate(two_paths()).show()

    assert opened[0].endswith("/animation.svg")
    assert capsys.readouterr().out.strip() in opened[0]


def test_an_animation_is_made_of_any_view():
    view = animate(two_paths()).view

    assert Animation(view).svg() == animate(two_paths()).svg()
