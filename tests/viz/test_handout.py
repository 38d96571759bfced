import re
from decimal import Decimal
from html import unescape
from xml.etree import ElementTree as ET

import pytest
from hypothesis import assume, given, settings

from autograd import ConstantError, Graph, Value, constant
from viz.handout import Handout, handout, left_out
from viz.labels import clean

from .strategies import HOSTILE, NAMES, computations
from .teaching import neuron, two_paths


def sections(sheet):
    """The exercise and the solution as XML."""
    found = re.findall(r"<section.*?</section>", sheet.html(), re.DOTALL)
    return [ET.fromstring(section) for section in found]  # noqa: S314 - our own output


def text(element):
    return " ".join("".join(element.itertext()).split())


def rows(section):
    """The rows of the table, as lists of texts."""
    found = []
    for row in section.iter("tr"):
        cells = [text(cell) for cell in row.iter("td")]
        if cells:
            found.append(cells)
    return found


def marks(section):
    """The numbers of the blanks: in the graph, and in the table."""
    numbers = [int(text(n)) for n in section.iter("text") if n.get("class") == "number"]
    return numbers, [row[0] for row in rows(section) if row[0]]


# --- the neuron -----------------------------------------------------------------------------------


def test_the_solution_has_each_gradient_as_its_equation_with_substitution():
    _, solution = sections(handout(neuron()))
    table = {cells[1]: (cells[2], cells[3]) for cells in rows(solution)}

    assert table["o = tanh(z)"] == ("= tanh(0.6931) =", "0.6")
    assert table["∂L/∂z = (1 − o²) · ∂L/∂o1 − o² = 1 − 0.6² = 0.64"] == (
        "= 0.64 × (−0.8) =", "−0.512",
    )  # fmt: skip
    assert table["∂L/∂w1 = x1 · ∂L/∂p1"] == ("= 2 × (−0.512) =", "−1.024")
    assert table["w1 ← w1 − rate · ∂L/∂w1"] == ("= 0.5 − 0.1 × (−1.024) =", "0.6024")
    on_the_way = "p1 = 1.205, p2 = −0.9488, z = 1, o = 0.7617, d1 = −0.2383"
    assert table[f"Forward once more: L = d1²{on_the_way}"] == ("= (−0.2383)² ≈", "0.05677")


@pytest.mark.parametrize(
    ("blanks", "hidden", "shown"),
    [
        ("gradients", ["−0.512", "−1.024", "0.6024", "0.05677", "−0.8"], ["0.6931", "0.16"]),
        ("values", ["0.16", "−0.4", "0.05677"], ["−0.512", "−1.024", "0.5", "0.6024"]),
        ("all", ["−0.512", "0.16", "0.6", "−0.4", "0.05677"], ["0.6931", "0.5", "−1"]),
        (["o.data"], ["0.6", "0.6²"], ["−0.4", "0.16", "−0.512"]),
        (["z.grad"], ["0.64"], ["−1.024", "0.6024", "0.16"]),
        (["w1"], ["−1.024", "0.6024", "0.05677"], ["0.16", "0.7443"]),
    ],
    ids=["gradients", "values", "all", "o.data", "z.grad", "w1"],
)
def test_the_exercise_hides_what_is_to_be_found_and_nothing_else(blanks, hidden, shown):
    exercise, solution = sections(handout(neuron(), blanks))
    words = re.split(r"[\s()=]+", " ".join(exercise.itertext()))

    assert not set(hidden) & set(words)
    assert set(shown) <= set(words)
    assert set(shown + hidden) <= set(re.split(r"[\s()=]+", " ".join(solution.itertext())))


def test_a_worked_example_has_no_second_page():
    (section,) = sections(handout(neuron(), "none"))

    assert marks(section) == ([], [])
    assert "= 0.64 × (−0.8)" in text(section)


def test_a_gradient_of_several_paths_has_a_row_for_each():
    x = Value(2.0, label="x")
    y = x * 0.5 + x * 0.25 + x.tanh() + x.sin()
    exercise, solution = sections(handout(y))
    found = [cells for cells in rows(solution) if cells[1].startswith("∂L/∂x =")]

    assert [mark.lstrip("0123456789") for mark, *_ in found] == ["a", "b", "c", ""]
    assert len({mark.rstrip("abc") for mark, *_ in found}) == 1
    assert not any("so far" in cells[1] for cells in rows(exercise))


