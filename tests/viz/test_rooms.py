"""The rooms of viz: which may import which. Nothing points back, and nothing runs in a circle."""

from pathlib import Path

from tests.arrows import imported, package_of, plant, sources

ROOT = Path(__file__).resolve().parent.parent.parent

GROUND = {"checks", "labels", "showing"}  # what everybody may use
ROOMS = {
    "see": set(),
    "lessons": {"see"},
    "scene": set(),
    "say": {"lessons", "scene", "see"},
    "render": {"say", "scene", "see"},
    "page": {"render", "say", "scene"},
}


def arrows_that_point_back(root):
    """Imports in a room of what is neither itself, nor the ground, nor a room below it."""
    found = set()
    for file, _, tree in sources(root, ["viz"]):
        room = file.relative_to(root / "viz").with_suffix("").parts[0]
        if room not in ROOMS:
            continue
        for node, name in imported(tree, package_of(file, root)):
            parts = name.split(".")
            if (
                parts[0] == "viz"
                and len(parts) > 1
                and parts[1] not in {room, *ROOMS[room], *GROUND}
            ):
                found.add(f"{file.relative_to(root)}:{node.lineno} imports {name}")
    return sorted(found)


def test_the_rooms_of_viz_look_one_way():
    assert arrows_that_point_back(ROOT) == []


def test_a_lesson_that_speaks_is_noticed(tmp_path):
    files = {"viz/lessons/steps.py": "from ..say.names import Names", "viz/say/names.py": ""}

    assert arrows_that_point_back(plant(tmp_path, files)) == [
        "viz/lessons/steps.py:1 imports viz.say.names",
        "viz/lessons/steps.py:1 imports viz.say.names.Names",
    ]


def test_lessons_hold_no_text():
    """A lesson is ids and quantities: no sentence, and nothing with a placeholder."""
    for file in (ROOT / "viz/lessons").glob("*.py"):
        code = [line.partition("#")[0] for line in file.read_text(encoding="utf-8").split("\n")]
        assert not [line for line in code if "{me}" in line or "{value}" in line], file
