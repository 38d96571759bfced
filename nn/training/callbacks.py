"""Being called while a model is trained: to watch, to measure, to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..names import nearest

if TYPE_CHECKING:
    from .loop import Training

HOOKS = (
    "on_fit_begin", "on_epoch_begin", "on_batch_end", "on_epoch_end", "on_epoch_kept", "on_fit_end",
)  # fmt: skip


class Callback:
    """What is called while a model is trained: override what you need.

    Each method gets the `Training`: its ``model``, ``optimizer``, ``epoch`` and ``batch`` (which
    count from 1), ``logs`` (this epoch's numbers, which go into the history), ``history``, and
    ``stop(why)``. A plain function serves too: it is called at the end of each epoch.

    >>> class Biggest(Callback):
    ...     def on_epoch_end(self, training):
    ...         training.logs["biggest"] = max(abs(p.data) for p in training.model.parameters())

    One that has a `state_dict` is resumed with the training. It may name in ``settings`` those of
    its attributes that must then be as they were.
    """

    settings: ClassVar[tuple[str, ...]] = ()

    def on_fit_begin(self, training: Training) -> None:
        """Before the first epoch."""

    def on_epoch_begin(self, training: Training) -> None:
        """Before the first batch of an epoch."""

    def on_batch_end(self, training: Training) -> None:
        """After a step; the gradients that it used are still in the parameters."""

    def on_epoch_end(self, training: Training) -> None:
        """After the last batch of an epoch and its validation; ``logs`` may be added to."""

    def on_epoch_kept(self, training: Training) -> None:
        """After ``logs`` went into ``history``, where nothing more can be added to them."""

    def on_fit_end(self, training: Training) -> None:
        """After the last epoch, be it stopped or interrupted; not after an error."""

    def state_dict(self) -> dict[str, Any]:
        """What a resumed training must know, as JSON can hold it; nothing if left out."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take back what `state_dict` gave."""


class _EpochEnd(Callback):
    """A plain function, called at the end of each epoch."""

    def __init__(self, function: Callable[[Training], object]) -> None:
        self.function = function

    def on_epoch_end(self, training: Training) -> None:
        self.function(training)


class Callbacks:
    """Several callbacks as one; each is called only for the methods that it overrides."""

    def __init__(self, callbacks: Iterable[Callback]) -> None:
        self.all = list(callbacks)
        self._of = {
            hook: [
                method
                for callback in self.all
                if getattr(method := getattr(callback, hook), "__func__", method)
                is not getattr(Callback, hook)
            ]
            for hook in HOOKS
        }

    @property
    def remembering(self) -> list[Callback]:
        """Those that have something to remember: others may come and go."""
        return [one for one in self.all if type(one).state_dict is not Callback.state_dict]

    def call(self, hook: str, training: Training) -> None:
        """Call one method of each."""
        for method in self._of[hook]:
            method(training)


def checked(callbacks: Any) -> list[Callback]:
    """The callbacks that users hand over: one or a list, objects or functions."""
    if callbacks is None:
        return []
    single = isinstance(callbacks, Callback) or callable(callbacks)
    given = [callbacks] if single else callbacks
    if not isinstance(given, Iterable) or isinstance(given, (str, bytes)):
        raise TypeError(f"fit: callbacks is a list of Callbacks or functions, got {given!r:.60}")
    found: list[Callback] = []
    for callback in given:
        if isinstance(callback, type) and issubclass(callback, Callback):
            raise TypeError(
                f"fit: callbacks takes objects, got the class {callback.__name__}; write "
                f"{callback.__name__}()"
            )
        if isinstance(callback, Callback):
            _check_hooks(callback)
            found.append(callback)
        elif callable(callback):
            found.append(_EpochEnd(callback))
        else:
            raise TypeError(
                f"fit: a callback is a Callback or a function of the training, got {callback!r:.60}"
            )
    return found


def _check_hooks(callback: Callback) -> None:
    """A misspelt hook would never be called, and nobody would know."""
    for name in dir(callback):
        if name.startswith("on_") and name not in HOOKS:
            match = nearest(name, HOOKS)
            hint = f"; did you mean {match!r}?" if match else "."
            raise TypeError(
                f"fit: {type(callback).__name__}.{name} would never be called{hint} There are: "
                f"{', '.join(HOOKS)}"
            )
