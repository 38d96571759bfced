"""Every way through the steps: keys, buttons, slider, links, views."""

from dataclasses import replace

import pytest

from viz.page.player import Player
from viz.say.story import Story

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


def test_playing_goes_on_at_once_and_stops_where_it_is(page):
    page.click("play")
    assert page.number() == 2
    page.click("play")

    assert page.number() == 2
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


def test_a_box_opens_a_shorter_view_and_nothing_breaks(show):
    views = list(two_views().story.views)
    views[2] = replace(views[2], steps=views[2].steps[:3])
    page = show(Player(Story("a short one", tuple(views))), hash="#s7")
    page.tab.click("#n1")
    page.tab.get_by_role("button", name="look inside").click()

    assert (page.lines()["n0"][0], page.number(), page.steps()) == ("c", 1, 3)
    assert page.press("ArrowRight").number() == 2
    assert page.press("Backspace").number() == 7


def test_looking_inside_comes_first_in_the_panel(page):
    page.tab.click("#n1")

    assert page.tab.locator("#ui-panel button").all_text_contents()[:2] == ["✕", "look inside"]


def test_at_the_beginning_it_is_said_how_to_go_on(page):
    assert (
        page.text("how") == "Press → or ▶ to go on. square opens: double-click it to look inside."
    )
    assert page.text("how") in page.text("live")
    assert page.press("ArrowRight").text("how") == ""
    assert page.go("two.s1").text("how") == "Press → or ▶ to go on."
