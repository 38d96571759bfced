"""Record what PyTorch gives at the edges of every operation that it has too: torch_edges.json.

Run in an environment of its own: ``python tests/autograd/data/make_torch_edges.py``, with PyTorch
2.13. The tests need no PyTorch.
"""

import itertools
import json
import math
from pathlib import Path

import torch
from torch.nn import functional

PLACES = (math.nan, math.inf, -math.inf, 0.0, 1.0, -1.0, 0.5, 2.0)
OF_ONE = {
    "neg": torch.neg,
    "exp": torch.exp,
    "expm1": torch.expm1,
    "log": torch.log,
    "log2": torch.log2,
    "log10": torch.log10,
    "log1p": torch.log1p,
    "sqrt": torch.sqrt,
    "sin": torch.sin,
    "cos": torch.cos,
    "tan": torch.tan,
    "asin": torch.asin,
    "acos": torch.acos,
    "atan": torch.atan,
    "sinh": torch.sinh,
    "cosh": torch.cosh,
    "tanh": torch.tanh,
    "asinh": torch.asinh,
    "acosh": torch.acosh,
    "atanh": torch.atanh,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "softplus": functional.softplus,
    "silu": functional.silu,
    "gelu": functional.gelu,
    "erf": torch.erf,
    "erfc": torch.erfc,
    "abs": torch.abs,
    "sign": torch.sign,
    "floor": torch.floor,
    "ceil": torch.ceil,
}
OF_TWO = {
    "add": torch.add,
    "sub": torch.sub,
    "mul": torch.mul,
    "div": torch.div,
    "pow": torch.pow,
    "atan2": torch.atan2,
    "hypot": torch.hypot,
    "minimum": torch.minimum,
    "maximum": torch.maximum,
    "leaky_relu": lambda x, y: functional.prelu(x.reshape(1), y.reshape(1))[0],
    "logsumexp": lambda *xs: torch.logsumexp(torch.stack(xs), 0),
    "surprise": lambda *xs: -torch.log_softmax(torch.stack(xs), 0)[0],
    "prod": lambda *xs: torch.prod(torch.stack(xs)),
    "sum": lambda *xs: torch.sum(torch.stack(xs)),
}
OF_THREE = {"clip": torch.clamp}


def edges():
    """[name, operands, value, slopes] for all operations at all places."""
    for count, functions in enumerate((OF_ONE, OF_TWO, OF_THREE), start=1):
        for name, function in functions.items():
            for xs in itertools.product(PLACES, repeat=count):
                if name == "clip" and xs[1] > xs[2]:
                    continue  # refused
                leaves = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in xs]
                result = function(*leaves)
                slopes = torch.autograd.grad(result, leaves)
                yield name, xs, result.item(), [slope.item() for slope in slopes]


if __name__ == "__main__":
    rows = ",\n".join(json.dumps(row) for row in edges())
    path = Path(__file__).with_name("torch_edges.json")
    path.write_text(f"[\n{rows}\n]\n", encoding="utf-8")
