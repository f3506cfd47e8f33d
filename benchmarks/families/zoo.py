"""Builds the classifiers of models.json with random weights that behave like trained ones.

Weights cannot be fetched everywhere, and a fresh initialisation hides faults: a layer scale of 1e-6 switches its
branch off, a zero bias or table drops out of every sum, and batch normalisation with statistics (0, 1) lets signals
die or explode. So constants get values of a plausible size and the running statistics are measured.
"""

import json
import pathlib
import zlib

import numpy as np
import torch
import torch.nn.functional as F

CLASSES = 10
EXAMPLES = 8
CALIBRATION_BATCHES = 2
# transformers draws weights of 0.02, which lets the signal die in networks as narrow as these.
INITIALIZER_RANGE = 0.1
CALIBRATION_BATCH = 8


def entries():
    """The models to measure: library, model, size of the square image, settings of the constructor."""
    path = pathlib.Path(__file__).with_name("models.json")
    return json.loads(path.read_text())


def entry_of(identity):
    library, model = identity.split("/")
    for entry in entries():
        if (entry["library"], entry["model"]) == (library, model):
            return entry
    raise SystemExit(f"models.json has no {identity}")


def seed_of(entry):
    return zlib.crc32(f"{entry['library']}/{entry['model']}".encode())


def build(entry, for_tracing=False):
    """A model in evaluation mode; `for_tracing` asks timm for the forms that its TorchScript users export."""
    torch.manual_seed(seed_of(entry))
    model = constructors[entry["library"]](entry, for_tracing).eval()
    fill_constants(model, np.random.default_rng(seed_of(entry)))
    measure_statistics(model, entry)
    return model


def torchvision_model(entry, for_tracing):
    import torchvision

    return torchvision.models.get_model(
        entry["model"], weights=None, num_classes=CLASSES, **entry.get("settings", {})
    )


def timm_model(entry, for_tracing):
    import timm

    exportable = {"exportable": True} if for_tracing else {}
    return timm.create_model(
        entry["model"], num_classes=CLASSES, **entry.get("settings", {}), **exportable
    )


class LogitsAlone(torch.nn.Module):
    """A transformers classifier as a function of the image that returns its logits."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixel_values):
        return self.model(pixel_values=pixel_values).logits


def huggingface_model(entry, for_tracing):
    import transformers

    kind = getattr(transformers, entry["model"])
    settings = {"num_labels": CLASSES, "initializer_range": INITIALIZER_RANGE, **entry["settings"]}
    return LogitsAlone(kind(kind.config_class(**settings)))


constructors = {
    "torchvision": torchvision_model,
    "timm": timm_model,
    "huggingface": huggingface_model,
}

scale_words = ("gamma", "scale", "ls", "lambda", "alpha")


def fill_constants(model, random):
    """Gives random values to the parameters that are constant: scales, biases, tables of positions."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            values = parameter.detach()
            if not values.is_floating_point() or values.numel() == 0 or values.min() != values.max():
                continue
            constant = float(values.flatten()[0])
            drawn = random.random(tuple(values.shape))
            last = name.lower().split(".")[-1]
            scales = any(word in name.lower() for word in scale_words) or last == "weight"
            if abs(constant) >= 0.05:
                filled = constant * (0.7 + 0.6 * drawn)
            elif constant != 0 or (scales and values.ndim <= 1) or values.numel() == 1:
                filled = 0.2 + 0.4 * drawn
            else:
                filled = 0.2 * (drawn - 0.5)
            parameter.copy_(torch.tensor(filled))


def measure_statistics(model, entry):
    """Runs batch normalisation alone in training mode, so that its statistics are those of images."""
    norms = [module for module in model.modules() if isinstance(module, torch.nn.modules.batchnorm._BatchNorm)]
    if not norms:
        return
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
        norm.train()
    random = np.random.default_rng(seed_of(entry) + 1)
    with torch.no_grad():
        for _ in range(CALIBRATION_BATCHES):
            model(images(random, CALIBRATION_BATCH, entry))
    for norm, momentum in zip(norms, momenta):
        norm.momentum = momentum
        norm.eval()


def images(random, count, entry):
    """Smooth random images with some noise, in [0, 1]: [count, 3, size, size]."""
    size = entry["size"]
    coarse = torch.tensor(random.random((count, 3, 6, 6)), dtype=torch.float32)
    smooth = F.interpolate(coarse, size=(size, size), mode="bicubic", align_corners=False)
    noise = torch.tensor(random.standard_normal((count, 3, size, size)), dtype=torch.float32)
    return (smooth + 0.08 * noise).clamp(0, 1)


def examples(entry):
    """The images and labels that every measurement of a model uses."""
    random = np.random.default_rng(seed_of(entry) + 2)
    return images(random, EXAMPLES, entry), torch.tensor(random.integers(0, CLASSES, EXAMPLES))
