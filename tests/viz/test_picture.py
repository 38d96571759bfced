import os
import subprocess
import sys
import types
import webbrowser
import zlib
from pathlib import Path

import graphviz
import pytest

import viz
from autograd import Value
from viz import RenderError, RenderTimeoutError, draw
from viz.render import picture as module
from viz.scene import graphviz as engines

from .masking import program
from .reading import read_svg

ROOT = Path(__file__).resolve().parents[2]

ECHO = """\
import sys
sys.stdin.read()
print(*sys.argv[1:])
"""


@pytest.fixture
def picture():
    return draw(Value(2.0, label="a") * 3.0)


@pytest.fixture
def echo(tmp_path, monkeypatch):
    """An engine that writes its own flags."""
    monkeypatch.setenv(engines.VARIABLE, str(program(tmp_path / "engine" / "echo", ECHO)))


def test_every_format_has_a_method(picture):
    assert picture.svg().startswith("<?xml")
    assert picture.png().startswith(b"\x89PNG")
    assert picture.dot() == picture.source
    assert picture.text().startswith("backward: ")
    assert picture.mermaid().startswith("flowchart LR\n")
    assert repr(picture) == (
        "<Picture of 3 nodes and 2 edges: .show(), .save('picture.svg'), print(.text())>"
    )


def test_a_png_has_a_background(picture):
    # The first pixel of a tiny page, by the engine that pip installs: no Pillow needed.
    data = picture.png(scale=0.5)
    start = data.index(b"IDAT") + 4
    length = int.from_bytes(data[start - 8 : start - 4], "big")
    first_row = zlib.decompressobj().decompress(data[start : start + length], 5)

    assert first_row[1:5] in {b"\xff\xff\xff\xff", b"\xff\xff\xff" + first_row[4:5]}


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("a.svg", b"<?xml"),
        ("a.SVG", b"<?xml"),
        ("a.png", b"\x89PNG"),
        ("a.gv", b"digraph glassgrad"),
        ("a.dot", b"digraph glassgrad"),
        ("a.txt", b"backward: "),
        ("a.mmd", b"flowchart LR"),
        ("new/folder/a.svg", b"<?xml"),
    ],
)
def test_a_picture_is_saved_in_the_format_of_its_suffix(picture, tmp_path, name, start):
    path = picture.save(tmp_path / name)

    assert path == str(tmp_path / name)
    assert Path(path).read_bytes().startswith(start)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("a.svgg", "the suffix .svgg is no format; did you mean '.svg'? Write"),
        ("a.html", "the suffix .html is no format; write"),
        ("picture", "no suffix says no format; write"),
    ],
)
def test_a_suffix_that_is_no_format_is_refused(picture, tmp_path, monkeypatch, name, problem):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="save") as caught:
        picture.save(name)

    assert str(caught.value) == (
        f"save({name!r}): {problem} one of .svg .png .pdf .jpg .jpeg .gif .webp .ps .eps .gv .dot "
        ".txt .mmd"
    )
    assert os.listdir(tmp_path) == []


def test_nothing_is_left_behind_when_rendering_fails(picture, tmp_path):
    with pytest.raises(RenderError):
        picture.save(tmp_path / "a.svg", engine="/nowhere/dot")

    assert os.listdir(tmp_path) == []


def test_an_existing_file_may_be_kept(picture, tmp_path):
    (tmp_path / "a.svg").write_text("mine")
    picture.save("a.svg", tmp_path, skip_existing=True)

    assert (tmp_path / "a.svg").read_text() == "mine"


def test_without_a_name_the_dot_is_saved_as_graphviz_does(picture, tmp_path):
    path = picture.save(directory=tmp_path)

    assert path == str(tmp_path / "glassgrad.gv")
    assert Path(path).read_text(encoding="utf-8") == picture.source


def test_a_slow_engine_is_stopped_and_the_error_tells_the_size(picture, tmp_path):
    slow = program(tmp_path / "slow", "import time; time.sleep(3600)")
    with pytest.raises(RenderTimeoutError, match=r"within 0.5 s on 3 nodes and 2 edges; draw a"):
        picture.svg(engine=str(slow), timeout=0.5)


# --- notebooks and terminals ----------------------------------------------------------------------


def test_a_notebook_gets_the_picture_and_the_text(picture):
    bundle = picture._repr_mimebundle_()

    assert bundle.keys() == {"image/svg+xml", "text/plain"}
    assert read_svg(bundle["image/svg+xml"]).nodes.keys() >= {"n0", "n1", "n2"}
    assert bundle["text/plain"] == picture.text()


def test_a_notebook_may_choose(picture):
    assert picture._repr_mimebundle_(include=["image/png"]).keys() == {"image/png"}
    assert picture._repr_mimebundle_(exclude=["image/svg+xml"]).keys() == {"text/plain"}
    assert picture._repr_mimebundle_(include=["text/html"]) == {}
    assert picture._repr_mimebundle_(include=[]) == {}


