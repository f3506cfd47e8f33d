"""Exports the models of models.json, measures the files and removes them again; goes on where it was stopped.

    python3 benchmarks/families/run.py OUT [--models REGEX] [--forms FORM,…] [--again failed|all] [--keep none|failed|all]

OUT is a folder outside the repository. One model at a time, in a process of its own with a limit of time and memory.
"""

import argparse
import importlib
import multiprocessing
import os
import pathlib
import re
import resource
import shutil
import subprocess
import warnings

import torch

import export
import verdict
import zoo

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
BATCHES = ("one", "any")
ALL_FORMS = [
    f"{exporter}-{batch}"
    for exporter in ("torchscript-13", "torchscript-17", "dynamo-18", "dynamo-20", "dynamo-25")
    for batch in BATCHES
]
FEW_FORMS = ["torchscript-17-one", "torchscript-17-any", "dynamo-18-one", "dynamo-25-one", "dynamo-25-any"]
FORMS = {"torchvision": ALL_FORMS, "timm": FEW_FORMS, "huggingface": FEW_FORMS}
# What a constructor of each library would import first.
modules = {"torchvision": "torchvision", "timm": "timm", "huggingface": "transformers.modeling_utils"}
EXPORT_SECONDS = 900
MEASURE_SECONDS = 600
MEMORY_BYTES = 24 * 2**30


def warm_up(libraries):
    """Loads what exports need once, for every process that is forked from this one."""
    for module in ("onnxruntime", *(modules[library] for library in libraries)):
        importlib.import_module(module)
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    program = torch.export.export(torch.nn.Linear(2, 2).eval(), (torch.zeros(1, 2),))
    torch.onnx.export(program, (torch.zeros(1, 2),), dynamo=True, opset_version=18, verbose=False)


def export_alone(identity, folder, forms):
    """What the process of one model does."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    # Exporters print at length; what matters is in the files.
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    export.export_model(identity, folder, forms)


def export_apart(identity, folder, forms):
    process = multiprocessing.get_context("fork").Process(target=export_alone, args=(identity, folder, forms))
    process.start()
    process.join(EXPORT_SECONDS)
    if process.exitcode is None:
        process.kill()
        process.join()
        print(f"{identity}: the exports took longer than {EXPORT_SECONDS} s")
    elif process.exitcode != 0:
        print(f"{identity}: the process of its exports ended with {process.exitcode}")


def measure(folders):
    """Each run ends with the first form that ends the process, so that the rest needs another."""
    left = [folder for folder in folders if (folder / "model.onnx").exists()]
    while left:
        command = ["node", "--import", "tsx", str(HERE / "measure.ts"), *map(str, left)]
        try:
            done = subprocess.run(
                command, cwd=REPOSITORY, timeout=MEASURE_SECONDS, capture_output=True, text=True
            )
            if done.returncode != 0:
                print(done.stderr.strip()[-500:])
        except subprocess.TimeoutExpired:
            print(f"longer than {MEASURE_SECONDS} s")
        rest = [folder for folder in left if not (folder / "measured.json").exists()]
        if len(rest) == len(left):
            return
        left = rest


def outdated(folder, again):
    """Whether a form has to be measured, by what is known of it."""
    found = verdict.verdict(folder)
    if found is None or again == "all":
        return True
    return again == "failed" and found[0] not in ("ok", "export failed")


def run_model(entry, out, forms, again, keep):
    identity = f"{entry['library']}/{entry['model']}"
    folder = out / identity
    due = [form for form in forms if outdated(folder / form, again)]
    if not due:
        return
    for form in due:
        (folder / form / "measured.json").unlink(missing_ok=True)
    missing = [form for form in due if not (folder / form / "model.onnx").exists()]
    if missing:
        export_apart(identity, folder, missing)
    measure([folder / form for form in due])
    for form in due:
        found = verdict.verdict(folder / form)
        word, message = ("not measured", "") if found is None else found[:2]
        print(f"{identity} {form} {word} {message[:200]}".replace("\n", " "), flush=True)
        if keep == "none" or (keep == "failed" and word in ("ok", "export failed")):
            for file in (folder / form).glob("model.onnx*"):
                file.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--models", default="", help="regular expression that LIBRARY/MODEL has to contain")
    parser.add_argument("--forms", help="EXPORTER-OPSET-BATCH, separated by commas")
    parser.add_argument("--again", choices=["failed", "all"], help="measure forms once more")
    parser.add_argument("--keep", choices=["none", "failed", "all"], default="none", help="of the .onnx files")
    options = parser.parse_args()
    out = options.out.resolve()
    if out.is_relative_to(REPOSITORY):
        raise SystemExit(f"{out} lies in the repository; name a folder outside")
    if shutil.which("node") is None:
        raise SystemExit("node is not on the path")
    os.nice(15)
    entries = [entry for entry in zoo.entries() if re.search(options.models, f"{entry['library']}/{entry['model']}")]
    warm_up(sorted({entry["library"] for entry in entries}))
    for entry in entries:
        forms = options.forms.split(",") if options.forms else FORMS[entry["library"]]
        run_model(entry, out, forms, options.again, options.keep)


if __name__ == "__main__":
    main()
