"""Every way through the steps: keys, buttons, slider, links, search, views; and predict mode."""

import pytest

from .stories import two_views

LAST = 7


@pytest.fixture
def page(show):
    return show(two_views())


# --- keys -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("forth", ["ArrowRight", "PageDown"])
@pytest.mark.parametrize("back", ["ArrowLeft", "PageUp"])
def test_arrows_and_a_presenter_s_remote_step(page, forth, back):
    seen = [page.press(key).number() for key in (forth, forth, back, back, back)]

    assert seen == [2, 3, 2, 1, 1]


def test_home_and_end_go_to_the_ends(page):
    assert page.press("End").number() == LAST
    assert page.press("ArrowRight").number() == LAST
    assert page.press("Home").number() == 1


def test_b_goes_to_the_start_of_backward(page):
    page.press("End", "b")

    assert page.number() == 3
    assert page.tab.get_attribute("body", "data-phase") == "backward"


@pytest.mark.parametrize("key", ["b", "End", "t", "p", " "])
def test_no_key_acts_while_text_is_written(page, key):
    page.tab.focus("#ui-search")
    page.press(key)

    assert page.number() == 1
    assert page.tab.locator("#ui-panel").is_hidden()
    assert page.tab.get_attribute("#ui-predict", "aria-pressed") == "false"


@pytest.mark.parametrize("key", ["Control+b", "Alt+b", "Meta+b"])
def test_the_browser_s_own_keys_stay_its_own(page, key):
    assert page.press(key).number() == 1


def test_letters_can_be_switched_off_and_the_other_keys_stay(page):
    page.press("?")
    page.tab.uncheck("#ui-letters")
    page.press("Escape", "b")

    assert page.number() == 1
    assert page.press("ArrowRight").number() == 2


def test_space_plays_and_pauses(show):
    page = show(two_views())
    page.tab.select_option("#ui-speed", "4")
    page.tab.evaluate("document.activeElement.blur()")
    page.press(" ")

    assert page.tab.get_attribute("#ui-play", "aria-label") == "pause"
    page.tab.wait_for_function(
        f"() => document.getElementById('ui-count').textContent.startsWith('{LAST} ')"
    )
    page.tab.wait_for_function("() => document.getElementById('ui-play').ariaLabel === 'play'")


def test_playing_stops_where_it_is(page):
    page.click("play").click("play")

    assert page.number() == 1
    assert page.tab.get_attribute("#ui-play", "aria-label") == "play"


# --- buttons and slider ---------------------------------------------------------------------------


def test_buttons_step(page):
    seen = [page.click(n).number() for n in ("next", "next", "back", "last", "first")]

    assert seen == [2, 3, 2, LAST, 1]


def test_the_slider_goes_anywhere_and_says_the_sentence(page):
    page.tab.evaluate(
        "() => { const s = document.getElementById('ui-slider'); s.value = 5;"
        " s.dispatchEvent(new Event('input')); }"
    )

    assert page.number() == 5
    said = page.tab.get_attribute("#ui-slider", "aria-valuetext")
    assert said == "backward, step 5 of 7: a moves L at 2 this way."
    assert page.text("live") == said


def test_on_the_slider_a_remote_s_keys_step_by_one(page):
    page.tab.focus("#ui-slider")

    assert page.press("PageDown", "ArrowRight", "ArrowUp").number() == 4
    assert page.press("PageUp", "ArrowDown").number() == 2


@pytest.mark.parametrize(
    ("phase", "number"),
    [("start", 1), ("forward", 2), ("backward", 3), ("update", 6), ("again", 7)],
)
def test_every_phase_has_a_button(page, phase, number):
    page.tab.click(f"#ui-phases [data-phase={phase}]")

    assert page.number() == number
    assert page.tab.locator("#ui-phases [aria-current=step]").all_text_contents() == [phase]


def test_going_back_takes_back_what_was_written(page):
    first = page.lines()
    page.press("End", "Home")

    assert page.lines() == first
    assert first == {"n0": ["a", "v 2", "g ·"], "n1": ["× square", "v ·", "g ·"]}


def test_a_sum_is_told_so_far_until_all_has_come(page):
    page.go("s4")
    assert (page.lines()["n0"][2], page.text("note")) == ("g 2 so far", "so far 2, 1 of 2")
    page.press("ArrowRight")
    assert (page.lines()["n0"][2], page.text("note")) == ("g 4", "so far 4, 2 of 2")


def test_what_flows_is_on_its_arrow_and_both_ends_are_marked(page):
    page.go("s5")

    assert page.carried() == ["2 × 1 = 2"]
    assert page.ids(".arrow.now") == ["e0_1_1"]
    assert page.ids(".arrow.done") == ["e0_1_0"]
    assert (page.ids(".box.now"), page.ids(".box.source")) == (["n0"], ["n1"])


def test_what_has_flowed_is_forgotten_with_its_phase(page):
    page.go("s6")

    assert page.ids(".arrow.done") == page.ids(".arrow.now") == []


def test_arrows_point_the_way_the_numbers_flow(page):
    def points():
        return [
            page.tab.locator(f"#e0_1_0 .tip.{end}").evaluate("e => getComputedStyle(e).display")
            for end in ("head", "tail")
        ]

    assert points() == ["inline", "none"]
    page.go("s4")
    assert points() == ["none", "inline"]
    page.go("s7")
    assert points() == ["inline", "none"]


# --- links and views ------------------------------------------------------------------------------


def test_a_link_opens_its_step(show):
    page = show(two_views(), hash="#s5")

    assert page.number() == 5
    assert page.press("ArrowRight").tab.evaluate("location.hash") == "#s6"


def test_a_link_opens_its_view(show):
    page = show(two_views(), hash="#two.s4")

    assert page.number() == 4
    assert page.lines()["n0"][0] == "b"


@pytest.mark.parametrize("hash", ["#s999", "#nowhere.s3", "#%E0%A4%A", "#s", "#<b>"])
def test_a_broken_link_opens_something(show, hash):  # noqa: A002
    assert show(two_views(), hash=hash).number() in (1, LAST)


def test_tabs_show_the_same_step_of_another_view(page):
    page.go("s4")
    page.tab.get_by_role("button", name="two", exact=True).click()

    assert (page.number(), page.lines()["n0"][0]) == (4, "b")
    assert page.tab.evaluate("location.hash") == "#two.s4"
    assert page.text("hint") == "59 others are left out: focus=…"


def test_a_box_opens_and_there_is_a_way_back(page):
    page.go("s4")
    page.tab.dblclick("#n1")
    assert page.lines()["n0"][0] == "c"
    assert page.tab.evaluate("location.hash").startswith("#inside.")
    page.press("Escape", "Backspace")
    assert page.lines()["n0"][0] == "a"
    page.tab.click("#n1")
    page.tab.get_by_role("button", name="look inside").click()
    assert page.lines()["n0"][0] == "c"
    page.click("out-of")
    assert (page.lines()["n0"][0], page.number()) == ("a", 4)


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

    assert rows == ["aparameter24", "squareoperation41"]
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
        "aparameter2?",
        "squareoperation??",
    ]
    page.press("ArrowRight")
    assert page.tab.locator("#ui-panel tbody tr").nth(1).text_content() == "squareoperation4?"
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
