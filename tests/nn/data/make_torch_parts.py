"""Records what PyTorch makes of normalisations and losses into torch_parts.json, beside this file.

The tests compare ours with it, so that they need no PyTorch. To record anew::

    python -m venv torch && torch/bin/pip install torch
    torch/bin/python tests/nn/data/make_torch_parts.py
"""

import json
from pathlib import Path

import torch
from torch.nn import functional

torch.set_default_dtype(torch.float64)
HERE = Path(__file__).parent


def leaf(*shape, scale=1.0, shift=0.0):
    return (torch.randn(*shape) * scale + shift).requires_grad_()


def normalised(kind, size, eps, *, affine, scale=1.0, shift=0.0):
    """One example through a normalisation, and back from a weighted sum of the outputs."""
    module = getattr(torch.nn, kind)(size, eps=eps, elementwise_affine=affine)
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter)
    x, upstream = leaf(size, scale=scale, shift=shift), torch.randn(size)
    y = module(x)
    (y * upstream).sum().backward()
    given = dict(module.named_parameters())
    return {
        "kind": kind,
        "size": size,
        "eps": eps,
        "affine": affine,
        "x": x.tolist(),
        "upstream": upstream.tolist(),
        "parameters": {name: p.tolist() for name, p in given.items()},
        "y": y.tolist(),
        "x_grad": x.grad.tolist(),
        "parameter_grads": {name: p.grad.tolist() for name, p in given.items()},
    }


def lost(name, function, outputs, targets, **options):
    """A loss and its slopes, for each reduction."""
    losses, slopes = {}, {}
    for ours, theirs in (("mean", "mean"), ("sum", "sum")):
        outputs.grad = None
        loss = function(outputs, targets, reduction=theirs)
        loss.backward()
        losses[ours], slopes[ours] = loss.item(), outputs.grad.tolist()
    return {
        "name": name,
        "options": options,
        "outputs": outputs.tolist(),
        "targets": targets.tolist(),
        "losses": losses,
        "slopes": slopes,
    }


def huber(delta):
    def loss(outputs, targets, reduction):
        return functional.huber_loss(outputs, targets, reduction=reduction, delta=delta)

    return loss


def kl_divergence(logits, targets, reduction):
    # PyTorch's "mean" divides by the number of classes too; "batchmean" is the mathematical one.
    reduction = {"mean": "batchmean"}.get(reduction, reduction)
    return functional.kl_div(functional.log_softmax(logits, -1), targets, reduction=reduction)


def chances(rows, classes):
    """Probabilities, some of them zero."""
    drawn = torch.rand(rows, classes).clamp(min=0.3) - 0.3
    drawn[:, 0] += 0.1
    return drawn / drawn.sum(-1, keepdim=True)


def main():
    torch.manual_seed(20)
    norms = [
        normalised(kind, size, eps, affine=affine, scale=scale, shift=shift)
        for kind in ("LayerNorm", "RMSNorm")
        for size, eps, affine, scale, shift in [
            (1, 1e-5, True, 1.0, 0.0),
            (2, 1e-5, True, 1.0, 0.0),
            (5, 1e-5, True, 3.0, 1.0),
            (5, 1e-5, False, 3.0, 1.0),
            (8, 0.1, True, 0.5, -2.0),
            (8, 1e-12, True, 1e-3, 0.0),
            (16, 1e-5, True, 100.0, 50.0),
        ]
    ]
    losses = [
        lost("mse", functional.mse_loss, leaf(6, scale=3.0), torch.randn(6)),
        lost("mae", functional.l1_loss, leaf(6, scale=3.0), torch.randn(6)),
        *[
            lost("huber", huber(delta), leaf(6, scale=3.0), torch.randn(6), delta=delta)
            for delta in (0.5, 1.0, 2.0)
        ],
        lost(
            "binary_cross_entropy",
            functional.binary_cross_entropy_with_logits,
            leaf(6, scale=5.0),
            torch.rand(6),
        ),
        lost("cross_entropy", functional.cross_entropy, leaf(4, 3, scale=3.0), chances(4, 3)),
        lost("kl_divergence", kl_divergence, leaf(4, 3, scale=3.0), chances(4, 3)),
        lost("kl_divergence", kl_divergence, leaf(2, 7, scale=10.0), chances(2, 7)),
    ]
    text = json.dumps({"torch": torch.__version__, "norms": norms, "losses": losses}, indent=1)
    (HERE / "torch_parts.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
