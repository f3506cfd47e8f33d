"""What one form of one model came to, from the files that export.py and measure.ts left."""

import json
import re

# The median error over the examples is rounding up to FACTOR times PyTorch's own float32 error, and up to LEAST. Where
# a ReLU or a max-pool falls on the other side of a tie, an example's gradient jumps by more than that. What such ties
# cost in a network is told by PyTorch's own worst example and by how far the exact gradient moves with the weights'
# rounding. A fault of ours spares no example, so the best one is held to what rounding usually costs.
FACTOR = 10
LEAST = 1e-4


def verdict(folder):
    """A word, what there is to say, and the numbers of a folder FORM; None where it was not measured."""
    exported = read(folder / "export.json")
    measured = read(folder / "measured.json")
    reference = read(folder.parent / "reference.json")
    if exported is None or reference is None:
        return None
    if "error" in exported:
        return "export failed", exported["error"], {}
    if measured is None:
        return None
    runtime = exported["runtime"]
    if measured["status"] in ("refused", "failed", "died"):
        if "error" in runtime and measured["status"] != "died":
            return "export failed", f"the runtime does not take the file: {runtime['error']}", measured
        return measured["status"], measured["message"], measured
    jumps = {"gradients": reference["roundingEffect"]}
    wrong = [
        f"{name} off by {measured[name]['median']:.1e} (PyTorch float32 {own['median']:.1e})"
        for name, own in reference["float32"].items()
        if not within(measured[name], own, jumps.get(name, own))
    ]
    if not wrong:
        return "ok", "", measured
    if not runtime.get("logits", 0) <= max(FACTOR * reference["float32"]["logits"]["worst"], LEAST):
        return "export failed", f"in the file itself the logits are off by {runtime['logits']:.1e}", measured
    return "wrong", ", ".join(wrong), measured


def within(errors, own, jumps):
    """Whether errors over the examples are no more than rounding and ties, beside PyTorch's own."""
    typical = errors["median"] <= max(FACTOR * own["median"], own["worst"], jumps["worst"], LEAST)
    return typical and errors["best"] <= max(FACTOR * own["best"], jumps["median"], LEAST)


def kind_of(message):
    """A message without the names and numbers that differ from file to file."""
    message = message.split("\n")[0]
    message = re.sub(r"^the model \S+: ", "", message)
    message = re.sub(r"^model: |^[\w.-]+-(one|any): ", "", message)
    message = re.sub(r"\bnode \S+", "node …", message)
    message = re.sub(r"\[[^\]]*\]", "[…]", message)
    message = re.sub(r"(?<![\w.])[-\d][\d.e+-]*(?!\w)", "#", message)
    return message[:160]


def read(path):
    return json.loads(path.read_text()) if path.exists() else None
