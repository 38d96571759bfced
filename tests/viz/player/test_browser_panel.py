"""What is known of a box: search, panel, table, hovering; predict mode; themes, zoom, legend."""

import pytest

from autograd import Value
from autograd import sum as total

from .stories import neuron, player_of, two_views


@pytest.fixture
def page(show):
    return show(two_views())


# --- search, boxes, table -------------------------------------------------------------------------


def test_search_goes_round_all_views(page):
    page.press("/")
    page.tab.keyboard.type("e")
    assert page.text("found") == "3 found"
    seen = []
    for _ in range(4):
        page.press("Enter")
        seen.append((page.tab.locator("#ui-panel h2").text_content(), page.text("found")))

    assert seen == [
        ("square", "1 of 3"),
        ("other", "2 of 3"),
        ("inner", "3 of 3"),
        ("square", "1 of 3"),
    ]
    page.press("Escape")
    assert page.tab.input_value("#ui-search") == ""


def test_search_for_nothing_and_for_what_is_not_there(page):
    page.tab.fill("#ui-search", "zzz")
    page.press("Enter")
    assert page.text("found") == "none"
    page.tab.fill("#ui-search", "")
    assert page.text("found") == ""


def test_a_click_tells_all_of_a_box(page):
    page.go("s5")
    page.tab.click("#n0")
    told = page.text("panel")

    for text in (
        "a", "parameter", "2.0", "∂L/∂a = 2 + 2 = 4", "4.0", "mine.py:3: a * a",
        "Raise a by 0.001: predicted 0.004, measured 0.004001", "2 of 2 paths",
    ):  # fmt: skip
        assert text in told
    assert page.ids(".box.chosen") == ["n0"]
    page.tab.get_by_role("button", name="its gradient: step 4").click()
    assert page.number() == 4
    page.press("Escape")
    assert page.tab.locator("#ui-panel").is_hidden()


def test_why_shows_a_path_in_the_picture(page):
    page.go("s5")
    page.tab.click("#n0")
    page.tab.locator("#ui-panel .path").nth(1).click()
    assert page.ids(".way") == ["e0_1_1", "n0", "n1"]
    page.tab.locator("#ui-panel .path").nth(1).click()
    assert page.ids(".way") == []


def test_boxes_answer_to_the_keyboard(page):
    page.tab.focus("#n1")
    page.press("Enter")

    assert page.tab.locator("#ui-panel h2").text_content() == "square"
    assert page.tab.get_attribute("#n1", "aria-label") == "× square, v not yet, g not yet"


def test_the_table_has_all_and_follows_the_step(page):
    page.press("t")
    page.go("s4")
    rows = page.tab.locator("#ui-panel tbody tr").all_text_contents()

    assert rows == ["aparameter22 so far", "squareoperation41"]
    assert page.tab.get_attribute("#ui-panel tr.now", "data-box") == "n0"
    page.tab.get_by_role("button", name="square", exact=True).click()
    assert page.ids(".box.chosen") == ["n1"]


def test_hovering_tells_exact_values_of_what_is_known(page):
    page.tab.hover("#n1")
    page.tab.wait_for_selector("#ui-tip:not([hidden])")
    assert page.text("tip") == "square: operation\nvalue not yet\ngradient not yet"
    page.press("End")
    page.tab.mouse.move(5, 300)
    page.tab.hover("#n0")
    page.tab.wait_for_selector("#ui-tip:not([hidden])")
    assert page.text("tip") == "a: parameter\nvalue 1.6\ngradient 4.0\nmine.py:3: a * a"


def test_the_table_and_the_panel_tell_nothing_before_the_picture_does(page):
    page.press("t")
    for step, rows in (
        ("s1", ["aparameter2·", "squareoperation··"]),
        ("s2", ["aparameter2·", "squareoperation4·"]),
        ("s3", ["aparameter2·", "squareoperation41"]),
        ("s5", ["aparameter24", "squareoperation41"]),
    ):
        page.go(step)
        assert page.tab.locator("#ui-panel tbody tr").all_text_contents() == rows
    titles = "#ui-panel tbody td.number[title='4.0']"
    assert page.tab.locator(titles).count() > page.go("s1").tab.locator(titles).count() == 0
    page.tab.get_by_role("button", name="square", exact=True).click()
    assert "4.0" not in page.text("panel")
    assert page.tab.locator("#ui-panel .sum").all_text_contents() == ["·", "·"]
    page.go("s3")
    assert page.tab.locator("#ui-panel .sum").all_text_contents() == [
        "square = a · a = 2 × 2 = 4",
        "1",
    ]


