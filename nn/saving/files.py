"""Models in files: `save` writes one, `load` reads it back."""

from __future__ import annotations

import json
import os
from typing import Any

from autograd.files import write_whole

from ..module import Module
from .architecture import Architecture, described
from .container import Content, opened, packed, parsed
from .saved import (
    CHECKPOINT,
    MODEL,
    OF_MODEL,
    check_kind,
    saved_in,
    texts_of,
    with_numbers,
    written,
)

Path = str | os.PathLike[str]


def save(model: Module, path: Path, *, notes: Any = None, architecture: bool = True) -> None:
    """Write a model to a file: its structure, its numbers to the last bit, what is frozen.

    The file is a safetensors file, which PyTorch and others read, too: the weights of a `Layer`
    are ``layers.0.weight`` and ``layers.0.bias``, with the shapes of torch's ``Linear``. It is
    written whole or not at all. `layout` says how tensors are named.

    >>> import os, tempfile
    >>> from nn import MLP
    >>> model = MLP(2, [3, 1])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "model.safetensors")
    ...     save(model, path, notes="not trained yet")
    ...     again = load(path)
    ...     read_notes(path)
    'not trained yet'
    >>> again
    MLP(2 -> 3 relu -> 1 linear)
    >>> again.state_dict() == model.state_dict()
    True

    Of a model with classes of one's own only the numbers are written; `load` then takes a model
    to fill. A class that keeps other numbers in lists, such as means that it has measured, names
    these in a tuple ``measured``.

    Not in the file: gradients, labels of one's own, generators of random numbers.

    Parameters
    ----------
    model:
        Any Module.
    path:
        Of the file; what was there before is replaced.
    notes:
        Anything that JSON can say: where the data came from, how well it does.
    architecture:
        False: numbers only, whatever the classes.

    Raises
    ------
    ValueError
        if a number is nan, or a function in the model has no name.
    ImportError
        if the package safetensors is missing.
    """
    if not isinstance(model, Module):
        raise TypeError(
            f"save takes a Module, got a {type(model).__name__}: {model!r:.60}; write "
            "save(model, path)"
        )
    structure = described(model) if architecture else Architecture(type(model).__name__)
    saved = written(model, structure)
    texts = {**texts_of(saved, MODEL), "notes": _noted(notes)}
    write_whole(path, packed(Content(texts, saved.tensors)))


def load(path: Path, model: Module | None = None) -> Any:
    """The model in a file that `save` or a training wrote; the file brings no code that would run.

    Parameters
    ----------
    path:
        Of the file.
    model:
        A model to fill, and return: needed if its classes are one's own. If something does not
        fit, it stays as it was.

    Raises
    ------
    FormatError
        if the file is damaged, is not one of ours, or fits another model.
    """
    if isinstance(path, Module) or not isinstance(model, Module | None):
        raise TypeError(
            f"load reads a file, and fills a Module if it is given one, got {path!r:.60} and "
            f"{model!r:.60}; write load(path), or load(path, model)"
        )
    with opened(path, "load") as file:
        saved = saved_in(file, MODEL, CHECKPOINT)
        if model is not None or saved.architecture.is_known:
            # Before the numbers are read: what does not fit is refused however large it is.
            filled = saved.blank() if model is None else model
            places = saved.fitting(filled)
            prefix = OF_MODEL if file.texts["format"] == CHECKPOINT else ""
            with_numbers(saved, file.tensors(), prefix).fill(filled, places)
            return filled
    title = saved.architecture.title
    raise ValueError(
        f"{str(path)!r} holds the numbers of {title}, and not how to build it; write "
        f"load({str(path)!r}, model={title}(...))"
    )


def read_notes(path: Path) -> Any:
    """The notes that `save` was given; None if there were none."""
    with opened(path, "read the notes of") as file:
        check_kind(file, MODEL)
        return parsed(file.texts.get("notes", ""), "what it notes")


def _noted(notes: Any) -> str:
    try:
        return json.dumps(notes, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise type(error)(
            f"save takes notes that JSON can say: texts, numbers, lists, dicts ({error})"
        ) from None
