"""Names that users of PyTorch and Keras try first, and what they are called here: elsewhere.txt.

Each is an error that says what to write. `IN_CALLS` are keywords, by function or class.
"""

from pkgutil import get_data


def _table(title: str) -> dict[str, str]:
    """One part of the file: what to write, for each name; of a keyword both words are the name."""
    lines = _TEXT.partition(f"[{title}]\n")[2].partition("\n[")[0].splitlines()
    found = {}
    for names, _, cure in [line.partition(": ") for line in lines]:
        for name in [names] if title == "calls" else names.split():
            found[name] = cure.replace("{name}", name)
    return found


# Not as a file: a package may be imported from a zip.
_TEXT = (get_data(__package__, "elsewhere.txt") or b"").decode()
IN_NN, IN_MODULES = _table("nn"), _table("modules")
IN_CALLS = _table("calls")