@pytest.mark.usefixtures("no_engines")
def test_a_notebook_without_engines_gets_the_text_and_the_reason(picture):
    bundle = picture._repr_mimebundle_()

    assert bundle.keys() == {"text/plain"}
    assert bundle["text/plain"].startswith(picture.text())
    assert bundle["text/plain"].endswith(".mermaid() and .text() still work)")


def test_show_displays_inline_in_a_notebook(picture, monkeypatch, capsys):
    shown = []
    ipython = types.ModuleType("IPython")
    ipython.get_ipython = lambda: types.SimpleNamespace(kernel=object())
    ipython.display = types.SimpleNamespace(display=shown.append)
    monkeypatch.setitem(sys.modules, "IPython", ipython)

    assert picture.show() is None
    assert shown == [picture]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("shell", [None, object()], ids=["script", "terminal IPython"])
def test_show_opens_a_file_elsewhere_and_prints_its_path(picture, monkeypatch, capsys, shell):
    opened = []
    ipython = types.ModuleType("IPython")
    ipython.get_ipython = lambda: shell
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setattr(webbrowser, "open", opened.append)
    picture.show()

    path = Path(capsys.readouterr().out.strip())
    assert path.read_text(encoding="utf-8").startswith("<?xml")
    assert opened == [path.as_uri()]


# --- graphviz' habits -----------------------------------------------------------------------------


def test_graphviz_is_loaded_on_the_first_drawing_only():
    script = (
        "import sys, viz, autograd\n"
        "assert 'graphviz' not in sys.modules\n"
        "viz.draw(autograd.Value(1.0))\n"
        "assert 'graphviz' in sys.modules\n"
        "assert viz.Picture is sys.modules['viz.render.picture'].Picture\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


def test_the_package_has_no_other_lazy_names():
    with pytest.raises(AttributeError, match="module 'viz' has no attribute 'drow'"):
        viz.drow  # noqa: B018


def test_pipe_returns_bytes_or_text(picture):
    assert picture.pipe().decode() == picture.svg() == picture.pipe("svg", encoding="utf-8")
    assert picture.pipe("png").startswith(b"\x89PNG")


IMAGES = {
    "svg": b"<svg></svg>",
    "png": b"\x89PNG\r\n\x1a\n IEND\xaeB`\x82",
    "pdf": b"%PDF-1.7 %%EOF",
}


@pytest.mark.parametrize("suffix", IMAGES)
def test_what_is_no_image_is_not_saved_as_one(picture, tmp_path, suffix):
    """Any bytes, and an image without its first or its last byte."""
    whole, path = IMAGES[suffix], tmp_path / f"a.{suffix}"
    for written in (os.urandom(1000), b"no image", whole[1:], whole[:-1], whole):
        answers = {f"-T{name}": image for name, image in IMAGES.items()} | {f"-T{suffix}": written}
        mine = program(
            tmp_path / "mine", f"import sys\nsys.stdout.buffer.write({answers!r}[sys.argv[2]])"
        )
        if written == whole:
            picture.save(path, engine=str(mine))
        else:
            with pytest.raises(RenderError, match=f"has written no {suffix}, or not all of it"):
                picture.save(path, engine=str(mine))
        assert path.exists() == (written == whole)


@pytest.mark.usefixtures("echo")
def test_pipe_knows_layouts_and_renderers(picture):
    assert picture.pipe("pdf", "cairo") == b"-Kdot -Tpdf:cairo\n"
    assert picture.pipe("svg", engine="neato", quiet=True) == b"-Kneato -Tsvg\n"


def test_pipe_knows_our_engines(picture, tmp_path):
    mine = program(tmp_path / "mine", ECHO)

    assert picture.pipe("svg", engine=str(mine)) == b"-Kdot -Tsvg\n"


@pytest.mark.usefixtures("echo")
def test_render_writes_the_dot_and_the_image(picture, tmp_path):
    path = picture.render("name.gv", tmp_path, format="pdf", renderer="cairo")

    assert path == str(tmp_path / "name.gv.cairo.pdf")
    assert Path(path).read_text() == "-Kdot -Tpdf:cairo\n"
    assert (tmp_path / "name.gv").read_text(encoding="utf-8") == picture.source


@pytest.mark.usefixtures("echo")
def test_render_can_clean_up_and_choose_the_name(picture, tmp_path):
    path = picture.render(outfile=tmp_path / "a.pdf", cleanup=True)

    assert path == str(tmp_path / "a.pdf")
    assert sorted(os.listdir(tmp_path)) == ["a.pdf", "engine"]
    assert Path(path).read_text() == "-Kdot -Tpdf\n"


def test_render_by_default_is_svg(picture, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert picture.render() == "glassgrad.gv.svg"
    assert sorted(os.listdir()) == ["glassgrad.gv", "glassgrad.gv.svg"]


def test_view_opens_the_image(picture, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    path = picture.view("a.gv", directory=tmp_path)

    assert opened == [Path(path).as_uri()]


def test_a_picture_can_be_added_to_and_copied(picture):
    picture.node("extra", "by hand")
    copy = picture.copy()

    assert type(copy) is module.Picture
    assert copy.source == picture.source
    assert copy.text() == picture.text()
    assert "by hand" in picture.svg()
    assert isinstance(copy, graphviz.Digraph)
