"""Writes fixtures/losses.json: losses of logits and their gradients as PyTorch computes them in float64.

Run from the repository root with a Python that has torch:

    python3 benchmarks/oracles/losses.py
"""

import json
import pathlib

import torch
import torch.nn.functional as F

FILE = pathlib.Path(__file__).resolve().parents[2] / "fixtures" / "losses.json"
torch.manual_seed(7)


def best_other(z, y):
    return z.masked_fill(F.one_hot(y, z.shape[1]).bool(), -torch.inf).amax(1)


def own(z, y):
    return z.gather(1, y[:, None])[:, 0]


def ranked(z, place):
    return z.sort(1, descending=True)[0][:, place]


def dlr(z, y, t, w):
    return (best_other(z, y) - own(z, y)) / (ranked(z, 0) - ranked(z, 2) + 1e-12)


def targeted_dlr(z, y, t, w):
    scale = ranked(z, 0) - (ranked(z, 2) + ranked(z, 3)) / 2
    return (own(z, t) - own(z, y)) / (scale + 1e-12)


def probability_margin(z, y, t, w):
    p = z.softmax(1)
    return best_other(p, y) - own(p, y)


LOSSES = {
    "cross-entropy": (2, lambda z, y, t, w: F.cross_entropy(z, y, reduction="none")),
    "margin": (2, lambda z, y, t, w: best_other(z, y) - own(z, y)),
    "probability-margin": (2, probability_margin),
    "dlr": (3, dlr),
    "targeted-dlr": (4, targeted_dlr),
    "weighted-logits": (1, lambda z, y, t, w: (z * w).sum(1)),
}

cases = []
for classes in (2, 3, 4, 5):
    count = classes + 1
    z = (2 * torch.randn(count, classes, dtype=torch.float64)).round(decimals=2)
    y = torch.arange(count) % classes
    t = (y + 1 + torch.arange(count) // classes) % classes
    w = torch.randn(count, classes, dtype=torch.float64).round(decimals=2)
    for name, (least, loss) in LOSSES.items():
        if classes < least:
            continue
        leaf = z.clone().requires_grad_()
        losses = loss(leaf, y, t, w)
        losses.sum().backward()
        cases.append(
            {
                "loss": name,
                "classCount": classes,
                "logits": z.flatten().tolist(),
                "labels": y.tolist(),
                "targets": t.tolist(),
                "weights": w.flatten().tolist(),
                "losses": [float(f"{v:.9g}") for v in losses.tolist()],
                "gradient": [float(f"{v:.9g}") for v in leaf.grad.flatten().tolist()],
            }
        )

FILE.write_text(json.dumps({"torch": torch.__version__, "cases": cases}) + "\n")
print(len(cases), FILE.stat().st_size)
