"""Checks files written by `robust-bench gradient` against PyTorch's autograd.

Exports networks, writes their gradients with the command line, checks each file with onnx.checker (full_check), runs it
in onnxruntime, and compares with autograd in float64. A JSON of the relative L2 errors is printed, beside those of
PyTorch's own float32.

    python benchmarks/oracles/gradient_files.py [name …]

Needs torch, torchvision, onnx, onnxruntime and a built toolkit (npm run build).
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

ROOT = Path(__file__).resolve().parents[2]
torch.set_num_threads(1)


def command(*arguments):
    done = subprocess.run(["node", str(ROOT / "bin/robust-bench.js"), "gradient", *map(str, arguments)],
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return done.stdout


class SmallCnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(3, 2, 1),
            nn.Conv2d(8, 16, 3, stride=2, groups=4), nn.GELU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 5))
        self.body[1].running_mean.uniform_(-1, 1)
        self.body[1].running_var.uniform_(0.5, 2)

    def forward(self, image):
        return self.body(image)


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = nn.TransformerEncoderLayer(24, 4, 48, dropout=0.0, activation="gelu", batch_first=True)
        self.head = nn.Linear(24, 7)

    def forward(self, tokens):
        return self.head(self.block(tokens).mean(1))


class Several(nn.Module):
    """An image, a vector and words; two outputs."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.words = nn.Embedding(11, 6)
        self.mix = nn.Linear(4 + 3 + 6, 8)
        self.head = nn.Linear(8, 4)

    def forward(self, image, vector, words):
        seen = torch.tanh(self.conv(image)).amax((2, 3))
        hidden = torch.cat([seen, torch.sigmoid(vector) * vector, self.words(words).mean(1)], 1)
        hidden = nn.functional.silu(self.mix(hidden))
        return self.head(hidden), hidden


class Decoder(nn.Module):
    """An image to an image, of any height and width."""

    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(2, 6, 4, stride=2, padding=1)
        self.norm = nn.InstanceNorm2d(6, affine=True)
        self.up = nn.ConvTranspose2d(6, 2, 4, stride=2, padding=1)

    def forward(self, x):
        return self.up(nn.functional.leaky_relu(self.norm(self.down(x)), 0.1))


