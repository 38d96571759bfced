"""The gallery shows what is there."""

import re

from demos import gallery

from .html_checks import checked


def test_the_gallery_leads_to_every_page_and_to_every_file(made):
    links = checked(made.read("index.html")).links
    others = {path.name for path in made.folder.iterdir()} - {"index.html"}

    assert set(links) == others


def test_every_page_leads_back(made):
    for name in ("neuron", "xor", "wrong-engines", "moons", "digits", "failures"):
        assert "index.html" in checked(made.read(f"{name}.html")).links


def test_an_empty_folder_has_an_empty_gallery(tmp_path):
    gallery.write_index(tmp_path)

    assert checked((tmp_path / gallery.INDEX).read_text(encoding="utf-8")).links == []


def test_a_page_without_its_pictures_is_listed_too(tmp_path):
    (tmp_path / "neuron.html").write_text("", encoding="utf-8")
    gallery.write_index(tmp_path)
    page = checked((tmp_path / gallery.INDEX).read_text(encoding="utf-8"))

    assert page.links == ["neuron.html"]
    assert "img" not in page.tags


def test_the_first_screen_is_the_name_one_sentence_and_the_player(made):
    html = made.read("index.html")
    page = checked(html)

    assert "<h1>glassgrad</h1>" in html
    assert page.tags.index("h1") < page.tags.index("iframe") < page.tags.index("section")
    assert ("iframe", "src", "neuron-player.html") in page.attributes
    assert [value for tag, name, value in page.attributes if (tag, name) == ("iframe", "title")]


def test_every_room_is_a_card_with_a_picture_and_links_to_its_players(made):
    cards = re.findall(r"<section>(.*?)</section>", made.read("index.html"), re.DOTALL)
    doors = [link for card in cards for link in checked(card).links if "-player" in link]

    assert len(cards) == 6
    assert all(card.count("<img") == 1 for card in cards)
    assert doors == [
        "neuron-player.html",
        "xor-player.html",
        "xor-trained-player.html",
        "digits-player.html",
    ]
    assert "neuron-handout.html" in checked(cards[0]).links


def test_the_last_line_says_what_to_open(made):
    last = made.text.strip().splitlines()[-1]

    assert last == f"Open this page in a browser: {made.folder / 'index.html'}"
