"""Names that users of micrograd and PyTorch try first, and what they are called here.

Using one raises an AttributeError that says what to write.
"""

_FROZEN = "write autograd.constant(x) for a number without gradient, p.freeze() for a Parameter"
DOUBLES = "leave it out: every number is a double on the processor"

IN_AUTOGRAD = {
    **{name: f"write nn.{name}" for name in ["MLP", "Layer", "Neuron", "Module"]},
    **dict.fromkeys(["Tensor", "tensor", "Variable"], "write autograd.Value(2.0)"),
    "Function": "write autograd.operation",
    "gradcheck": "write autograd.testing.check_gradients",
    "detect_anomaly": "write autograd.check_finite(loss)",
    "elementwise_grad": "write autograd.derivative",
    "numpy": "write autograd.sin, autograd.exp and so on, for single numbers",
    "draw_dot": "write viz.draw(loss)",
}

IN_VALUES = {
    "_backward": "write autograd.operation for an operation of your own, or take Value from "
    "autograd.micrograd, where results have it",
    "_children": "write _prev",
    "zero_grad": "write v.grad = 0.0",
    **dict.fromkeys(["requires_grad", "requires_grad_"], _FROZEN),
    "is_leaf": "write v.op is None",
    "grad_fn": "write v.op",
    "retain_grad": "leave it out: every Value keeps its gradient",
    "numel": "a Value is one number",
    "clone": "write autograd.copy(v)",
    **dict.fromkeys(["device", "to", "cpu", "cuda"], DOUBLES),
}
