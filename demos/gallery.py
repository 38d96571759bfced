"""The gallery: ``index.html``, which shows whatever pages a folder holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from . import page

INDEX = "index.html"
SUFFIXES = {".csv", ".safetensors", ".svg"}
LEAD = "A neural network in a glass box: every number, forward and backward, can be seen."


@dataclass(frozen=True, slots=True)
class Door:
    """A page that leads off a room: its file, what it is, and a small picture."""

    file: str
    title: str
    picture: str


@dataclass(frozen=True, slots=True)
class Room:
    """One page of the gallery: its files begin with ``name``, ``picture`` is the one shown."""

    name: str
    title: str
    words: str
    picture: str
    caption: str
    doors: tuple[Door, ...] = ()


ROOMS = (
    Room(
        "neuron",
        "One neuron",
        "Two inputs, two weights, a bias and tanh: forward to the loss, backward to every "
        "gradient, and one step of learning, in pictures and words.",
        "neuron-backward",
        "The neuron's gradients: on every arrow stands what flows back along it, and how that was "
        "computed.",
        (
            Door("neuron-player.html", "Step through it, forward and backward", "neuron-forward"),
            Door("neuron-handout.html", "Print it and compute it by hand", "neuron-draw"),
        ),
    ),
    Room(
        "xor",
        "XOR, four rows at once",
        "A network of 2, 3 and 1 units and the four rows of XOR: what each row brings to the "
        "gradient of every weight, how they add up, and how the network learns all four.",
        "xor-network",
        "The network before it learned, with the gradients of its weights over all four rows.",
        (
            Door("xor-player.html", "Step through it, row by row", "xor-why"),
            Door("xor-trained-player.html", "The same after training", "xor-trained"),
        ),
    ),
    Room(
        "moons",
        "Two moons",
        "A network of 2, 16, 16 and 1 units learns to tell two moons apart: its boundary after "
        "every few epochs, its loss, its weights, its layers with all their gradients.",
        "moons-boundary",
        "The moons, and what the network says of every place: the line is its boundary.",
    ),
    Room(
        "digits",
        "Handwritten digits",
        "A network of 64, 32 and 10 units learned to read 1,797 real handwritten digits. One of "
        "them goes through it, and every gradient that it leaves behind is shown.",
        "digits-network",
        "Ten hidden units (left) and the ten scores (right), joined by the gradients of the "
        "weights between them: solid positive, dashed negative, thick large.",
        (Door("digits-player.html", "Step through it, layer by layer", "digits-digit"),),
    ),
    Room(
        "failures",
        "Four ways to fail",
        "A learning rate that is too large, dead relus, vanishing sigmoids, overfitting: each made "
        "to happen, shown, explained, and fixed.",
        "failures-sigmoids-gradients",
        "The gradients of each layer of a deep network: with sigmoids hardly anything arrives at "
        "the first one.",
    ),
)


def write_index(folder: Path) -> Path:
    """Write the page that leads to all pages and pictures in the folder; return its path."""
    rooms = [room for room in ROOMS if (folder / f"{room.name}.html").exists()]
    body = [_entry(folder, room) for room in rooms]
    page.write(folder, {INDEX: page.document("Gallery", LEAD, body, home="")})
    return folder / INDEX


def _entry(folder: Path, room: Room) -> str:
    return page.section(
        room.title,
        page.paragraph(room.words),
        f'<p class="lead">{page.link(f"{room.name}.html", f"Open: {room.title}")}</p>\n',
        _preview(folder, room),
        _doors(folder, room),
        _files(folder, room),
    )


def _files(folder: Path, room: Room) -> str:
    """Links to the pictures and tables that belong to a page."""
    names = [path.name for path in folder.glob(f"{room.name}-*") if path.suffix in SUFFIXES]
    links = ", ".join(page.link(name, name) for name in sorted(names))
    listed = f'<p class="small">{links}</p>\n'
    return page.question(f"Its {len(names)} files", listed) if names else ""


def _preview(folder: Path, room: Room) -> str:
    svgs = _svgs(folder, room.picture)
    if not svgs:
        return ""
    return page.figure(page.inlined(svgs, room.picture, room.caption), room.caption, "preview")


def _doors(folder: Path, room: Room) -> str:
    """Links to the room's other pages, each with a small picture."""
    there = [door for door in room.doors if (folder / door.file).exists()]
    cards = []
    for door in there:
        svgs = _svgs(folder, door.picture)
        name = f"door-{door.picture}"
        picture = page.inlined(svgs, name, door.title, scrolls=False) if svgs else ""
        caption = page.link(door.file, door.title)
        cards.append(f"<figure>{picture}<figcaption>{caption}</figcaption></figure>\n")
    return f'<div class="cards doors">{"".join(cards)}</div>\n' if cards else ""


def _svgs(folder: Path, picture: str) -> list[str]:
    """A picture in the light and in the dark theme; nothing if it was not made."""
    paths = [folder / f"{picture}-{theme}.svg" for theme in page.THEMES]
    if not all(path.exists() for path in paths):
        return []
    return [path.read_text(encoding="utf-8") for path in paths]
