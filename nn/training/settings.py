"""What must be the same for a training to be the same one."""

from __future__ import annotations

import hashlib
import platform
import random
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from autograd import Value

from ..examples import plain
from ..module import Module
from ..saving.random_states import generators
from ..walk import Part, attributes
from .examples import Examples
from .identity import Fingerprints, hashed
from .state import Callback, Training

ORDER = "parameters in the optimizer, or in another order"


class Settings(NamedTuple):
    """In the words of `fit`; and the fingerprints of functions, whose names say little."""

    said: dict[str, Any]
    functions: dict[str, str]
    unknown: set[str]  # what the fingerprints could not look into

    @property
    def saved(self) -> dict[str, Any]:
        """What a checkpoint keeps of it."""
        return {"settings": self.said, "functions": self.functions}


def settings_of(training: Training) -> Settings:
    """The settings of a training that was not begun yet."""
    state = training.optimizer.state_dict()
    own = {**state["settings"], "lr": training.lr}
    own |= {name: state[name] for name in ("base_lr", "groups") if name in state}
    optimizer = ", ".join(f"{k}={x!r}" for k, x in own.items())
    callbacks = training.callbacks.remembering
    said = {
        **training.asked,
        "X and y": digest(training.data),
        "batch_size": training.batch_size,
        "shuffle": training.shuffle,
        "loss": _said(training.loss),
        "optimizer": f"{state['class']}({optimizer})",
        ORDER: _order(training),
        "schedule": _said(training.schedule),
        "penalties and clipping": repr(training.adjustments),
        "validation": None if training.validation is None else digest(training.validation),
        "metrics": list(training.metrics),
        "the callbacks": ", ".join(map(_called, callbacks)) or "none that remember something",
    }
    found = Fingerprints(_known(training))
    functions = {
        "loss": found.of(training.loss),
        "schedule": found.of(training.schedule),
        **{f"metric {name!r}": found.of(one) for name, one in training.metrics.items()},
        "model": hashed([_of_part(module, found) for module in training.model.modules()]),
        "optimizer": found.of(type(training.optimizer)),
        **{f"callback {_called(callback)}": found.of(type(callback)) for callback in callbacks},
    }
    return Settings(said, functions, found.unknown)


def difference(now: Settings, before: Mapping[str, Any]) -> str:
    """What the first thing is that a checkpoint has otherwise; empty if there is none."""
    said = before["settings"]
    for name in {**now.said, **said}:
        was, is_ = said.get(name), now.said.get(name)
        if was != is_:
            hidden = name in {"X and y", "validation", ORDER}
            return f"other {name}" if hidden else f"{name} {was}, not {is_}"
    for name in {**now.functions, **before["functions"]}:
        if now.functions.get(name) != before["functions"].get(name):
            return (
                f"another {name}, although it looks the same: its code, or a value that it uses, "
                f"differs{_versions(before['python'])}"
            )
    return ""


def digest(data: Examples) -> str:
    """A fingerprint of examples: equal numbers have the same, others another."""
    found = hashlib.sha256()
    for column in (data.rows, data.targets, data.weights or ()):
        for item in column:
            numbers = item if isinstance(item, (list, tuple)) else [item]
            if set(map(type, numbers)) != {float}:
                numbers = [float(plain(x)) for x in numbers]
            found.update(repr(list(numbers)).encode())
        found.update(b"|")
    return found.hexdigest()


def _order(training: Training) -> str:
    """Where each parameter of the optimiser is in the model: its memory goes by that order."""
    places = {id(p): i for i, p in enumerate(training.model.parameters())}
    found = [places.get(id(p)) for p in training.optimizer.parameters]
    return "" if found == list(range(len(places))) else hashed(found)


def _known(training: Training) -> dict[int, str]:
    """What a checkpoint brings back to where it was: it has a name, and is not compared."""
    model = training.model
    parts = [*model.modules(), *model.parameters(), *training.optimizer.parameters]
    names = {id(part): f"part {i} of the training" for i, part in enumerate(parts)}
    drawn = {id(x): name for name, x in generators(model, training.rng).items()}
    return {id(training.optimizer): "the optimizer", **names, **drawn}


def _of_part(module: Module, found: Fingerprints) -> list[Any]:
    """The class of a part of a model, and its settings: numbers, texts and functions.

    Its other attributes are parameters, parts, or what it has measured or remembers.
    """
    settings = [
        [name, found.of(x)]
        for attribute, value in attributes(module)
        for name, x in _spread(attribute, value)
        if attribute not in _BROUGHT_BACK and _is_setting(x)
    ]
    return [found.of(type(module)), settings]


_BROUGHT_BACK = frozenset({"training", "decision_threshold", "trained_with"})  # by fit itself


def _spread(name: str, x: Any) -> Iterator[tuple[str, Any]]:
    """A thing, or the functions in a list or dict of things."""
    if isinstance(x, (list, dict)):
        items = x.items() if isinstance(x, dict) else enumerate(x)
        yield from ((f"{name}.{key}", item) for key, item in items if callable(item))
    else:
        yield name, x


def _is_setting(x: Any) -> bool:
    if isinstance(x, tuple):
        return all(map(_is_setting, x))
    if isinstance(x, (Part, Value, random.Random)):
        return False
    return callable(x) or isinstance(x, (bool, int, float, str, type(None)))


def _said(function: Any) -> Any:
    """A schedule of ours says all of itself, a function has a name."""
    if function is None:
        return None
    name = getattr(function, "__name__", None)
    # Where something lies in memory is another place in each process.
    return name if isinstance(name, str) else re.sub(r" at 0x[0-9a-fA-F]+", "", repr(function))


def _called(callback: Callback) -> str:
    settings = [f"{name}={getattr(callback, name)!r}" for name in callback.settings]
    return f"{type(callback).__name__}({', '.join(settings)})"


def _versions(before: str) -> str:
    now = platform.python_version()
    if before.split(".")[:2] == now.split(".")[:2]:
        return ""
    return (
        f" (it was begun with Python {before}, and this is {now}: the code of functions can only "
        "be compared within one version)"
    )
