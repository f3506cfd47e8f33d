"""Computes one model's logits and input gradients in PyTorch, and exports it in the forms asked for.

    python3 export.py LIBRARY/MODEL FOLDER FORM...

A form is EXPORTER-OPSET-BATCH: torchscript or dynamo, the opset, and `one` (batch fixed to 1, the exporters' default)
or `any` (a dynamic batch): torchscript-17-one. Written to FOLDER: x.npy, y.npy, logits.npy and gradients.npy (float64),
reference.json; and for each form FORM/model.onnx and FORM/export.json, which holds the exporter's error where it fails.
"""

import copy
import json
import pathlib
import sys
import time
import warnings

import numpy as np
import torch
import torch.nn.functional as F

import zoo

# About five units in the last place of float32: what a forward pass of some tens of layers accumulates.
ROUNDING = 3e-7
TRIALS = 2


def relative_errors(values, truth):
    """Relative L2 error of each example."""
    rows = len(truth)
    values, truth = (np.asarray(array, dtype=np.float64).reshape(rows, -1) for array in (values, truth))
    return np.linalg.norm(values - truth, axis=1) / np.linalg.norm(truth, axis=1)


def summary(errors):
    return {"best": float(errors.min()), "median": float(np.median(errors)), "worst": float(errors.max())}


def logits_and_gradients(model, x, y):
    x = x.clone().requires_grad_()
    logits = model(x)
    (gradients,) = torch.autograd.grad(F.cross_entropy(logits, y, reduction="sum"), x)
    return logits.detach().numpy(), gradients.numpy()


def rounding_effect(double, x, y, gradients):
    """How far the exact gradient moves when the weights do, by as much as float32 rounds: it jumps at ties."""
    moved = copy.deepcopy(double)
    errors = []
    for trial in range(TRIALS):
        torch.manual_seed(trial)
        moved.load_state_dict(double.state_dict())
        with torch.no_grad():
            for parameter in moved.parameters():
                parameter.mul_(1 + torch.randn_like(parameter) * ROUNDING)
        errors.append(relative_errors(logits_and_gradients(moved, x, y)[1], gradients))
    return summary(np.concatenate(errors))


def write_reference(entry, folder, model):
    """The truth in float64, and how far PyTorch's own float32 is from it."""
    x, y = zoo.examples(entry)
    torch.set_default_dtype(torch.float64)
    double = copy.deepcopy(model).double()
    logits, gradients = logits_and_gradients(double, x.double(), y)
    alone, _ = logits_and_gradients(double, x[:1].double(), y[:1])
    rounding = rounding_effect(double, x.double(), y, gradients)
    torch.set_default_dtype(torch.float32)
    if logits.dtype != np.float64:
        raise SystemExit(f"{entry['model']}: its logits in float64 are {logits.dtype}")
    del double
    own = logits_and_gradients(model, x, y)
    for name, array in {"x": x.numpy(), "y": y.numpy(), "logits": logits, "gradients": gradients}.items():
        np.save(folder / f"{name}.npy", array)
    write_json(
        folder / "reference.json",
        {
            "library": entry["library"],
            "model": entry["model"],
            "inputShape": list(x.shape[1:]),
            "parameters": sum(parameter.numel() for parameter in model.parameters()),
            "float32": {
                "logits": summary(relative_errors(own[0], logits)),
                "gradients": summary(relative_errors(own[1], gradients)),
            },
            "roundingEffect": rounding,
            # Not 0 where the model itself mixes the examples of a batch.
            "batchEffect": float(relative_errors(alone, logits[:1])[0]),
            # Near 0 where the logits hardly depend on the image, so that no gradient could be judged.
            "logitsSpread": float(logits.std(axis=0).mean()),
            "gradientNorms": [float(norm) for norm in np.linalg.norm(gradients.reshape(len(x), -1), axis=1)],
            "versions": {"torch": torch.__version__},
        },
    )


def export_torchscript(models, x, opset, batch, path):
    dynamic = {"input_names": ["x"], "dynamic_axes": {"x": {0: "batch"}}} if batch == "any" else {}
    torch.onnx.export(models.for_tracing(), (x,), str(path), dynamo=False, opset_version=opset, **dynamic)


def export_dynamo(models, x, opset, batch, path):
    torch.onnx.export(
        models.program(x, batch), (x,), str(path), dynamo=True, opset_version=opset, verbose=False
    )


exporters = {"torchscript": export_torchscript, "dynamo": export_dynamo}


class Models:
    """What the exporters start from, made once."""

    def __init__(self, entry, model):
        self.entry = entry
        self.model = model
        self.traced = None
        self.programs = {}

    def for_tracing(self):
        if self.traced is None:
            self.traced = zoo.build(self.entry, for_tracing=True)
            self.traced.load_state_dict(self.model.state_dict())
        return self.traced

    def program(self, x, batch):
        if batch not in self.programs:
            shapes = ({0: torch.export.Dim("batch")},) if batch == "any" else None
            try:
                self.programs[batch] = torch.export.export(self.model, (x,), dynamic_shapes=shapes)
            except Exception as error:
                self.programs[batch] = error
        if isinstance(self.programs[batch], Exception):
            raise self.programs[batch]
        return self.programs[batch]


def runtime_error(path, x, batch, logits):
    """How far the exported file is from the model in a runtime without optimisation, or what the runtime says."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        name = session.get_inputs()[0].name
        step = 1 if batch == "one" else len(x)
        rows = [session.run(None, {name: x[i : i + step].numpy()})[0] for i in range(0, len(x), step)]
        return {"logits": float(np.median(relative_errors(np.concatenate(rows), logits)))}
    except Exception as error:
        return {"error": str(error)[:500]}


def export_form(models, form, folder, x, logits):
    exporter, opset, batch = form.split("-")
    target = folder / form
    target.mkdir(exist_ok=True)
    # Replaced below; what stays is the record of a process that died.
    write_json(target / "export.json", {"error": "the process ended during the export"})
    for old in target.glob("model.onnx*"):
        old.unlink()
    started = time.time()
    try:
        exporters[exporter](models, x[: 1 if batch == "one" else 2], int(opset), batch, target / "model.onnx")
    except Exception as error:
        cause = error
        while cause.__cause__ is not None:
            cause = cause.__cause__
        write_json(target / "export.json", {"error": f"{type(error).__name__}: {cause}"[:2000]})
        return
    seconds = time.time() - started
    write_json(
        target / "export.json",
        {"seconds": round(seconds, 2), "runtime": runtime_error(target / "model.onnx", x, batch, logits)},
    )


def write_json(path, content):
    path.write_text(json.dumps(content, indent=2) + "\n")


def export_model(identity, folder, forms):
    """Writes the reference where it is missing, and every form."""
    entry = zoo.entry_of(identity)
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    model = zoo.build(entry)
    if not (folder / "reference.json").exists():
        write_reference(entry, folder, model)
    models = Models(entry, model)
    x, _ = zoo.examples(entry)
    for form in forms:
        export_form(models, form, folder, x, np.load(folder / "logits.npy"))


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    export_model(sys.argv[1], sys.argv[2], sys.argv[3:])
