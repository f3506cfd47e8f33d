"""The PyTorch side of ../speed.ts: PreAct ResNet-18 in the variant of the mixup paper, or a torchvision network.

    peer.py NETWORK WIDTH SIZE CLASSES THREADS

Reads one request a line from standard input, `step BATCH` or `attack BATCH`, does it once and answers with the
seconds that it took. A training step is forward, cross-entropy, backward and SGD with momentum and weight decay; an
attack is I-FGSM of ten steps.
"""

import sys
import time

import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        projects = stride != 1 or inputs != outputs
        self.shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False) if projects else None

    def forward(self, x):
        activated = F.relu(self.bn1(x))
        shortcut = x if self.shortcut is None else self.shortcut(activated)
        return self.conv2(F.relu(self.bn2(self.conv1(activated)))) + shortcut


class PreactResnet18(nn.Module):
    def __init__(self, width, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, 1, 1, bias=False)
        blocks, inputs = [], width
        for stage in range(4):
            for position in range(2):
                outputs = width * 2**stage
                blocks.append(Block(inputs, outputs, 2 if stage > 0 and position == 0 else 1))
                inputs = outputs
        self.blocks = nn.Sequential(*blocks)
        self.linear = nn.Linear(inputs, classes)

    def forward(self, x):
        return self.linear(F.adaptive_avg_pool2d(self.blocks(self.conv1(x)), 1).flatten(1))


def attack(network, images, labels, epsilon=4 / 255, steps=10):
    adversarial = images.clone()
    for _ in range(steps):
        adversarial.requires_grad_()
        loss = F.cross_entropy(network(adversarial), labels, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, adversarial)
        adversarial = adversarial.detach() + epsilon / steps * gradient.sign()
        adversarial = torch.min(torch.max(adversarial, images - epsilon), images + epsilon).clamp(0, 1)
    return adversarial


def create(name, width, classes):
    if name == "preact-resnet18":
        return PreactResnet18(width, classes)
    import torchvision

    return getattr(torchvision.models, name)(num_classes=classes)


def main():
    name = sys.argv[1]
    width, size, classes, threads = map(int, sys.argv[2:])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    network = create(name, width, classes)
    optimizer = torch.optim.SGD(network.parameters(), 0.01, 0.9, weight_decay=1e-4)
    print(torch.__version__, flush=True)
    for line in sys.stdin:
        task, batch = line.split()
        images = torch.rand(int(batch), 3, size, size)
        labels = torch.arange(int(batch)) % classes
        network.train(task == "step")
        network.requires_grad_(task == "step")
        start = time.perf_counter()
        if task == "step":
            optimizer.zero_grad()
            F.cross_entropy(network(images), labels).backward()
            optimizer.step()
        else:
            attack(network, images, labels)
        print(time.perf_counter() - start, flush=True)


main()