@pytest.mark.parametrize(
    ("make", "name", "result"),
    [(neuron, "w1", "−2.048"), (two_paths, "a", "11.75")],
    ids=["one path", "three paths"],
)
def test_what_an_earlier_backward_left_is_a_summand(make, name, result):
    loss = make()
    loss.backward()
    exercise, solution = sections(handout(loss, accumulate=True))
    found = [cells for cells in rows(solution) if cells[1].startswith(f"{name}.grad = ")]

    assert "left" in found[0][1]
    assert found[-1][3] == result
    assert "by an earlier backward" in text(exercise)


# --- any computation ------------------------------------------------------------------------------


def graph_of(roots):
    graph = Graph(roots[0])
    assume(graph.nodes[graph.roots[0]].grad is not None)
    return graph


@settings(max_examples=25)
@given(computations(steps=5, roots=1).map(graph_of))
def test_graph_and_table_have_the_same_numbers_in_order(graph):
    exercise, solution = sections(handout(graph, "all"))
    drawn, listed = marks(exercise)
    ends = [mark for mark in listed if not mark[-1].isalpha()]

    assert sorted(drawn) == list(range(1, len(drawn) + 1))
    assert [int(mark.split("–")[0]) for mark in ends] == sorted(
        int(mark.split("–")[0]) for mark in ends
    )
    assert int(ends[-1].split("–")[-1]) >= len(drawn)
    assert marks(solution) == ([], listed)


@settings(max_examples=25)
@given(computations(steps=5, roots=1).map(graph_of))
def test_every_equation_of_a_solution_holds(graph):
    """A pocket calculator agrees wherever a row says ``=``."""
    _, solution = sections(handout(graph))
    for _, _, numbers, answer in rows(solution):
        plain = numbers[2:-2].replace("−", "-").replace("×", "*")
        if not re.fullmatch(r"[-\d.e+* ()]+", plain) or numbers[-1] == "≈":
            continue
        shown = Decimal(answer.replace("−", "-"))
        exact = re.sub(r"\d[\d.]*(?:e-?\d+)?", lambda n: f"Decimal('{n.group()}')", plain)
        found = eval(exact, {"Decimal": Decimal})  # noqa: S307 - digits and signs, see above

        assert abs(found - shown) <= max(abs(shown) * Decimal("5.001e-4"), Decimal("1e-30"))


def test_nothing_is_written_to_grad():
    loss, a = neuron(), Value(2.0)
    (a * loss).backward()
    before = a.grad
    handout(a * loss).html()

    assert a.grad == before


def test_a_large_graph_is_shown_in_part_and_says_so():
    x = Value(1.0, label="x")
    for _ in range(50):
        x = x * 1.01 + 0.5
    (exercise, _) = sections(handout(x, max_nodes=10))

    assert "more nodes are not shown: raise max_nodes=10" in text(exercise)
    assert "focus" not in text(exercise)


@pytest.mark.parametrize("label", HOSTILE, ids=NAMES)
def test_hostile_labels_are_text(label):
    page = handout(neuron(w1=label, L=label), title=label or None).html()
    (exercise, solution) = sections(handout(neuron(w1=label, L=label), title=label or None))

    assert "<script" not in page
    assert not [e.tag for s in (exercise, solution) for e in s.iter() if e.tag in {"script", "b1"}]
    if label and len(label) < 10:
        assert clean(label) in unescape(text(exercise))


def test_the_page_is_black_and_white_and_asks_for_nothing():
    page = handout(neuron()).html()
    colours = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", page))

    assert colours == {"#000", "#fff", "#999"}
    assert "default-src 'none'; style-src 'unsafe-inline'" in unescape(page)
    assert not re.search(r"https?:|url\(|<script|\son\w+=", page)


