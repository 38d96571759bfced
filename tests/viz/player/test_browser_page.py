"""What holds of the whole page: nobody is shut out, nothing gets in or out, and it is quick."""

from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import expect

from autograd import Value
from viz.page.player import Player, frame

from .conftest import PATIENCE, SIZES
from .stories import chain, neuron, player_of, two_views

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")


def violations(page):
    """What axe-core complains of, with where."""
    page.tab.evaluate(f"if (!window.axe) {{ {AXE} }}")
    found = page.tab.evaluate("() => axe.run()")
    return [
        (one["id"], [node["html"] for node in one["nodes"]], one["nodes"][0]["failureSummary"])
        for one in found["violations"]
    ]


STATES = {
    "start": (),
    "forward": ("ArrowRight", "ArrowRight"),
    "backward": ("b", "ArrowRight"),
    "asked": ("b", "p", "ArrowRight"),
    "again": ("End",),
    "table": ("b", "t"),
    "keys": ("?",),
    "box": ("End", "/", "w", "Enter"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(show, scheme):
    page = show(player_of(neuron()), color_scheme=scheme)
    for state, keys in STATES.items():
        page.press(*keys)
        page.screenshot(f"state-{state}-{scheme}")

        assert violations(page) == [], state
        page.press("Escape", "Escape", "Home")
        if page.tab.get_attribute("#ui-predict", "aria-pressed") == "true":
            page.press("p")


@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_with_several_views(show, size):
    page = show(two_views(), size=SIZES[size])
    page.go("inside.s4")

    assert violations(page) == []


def test_the_keyboard_reaches_every_button_and_box_and_shows_where_it_is(show):
    page = show(two_views())
    page.go("s4")
    wanted = set(
        page.tab.evaluate(
            "() => [...document.querySelectorAll('button, input, select, #ui-picture .box')]"
            ".filter(e => !e.disabled && e.checkVisibility()).map(e => e.id || e.textContent)"
        )
    )
    reached = {}
    for _ in range(3 * len(wanted)):
        page.press("Tab")
        name, is_shown = page.tab.evaluate(
            """() => {
              const e = document.activeElement, style = getComputedStyle(e);
              const shape = e.querySelector?.('.shape');
              const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
              const thick = shape && parseFloat(getComputedStyle(shape).strokeWidth) >= 5;
              return [e.id || e.textContent, Boolean(ring || thick)];
            }"""
        )
        reached[name] = is_shown

    assert wanted <= set(reached)
    assert all(reached[name] for name in wanted)


def test_buttons_are_large_enough_to_touch(show):
    page = show(two_views(), size=SIZES["390"])
    small = page.tab.evaluate(
        "() => [...document.querySelectorAll('button, input, select')]"
        ".filter(e => e.checkVisibility()).filter(e => { const r = e.getBoundingClientRect();"
        " return r.width < 32 || r.height < 30; }).map(e => e.id)"
    )

    assert small == []


# --- nothing gets in or out -----------------------------------------------------------------------

HOSTILE = (
    "</script><script>document.title = 'in'</script>",
    "<img src=x onerror=\"document.title = 'in'\">",
    "</template></svg><style>body { display: none }</style>",
    "\"'><svg onload=\"document.title = 'in'\">",
    "<!--<script>",
    "${document.title = 'in'} {title} {script} \\u003c &lt;b&gt;",
    "重み\u202eabc\x00\ud800",
    "a" * 3000,
)


@pytest.mark.parametrize("label", HOSTILE, ids=range(len(HOSTILE)))
def test_labels_are_text(show, label):
    value = Value(2.0, label=label) * Value(3.0, label="b")
    value.label = label
    page = show(player_of(value, title=label))
    for _ in range(page.steps()):
        page.press("ArrowRight")
    page.press("t", "Escape", "/", "b", "Enter")

    assert page.tab.title() != "in"
    assert page.number() == page.steps()
    assert page.tab.locator("script").count() == page.tab.locator("script[type]").count() + 1
    assert page.tab.locator("body > style, img, svg svg").count() == 0


def test_the_page_can_load_nothing(show):
    page = show(two_views())
    blocked = page.tab.evaluate(
        """async () => {
          const found = [];
          const refused = event => found.push(event.effectiveDirective);
          document.addEventListener('securitypolicyviolation', refused);
          try { await fetch('https://example.org/'); } catch { found.push('fetch'); }
          const image = new Image();
          image.src = 'https://example.org/a.png';
          await new Promise(done => { image.onerror = done; });
          const script = document.createElement('script');
          script.textContent = "document.title = 'in'";
          document.body.append(script);
          return [...new Set(found)].sort();
        }"""
    )

    assert blocked == ["connect-src", "fetch", "img-src"] or "script-src-elem" in blocked
    assert page.tab.title() != "in"
    page.complaints.clear()  # the browser's, of this attack
    page.requests.clear()


# --- in a notebook --------------------------------------------------------------------------------


@pytest.fixture
def notebook(browser):
    """Two players in one page, as a notebook has them."""
    context = browser.new_context(viewport={"width": 1000, "height": 1400}, offline=True)
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE)
    complaints = []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    pages = [Player(two_views().story).html(), player_of(neuron()).html()]
    tab.set_content("<button id=outside>cell</button>" + "".join(map(frame, pages)))
    yield tab
    context.close()
    assert complaints == []


def _counts(notebook):
    return [
        notebook.frame_locator("iframe").nth(number).locator("#ui-count").text_content().split()[0]
        for number in range(2)
    ]


def test_two_in_a_notebook_do_not_disturb_each_other(notebook):
    for number in range(2):
        notebook.frame_locator("iframe").nth(number).locator("#ui-play").wait_for()
    first = notebook.frame_locator("iframe").nth(0)
    first.locator("#ui-next").click()
    notebook.keyboard.press("ArrowRight")

    assert _counts(notebook) == ["3", "1"]
    notebook.focus("#outside")
    notebook.keyboard.press("ArrowRight")
    assert _counts(notebook) == ["3", "1"]


def test_in_a_notebook_single_letters_are_no_keys_until_asked(notebook):
    first = notebook.frame_locator("iframe").nth(0)
    first.locator("#ui-next").click()
    notebook.keyboard.press("End")
    notebook.keyboard.press("b")
    assert _counts(notebook)[0] == "7"
    first.locator("#ui-help").click()
    first.locator("#ui-letters").check()
    notebook.keyboard.press("b")
    assert _counts(notebook)[0] == "3"


def test_in_a_notebook_the_wheel_scrolls_the_notebook(notebook):
    frame = notebook.frame_locator("iframe").nth(0)
    camera = frame.locator("#ui-camera")
    camera.wait_for()
    before = camera.get_attribute("style")
    frame.locator("#n0").hover()
    notebook.mouse.wheel(0, -200)
    notebook.wait_for_timeout(100)
    assert camera.get_attribute("style") == before
    notebook.keyboard.down("Control")
    notebook.mouse.wheel(0, -200)
    expect(camera).not_to_have_attribute("style", before, timeout=PATIENCE)
    notebook.keyboard.up("Control")


def test_in_a_notebook_full_screen_works_or_says_why_not(notebook):
    first = notebook.frame_locator("iframe").nth(0)
    first.locator("#ui-full").click()
    notebook.wait_for_function("() => document.fullscreenElement !== null")


def test_a_frame_shares_nothing_with_the_notebook(notebook):
    inner = notebook.frames[1]
    assert (
        inner.evaluate("() => { try { return parent.document.title } catch { return 'kept out' } }")
        == "kept out"
    )


# --- sizes ----------------------------------------------------------------------------------------


def test_a_step_among_four_hundred_boxes_changes_as_little_as_among_forty(show):
    """How long that takes is measured in benchmarks/cases/player.py."""

    def changes(length):
        page = show(player_of(chain(length)))
        assert page.tab.locator("#ui-picture .box").count() >= 1.9 * length
        page.press("b")
        return page.tab.evaluate(
            """async () => {
              let seen = 0;
              const watch = new MutationObserver(changes => { seen += changes.length; });
              const all = { attributes: true, childList: true, characterData: true, subtree: true };
              watch.observe(document, all);
              for (let n = 0; n < 12; n++) {
                document.getElementById('ui-next').click();
                await new Promise(requestAnimationFrame);
                await new Promise(requestAnimationFrame);
              }
              watch.disconnect();
              return seen;
            }"""
        )

    assert changes(200) < 1.5 * changes(20)


def test_it_prints(show):
    """The step that is shown, on white, without buttons."""
    page = show(player_of(neuron()))
    page.go("s11")
    page.tab.emulate_media(media="print")
    page.screenshot("print")

    assert page.tab.locator("#ui-slider").is_hidden()
    assert page.tab.locator("#ui-symbols").is_visible()
    assert page.tab.locator("#ui-picture svg").is_visible()


def test_without_reduced_motion_the_camera_glides_and_with_it_it_does_not(show):
    def glide(**options):
        page = show(player_of(neuron()), **options)
        return page.tab.evaluate(
            "() => getComputedStyle(document.getElementById('ui-camera')).transitionDuration"
        )

    assert glide(reduced_motion="no-preference") == "0.35s"
    assert glide(reduced_motion="reduce") == "0s"


def test_a_page_around_the_player_stays_where_it_is(show, tmp_path):
    """Its tabs and its table scroll within it."""
    page = show(two_views())
    two_views().save(tmp_path / "inner.html")
    far = '<div style="height: 3000px"></div>'
    frame = '<iframe src="inner.html#two.s3" style="width: 500px; height: 400px"></iframe>'
    (tmp_path / "outer.html").write_text(f"{far}{frame}{far}")
    page.tab.goto(f"file://{tmp_path}/outer.html")
    inner = page.tab.frames[1]
    inner.wait_for_selector("#ui-views [aria-current]")
    for button in ("table", "next", "next"):
        inner.evaluate("name => document.getElementById(`ui-${name}`).click()", button)
    page.painted()

    assert page.tab.evaluate("scrollY") == 0