class Recurrence(nn.Module):
    """A signal to a vector, rank 3 to rank 2, through a softmax over time."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(3, 8, 5, padding=2, dilation=1)
        self.score = nn.Conv1d(8, 1, 1)

    def forward(self, signal):
        features = nn.functional.layer_norm(self.conv(signal), [12])
        return (features * torch.softmax(self.score(features), 2)).sum(2)


def vision(name):
    import torchvision


    def make():
        network = getattr(torchvision.models, name)(weights=None, num_classes=10)
        for each in network.modules():
            # A head that begins at zero has no gradient.
            if isinstance(each, nn.Linear) and not each.weight.any():
                nn.init.normal_(each.weight, std=0.02)
        return network

    return make


N = {0: "N"}
CASES = {
    "small CNN": (SmallCnn, lambda: [torch.rand(4, 3, 17, 17)], ["image"], ["logits"], {"image": N}, ["cross-entropy", "margin"]),
    "transformer block": (Transformer, lambda: [torch.randn(4, 9, 24)], ["tokens"], ["logits"], {"tokens": {0: "N"}}, ["cross-entropy", "margin", "vjp"]),
    "transformer, open length": (Transformer, lambda: [torch.randn(4, 9, 24)], ["tokens"], ["logits"], {"tokens": {0: "N", 1: "T"}}, ["cross-entropy"]),
    "several inputs": (Several, lambda: [torch.rand(3, 1, 7, 7), torch.randn(3, 3), torch.randint(11, (3, 5))],
                       ["image", "vector", "words"], ["logits", "hidden"], {"image": N, "vector": N, "words": N}, ["cross-entropy", "margin", "vjp"]),
    "decoder": (Decoder, lambda: [torch.rand(2, 2, 12, 16)], ["x"], ["y"], {"x": {0: "N", 2: "H", 3: "W"}}, ["vjp"]),
    "signal": (Recurrence, lambda: [torch.randn(3, 3, 12)], ["signal"], ["code"], {"signal": N}, ["vjp"]),
    "resnet18": (vision("resnet18"), lambda: [torch.rand(2, 3, 64, 64)], ["x"], ["z"], {"x": N}, ["cross-entropy", "margin"]),
    "mobilenet_v3_small": (vision("mobilenet_v3_small"), lambda: [torch.rand(2, 3, 64, 64)], ["x"], ["z"], {"x": N}, ["cross-entropy"]),
    "vit_b_32": (vision("vit_b_32"), lambda: [torch.rand(2, 3, 224, 224)], ["x"], ["z"], {"x": N}, ["cross-entropy"]),
}


def differentiated(outputs, kind, given):
    z = outputs[0]
    if kind == "vjp":
        return (outputs[-1] * given).sum()
    if kind == "cross-entropy":
        return nn.functional.cross_entropy(z, given, reduction="sum")
    others = z.masked_fill(nn.functional.one_hot(given, z.shape[1]).bool(), -np.inf)
    return (others.amax(1) - z.gather(1, given[:, None])[:, 0]).sum()


def autograd(network, inputs, kind, given, dtype):
    network = network.to(dtype)
    leaves = [each.clone().to(dtype).requires_grad_() if each.is_floating_point() else each for each in inputs]
    outputs = network(*leaves)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    given = given.to(dtype) if given.is_floating_point() else given
    wanted = [each for each in leaves if each.is_floating_point()]
    return [each.double().numpy() for each in torch.autograd.grad(differentiated(outputs, kind, given), wanted)]


def error(found, right):
    return float(np.linalg.norm(found - right) / np.linalg.norm(right))


def check(name, folder, exporter):
    make, draw, names, outputs, axes, kinds = CASES[name]
    torch.manual_seed(0)
    network, inputs = make().eval(), draw()
    path = folder / "model.onnx"
    dynamic = dict(dynamo=False, opset_version=17, dynamic_axes=axes) if exporter == "torchscript" else dict(
        dynamo=True, verbose=False, dynamic_shapes=tuple({axis: torch.export.Dim.DYNAMIC for axis in axes.get(each, {})} for each in names))
    torch.onnx.export(network.float(), tuple(inputs), str(path), input_names=names, output_names=outputs, **dynamic)
    # Sizes other than the batch's are fixed: a transposed convolution's gradient needs to know them.
    sizes = [f"{dim.dim_param}={size}"
             for value, drawn in zip(onnx.load(str(path)).graph.input, inputs)
             for dim, size in list(zip(value.type.tensor_type.shape.dim, drawn.shape))[1:] if dim.dim_param and name == "decoder"]
    rows = []
    for kind in kinds:
        target = folder / "gradient.onnx"
        loss = ["--vjp", "--of", outputs[-1]] if kind == "vjp" else ["--loss", kind, "--of", outputs[0]]
        command(path, *loss, "--with-outputs", *(["--size", *sizes] if sizes else []), "--out", target)
        onnx.checker.check_model(str(target), full_check=True)
        with torch.no_grad():
            result = network.float()(*inputs)
        result = result if isinstance(result, tuple) else (result,)
        given = torch.randn_like(result[-1]) if kind == "vjp" else torch.randint(result[0].shape[1], (len(inputs[0]),))
        session = onnxruntime.InferenceSession(str(target), providers=["CPUExecutionProvider"])
        feeds = {each: value.numpy() for each, value in zip(names, inputs)}
        feeds["cotangent" if kind == "vjp" else "labels"] = given.numpy()
        floating = [each for each, value in zip(names, inputs) if value.is_floating_point()]
        found = session.run([f"grad_{each}" for each in floating], feeds)
        forward = session.run(outputs, feeds)
        right = autograd(network, inputs, kind, given, torch.float64)
        own = autograd(network, inputs, kind, given, torch.float32)
        rows.append({"network": name, "exporter": exporter, "of": kind,
                     "errors": {each: error(a.astype(np.float64), b) for each, a, b in zip(floating, found, right)},
                     "pytorch float32": {each: error(a, b) for each, a, b in zip(floating, own, right)},
                     "forward": max(error(a, b.double().numpy()) for a, b in zip(forward, result))})
    return rows


if __name__ == "__main__":
    for name in sys.argv[1:] or CASES:
        for exporter in ("torchscript", "dynamo"):
            with tempfile.TemporaryDirectory() as folder:
                try:
                    for row in check(name, Path(folder), exporter):
                        print(json.dumps(row), flush=True)
                except SystemExit as refused:
                    print(json.dumps({"network": name, "exporter": exporter, "refused": str(refused).strip()}), flush=True)
