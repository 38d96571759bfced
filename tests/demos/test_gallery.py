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
    path = gallery.write_index(tmp_path)

    assert checked(path.read_text(encoding="utf-8")).links == []


def test_a_page_without_its_pictures_is_listed_too(tmp_path):
    (tmp_path / "neuron.html").write_text("", encoding="utf-8")
    page = checked(gallery.write_index(tmp_path).read_text(encoding="utf-8"))

    assert page.links == ["neuron.html"]
    assert "svg" not in page.tags


def test_every_player_is_shown_with_a_small_picture(made):
    doors = re.findall(r"<figure>(.*?)</figure>", made.read("index.html"), re.DOTALL)
    led_to = [link for door in doors for link in checked(door).links]

    assert led_to == [
        "neuron-player.html",
        "neuron-handout.html",
        "xor-player.html",
        "xor-trained-player.html",
        "digits-player.html",
    ]
    assert all(door.count("<svg") == 2 for door in doors)


def test_the_last_line_says_what_to_open(made):
    last = made.text.strip().splitlines()[-1]

    assert last == f"Open this page in a browser: {made.folder / 'index.html'}"
