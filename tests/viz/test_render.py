import os
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from viz import RenderError, RenderTimeoutError
from viz.scene import graphviz as engines
from viz.scene.graphviz import LONGEST_SIDE, MOST_PIXELS, render

from ..needs import needs_dot
from .masking import program
from .reading import SVG, read_svg

DOT = 'digraph { n0 [id=n0 label="∂ × − Σ"] n1 [id=n1] n0 -> n1 [id=e0] }'

ECHO = """\
import sys
sys.stdin.read()
print("drawn by {0} with", *sys.argv[1:])
"""


def pixels(png):
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def test_an_svg_is_xml_with_the_ids_and_texts_of_the_dot():
    drawn = read_svg(render(DOT).decode())

    assert drawn.nodes == {"n0": ["∂ × − Σ"], "n1": ["n1"]}
    assert drawn.edges == {"e0": []}


def test_an_svg_fits_a_notebook_and_names_fonts_that_exist():
    svg = render("digraph { a [fontname=Courier] b [fontname=Times] }").decode()
    root = ET.fromstring(svg)  # noqa: S314 - our own output

    assert root.get("style") == "max-width:100%;height:auto"
    assert root.get("font-family").startswith("ui-monospace, Menlo, ")
    courier, times = [text.get("font-family") for text in root.iter(f"{SVG}text")]
    assert courier is None
    assert times.startswith("Times")


def test_a_png_has_twice_the_pixels_of_the_svg():
    width, height = pixels(render("digraph { a }", "png"))
    half_width, half_height = pixels(render("digraph { a }", "png", scale=1.0))

    assert width == pytest.approx(2 * half_width, abs=2)
    assert height == pytest.approx(2 * half_height, abs=2)


def test_a_huge_png_is_drawn_smaller():
    wide = "digraph { rankdir=LR " + " -> ".join(f"n{i}" for i in range(300)) + " }"
    width, height = pixels(render(wide, "png"))

    assert max(width, height) <= LONGEST_SIDE + 2
    assert width * height <= MOST_PIXELS * 1.01


def test_the_same_dot_gives_the_same_bytes():
    assert render(DOT) == render(DOT)


@needs_dot
def test_a_system_dot_draws_the_same_things():
    ours, system = read_svg(render(DOT).decode()), read_svg(render(DOT, engine="dot").decode())

    assert system == ours


@needs_dot
def test_a_system_dot_is_used_when_there_is_no_graphviz_pure(monkeypatch):
    monkeypatch.setattr(engines, "_pure_places", lambda: iter(()))

    assert b"<svg" in render(DOT)
    assert render(DOT, "pdf").startswith(b"%PDF")


@pytest.mark.usefixtures("no_engines")
def test_no_engine_is_an_error_that_says_what_to_install_and_what_still_works():
    with pytest.raises(RenderError) as caught:
        render(DOT)

    assert str(caught.value) == (
        "no engine can draw this picture as svg (graphviz-pure is not installed; dot is not "
        "installed); run: pip install graphviz-pure (svg, png), or install Graphviz (pdf, too); "
        "without any, .source (DOT), .mermaid() and .text() still work"
    )


def test_an_engine_of_ones_own_comes_first(tmp_path):
    mine = program(tmp_path / "mine", ECHO.format("mine"))

    assert render(DOT, engine=str(mine)) == b"drawn by mine with -Kdot -Tsvg\n"


def test_the_environment_chooses_an_engine(tmp_path, monkeypatch):
    monkeypatch.setenv(engines.VARIABLE, str(program(tmp_path / "mine", ECHO.format("mine"))))

    assert render(DOT) == b"drawn by mine with -Kdot -Tsvg\n"


def test_the_argument_beats_the_environment(monkeypatch):
    monkeypatch.setenv(engines.VARIABLE, "/nowhere/dot")

    assert b"<svg" in render(DOT, engine="graphviz-pure")


def test_an_engine_that_is_not_there_is_an_error():
    with pytest.raises(RenderError) as caught:
        render(DOT, engine="/nowhere/dot")

    assert str(caught.value) == (
        "the engine '/nowhere/dot' cannot draw this picture as svg (/nowhere/dot is not "
        "installed); engine= and $GLASSGRAD_DOT take graphviz-pure, dot, "
        "or the path of a dot; without any, .source (DOT), .mermaid() and .text() still work"
    )


def test_an_engine_that_fails_is_followed_by_the_next(monkeypatch, no_engines):
    broken = 'import sys; sys.exit("libgvc.so.6 is missing")'
    program(no_engines / "bin" / "graphviz-pure", broken)
    program(no_engines / "bin" / "dot", ECHO.format("dot"))
    monkeypatch.setenv("PATH", str(no_engines / "bin"))

    assert render(DOT) == b"drawn by dot with -Kdot -Tsvg\n"


def test_what_every_engine_said_is_in_the_error(monkeypatch, no_engines):
    program(no_engines / "bin" / "graphviz-pure", 'import sys; sys.exit("no memory")')
    program(no_engines / "bin" / "dot", "")
    monkeypatch.setenv("PATH", str(no_engines / "bin"))

    with pytest.raises(RenderError, match="pure failed: no memory; dot failed: it ended with exit"):
        render(DOT)


def test_half_an_image_is_no_image(tmp_path):
    half = program(tmp_path / "half", 'import sys; print("<svg>"); sys.exit("out of memory")')

    with pytest.raises(RenderError, match="half failed: out of memory"):
        render(DOT, engine=str(half))


def test_a_file_that_is_no_program_is_an_error(tmp_path):
    text = tmp_path / "dot"
    text.write_bytes(b"\x7fELF no program")
    text.chmod(0o755)

    with pytest.raises(RenderError, match=r"cannot draw this picture as svg .*dot failed"):
        render(DOT, engine=str(text))


def test_broken_dot_is_an_error_with_graphviz_message():
    with pytest.raises(RenderError, match="syntax error in line 1"):
        render("digraph { a [ }")


def test_a_format_that_nobody_writes_is_an_error():
    with pytest.raises(RenderError, match="graphviz-pure cannot write docx"):
        render(DOT, "docx")


SLOW = """\
import subprocess, sys, time
sys.stdin.read()
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
open({0!r}, "w").write(str(child.pid))
time.sleep(3600)
"""


def test_an_engine_that_takes_too_long_is_stopped_with_its_children(tmp_path):
    slow = program(tmp_path / "slow", SLOW.format(str(tmp_path / "pid")))
    with pytest.raises(RenderTimeoutError) as caught:
        render(DOT, engine=str(slow), timeout=1.0, size="4,000 nodes and 9,000 edges")

    assert str(caught.value) == (
        f"{slow} did not finish within 1 s on 4,000 nodes and 9,000 edges; draw a smaller part "
        "(a Value nearer to the leaves), lower max_nodes=..., or allow more time: "
        ".save(path, timeout=60)"
    )
    assert isinstance(caught.value, TimeoutError)
    if (tmp_path / "pid").exists():
        assert not _is_running(int((tmp_path / "pid").read_text()))


def _is_running(pid):
    for _ in range(3000):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        status = Path(f"/proc/{pid}/stat")
        if status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z":
            return False  # killed, and waiting for init to notice
        time.sleep(0.1)
    return True


def test_an_interrupt_stops_the_engine(tmp_path, monkeypatch):
    slow = program(tmp_path / "slow", "import time; time.sleep(3600)")
    stopped = []

    def interrupted(self, *_):
        stopped.append(self)
        raise KeyboardInterrupt

    monkeypatch.setattr("subprocess.Popen.communicate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        render(DOT, engine=str(slow))

    assert stopped[0].wait(600) == -9
