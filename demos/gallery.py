"""The gallery: ``index.html``, which shows whatever pages a folder holds."""

from __future__ import annotations

import tomllib
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


def rooms() -> list[Room]:
    """All pages that there may be, as gallery.toml says."""
    written = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return [
        Room(**{**room, "doors": tuple([Door(**door) for door in room.get("doors", [])])})
        for room in written["room"]
    ]


def write_index(folder: Path) -> Path:
    """Write the page that leads to all pages and pictures in the folder; return its path."""
    body = [_entry(folder, room) for room in rooms() if (folder / f"{room.name}.html").exists()]
    page.write(folder, {INDEX: page.document("Gallery", LEAD, "".join(body), home="")})
    return folder / INDEX


def _entry(folder: Path, room: Room) -> str:
    link = page.link(f"{room.name}.html", f"Open: {room.title}")
    parts = [_preview(folder, room), _doors(folder, room), _files(folder, room)]
    inside = [page.paragraph(room.words), f'<p class="lead">{link}</p>\n', *parts]
    return page.section(room.title, "".join(inside))


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
