"""Models in files, and training checkpoints: training continues as if it had never stopped."""

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
    """Write a model to a file: its structure, its numbers to the last bit, and what is frozen.

    The file is a safetensors file, which PyTorch and others can read: the weights of a `Layer` are
    ``layers.0.weight`` and ``layers.0.bias``, with the shapes of torch's ``Linear``. It is written
    completely or not at all. `layout` explains the names of tensors.

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

    For a model with your own classes, or with one parameter in several places, only the numbers are
    written; `load` then needs a model to fill. If your class keeps other numbers in lists, such as
    measured means, name these attributes in a tuple ``measured``.

    Not in the file: gradients, labels that you set, random generators.

    Parameters
    ----------
    model:
        Any Module.
    path:
        The path of the file; an existing file is replaced.
    notes:
        Anything that JSON can hold: where the data came from, how well the model does.
    architecture:
        False: only numbers, whatever the classes.

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
    """The model in a file that `save` or `fit` wrote; no code from the file is run.

    Parameters
    ----------
    path:
        The path of the file.
    model:
        A model to fill and return: needed if it has your own classes. If something does not fit,
        it stays as it was.

    Raises
    ------
    FormatError
        if the file is damaged, was not written by glassgrad, or does not fit the model.
    """
    if isinstance(path, Module) or not isinstance(model, Module | None):
        raise TypeError(
            f"load takes a path and perhaps a Module to fill, got {path!r:.60} and "
            f"{model!r:.60}; write load(path), or load(path, model)"
        )
    with opened(path, "load") as file:
        saved = saved_in(file, MODEL, CHECKPOINT)
        if model is not None or saved.architecture.is_known:
            # Before the numbers are read: what does not fit is refused, however large it is.
            filled = saved.blank() if model is None else model
            places = saved.places(filled) if model is None else saved.fitting(filled)
            prefix = OF_MODEL if file.texts["format"] == CHECKPOINT else ""
            saved.with_numbers(file.tensors(), prefix).fill(filled, places)
            return filled
    title = saved.architecture.title
    raise ValueError(
        f"{str(path)!r} has the numbers of {title}, but not how to build it; write "
        f"load({str(path)!r}, model={title}(...))"
    )


def read_notes(path: Path) -> Any:
    """The notes that were given to `save`; None without notes."""
    with opened(path, "read the notes of") as file:
        check_kind(file, MODEL)
        return parsed(file.texts.get("notes", ""), "what it notes")


def _noted(notes: Any) -> str:
    try:
        return json.dumps(notes, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise type(error)(
            f"save takes notes that JSON can hold: texts, numbers, lists, dicts ({error})"
        ) from None


# --- training -------------------------------------------------------------------------------------


class TrainingState(dict[str, Any]):
    """The state that was passed to `write_checkpoint`, and the model's numbers.

    `restore` puts these numbers into a model.
    """

    def __init__(self, state: Mapping[str, Any], saved: Saved, path: Path) -> None:
        super().__init__(state)
        self.saved = saved
        self.path = path


def write_checkpoint(path: Path, model: Module, state: Mapping[str, Any]) -> None:
    """Write a model and the state of its training to a file: completely, or not at all.

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

    ``state`` consists of numbers, texts, None, lists, tuples and dicts, and comes back exactly:
    every float to the last bit, nan and inf, tuples as tuples. A long list of floats is stored as
    a tensor.

    Raises
    ------
    TypeError
        if something else is in the state.
    ValueError
        if a number of the model is nan: training could not continue from there. An existing file
        stays.
    """
    if not isinstance(state, Mapping):
        raise TypeError(f"the state of a checkpoint must be a dict, got a {type(state).__name__}")
    if not isinstance(model, Module):
        raise TypeError(f"a checkpoint needs a Module, got a {type(model).__name__}: {model!r:.60}")
    saved = written(model, described(model))
    tensors = {OF_MODEL + name: tensor for name, tensor in saved.tensors.items()}
    said = encoded(dict(state), tensors)
    texts = {
        **saved.texts(CHECKPOINT),
        "state": json.dumps(said, allow_nan=False, separators=(",", ":")),
    }
    write_whole(path, packed(Content(texts, tensors)))


def read_checkpoint(path: Path, *, model: Module | None = None) -> TrainingState:
    """The state that was passed to `write_checkpoint`, as a dict; `restore` takes it.

    Raises
    ------
    FormatError
        if the file is damaged or not a checkpoint, or, if a model is given, not one of this model.
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
    """Put a checkpoint's numbers back into a model, and freeze what was frozen.

    Raises
    ------
    FormatError
        if the model has a different structure from the one that was trained; it stays as it was.
    """
    if not isinstance(model, Module):
        raise TypeError(f"restore takes a Module, got a {type(model).__name__}")
    if not isinstance(checkpoint, TrainingState):
        raise TypeError(
            f"restore takes what read_checkpoint(path) returns, got a {type(checkpoint).__name__}"
        )
    with about("restore from", checkpoint.path):
        checkpoint.saved.fill(model)
