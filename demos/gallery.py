"""The gallery: ``index.html``, which shows whatever pages a folder holds."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from autograd.files import write_whole

from .page import THEMES, Files, document, escape, figure, image, link, paragraph, question

INDEX = "index.html"
SUFFIXES = {".csv", ".safetensors", ".svg"}
NAME = "glassgrad"
LEAD = "A neural network in a glass box: every number, forward and backward, can be seen."
FIRST = "neuron-player.html"  # what the first screen shows


def add(folder: Path, name: str, files: Files) -> Path:
    """Write the files of a page, lead to it from the gallery, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        write_whole(folder / file, text.encode())
    write_index(folder)
    return folder / f"{name}.html"


def rooms() -> list[dict[str, Any]]:
    """All pages that there may be, as gallery.toml says."""
    written = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = tomllib.loads(written)["room"]
    return found


def write_index(folder: Path) -> None:
    """Write the page that leads to all pages and pictures in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    cards = [_card(folder, room) for room in rooms() if (folder / f"{room['name']}.html").exists()]
    head = f'<h1>{NAME}</h1>\n<p class="lead">{escape(LEAD)}</p>\n'
    inside = f'{head}{_first(folder)}<div class="cards">\n{"".join(cards)}</div>\n'
    write_whole(folder / INDEX, document(NAME, inside, is_home=True).encode())


def _first(folder: Path) -> str:
    """The player itself, if there is one."""
    if not (folder / FIRST).exists():
        return ""
    title = "A neuron, step by step: forward, backward and one step of learning"
    return f'<iframe class="first" src="{FIRST}" title="{title}"></iframe>\n'


def _card(folder: Path, room: dict[str, Any]) -> str:
    """A page: a small picture, what is there, where to go next, and the files that belong to it."""
    name, picture, caption = room["name"], room["picture"], room["caption"]
    is_drawn = all((folder / f"{picture}-{theme}.svg").exists() for theme in THEMES)
    doors = [door for door in room.get("doors", ()) if (folder / door["file"]).exists()]
    links = "".join(f"<li>{link(door['file'], door['title'])}</li>\n" for door in doors)
    files = [path.name for path in folder.glob(f"{name}-*") if path.suffix in SUFFIXES]
    listed = ", ".join(link(file, file) for file in sorted(files))
    parts = [
        figure(image(picture, caption), caption) if is_drawn else "",
        f"<h2>{link(f'{name}.html', room['title'])}</h2>\n",
        paragraph(room["words"]),
        f"<ul>\n{links}</ul>\n" if links else "",
        question(f"Files ({len(files)})", f'<p class="small">{listed}</p>\n') if files else "",
    ]
    return f"<section>\n{''.join(parts)}</section>\n"
