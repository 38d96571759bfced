"""Models in files, and trainings that are under way: each goes on as if it had never stopped."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from autograd.files import write_whole

from ..module import Module
from .architecture import Architecture, described
from .container import Content, FormatError, about, opened, packed, parsed
from .exact import decoded, encoded
from .saved import CHECKPOINT, MODEL, OF_MODEL, Saved, check_kind, saved_in, written

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

    Of a model with classes of one's own, or with one parameter in several places, only the numbers
    are written; `load` then takes a model to fill. A class that keeps other numbers in lists, such
    as means that it has measured, names these in a tuple ``measured``.

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
    structure = (
        described(model, strict=True) if architecture else Architecture(type(model).__name__)
    )
    saved = written(model, structure)
    texts = {**saved.texts(MODEL), "notes": _noted(notes)}
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
            places = saved.places(filled) if model is None else saved.fitting(filled)
            prefix = OF_MODEL if file.texts["format"] == CHECKPOINT else ""
            saved.with_numbers(file.tensors(), prefix).fill(filled, places)
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


# --- trainings ------------------------------------------------------------------------------------


class TrainingState(dict[str, Any]):
    """The state of a training as it was handed to `write_checkpoint`, and the model's numbers.

    `restore` gives these to a model.
    """

    def __init__(self, state: Mapping[str, Any], saved: Saved, path: Path) -> None:
        super().__init__(state)
        self.saved = saved
        self.path = path


def write_checkpoint(path: Path, model: Module, state: Mapping[str, Any]) -> None:
    """Write a model and the state of its training to a file: whole, or not at all.

    >>> import math, os, tempfile
    >>> from nn import MLP
    >>> model, later = MLP(2, [3, 1]), MLP(2, [3, 1])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "run.checkpoint")
    ...     write_checkpoint(path, model, {"epoch": 7, "history": {"loss": [0.5, math.inf]}})
    ...     checkpoint = read_checkpoint(path)
    >>> checkpoint
    {'epoch': 7, 'history': {'loss': [0.5, inf]}}
    >>> restore(later, checkpoint)
    >>> later.state_dict() == model.state_dict()
    True

    ``state`` is made of numbers, texts, None, lists, tuples and dicts, and comes back exactly:
    every float to the last bit, nan and inf, tuples as tuples. A long list of floats is stored as
    a tensor.

    Raises
    ------
    TypeError
        if something else is in the state.
    ValueError
        if a number of the model is nan: nobody could go on from there. The file that was there
        stays.
    """
    if not isinstance(state, Mapping):
        raise TypeError(f"the state of a checkpoint is a dict, got a {type(state).__name__}")
    if not isinstance(model, Module):
        raise TypeError(f"a checkpoint is of a Module, got a {type(model).__name__}: {model!r:.60}")
    saved = written(model, described(model))
    tensors = {OF_MODEL + name: tensor for name, tensor in saved.tensors.items()}
    said = encoded(dict(state), tensors)
    texts = {
        **saved.texts(CHECKPOINT),
        "state": json.dumps(said, allow_nan=False, separators=(",", ":")),
    }
    write_whole(path, packed(Content(texts, tensors)))


def read_checkpoint(path: Path, *, model: Module | None = None) -> TrainingState:
    """The state that `write_checkpoint` was given, as a dict; `restore` takes it, too.

    Raises
    ------
    FormatError
        if the file is damaged or no checkpoint, or not one of this model, if one is given.
    """
    with opened(path, "read") as file:
        saved = saved_in(file, CHECKPOINT)
        if model is not None:
            saved.fitting(model)  # before the numbers are read
        text = parsed(file.texts.get("state", ""), "its state")
        tensors = file.tensors()
        state = decoded(text, tensors)
        if not isinstance(state, dict):
            raise FormatError("its state is not a dict")
        return TrainingState(state, saved.with_numbers(tensors, OF_MODEL), path)


def restore(model: Module, checkpoint: TrainingState) -> None:
    """Give a model the numbers that it had at a checkpoint, and freeze what was frozen.

    Raises
    ------
    FormatError
        if the model is built otherwise than the one that was trained; then it stays as it was.
    """
    if not isinstance(model, Module):
        raise TypeError(f"restore takes a Module, got a {type(model).__name__}")
    if not isinstance(checkpoint, TrainingState):
        raise TypeError(
            f"restore takes what read_checkpoint(path) returns, got a {type(checkpoint).__name__}"
        )
    with about("restore from", checkpoint.path):
        checkpoint.saved.fill(model)
