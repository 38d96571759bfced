"""HTML helpers: text stays text, pictures fit in, files are whole."""

import re

import pytest

import viz
from autograd import Value
from demos import page

from .html_checks import checked

HOSTILE = "</style><script>alert(1)</script>&\"'<b>"


@pytest.mark.parametrize(
    "made",
    [
        page.document(HOSTILE, HOSTILE, "", home=HOSTILE),
        page.section(HOSTILE, ""),
        page.paragraph(HOSTILE),
        page.equation(HOSTILE),
        page.equations([HOSTILE]),
        page.code(HOSTILE),
        page.question(HOSTILE, ""),
        page.link(HOSTILE, HOSTILE),
        page.figure("", HOSTILE),
        page.table(HOSTILE, [], []),
    ],
)
def test_text_stays_text(made):
    parsed = checked(made)

    assert "script" not in parsed.tags
    assert "b" not in parsed.tags


def drawing(theme):
    return viz.draw(Value(2.0, label=HOSTILE) * 3.0, theme=theme)


def test_a_hostile_label_in_a_picture_stays_text():
    files = {}
    markup = page.drawn(files, drawing, "some", HOSTILE)

    assert "script" not in checked(markup).tags
    assert list(files) == ["some-light.svg", "some-dark.svg"]


def test_the_same_picture_twice_has_ids_of_its_own():
    twice = "".join(page.drawn({}, drawing, name, name) for name in ("one", "two"))
    ids = checked(twice).ids

    assert len(ids) == len(set(ids)) > 0


def test_a_picture_in_a_page_has_the_frame_and_the_font_of_its_file():
    files = {}
    markup = page.drawn(files, drawing, "some", "words")
    for wanted in (r'viewBox="[^"]+"', r'font-family="[^"]+monospace"'):
        found = re.search(wanted, files["some-light.svg"]).group()

        assert found in markup


def test_without_an_engine_the_picture_is_its_text(monkeypatch):
    monkeypatch.setenv("GLASSGRAD_DOT", "/nowhere/dot")
    files = {}
    markup = page.drawn(files, lambda theme: viz.draw(Value(2.0) * 3.0), "some", "words")

    assert files == {}
    assert "└─" in checked(markup).text
    assert "/nowhere/dot" in markup


TEXT = """\
# A title

The lead, with {x:number}.

Before all sections {hostile}.

## A section

> A note
on two lines, {x:.1f}.

~ Small print: {share:share}, {share:percent}.

= y = {x:short}

### A heading

[part]

[part] Its caption {x:show}.

[asked] {x:number} words

? A question?
The answer: {x:number}.

<div class="pair">

A paragraph.

</div>
"""


def test_a_text_becomes_a_page_of_its_numbers_and_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(page, "TEXTS", tmp_path)
    (tmp_path / "some.md").write_text(TEXT, encoding="utf-8")
    values = {"x": -0.123456, "share": 0.5, "hostile": HOSTILE}
    html = page.whole("some", values, {"part": "<hr>", "asked": lambda words: f"<!--{words}-->"})

    assert "<h1>A title</h1>" in html
    assert '<p class="lead">The lead, with −0.1235.</p>' in html
    assert f"<p>Before all sections {page.escape(HOSTILE)}.</p>" in html
    section = html.partition("<h2>A section</h2>\n")[2].partition("</section>")[0]
    assert section == (
        '<p class="note">A note on two lines, -0.1.</p>\n'
        '<p class="small">Small print: 50 %, 50.00 %.</p>\n'
        '<p class="equation">y = −0.12</p>\n'
        "<h3>A heading</h3>\n"
        "<hr>"
        "<figure>\n<hr>\n<figcaption>Its caption −0.1235.</figcaption>\n</figure>\n"
        "<figure>\n<!--−0.1235 words-->\n"
        "<figcaption>−0.1235 words</figcaption>\n</figure>\n"
        "<details><summary>A question?</summary>\n<p>The answer: −0.1235.</p>\n</details>\n"
        '<div class="pair">\n<p>A paragraph.</p>\n</div>\n'
    )


def test_every_text_is_read_by_a_demo():
    sources = "".join(path.read_text(encoding="utf-8") for path in page.TEXTS.parent.glob("*.py"))

    for text in page.TEXTS.iterdir():
        assert f'("{text.stem}", ' in sources


def test_files_are_written_into_a_folder_that_is_made(tmp_path):
    page.write(tmp_path / "a" / "b", {"c.txt": "é"})

    assert (tmp_path / "a" / "b" / "c.txt").read_bytes() == "é".encode()


def test_a_step_is_one_line_without_gaps():
    steps = viz.player(Value(3.0, label="x") * 2.0).story.views[0].steps

    assert [page.as_line(step) for step in steps] == [
        " ".join(f"{step.symbols} {step.numbers} {step.answer}".split()) for step in steps
    ]


def test_a_share_is_as_exact_as_it_is():
    assert (page.share(1.0), page.share(0.5), page.share(1 / 3)) == ("100 %", "50 %", "33.33 %")
