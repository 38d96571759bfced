"""Every page opens from disk, alone, in any browser; and its numbers hold."""

import json
import re
from xml.etree import ElementTree as ET

import pytest

from demos.page import POLICY, THEMES
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


def shown(page):
    """The names of all files that a page shows."""
    found = [value for _, name, value in page.attributes if name in {"src", "srcset"}]
    return [name.partition("#")[0] for name in found]


def test_a_page_is_well_formed(html):
    page = checked(html)

    assert html.startswith("<!DOCTYPE html>")
    assert page.tags.count("h1") == page.tags.count("title") == page.tags.count("style") == 1
    assert len(page.ids) == len(set(page.ids))


def test_nothing_is_fetched_and_nothing_runs(made, html):
    page = checked(html)
    policies = [meta["content"] for meta in page.metas if "http-equiv" in meta]

    assert {"script", "link", "object"}.isdisjoint(page.tags)
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert all((made.folder / name).is_file() for name in shown(page))
    assert not re.search(r"https?:|//\w|url\(|@import|javascript:|data:", html)
    assert policies == [POLICY]
    assert POLICY.startswith("default-src 'none';")


def test_players_are_shown_in_the_gallery_and_with_the_digits(made):
    frames = {
        name: [file for file in shown(checked(made.read(name))) if file.endswith(".html")]
        for name in PAGES
    }

    assert {name: files for name, files in frames.items() if files} == {
        "index.html": ["neuron-player.html"],
        "digits.html": ["digits-player.html"],
    }


def test_a_telephone_shows_it_at_its_own_width(html):
    metas = {meta.get("name"): meta.get("content") for meta in checked(html).metas}

    assert metas["viewport"] == "width=device-width, initial-scale=1"


def test_links_lead_to_files_that_are_there(made, html):
    links = [link.partition("#")[0] for link in checked(html).links]

    assert links
    assert [link for link in links if not (made.folder / link).is_file()] == []


def test_pictures_are_there_in_both_themes_and_named_for_those_who_cannot_see_them(html):
    page = checked(html)
    pictures = [name for name in shown(page) if name.endswith(".svg")]
    words = [value for _, name, value in page.attributes if name == "alt"]

    assert pictures[::2] == [name.replace("-light.", "-dark.") for name in pictures[1::2]]
    assert len(words) == page.tags.count("img") == len(pictures) / 2 > 0
    assert all(words)


def test_every_figure_says_in_words_what_is_seen(html):
    page = checked(html)

    assert page.tags.count("figure") == page.tags.count("figcaption") > 0


def test_pictures_are_whole_and_fetch_nothing(made):
    for path in made.folder.glob("*.svg"):
        root = ET.fromstring(path.read_bytes())  # noqa: S314 - it is our own
        names = {element.tag.rpartition("}")[2] for element in root.iter()}
        links = [x for e in root.iter() for n, x in e.attrib.items() if n.endswith("href")]

        assert "script" not in names
        assert all(link.startswith(("#", "data:image/png;base64,")) for link in links)


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
        assert said["positive"] == theme.positive
        assert said["negative"] == theme.negative


def test_nothing_but_whole_files_is_left_behind(made):
    pictures = {
        "neuron": "forward backward after draw",
        "xor": "network trained why",
        "wrong-engines": "1 2 3",
        "moons": "boundary panels loss accuracy steps weights-before weights-after network",
        "digits": "loss accuracy digit unit why network weights gradients wrong",
        "failures-rate": "network before after curves",
        "failures-relus": "network before leaky calm curves",
        "failures-sigmoids": "network before after curves",
        "failures-overfitting": "before after boundary-before boundary-after curves",
    }
    files = {
        f"{page}-{name}-{theme}.svg"
        for page, names in pictures.items()
        for name in names.split()
        for theme in THEMES
    }
    others = {"digits-gradients.csv", "moons-network.safetensors"}

    assert {path.name for path in made.folder.iterdir()} == {*PAGES, *VIZ_PAGES, *others, *files}


@pytest.mark.parametrize("name", VIZ_PAGES)
def test_pages_made_by_viz_need_no_network_either(made, name):
    html = made.read(name)

    assert "default-src &#x27;none&#x27;" in html or "default-src 'none'" in html
    assert not re.search(r'\b(?:src|href)="(?!#|data:)', html)


def test_what_leads_into_a_player_leads_to_a_step_that_it_has(made):
    pages = [checked(made.read(page)) for page in PAGES]
    shown_places = [v for page in pages for _, name, v in page.attributes if name == "src"]
    places = [place for page in pages for place in page.links] + shown_places
    within = [place for place in places if "#" in place]
    for link in within:
        file, _, place = link.partition("#")
        key, _, step = place.rpartition(".s")
        parts = json.loads(re.search(r'id="ui-story">(.*?)</script>', made.read(file))[1])
        place = [view["key"] for view in parts["views"]].index(key)
        view = re.search(rf'id="ui-view-{place}">(.*?)</script>', made.read(file))[1]

        assert 1 <= int(step) <= len(json.loads(view)["steps"])
    assert len(within) == 3
