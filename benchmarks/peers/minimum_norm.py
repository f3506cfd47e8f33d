"""The peers' side of minimum-norm.ts: reads one request a line, runs the attack in each toolkit that has it, and answers
with the distances of what it found, measured from the examples.

    pip install adv-lib foolbox pyautoattack torchattacks onnx2torch
    minimum_norm.py MODEL.onnx FOLDER SHAPE
"""

import json
import math
import sys
import time
import types

import numpy as np
import onnx2torch
import torch

torch.set_num_threads(1)
# adv-lib plots with it, where it is asked to.
sys.modules.setdefault("visdom", types.ModuleType("visdom"))
path, folder, shape = sys.argv[1:]
shape = [int(part) for part in shape.split(",")]
inputs = torch.from_numpy(np.fromfile(f"{folder}/inputs.f32", np.float32).reshape(-1, *shape))
labels = torch.from_numpy(np.fromfile(f"{folder}/labels.i32", np.int32)).long()
model = onnx2torch.convert(path).eval()
for parameter in model.parameters():
    parameter.requires_grad_(False)
ORDERS = {"linf": math.inf, "l2": 2, "l1": 1, "l0": 0}
TITLES = {"linf": "Linf", "l2": "L2", "l1": "L1"}
GREATEST = {"linf": 1.0, "l2": 28.0, "l1": 784.0}


def advlib(method, norm, parameters):
    import adv_lib.attacks as attacks
    from adv_lib.attacks.carlini_wagner.l2 import carlini_wagner_l2
    from adv_lib.attacks.sigma_zero import sigma_zero

    order, steps = ORDERS[norm], parameters.get("steps")
    return {
        "ddn": lambda: attacks.ddn(model, inputs, labels, steps=100, levels=None),
        "fmn": lambda: attacks.fmn(model, inputs, labels, norm=order, steps=100),
        "cw": lambda: carlini_wagner_l2(model, inputs, labels, max_iterations=steps),
        "alma": lambda: attacks.alma(model, inputs, labels, num_steps=steps, distance=norm),
        "pdpgd": lambda: attacks.pdpgd(model, inputs, labels, norm=order, num_steps=steps),
        "sigma-zero": lambda: sigma_zero(model, inputs, labels, num_steps=steps),
    }.get(method)


def foolbox(method, norm, parameters):
    import foolbox as fb

    steps = parameters.get("steps")
    make = {
        ("deepfool", "l2"): fb.attacks.L2DeepFoolAttack,
        ("deepfool", "linf"): fb.attacks.LinfDeepFoolAttack,
        ("ddn", "l2"): fb.attacks.DDNAttack,
        ("fmn", "l2"): fb.attacks.L2FMNAttack,
        ("fmn", "linf"): fb.attacks.LInfFMNAttack,
        ("fmn", "l1"): fb.attacks.L1FMNAttack,
        ("fmn", "l0"): fb.attacks.L0FMNAttack,
        ("cw", "l2"): lambda: fb.attacks.L2CarliniWagnerAttack(steps=steps),
        ("ead", "l1"): lambda: fb.attacks.EADAttack(steps=steps, decision_rule="L1"),
    }.get((method, norm))
    if make is None:
        return None
    wrapped = fb.PyTorchModel(model, bounds=(0, 1), device="cpu")
    return lambda: make()(wrapped, inputs, labels, epsilons=None)[0]


def pyautoattack(method, norm, parameters):
    from pyautoattack.fab_pt import FABAttack_PT

    if method not in ("fab", "fab-t"):
        return None
    # With one start, its size of random starts is of no matter; it is the radius that ends the rounds of FAB-T.
    attack = FABAttack_PT(model, norm=TITLES[norm], eps=GREATEST[norm], targeted=method == "fab-t", device="cpu")
    if method == "fab":
        return lambda: attack.perturb(inputs, labels)

    def nearest_of_targets():
        best, least = inputs.clone(), torch.full((len(inputs),), math.inf)
        for target in range(2, 11):
            attack.target_class = target
            found = attack.attack_single_run(inputs, labels, use_rand_start=False, is_targeted=True)
            distance = lengths(found, norm)
            nearer = (distance > 0) & (distance < least)
            best[nearer], least[nearer] = found[nearer], distance[nearer]
        return best

    return nearest_of_targets


def torchattacks(method, norm, parameters):
    if method != "jsma":
        return None
    from torchattacks.attacks.jsma import JSMA

    attack = JSMA(model)
    attack.set_device("cpu")
    return lambda: attack(inputs, labels)


def lengths(found, norm):
    return torch.linalg.vector_norm((found - inputs).flatten(1), ord=ORDERS[norm], dim=1)


print("ready", flush=True)
for line in sys.stdin:
    request = json.loads(line)
    answers = []
    for peer in (advlib, foolbox, pyautoattack, torchattacks):
        run = peer(request["method"], request["norm"], request["parameters"])
        if run is None:
            continue
        start = time.perf_counter()
        found = run().detach()
        seconds = time.perf_counter() - start
        with torch.no_grad():
            predicted = model(found).argmax(1)
        wrong = predicted == (labels + 1) % 10 if request["method"] == "jsma" else predicted != labels
        distances = lengths(found, request["norm"]).tolist()
        answers.append(
            {
                "name": peer.__name__,
                "seconds": seconds,
                "distances": [d if ok else None for d, ok in zip(distances, wrong.tolist())],
            }
        )
    print(json.dumps(answers), flush=True)
