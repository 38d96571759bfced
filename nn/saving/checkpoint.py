"""A training under way, in a file from which it goes on as if it had never stopped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from autograd.files import write_whole

from ..module import Module
from .architecture import Architecture, described
from .container import Content, FormatError, about, opened, packed, parsed
from .exact import decoded, encoded
from .files import Path
from .saved import CHECKPOINT, OF_MODEL, Saved, saved_in, texts_of, with_numbers, written


class TrainingState(dict[str, Any]):
    """The state of a training as it was handed to `write_checkpoint`, and the model's numbers.

    `restore` gives these to a model.
    """

    def __init__(self, state: Mapping[str, Any], saved: Saved, path: Path) -> None:
        super().__init__(state)
        self.saved = saved
        self.path = path


LAST = "last/"  # begins the names of the numbers to go on from, if the model shows others


def write_checkpoint(
    path: Path, model: Module, state: Mapping[str, Any], *, last: Saved | None = None
) -> Saved:
    """Write a model and the state of its training to a file: whole, or not at all.

    >>> import math, os, tempfile
    >>> from nn import MLP
    >>> model, later = MLP(2, [3, 1]), MLP(2, [3, 1])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "run.checkpoint")
    ...     _ = write_checkpoint(path, model, {"epoch": 7, "history": {"loss": [0.5, math.inf]}})
    ...     checkpoint = read_checkpoint(path)
    >>> checkpoint
    {'epoch': 7, 'history': {'loss': [0.5, inf]}}
    >>> restore(later, checkpoint)
    >>> later.state_dict() == model.state_dict()
    True

    ``state`` is made of numbers, texts, None, lists, tuples and dicts, and comes back exactly:
    every float to the last bit, nan and inf, tuples as tuples. A long list of floats is stored as
    a tensor.

    What is returned is the model as it was written. Handed over later as ``last``, it is what
    `restore` gives back, and ``model`` is what `nn.load` reads: the best of a training, say.

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
    try:
        structure = described(model)
    except ValueError:  # a function without a name: a training goes on with a model that is there
        structure = Architecture(type(model).__name__)
    saved = written(model, structure)
    tensors = {OF_MODEL + name: tensor for name, tensor in saved.tensors.items()}
    if last is not None:
        if last.shapes != saved.shapes:
            raise ValueError("the last weights of a checkpoint are those of another model")
        tensors |= {LAST + name: tensor for name, tensor in last.tensors.items()}
    said = encoded(dict(state), tensors)
    texts = {
        **texts_of(saved, CHECKPOINT),
        "state": json.dumps(said, allow_nan=False, separators=(",", ":")),
    }
    write_whole(path, packed(Content(texts, tensors)))
    return saved


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
        last = {name: shape for name, shape in file.shapes.items() if name.startswith(LAST)}
        if last and last != {LAST + name: shape for name, shape in saved.shapes.items()}:
            raise FormatError("its last weights are not those of its model")
        text = parsed(file.texts.get("state", ""), "its state")
        tensors = file.tensors()
        state = decoded(text, tensors)
        if not isinstance(state, dict):
            raise FormatError("its state is not a dict")
        return TrainingState(state, with_numbers(saved, tensors, LAST if last else OF_MODEL), path)


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
