"""Names that users of PyTorch and Keras try first, and what they are called here.

Each is an AttributeError that says what to write: ``hasattr`` is false, and a class or an object
that has such a name of its own keeps it.
"""

from __future__ import annotations

from typing import Any, NoReturn

_LOGITS = "write nn.binary_cross_entropy, which takes logits: leave a sigmoid at the end out"
_DOUBLES = "leave it out: every number is a double on the processor"

IN_NN = {
    "CrossEntropyLoss": "write nn.cross_entropy",
    "NLLLoss": "write nn.cross_entropy, which takes scores: leave a log_softmax at the end out",
    "BCEWithLogitsLoss": _LOGITS,
    "BCELoss": _LOGITS,
    "MSELoss": "write nn.mse",
    "L1Loss": "write nn.mae",
    "HuberLoss": "write nn.huber",
    "KLDivLoss": "write nn.kl_divergence",
    "functional": "losses are in nn, as nn.mse, and functions of numbers in autograd",
    "init": "write init=, as in nn.Layer(2, 16, init='he')",
    "optim": "write nn.SGD, nn.Adam, nn.AdamW or nn.RMSprop",
    "Adagrad": "write nn.RMSprop or nn.Adam, or a subclass of nn.Optimiser",
    "utils": "write nn.clip_grad_norm(model, 1.0), and nn.data.batches(X, y, size)",
    "clip_grad_norm_": "write nn.clip_grad_norm(model, 1.0)",
    "clip_grad_value_": "write nn.clip_grad_value(model, 1.0)",
    "one_hot": "write nn.data.one_hot(labels, classes)",
    "Identity": "write nn.Activation('linear')",
    "Flatten": "a model takes an example as a flat list: [x for row in image for x in row]",
    "BatchNorm1d": "a model sees one example, no batch; write nn.LayerNorm or nn.data.Standardise",
    "Conv2d": "there are no convolutions; write nn.Layer, on a flat list of numbers",
    "Dense": "write nn.Layer(nin, nout, activation='relu')",
    "ModuleDict": "a plain dict as an attribute does: the Modules in it are found",
    "ParameterList": "a plain list as an attribute does: the Parameters in it are found",
    "ParameterDict": "a plain dict as an attribute does: the Parameters in it are found",
    "summary": "write model.summary()",
    "no_grad": "write autograd.no_grad",
}

IN_MODULES = {
    **dict.fromkeys(["to", "cuda", "cpu", "half", "float", "double"], _DOUBLES),
    "register_buffer": "write self.mean = [0.5]: what is no Parameter is not trained",
    "register_parameter": "write self.scale = nn.Parameter(1.0)",
    "add_module": "write self.hidden = nn.Layer(2, 16)",
    **dict.fromkeys(["buffers", "named_buffers"], "numbers that are not trained are attributes"),
    "requires_grad_": "write freeze() or unfreeze()",
    "fit": "write nn.fit(model, X, y, loss='mse')",
    "compile": "write nn.fit(model, X, y, loss='mse', optimizer='adam')",
    "evaluate": "write nn.evaluate(model, X, y, loss='mse')",
    "save": "write nn.save(model, path)",
    **dict.fromkeys(["load", "load_weights"], "write nn.load(path, model)"),
    "backward": "write loss.backward(): gradients are of a loss",
    "in_features": "of a Layer write nin",
    "out_features": "of a Layer write nout",
    "weight": "of a Layer write [neuron.w for neuron in layer.neurons]",
    "bias": "of a Layer write [neuron.b for neuron in layer.neurons]",
}


def in_nn(name: str) -> NoReturn:
    """What ``nn.__getattr__`` is: asked for what nn does not have."""
    raise AttributeError(
        f"nn has no {name}; {IN_NN[name]}"
        if name in IN_NN
        else f"module 'nn' has no attribute {name!r}"
    )


class Elsewhere:
    """An attribute that a class does not have: reading it says what to write instead.

    Not ``__getattr__``, which would slow down every attribute of every part of a model.
    """

    def __init__(self, home: type, name: str) -> None:
        self.home, self.name = home, name

    def __get__(self, module: Any, owner: type) -> Any:
        try:  # another base class may have it
            return getattr(super(self.home, owner if module is None else module), self.name)
        except AttributeError:
            raise AttributeError(f"{owner.__name__} has no {self!r}") from None

    def __repr__(self) -> str:
        return f"{self.name}; {IN_MODULES[self.name]}"
