"""Writes fixtures/architectures.json and fixtures/architecture-values.json: networks as PyTorch computes them.

The first file has the parameter count of each published network and, layer by layer, the shape of what the layer gives
and of its parameters. The second has narrow networks: their logits in evaluation, and the loss and gradients of a
training step, in float64. ResNet and ResNeXt are torchvision's; the others are written here from their papers and
published code. Weights, images and dropout masks are `fraction` of their index and name, so that nothing but results
has to be stored. Run from the repository root with a Python that has torch and torchvision:

    python3 benchmarks/oracles/architectures.py
"""

import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "fixtures"
MODULUS = 65521


def fraction(name, count):
    """Numbers in [0, 1) that look random: (31·i² + 40503·i + Σ code·place of the name's characters) mod 65521."""
    key = sum(ord(character) * place for place, character in enumerate(name, 1))
    index = np.arange(count, dtype=np.int64)
    return ((31 * index * index + 40503 * index + key) % MODULUS) / MODULUS


def weight(name, shape):
    """The array of a name.

    Kernels and matrices are uniform with the variance 2 / fan-in. Scales are small beside shifts, so that few values
    lie near the kink of ReLU, where rounding would decide about gradients.
    """
    values = fraction(name, math.prod(shape))
    if len(shape) > 1:
        values = (2 * values - 1) * math.sqrt(6 / math.prod(shape[1:]))
    elif name.endswith("weight"):
        values = 0.2 + 0.2 * values
    elif name.endswith("bias"):
        values = np.where(values < 0.5, -0.75 - values, 0.25 + values)
    elif name.endswith("running_var"):
        values = 0.5 + values
    else:
        values = (values - 0.5) / 2
    return torch.tensor(values.reshape(shape).astype(np.float32)).double()


class Mask(nn.Module):
    """Dropout with a given mask."""

    def __init__(self, name, rate, whole_channels=False):
        super().__init__()
        self.name, self.rate, self.whole_channels = name, rate, whole_channels

    def forward(self, x):
        if not self.training or self.rate == 0:
            return x
        shape = x.shape[:2] + (1,) * (x.dim() - 2) if self.whole_channels else x.shape
        values = fraction(self.name, math.prod(shape)).reshape(shape)
        return x * torch.tensor(np.where(values < self.rate, 0, 1 / (1 - self.rate)).astype(np.float32))


def conv(inputs, outputs, kernel, stride=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)


class Preact(nn.Module):
    """A pre-activation block from a list of (kernel, channels, stride)."""

    def __init__(self, name, inputs, convolutions, rate):
        super().__init__()
        outputs, stride = convolutions[-1][1], math.prod(s for _, _, s in convolutions)
        self.count = len(convolutions)
        self.mask = Mask(f"{name}.dropout.mask", rate)
        self.shortcut = conv(inputs, outputs, 1, stride) if stride > 1 or inputs != outputs else None
        for place, (kernel, channels, step) in enumerate(convolutions, 1):
            self.add_module(f"bn{place}", nn.BatchNorm2d(inputs))
            self.add_module(f"conv{place}", conv(inputs, channels, kernel, step))
            inputs = channels

    def forward(self, x):
        value, residue = x, x
        for place in range(1, self.count + 1):
            value = F.relu(getattr(self, f"bn{place}")(value))
            if place == 1 and self.shortcut is not None:
                residue = self.shortcut(value)
            if place == self.count:
                value = self.mask(value)
            value = getattr(self, f"conv{place}")(value)
        return value + residue


class PreactNetwork(nn.Module):
    """Stages of blocks; `bn` ends a wide network and is missing in the PreAct ResNets."""

    def __init__(self, stem, stages, blocks, classes, channels=3, bottleneck=False, final=False, rate=0):
        super().__init__()
        self.conv1 = conv(channels, stem, 3)
        body, inputs = [], stem
        for stage, (width, count) in enumerate(zip(stages, blocks)):
            for position in range(count):
                stride = 2 if stage > 0 and position == 0 else 1
                shape = [(3, width, stride), (3, width, 1)]
                if bottleneck:
                    shape = [(1, width, 1), (3, width, stride), (1, 4 * width, 1)]
                body.append(Preact(f"blocks.{len(body)}", inputs, shape, rate))
                inputs = shape[-1][1]
        self.blocks = nn.Sequential(*body)
        self.bn = nn.BatchNorm2d(inputs) if final else None
        self.linear = nn.Linear(inputs, classes)

    def forward(self, x):
        x = self.blocks(self.conv1(x))
        if self.bn is not None:
            x = F.relu(self.bn(x))
        return self.linear(x.mean((2, 3)))