def test_what_is_told_of_a_box_does_not_cover_it(show):
    page = show(player_of(neuron()))
    page.press("End")
    for box in page.ids(".box")[::3]:
        page.tab.mouse.move(3, 300)
        page.tab.hover(f"#{box}")
        page.tab.wait_for_selector("#ui-tip:not([hidden])")

        assert not _overlap(*[page.tab.locator(s).bounding_box() for s in ("#ui-tip", f"#{box}")])


def _overlap(a, b):
    across = min(a["x"] + a["width"], b["x"] + b["width"]) - max(a["x"], b["x"])
    down = min(a["y"] + a["height"], b["y"] + b["height"]) - max(a["y"], b["y"])
    return across > 0 and down > 0


@pytest.mark.parametrize("size", [(1280, 720), (900, 600)], ids=["1280", "900"])
def test_beside_a_panel_all_that_is_needed_stays_in_sight(show, size):
    page = show(player_of(neuron()), size=size)
    for step in ("s2", "s9", "s17"):
        page.go(step)
        for box in ("n0", page.ids(".box.now")[0]):
            page.tab.locator(f"#{box}").dispatch_event("click")
            page.painted()
            stage = page.tab.locator("#ui-stage").bounding_box()
            for name in {box, *page.ids(".box.now"), *page.ids(".box.source")}:
                frame = page.tab.locator(f"#{name}").bounding_box()

                assert frame["x"] >= stage["x"]
                assert frame["x"] + frame["width"] <= stage["x"] + stage["width"]
                assert frame["y"] >= stage["y"]
                assert frame["y"] + frame["height"] <= stage["y"] + stage["height"]
            page.press("Escape")


# --- predict mode ---------------------------------------------------------------------------------


def test_predict_mode_hides_the_next_number_until_asked(page):
    page.press("p", "b", "Space", "Space")
    assert page.number() == 4
    assert page.text("answer") == ""
    assert page.text("sentence") == "At what rate does a move L this way?"
    assert (page.lines()["n0"][2], page.carried()) == ("g ?", ["?"])
    assert "2 so far" not in page.tab.locator("body").inner_text()
    page.press("Space")
    assert (page.number(), page.text("answer"), page.lines()["n0"][2]) == (4, "2", "g 2 so far")


@pytest.mark.parametrize("button", ["predict", "next", "table"])
def test_after_a_click_space_still_reveals(page, button):
    """What was clicked has the focus, and a browser would press it again."""
    if button != "predict":
        page.press("p")
    page.click(button)
    before = page.number()
    assert page.text("answer") == ""
    page.press("Space")
    if page.number() == before == 1:  # nothing is asked of what is given
        page.press("Space")

    assert page.tab.get_attribute("#ui-predict", "aria-pressed") == "true"
    assert (page.number(), page.text("answer")) == (2, "" if before == 1 else "4")


def test_to_the_keyboard_a_button_stays_a_button(page):
    page.tab.focus("#ui-predict")
    page.press("Space")

    assert page.tab.get_attribute("#ui-predict", "aria-pressed") == "true"


def test_predict_mode_hides_only_what_is_asked(show):
    """What goes in is known, and one calculates with it."""
    page = show(player_of(neuron()))
    page.press("p", "ArrowRight")

    assert page.carried() == ["0.5", "2"]
    assert page.lines()["n5p1"][1] == "v ?"


def test_predict_mode_tells_nothing_under_the_mouse(page):
    page.press("p", "Space")
    page.tab.hover("#n1")
    page.tab.wait_for_selector("#ui-tip:not([hidden])")

    assert (page.number(), page.text("tip")) == (
        2,
        "square: operation\nvalue not yet\ngradient not yet",
    )
    assert page.tab.get_attribute("#n1", "aria-label") == "× square, v ?, g not yet"