def test_a_stop_sign_around_a_number_that_is_none_gives_no_answer_away():
    x = Value(800.0, label="x")
    exercise, solution = sections(handout(x.exp() * 0.0))
    shapes = [
        [e.get("d") for e in s.iter("path") if "L" not in e.get("d")] for s in (exercise, solution)
    ]

    assert len(shapes[0]) != len(shapes[1])
    assert "nan!" in text(solution)


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("blanks", "error", "message"),
    [
        ("gradient", ValueError, "blanks='gradient' is unknown; did you mean 'gradients'?"),
        (["W1"], ValueError, "nothing in this picture is named 'W1'; did you mean 'w1'?"),
        (["w1.gard"], ValueError, "nothing in this picture is named 'w1.gard'"),
        (["x1"], ValueError, "handout: x1 cannot be left out, since it is given"),
        (["w1.data"], ValueError, "handout: w1.data cannot be left out, since it is given"),
        ([3], TypeError, "handout: blanks is 'gradients', 'values', 'all', 'none', or a list"),
        (7, TypeError, "handout: blanks is 'gradients', 'values', 'all', 'none', or a list"),
    ],
    ids=["word", "name", "ending", "constant", "leaf", "number in a list", "number"],
)
def test_blanks_that_cannot_be_are_refused(blanks, error, message):
    with pytest.raises(error, match=re.escape(message)):
        handout(neuron(), blanks)


def test_a_label_that_ends_like_an_attribute_is_itself_first():
    x = Value(2.0, label="x.grad")
    sheet = handout(x * 3.0, ["x.grad"])

    assert [line for _, line in left_out(sheet.view, ["x.grad"])] == [2]


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        (
            (3.0,),
            {},
            TypeError,
            "handout takes a Value, usually a loss, or a Graph of one, got the",
        ),
        ((constant(1.0) * 2.0,), {}, ConstantError, "handout: the result does not depend on any"),
        ((Graph([Value(1.0), Value(2.0)]),), {}, ValueError, "this Graph has 2 roots"),
        ((Graph(Value(1.0)),), {"names": {}}, TypeError, "write handout(Graph(value, names=...))"),
        ((Value(1.0),), {"names": ["a"]}, TypeError, "names is a dict of variables"),
        ((Value(1.0),), {"lr": "fast"}, TypeError, "handout: lr is a number, the learning rate of"),
        ((Value(1.0),), {"lr": float("nan")}, ValueError, "handout: lr is a finite number"),
        ((Value(1.0),), {"title": 3}, TypeError, "handout: title is text, got 3"),
        ((Graph(Value(1.0)),), {"accumulate": True}, TypeError, "write handout(loss, accumulate"),
        ((Value(1.0),), {"max_nodes": 1}, ValueError, "max_nodes is a whole number of at least 2"),
    ],
    ids=[
        "number",
        "constant",
        "roots",
        "names",
        "list",
        "rate",
        "nan",
        "title",
        "left",
        "max_nodes",
    ],
)
def test_what_cannot_be_told_is_refused(arguments, options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        handout(*arguments, **options)


# --- out of Python --------------------------------------------------------------------------------


def test_it_is_saved_as_a_page(tmp_path):
    sheet = handout(neuron())
    path = sheet.save(tmp_path / "new" / "sheet.html")

    with open(path, encoding="utf-8") as file:
        assert file.read() == sheet.html()
    with pytest.raises(ValueError, match="a handout is an HTML page"):
        sheet.save(tmp_path / "sheet.pdf")


def test_it_shows_itself_in_a_frame_of_its_own():
    sheet = handout(neuron())
    (source,) = re.findall(r'<iframe sandbox srcdoc="([^"]*)"', sheet._repr_html_())

    assert unescape(source) == sheet.html()


def test_show_opens_it_in_the_browser(monkeypatch, capsys):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    handout(neuron()).show()

    assert opened[0].endswith("/handout.html")
    assert capsys.readouterr().out.strip() in opened[0]


def test_its_text_says_what_it_is():
    assert repr(handout(neuron(), ["z.grad"])) == (
        "<Handout with 1 blank: .show(), .save('handout.html')>"
    )
    assert isinstance(handout(neuron()), Handout)