def preact(blocks, bottleneck=False):
    return lambda width, shape, classes, rate: PreactNetwork(
        width, [width * 2**stage for stage in range(4)], blocks, classes, shape[0], bottleneck, False, rate
    )


def wide(depth, factor):
    blocks = [(depth - 4) // 6] * 3
    return lambda width, shape, classes, rate: PreactNetwork(
        width, [width * factor * 2**stage for stage in range(3)], blocks, classes, shape[0], False, True, rate
    )


class DenseLayer(nn.Module):
    def __init__(self, name, inputs, growth, rate):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(inputs), conv(inputs, 4 * growth, 1)
        self.bn2, self.conv2 = nn.BatchNorm2d(4 * growth), conv(4 * growth, growth, 3)
        self.mask1, self.mask2 = (Mask(f"{name}.dropout{place}.mask", rate) for place in (1, 2))

    def forward(self, x):
        inner = self.mask1(self.conv1(F.relu(self.bn1(x))))
        return torch.cat([x, self.mask2(self.conv2(F.relu(self.bn2(inner))))], 1)


class Transition(nn.Module):
    def __init__(self, name, inputs, rate):
        super().__init__()
        self.bn, self.conv = nn.BatchNorm2d(inputs), conv(inputs, inputs // 2, 1)
        self.mask, self.pool = Mask(f"{name}.dropout.mask", rate), nn.AvgPool2d(2)

    def forward(self, x):
        return self.pool(self.mask(self.conv(F.relu(self.bn(x)))))


class Dense(nn.Module):
    def __init__(self, depth, growth, shape, classes, rate):
        super().__init__()
        channels = 2 * growth
        self.conv1 = conv(shape[0], channels, 3)
        stages = []
        for block in (1, 2, 3):
            parts = []
            for place in range((depth - 4) // 6):
                parts.append(DenseLayer(f"block{block}.{place}", channels, growth, rate))
                channels += growth
            self.add_module(f"block{block}", nn.Sequential(*parts))
            stages.append(f"block{block}")
            if block < 3:
                self.add_module(f"transition{block}", Transition(f"transition{block}", channels, rate))
                stages.append(f"transition{block}")
                channels //= 2
        self.stages = stages
        self.bn, self.linear = nn.BatchNorm2d(channels), nn.Linear(channels, classes)

    def forward(self, x):
        x = self.conv1(x)
        for name in self.stages:
            x = getattr(self, name)(x)
        return self.linear(F.relu(self.bn(x)).mean((2, 3)))


def dense(depth):
    return lambda width, shape, classes, rate: Dense(depth, width, shape, classes, rate)


class Lenet(nn.Module):
    def __init__(self, width, shape, classes, rate):
        super().__init__()
        sides = [((side - 4) // 2 - 4) // 2 for side in shape[1:]]
        self.conv1, self.pool1 = nn.Conv2d(shape[0], width, 5), nn.MaxPool2d(2)
        self.conv2, self.pool2 = nn.Conv2d(width, width, 5), nn.MaxPool2d(2)
        self.fc1, self.fc2 = nn.Linear(width * math.prod(sides), 50 * width), nn.Linear(50 * width, classes)
        self.mask1, self.mask2 = Mask("dropout1.mask", rate, True), Mask("dropout2.mask", rate)

    def forward(self, x):
        x = F.relu(self.pool1(self.conv1(x)))
        x = F.relu(self.pool2(self.mask1(self.conv2(x))))
        return self.fc2(self.mask2(F.relu(self.fc1(x.flatten(1)))))


class Vgg(nn.Module):
    def __init__(self, width, shape, classes, rate):
        super().__init__()
        channels, place, self.order = shape[0], 0, []
        for letter in "1P2P44P88P88P":
            if letter == "P":
                self.add("pool", sum(name.startswith("pool") for name in self.order) + 1, nn.MaxPool2d(2))
                continue
            place += 1
            self.add("conv", place, nn.Conv2d(channels, int(letter) * width, 3, padding=1))
            channels = int(letter) * width
            self.add("bn", place, nn.BatchNorm2d(channels))
        cells = math.prod(side // 32 for side in shape[1:])
        self.fc1, self.fc2 = nn.Linear(channels * cells, 8 * width), nn.Linear(8 * width, classes)
        self.mask = Mask("dropout.mask", rate)

    def add(self, kind, place, module):
        self.add_module(f"{kind}{place}", module)
        self.order.append(f"{kind}{place}")

    def forward(self, x):
        for name in self.order:
            x = getattr(self, name)(x)
            x = F.relu(x) if name.startswith("bn") else x
        return self.fc2(self.mask(self.fc1(x.flatten(1))))


class Perceptron(nn.Module):
    def __init__(self, hidden, width, shape, classes, rate):
        super().__init__()
        sizes = [math.prod(shape)] + [width] * hidden + [classes]
        self.last = hidden + 1
        for place, (inputs, outputs) in enumerate(zip(sizes, sizes[1:]), 1):
            self.add_module(f"fc{place}", nn.Linear(inputs, outputs))
        self.masks = [Mask(f"dropout{place}.mask", rate) for place in range(1, hidden + 1)]

    def forward(self, x):
        x = x.flatten(1)
        for place in range(1, self.last):
            x = F.relu(getattr(self, f"fc{place}")(x))
            x = self.masks[place - 1].train(self.training)(x)
        return getattr(self, f"fc{self.last}")(x)


class NarrowResnet(ResNet):
    """torchvision's network with other channels in the first stage than 64."""

    def __init__(self, block, blocks, width, shape, classes, **settings):
        self.width = width
        super().__init__(block, blocks, num_classes=classes, **settings)
        self.conv1 = nn.Conv2d(shape[0], width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.fc = nn.Linear(8 * width * block.expansion, classes)

    def _make_layer(self, block, planes, *rest, **named):
        if planes == 64:
            self.inplanes = self.width
        return super()._make_layer(block, planes * self.width // 64, *rest, **named)


def resnet(block, blocks, **settings):
    return lambda width, shape, classes, rate: NarrowResnet(block, blocks, width, shape, classes, **settings)


def published(name):
    return lambda width, shape, classes, rate: getattr(torchvision.models, name)(num_classes=classes)


def resnext101(cardinality):
    settings = {"groups": cardinality, "width_per_group": 4}
    return lambda width, shape, classes, rate: ResNet(Bottleneck, [3, 4, 23, 3], num_classes=classes, **settings)


IMAGENET = ([3, 224, 224], 1000)
CIFAR = ([3, 32, 32], 10)
SPEECH = ([1, 160, 101], 30)

# Name, width given to the definition, shape of the input, classes, definition.
WHOLE = [
    ("preact-resnet18", 64, *CIFAR, preact([2, 2, 2, 2])),
    ("preact-resnet34", 64, *CIFAR, preact([3, 4, 6, 3])),
    ("preact-resnet50", 64, *CIFAR, preact([3, 4, 6, 3], True)),
    ("wrn-28-10", 16, *CIFAR, wide(28, 10)),
    ("wrn-40-4", 16, *CIFAR, wide(40, 4)),
    ("densenet-bc-100", 12, *CIFAR, dense(100)),
    ("densenet-bc-190", 40, *CIFAR, dense(190)),
    *[(name, 64, *IMAGENET, published(name)) for name in "resnet18 resnet34 resnet50 resnet101 resnet152".split()],
    ("resnext50-32x4d", 64, *IMAGENET, published("resnext50_32x4d")),
    ("resnext101-32x4d", 64, *IMAGENET, resnext101(32)),
    ("resnext101-64x4d", 64, *IMAGENET, published("resnext101_64x4d")),
    ("lenet", 20, *SPEECH, Lenet),
    ("vgg11", 64, *SPEECH, Vgg),
    ("mlp", 128, [57], 2, lambda *rest: Perceptron(2, *rest)),
]

# The same with narrow networks and the dropout rate of the training step, None for evaluation alone: compiling the step of
# a deep network takes seconds, and others have the same blocks.
NARROW = [
    ("preact-resnet18", 4, [3, 16, 16], 5, preact([2, 2, 2, 2]), None),
    ("preact-resnet50", 2, [3, 16, 16], 5, preact([3, 4, 6, 3], True), 0.3),
    ("wrn-10-1", 16, [3, 12, 12], 5, wide(10, 1), 0.3),
    ("wrn-16-2", 4, [1, 9, 15], 5, wide(16, 2), 0.0),
    ("densenet-bc-16", 6, [3, 12, 13], 5, dense(16), 0.2),
    ("resnet18", 6, [3, 64, 64], 5, resnet(BasicBlock, [2, 2, 2, 2]), 0.0),
    ("resnet50", 4, [3, 64, 48], 5, resnet(Bottleneck, [3, 4, 6, 3]), None),
    ("resnext50-32x4d", 16, [3, 48, 48], 5, resnet(Bottleneck, [3, 4, 6, 3], groups=32, width_per_group=4), 0.0),
    ("lenet", 3, [1, 26, 21], 5, Lenet, 0.4),
    ("vgg11", 4, [2, 32, 70], 5, Vgg, 0.4),
    ("mlp", 16, [7], 3, lambda *rest: Perceptron(2, *rest), 0.4),
    ("mlp-3", 8, [2, 3, 4], 3, lambda *rest: Perceptron(3, *rest), 0.0),
]
EXAMPLES = 6


def layers_of(network, shape):
    """`name output parameter…` of each layer, in the order of computation, sizes joined by x."""
    found = []

    def join(sizes):
        return "x".join(map(str, sizes))

    def noter(name):
        def note(module, _inputs, output):
            shapes = [join(parameter.shape) for parameter in module.parameters()]
            found.append(" ".join([name, join(output.shape[1:]), *shapes]))

        return note

    for name, module in network.named_modules():
        if isinstance(module, (nn.Conv2d, nn.BatchNorm2d, nn.Linear, nn.MaxPool2d, nn.AvgPool2d)):
            module.register_forward_hook(noter(name))
    with torch.no_grad():
        network.eval()(torch.zeros(1, *shape))
    return found


def whole(name, width, shape, classes, definition):
    network = definition(width, shape, classes, 0)
    return {
        "architecture": name,
        "inputShape": shape,
        "classCount": classes,
        "count": sum(parameter.numel() for parameter in network.parameters()),
        "layers": layers_of(network, shape),
    }


def rounded(value):
    return float(f"{value:.9g}")


def narrow(name, width, shape, classes, definition, rate):
    network = definition(width, shape, classes, rate or 0).double()
    state = {key: weight(key, tuple(value.shape)) for key, value in network.state_dict().items() if value.dim() > 0}
    network.load_state_dict(state, strict=False)
    images = fraction("images", EXAMPLES * math.prod(shape)).astype(np.float32)
    images = torch.tensor(images).double().reshape(EXAMPLES, *shape)
    case = {
        "network": {"architecture": name, "width": width, "inputShape": shape, "classCount": classes},
        "logits": [rounded(value) for value in network.eval()(images).flatten().tolist()],
    }
    if rate is None:
        return case
    loss = F.cross_entropy(network.train()(images), torch.arange(EXAMPLES) % classes)
    loss.backward()
    gradients = {}
    for key, parameter in network.named_parameters():
        gradient = parameter.grad.flatten().numpy()
        along = 2 * fraction(f"along {key}", gradient.size) - 1
        gradients[key] = [rounded(np.linalg.norm(gradient)), rounded(gradient @ along)]
    return {**case, "training": {"dropout": rate, "loss": rounded(loss.item()), "gradients": gradients}}


def main():
    torch.manual_seed(0)
    rows = [json.dumps(whole(*case)).replace('", "', '",\n"') for case in WHOLE]
    (FOLDER / "architectures.json").write_text("[\n" + ",\n".join(rows) + "\n]\n")
    rows = [json.dumps(narrow(*case)).replace('], "', '],\n"') for case in NARROW]
    (FOLDER / "architecture-values.json").write_text("[\n" + ",\n".join(rows) + "\n]\n")


if __name__ == "__main__":
    main()
