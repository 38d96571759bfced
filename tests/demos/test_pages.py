"""Every page opens from disk, alone, in any browser; and its numbers hold."""

import json
import re

import pytest

from demos.page import POLICY, THEMES, WITH_IMAGES, WITH_PAGES, escape
from viz.render.palette import DARK, LIGHT

from .html_checks import agrees, checked, products

PAGES = (
    *("index.html", "neuron.html", "xor.html", "wrong-engines.html"),
    *("moons.html", "digits.html", "failures.html"),
)
PLAYERS = (
    *("neuron-player.html", "xor-player.html", "xor-trained-player.html", "digits-player.html"),
)
VIZ_PAGES = (*PLAYERS, "neuron-handout.html")


@pytest.fixture(params=PAGES)
def html(made, request):
    return made.read(request.param)


def test_a_page_is_well_formed(html):
    page = checked(html)

    assert html.startswith("<!DOCTYPE html>")
    assert page.tags.count("h1") == 1
    assert page.tags.count("title") >= 1


def test_no_id_stands_twice(html):
    page = checked(html)

    assert len(page.ids) == len(set(page.ids))


def test_nothing_is_fetched_and_nothing_runs(html):
    page = checked(html)

    assert {"script", "img", "link", "object"}.isdisjoint(page.tags)
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    # The gallery alone shows another page: the player next to it.
    sources = [(tag, value) for tag, name, value in page.attributes if name == "src"]
    shown = [("iframe", "neuron-player.html")] * page.tags.count("iframe")
    assert sources == shown
    assert len(shown) <= ("<h1>glassgrad</h1>" in html)
    assert not re.search(r"https?:|//\w|url\(|@import|javascript:|data:", without_parts(html))


def without_parts(html):
    """The page without references to its own parts, and without the images that stand in it."""
    html = html.replace(escape(WITH_IMAGES), "")
    html = re.sub(r'"data:image/png;base64,[\w+/=]*"', '""', html)
    return re.sub(r"url\(#[\w-]+\)", "", html)


def test_parts_that_are_referred_to_are_there(html):
    page = checked(html)
    used = [value for tag, name, value in page.attributes if tag == "use" and "href" in name]
    clips = re.findall(r"url\((.*?)\)", html)

    assert {part[0] for part in [*used, *clips]} <= {"#"}
    assert {part[1:] for part in [*used, *clips]} <= set(page.ids)


def test_images_are_heatmaps_that_stand_in_the_page(html):
    images = [
        value
        for tag, name, value in checked(html).attributes
        if tag == "image" and name.endswith("href")
    ]

    assert all(image.startswith("data:image/png;base64,") for image in images)


def test_no_picture_brings_a_style_for_the_whole_page(html):
    assert checked(html).tags.count("style") == 1


def test_the_browser_is_told_to_fetch_nothing(html):
    page = checked(html)
    policies = [
        meta["content"]
        for meta in page.metas
        if meta.get("http-equiv") == "Content-Security-Policy"
    ]

    others = WITH_PAGES if "iframe" in page.tags else POLICY
    assert policies == [WITH_IMAGES if "image" in page.tags else others]
    assert policies[0].startswith("default-src 'none';")


def test_a_telephone_shows_it_at_its_own_width(html):
    metas = {meta.get("name"): meta.get("content") for meta in checked(html).metas}

    assert metas["viewport"] == "width=device-width, initial-scale=1"


def test_links_lead_to_files_that_are_there(made, html):
    links = [link.partition("#")[0] for link in checked(html).links]

    assert links
    assert [link for link in links if not (made.folder / link).is_file()] == []


def test_pictures_are_there_in_both_themes_and_named_for_those_who_cannot_see_them(html):
    page = checked(html)
    classes = [value for tag, name, value in page.attributes if (tag, name) == ("svg", "class")]
    labels = [value for tag, name, value in page.attributes if (tag, name) == ("svg", "aria-label")]

    assert classes.count("theme-light") == classes.count("theme-dark") > 0
    assert len(labels) == page.tags.count("svg")
    assert all(labels)


def test_every_figure_says_in_words_what_is_seen(html):
    page = checked(html)

    assert page.tags.count("figure") == page.tags.count("figcaption") > 0


def test_products_are_what_a_calculator_gives(html):
    found = products(checked(html).text)

    assert [p for p in found if (p[2] == "=") != agrees(p[0], p[1], p[3])] == []


def test_the_printed_products_are_what_a_calculator_gives(made):
    found = products(made.text)

    assert len(found) > 10
    assert [p for p in found if (p[2] == "=") != agrees(p[0], p[1], p[3])] == []


def test_the_check_finds_a_product_that_does_not_hold():
    assert products("z = 2 × (−3) = −6") == [("2", "−3", "=", "−6")]
    assert agrees("2", "−3", "−6")
    assert not agrees("0.2162", "−3.771", "−0.8152")


def test_the_sheet_has_the_colours_of_the_pictures(made):
    light, dark = re.findall(r":root \{(.*?)\}", made.read("neuron.html"), re.DOTALL)
    for sheet, theme in ((light, LIGHT), (dark, DARK)):
        said = dict(re.findall(r"--(\w+): (#\w+);", sheet))

        assert said["page"] == theme.page
        assert said["ink"] == theme.ink
        assert (said["positive"], said["negative"]) == (theme.positive, theme.negative)


def test_nothing_but_whole_files_is_left_behind(made):
    names = sorted(path.name for path in made.folder.iterdir())
    pictures = [
        f"{name}-{theme}.svg"
        for name in (
            "digits-digit", "digits-loss", "digits-network",
            "failures-overfitting-after", "failures-overfitting-before",
            "failures-overfitting-boundary-after", "failures-overfitting-boundary-before",
            "failures-overfitting-losses",
            "failures-rate-after", "failures-rate-before", "failures-rate-curves",
            "failures-rate-network",
            "failures-relus-before", "failures-relus-calm", "failures-relus-dead",
            "failures-relus-leaky", "failures-relus-network",
            "failures-sigmoids-after", "failures-sigmoids-before", "failures-sigmoids-gradients",
            "failures-sigmoids-network",
            "moons-accuracy", "moons-boundary", "moons-loss", "moons-network", "moons-steps",
            "moons-weights-after", "moons-weights-before",
            "neuron-after", "neuron-backward", "neuron-draw", "neuron-forward",
            "wrong-engines-1", "wrong-engines-2", "wrong-engines-3",
            "xor-network", "xor-trained", "xor-why",
        )
        for theme in THEMES
    ]  # fmt: skip

    others = ["digits-gradients.csv", "moons-network.safetensors"]
    assert names == sorted([*PAGES, *VIZ_PAGES, *others, *pictures])


@pytest.mark.parametrize("name", VIZ_PAGES)
def test_pages_made_by_viz_need_no_network_either(made, name):
    html = made.read(name)

    assert "default-src &#x27;none&#x27;" in html or "default-src 'none'" in html
    assert not re.search(r'\b(?:src|href)="(?!#|data:)', html)


def test_links_into_a_player_lead_to_a_step_that_it_has(made):
    links = [link for page in PAGES for link in checked(made.read(page)).links if "#" in link]
    for link in links:
        file, _, place = link.partition("#")
        key, _, step = place.rpartition(".s")
        parts = json.loads(re.search(r'id="ui-story">(.*?)</script>', made.read(file))[1])
        place = [view["key"] for view in parts["views"]].index(key)
        view = re.search(rf'id="ui-view-{place}">(.*?)</script>', made.read(file))[1]

        assert 1 <= int(step) <= len(json.loads(view)["steps"])
    assert links
