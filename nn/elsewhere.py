"""Names that users of PyTorch and Keras try first, and what they are called here.

Each is an error that says what to write. `IN_CALLS` are keywords, by function or class.
"""

from autograd.elsewhere import DOUBLES

_LOGITS = "write nn.binary_cross_entropy, which takes logits: leave a sigmoid at the end out"
_LOOP = "there are no recurrent layers; write a Module whose forward goes through the sequence"
_DATA = ["batches", "blobs", "circles", "curve", "moons", "spirals", "xor", "Standardise"]
_FUNCTIONS = [
    "relu",
    "tanh",
    "sigmoid",
    "softmax",
    "log_softmax",
    "gelu",
    "silu",
    "softplus",
    "elu",
]

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
    **dict.fromkeys(["DataLoader", "TensorDataset"], "write nn.data.batches(X, y, size)"),
    **{name: f"write nn.data.{name}" for name in _DATA},
    **{name: f"write autograd.{name}" for name in _FUNCTIONS},
    "Value": "write autograd.Value",
    **dict.fromkeys(["StepLR", "ExponentialLR"], "write nn.StepDecay(10, factor=0.1)"),
    "CosineAnnealingLR": "write nn.CosineDecay()",
    "LinearLR": "write nn.LinearDecay(), or nn.WarmUp(2)",
    "lr_scheduler": "write schedule=nn.StepDecay(10), or nn.CosineDecay(), in nn.fit",
    **dict.fromkeys(["RNN", "LSTM", "GRU"], _LOOP),
    "accuracy": "write metrics='accuracy' in nn.fit or nn.evaluate",
    **dict.fromkeys(["manual_seed", "seed"], "write rng=0, as in nn.MLP(2, [1], rng=0)"),
    "train_test_split": "write validation=0.2 in nn.fit",
    "StandardScaler": "write nn.data.Standardise",
    "predict": "write model.predict(X)",
    "train": "write nn.fit(model, X, y, loss='mse')",
    "plot_history": "write viz.plot_history(history)",
}

IN_MODULES = {
    **dict.fromkeys(["to", "cuda", "cpu", "half", "float", "double"], DOUBLES),
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
    "score": "write nn.evaluate(model, X, y, metrics='accuracy')",
    "device": DOUBLES,
    "register_forward_hook": "write def forward(self, x) in a class that holds this part",
    "in_features": "of a Layer write nin",
    "out_features": "of a Layer write nout",
    "weight": "of a Layer write [neuron.w for neuron in layer.neurons]",
    "bias": "of a Layer write [neuron.b for neuron in layer.neurons]",
}


_CLASSES = "write class_weight={{0: 1.0, 1: 3.0}} in nn.fit, or weigh the list of reduction='none'"

IN_CALLS = {
    "EarlyStopping mode": "write higher_is_better=True or False",
    "EarlyStopping restore_best_weights": "leave it out: the model ends with its best weights",
    "Checkpoint mode": "write higher_is_better=True or False",
    "StepDecay step_size": "write every={x}",
    "StepDecay gamma": "write factor={x}",
    "CosineDecay T_max": "leave it out: a schedule ends with fit's epochs, or at its horizon",
    "CosineDecay eta_min": "write final=0.1, a factor of the learning rate",
    "load_state_dict strict": "leave it out: a state has every name, or nothing is loaded",
    "zero_grad set_to_none": "leave it out: gradients become 0.0",
    "clip_grad_norm norm_type": "leave it out: the norm is the root of the sum of squares",
    "cross_entropy weight": _CLASSES,
    "cross_entropy label_smoothing": "write targets as probabilities, [0.05, 0.9, 0.05]",
    "cross_entropy ignore_index": "leave these examples out of the batch",
    "binary_cross_entropy weight": _CLASSES,
    "binary_cross_entropy pos_weight": _CLASSES,
    "fit momentum": "write optimizer=nn.SGD(model, lr={lr}, momentum={x})",
    "fit weight_decay": "write l2={x}, or optimizer=nn.AdamW(model, lr={lr}, weight_decay={x})",
    "fit verbose": "write progress={truth}",
}
