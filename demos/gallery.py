"""The gallery: ``index.html``, which shows whatever pages a folder holds."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from . import page

INDEX = "index.html"
SUFFIXES = {".csv", ".safetensors", ".svg"}
NAME = "glassgrad"
LEAD = "A neural network in a glass box: every number, forward and backward, can be seen."
FIRST = "neuron-player.html"  # what the first screen shows


@dataclass(frozen=True, slots=True)
class Door:
    """A page that leads off a room: its file, and what it is."""

    file: str
    title: str


@dataclass(frozen=True, slots=True)
class Room:
    """One page of the gallery: its files begin with ``name``, ``picture`` is the one shown."""

    name: str
    title: str
    words: str
    picture: str
    caption: str
    doors: tuple[Door, ...] = ()


def rooms() -> list[Room]:
    """All pages that there may be, as gallery.toml says."""
    written = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return [
        Room(**{**room, "doors": tuple([Door(**door) for door in room.get("doors", [])])})
        for room in written["room"]
    ]


def write_index(folder: Path) -> Path:
    """Write the page that leads to all pages and pictures in the folder; return its path."""
    cards = [_card(folder, room) for room in rooms() if (folder / f"{room.name}.html").exists()]
    inside = f'{_first(folder)}<div class="cards rooms">\n{"".join(cards)}</div>\n'
    page.write(folder, {INDEX: page.document(NAME, LEAD, inside, home="")})
    return folder / INDEX


def _first(folder: Path) -> str:
    """The player itself, if there is one."""
    if not (folder / FIRST).exists():
        return ""
    title = "A neuron, step by step: forward, backward and one step of learning"
    return f'<iframe class="first" src="{FIRST}" title="{title}"></iframe>\n'


def _card(folder: Path, room: Room) -> str:
    """A room: a small picture, what is there, and where to go next."""
    svgs = _svgs(folder, room.picture)
    shown = page.inlined(svgs, room.picture, room.caption, scrolls=False) if svgs else ""
    doors = [door for door in room.doors if (folder / door.file).exists()]
    links = "".join(f"<li>{page.link(door.file, door.title)}</li>\n" for door in doors)
    parts = [
        page.figure(shown, room.caption) if shown else "",
        f"<h2>{page.link(f'{room.name}.html', room.title)}</h2>\n",
        page.paragraph(room.words),
        f"<ul>\n{links}</ul>\n" if links else "",
        _files(folder, room),
    ]
    return f"<section>\n{''.join(parts)}</section>\n"


def _files(folder: Path, room: Room) -> str:
    """Links to the pictures and tables that belong to a page."""
    names = [path.name for path in folder.glob(f"{room.name}-*") if path.suffix in SUFFIXES]
    links = ", ".join(page.link(name, name) for name in sorted(names))
    listed = f'<p class="small">{links}</p>\n'
    return page.question(f"Files ({len(names)})", listed) if names else ""


def _svgs(folder: Path, picture: str) -> list[str]:
    """A picture in the light and in the dark theme; nothing if it was not made."""
    paths = [folder / f"{picture}-{theme}.svg" for theme in page.THEMES]
    if not all(path.exists() for path in paths):
        return []
    return [path.read_text(encoding="utf-8") for path in paths]