def test_predict_mode_asks_by_button_too(page):
    page.click("predict").click("next")
    assert page.text("answer") == ""
    page.click("reveal")
    assert page.text("answer") == "4"
    page.click("next").click("predict")
    assert page.text("answer") == "1"


def test_predict_mode_hides_what_is_to_come_everywhere(page):
    page.press("p", "t", "ArrowRight")
    assert page.tab.locator("#ui-panel tbody tr").all_text_contents() == [
        "aparameter2·",
        "squareoperation?·",
    ]
    page.press("ArrowRight")
    assert page.tab.locator("#ui-panel tbody tr").nth(1).text_content() == "squareoperation4·"
    page.press("Escape")
    page.tab.click("#n0")
    told = page.text("panel")
    assert "2 + 2" not in told
    assert "predicted" not in told
    assert "a → L" not in told


# --- light and dark, zoom, legend -----------------------------------------------------------------


@pytest.mark.parametrize(("scheme", "pages"), [("light", "#ffffff"), ("dark", "#0d1117")])
@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_themes(show, theme, scheme, pages):
    page = show(two_views(theme=theme), color_scheme=scheme)
    other = {"#ffffff": "#0d1117", "#0d1117": "#ffffff"}
    expected = {"auto": pages, "light": "#ffffff", "dark": "#0d1117"}[theme]

    def colour():
        return page.tab.evaluate(
            "getComputedStyle(document.documentElement).getPropertyValue('--page').trim()"
        )

    assert colour() == expected
    page.press("d")
    assert colour() == other[expected]


def test_zoom_and_fit(page):
    before = page.letters()
    page.press("+")
    assert page.letters() == pytest.approx(before * 1.25, rel=1e-4)
    page.press("-", "-")
    assert page.letters() == pytest.approx(before * 0.8, rel=1e-4)
    page.press("0")
    assert page.letters() == pytest.approx(before, rel=1e-4)


def test_of_a_wide_picture_the_whole_can_be_seen(show):
    """It stays so until the reader zooms, or asks for the step again."""
    numbers = [Value(0.1 * k, label=f"w{k}") for k in range(70)]
    page = show(player_of(total(numbers)), hash="#s2")
    near = page.letters()
    page.click("fit")
    whole = page.letters()
    stage, drawn = (page.tab.locator(s).bounding_box() for s in ("#ui-stage", "#ui-camera"))

    assert whole < near
    assert drawn["width"] <= stage["width"]
    assert drawn["height"] <= stage["height"]
    assert page.press("ArrowRight").letters() == whole
    assert page.tab.get_attribute("#ui-fit", "aria-pressed") == "true"
    assert page.click("fit").letters() > whole


def test_dragging_moves_and_is_no_click(page):
    page.tab.mouse.move(20, 400)
    page.tab.mouse.down()
    page.tab.mouse.move(120, 430, steps=4)
    page.tab.mouse.up()

    assert page.tab.locator("#ui-panel").is_hidden()
    assert page.letters() > 0


def test_the_wheel_zooms(page):
    before = page.letters()
    page.tab.mouse.move(640, 450)
    page.tab.mouse.wheel(0, -100)
    page.tab.wait_for_function(
        "k => new DOMMatrix(document.getElementById('ui-camera').style.transform).a * 20 > k",
        arg=before,
    )


def test_the_legend_names_what_occurs_and_can_be_closed(page):
    told = page.text("samples")

    assert "parameter" in told
    assert "operation" in told
    assert "positive: solid" in told
    assert "constant" not in told
    assert "result" in told
    assert "g ·: not yet" in told
    assert "not asked" not in told
    page.press("l")
    assert page.tab.locator("#ui-samples").is_hidden()
    page.press("l")
    assert page.tab.locator("#ui-samples").is_visible()


def test_full_screen_works_or_says_why_not(page):
    page.press("f")
    page.tab.wait_for_function(
        "() => document.fullscreenElement !== null "
        "|| document.getElementById('ui-live').textContent.startsWith('Full screen')"
    )
