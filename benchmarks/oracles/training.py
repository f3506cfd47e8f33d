"""Writes fixtures/training-trace.json: five steps of mixup training as PyTorch's SGD makes them, in float64.

The network, its first weights and the images are those of architectures.py, computed from their names, so that nothing
but what comes out is stored: the loss before each step and, of every array after the last one, running statistics
among them, its norm and its product with `along` the array. Run from the repository root with a Python that has torch
and torchvision:

    python3 benchmarks/oracles/training.py
"""

import json
import math

import numpy as np
import torch
import torch.nn.functional as F

from architectures import FOLDER, fraction, preact, rounded, weight

NETWORK = {"architecture": "preact-resnet18", "width": 4, "inputShape": [3, 16, 16], "classCount": 5}
OPTIMIZER = {"learningRate": 0.05, "momentum": 0.9, "weightDecay": 0.01}
EXAMPLES, STEPS = 6, 5


def main():
    shape, classes = NETWORK["inputShape"], NETWORK["classCount"]
    runs = []
    for nesterov in [False, True]:
        network = preact([2, 2, 2, 2])(NETWORK["width"], shape, classes, 0).double().train()
        first = {key: weight(key, tuple(value.shape)) for key, value in network.state_dict().items() if value.dim() > 0}
        network.load_state_dict(first, strict=False)
        optimizer = torch.optim.SGD(
            network.parameters(),
            OPTIMIZER["learningRate"],
            OPTIMIZER["momentum"],
            weight_decay=OPTIMIZER["weightDecay"],
            nesterov=nesterov,
        )
        losses = []
        for step in range(STEPS):
            images = fraction(f"images {step}", EXAMPLES * math.prod(shape)).astype(np.float32)
            images = torch.tensor(images).double().reshape(EXAMPLES, *shape)
            targets = F.one_hot(torch.arange(step, step + EXAMPLES) % classes, classes).double()
            share = float(np.float32(fraction("lambda", STEPS)[step]))
            partner = torch.arange(1, EXAMPLES + 1) % EXAMPLES
            images = share * images + (1 - share) * images[partner]
            targets = share * targets + (1 - share) * targets[partner]
            optimizer.zero_grad()
            loss = F.cross_entropy(network(images), targets)
            loss.backward()
            optimizer.step()
            losses.append(rounded(loss.item()))
        after = {}
        for key, value in network.state_dict().items():
            if value.dim() == 0:
                continue
            values = value.flatten().numpy()
            along = 2 * fraction(f"along {key}", values.size) - 1
            after[key] = [rounded(np.linalg.norm(values)), rounded(values @ along)]
        runs.append({"nesterov": nesterov, "losses": losses, "after": after})
    trace = {"network": NETWORK, "optimizer": OPTIMIZER, "examples": EXAMPLES, "runs": runs}
    (FOLDER / "training-trace.json").write_text(json.dumps(trace).replace("], ", "],\n") + "\n")


main()
