"""Writes fixtures/gradients/*.json: operators, their outputs and gradients as PyTorch computes them in float64.

Each case is one operator with one setting. Its gradients are those of the sum of output times weight, where the
weight of element i is ((7 * i) % 11 - 5) / 4. Run from the repository root with a Python that has torch:

    python3 benchmarks/oracles/gradients.py
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "fixtures" / "gradients"
random = np.random.default_rng(20)
families = {}


class Input:
    """One operator input: differentiated, or held constant in the graph (shapes, indices, statistics)."""

    def __init__(self, values, kind="float32", constant=False):
        self.values = np.asarray(values)
        self.kind = kind
        self.constant = constant


def normal(*dims, away=0.0):
    """Rounded normal numbers, none nearer to 0 than `away`."""
    values = random.standard_normal(dims).round(2)
    return Input(np.where(np.abs(values) < away, away + 0.01, values).round(2))


def positive(*dims):
    return Input((np.abs(random.standard_normal(dims)) + 0.3).round(2))


def distinct(*dims):
    """Numbers no two of which are equal, so that maxima are unique."""
    size = int(np.prod(dims))
    return Input(((random.permutation(size) - size / 2) / 8).round(3).reshape(dims))


def held(source):
    return Input(source.values, source.kind, constant=True)


def integers(*values):
    return Input(np.asarray(values, dtype=np.int64), "int64", constant=True)


def number(value):
    return Input(np.asarray(value), "float32", constant=True)


def kind_of(value):
    if isinstance(value, list):
        return "ints" if all(isinstance(item, int) for item in value) else "floats"
    return {int: "int", float: "float", str: "string"}[type(value)]


def listed(values):
    if values.dtype.kind in "iub":
        return [int(value) for value in values.reshape(-1)]
    return [float(f"{value:.7g}") for value in values.reshape(-1)]


def case(family, operator, setting, inputs, compute, attributes=None, batch=False):
    """`batch` says that the first axis of the first input may be of unknown size."""
    tensors = []
    for item in inputs:
        if item is None:
            tensors.append(None)
        elif item.kind == "float32":
            tensors.append(torch.tensor(item.values, dtype=torch.float64, requires_grad=not item.constant))
        else:
            tensors.append(torch.tensor(item.values))
    output = compute(*tensors)
    weight = ((7 * torch.arange(output.numel())) % 11 - 5).double() / 4
    (output.reshape(-1) * weight).sum().backward()
    families.setdefault(family, []).append(
        {
            "name": f"{operator}: {setting}",
            "operator": operator,
            "attributes": {key: [kind_of(value), value] for key, value in (attributes or {}).items()},
            "batch": batch,
            "inputs": [
                None
                if item is None
                else {
                    "type": item.kind,
                    "dims": list(item.values.shape),
                    "constant": item.constant,
                    "values": listed(item.values),
                }
                for item in inputs
            ],
            "output": {"dims": list(output.shape), "values": listed(output.detach().numpy())},
            "gradients": [
                listed(
                    (torch.zeros_like(value) if value.grad is None else value.grad).numpy()
                )
                if value is not None and value.requires_grad
                else None
                for value in tensors
            ],
        }
    )


# Convolutions ---------------------------------------------------------------------------------------------------


def conv(x, w, b=None, pads=None, strides=1, dilations=1, groups=1):
    rank = x.dim() - 2
    pads = pads or [0] * (2 * rank)
    # F.pad counts axes from the last.
    around = [amount for axis in reversed(range(rank)) for amount in (pads[axis], pads[axis + rank])]
    function = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}[rank]
    return function(F.pad(x, around), w, b, stride=strides, dilation=dilations, groups=groups)


def conv_case(setting, x, w, bias=False, attributes=None, constant=False, **settings):
    inputs = [normal(*x), held(normal(*w)) if constant else normal(*w)] + ([normal(w[0])] if bias else [])
    case("convolution", "Conv", setting, inputs, lambda *t: conv(*t, **settings), attributes, batch=True)


conv_case("plain", (2, 2, 4, 5), (3, 2, 3, 2), bias=True)
conv_case("constant kernel", (2, 2, 4, 4), (3, 2, 3, 3), constant=True, pads=[1, 1, 1, 1], attributes={"pads": [1, 1, 1, 1]})
conv_case("asymmetric pads", (1, 2, 4, 4), (2, 2, 3, 3), pads=[2, 0, 1, 1], attributes={"pads": [2, 0, 1, 1]})
conv_case("pads wider than the kernel", (1, 1, 3, 3), (2, 1, 2, 2), pads=[3, 2, 0, 2], attributes={"pads": [3, 2, 0, 2]})
conv_case("strides", (2, 1, 6, 5), (2, 1, 3, 2), strides=[2, 3], pads=[1, 0, 0, 1], attributes={"strides": [2, 3], "pads": [1, 0, 0, 1]})
conv_case("strides that leave a rest", (1, 2, 6, 6), (2, 2, 1, 1), strides=[2, 2], attributes={"strides": [2, 2]})
conv_case("dilations", (1, 2, 6, 5), (2, 2, 3, 2), dilations=[2, 3], pads=[2, 1, 2, 1], attributes={"dilations": [2, 3], "pads": [2, 1, 2, 1]})
conv_case("strides and dilations", (1, 1, 8, 7), (2, 1, 3, 2), strides=[2, 2], dilations=[2, 3], attributes={"strides": [2, 2], "dilations": [2, 3]})
conv_case("groups", (2, 4, 4, 3), (6, 2, 3, 2), groups=2, pads=[1, 0, 1, 1], attributes={"group": 2, "pads": [1, 0, 1, 1]})
conv_case("groups, constant kernel", (1, 4, 3, 3), (6, 2, 2, 2), groups=2, constant=True, attributes={"group": 2})
conv_case("groups and strides", (1, 4, 5, 5), (4, 2, 3, 3), groups=2, strides=2, pads=[1] * 4, attributes={"group": 2, "strides": [2, 2], "pads": [1] * 4})
conv_case("depthwise", (2, 3, 4, 4), (3, 1, 3, 3), groups=3, pads=[1] * 4, bias=True, attributes={"group": 3, "pads": [1] * 4})
conv_case("depthwise with a multiplier, strides", (1, 2, 5, 5), (4, 1, 3, 3), groups=2, strides=2, pads=[1] * 4, attributes={"group": 2, "strides": [2, 2], "pads": [1] * 4})
conv_case("auto_pad SAME_UPPER", (1, 2, 5, 6), (2, 2, 3, 2), strides=2, pads=[1, 0, 1, 0], attributes={"auto_pad": "SAME_UPPER", "strides": [2, 2]})
conv_case("auto_pad SAME_UPPER, odd", (1, 1, 4, 4), (1, 1, 3, 2), strides=2, pads=[0, 0, 1, 0], attributes={"auto_pad": "SAME_UPPER", "strides": [2, 2]})
conv_case("auto_pad SAME_LOWER", (1, 1, 4, 4), (1, 1, 3, 2), strides=[2, 1], pads=[1, 1, 0, 0], attributes={"auto_pad": "SAME_LOWER", "strides": [2, 1]})
conv_case("auto_pad VALID", (1, 1, 4, 4), (1, 1, 3, 2), attributes={"auto_pad": "VALID"})
conv_case("one spatial axis", (2, 2, 7), (3, 2, 3), strides=2, pads=[2, 1], bias=True, attributes={"strides": [2], "pads": [2, 1]})
conv_case("one spatial axis, stride 1", (2, 2, 5), (3, 2, 3), pads=[1, 0], attributes={"pads": [1, 0]})
conv_case("three spatial axes", (1, 2, 3, 3, 3), (2, 2, 2, 2, 2), pads=[1, 0, 0, 0, 0, 1], attributes={"pads": [1, 0, 0, 0, 0, 1]})


def transposed(x, w, b=None, pads=None, strides=1, dilations=1, groups=1, output_padding=None):
    rank = x.dim() - 2
    pads, extra = pads or [0] * (2 * rank), output_padding or [0] * rank
    function = {1: F.conv_transpose1d, 2: F.conv_transpose2d}[rank]
    full = function(x, w, None, stride=strides, dilation=dilations, groups=groups)
    # ONNX: the full result, with output_padding zeros behind it, cropped by the pads.
    around = [amount for axis in reversed(range(rank)) for amount in (-pads[axis], extra[axis] - pads[axis + rank])]
    result = F.pad(full, around)
    return result if b is None else result + b.reshape([-1] + [1] * rank)


def transposed_case(setting, x, w, bias=False, attributes=None, **settings):
    channels = w[1] * settings.get("groups", 1)
    inputs = [normal(*x), normal(*w)] + ([normal(channels)] if bias else [])
    case("convolution", "ConvTranspose", setting, inputs, lambda *t: transposed(*t, **settings), attributes, batch=True)


transposed_case("plain", (2, 2, 3, 3), (2, 3, 2, 3), bias=True)
transposed_case("strides, pads, output_padding", (1, 2, 3, 3), (2, 2, 3, 3), strides=2, pads=[1, 1, 1, 0], output_padding=[1, 0], attributes={"strides": [2, 2], "pads": [1, 1, 1, 0], "output_padding": [1, 0]})
transposed_case("groups and dilations", (1, 4, 3, 3), (4, 1, 2, 2), groups=2, dilations=[2, 1], attributes={"group": 2, "dilations": [2, 1]})
transposed_case("output_shape", (1, 1, 3, 3), (1, 2, 3, 3), strides=2, pads=[1, 1, 1, 0], attributes={"strides": [2, 2], "output_shape": [5, 6]})
transposed_case("auto_pad SAME_UPPER", (1, 1, 3, 3), (1, 2, 3, 3), strides=2, pads=[0, 0, 1, 1], attributes={"strides": [2, 2], "auto_pad": "SAME_UPPER"})
transposed_case("auto_pad SAME_LOWER", (1, 1, 3, 3), (1, 2, 3, 3), strides=2, pads=[1, 1, 0, 0], attributes={"strides": [2, 2], "auto_pad": "SAME_LOWER"})
transposed_case("one spatial axis", (2, 2, 4), (2, 1, 3), strides=2, pads=[1, 0], bias=True, attributes={"strides": [2], "pads": [1, 0]})

# Matrix products ------------------------------------------------------------------------------------------------


def gemm(a, b, c=None, alpha=1.0, beta=1.0, transA=0, transB=0):
    product = alpha * (a.t() if transA else a) @ (b.t() if transB else b)
    return product if c is None else product + beta * c


for transA in (0, 1):
    for transB in (0, 1):
        settings = {"alpha": 0.5, "beta": 2.0, "transA": transA, "transB": transB}
        shapes = [(4, 2) if transA else (2, 4), (3, 4) if transB else (4, 3)]
        case("linear", "Gemm", f"transA {transA}, transB {transB}", [normal(*shapes[0]), normal(*shapes[1]), normal(3)], lambda *t, s=settings: gemm(*t, **s), settings)
case("linear", "Gemm", "batch of unknown size", [normal(2, 4), normal(3, 4), normal(3)], lambda *t: gemm(*t, transB=1), {"transB": 1}, batch=True)
case("linear", "Gemm", "no C", [normal(2, 4), normal(4, 3)], gemm)
for name, shape in {"scalar": (), "one": (1,), "column": (2, 1), "full": (2, 3)}.items():
    case("linear", "Gemm", f"C {name}", [normal(2, 2), normal(2, 3), normal(*shape)], lambda *t: gemm(*t, beta=0.5), {"beta": 0.5})
for left, right in [((2, 3), (3, 4)), ((3,), (3,)), ((3,), (3, 2)), ((3,), (2, 3, 2)), ((2, 3), (3,)), ((2, 2, 3), (3,)), ((2, 2, 3), (3, 2)), ((2, 3), (2, 3, 2)), ((2, 2, 3), (2, 3, 2)), ((2, 1, 2, 3), (3, 3, 2)), ((1, 2, 3), (2, 3, 2))]:
    case("linear", "MatMul", f"{list(left)} by {list(right)}", [normal(*left), normal(*right)], torch.matmul, batch=left[0] == 2 and len(left) > 1 and len(right) != 3)

for reverse in (0, 1):
    for exclusive in (0, 1):
        def cumulative(x, _, r=reverse, e=exclusive):
            turned = x.flip(1) if r else x
            summed = turned.cumsum(1) - (turned if e else 0)
            return summed.flip(1) if r else summed

        case("linear", "CumSum", f"reverse {reverse}, exclusive {exclusive}", [normal(2, 4), Input(np.array(1, dtype=np.int64), "int64", True)], cumulative, {"reverse": reverse, "exclusive": exclusive}, batch=True)
case("linear", "Trilu", "lower", [normal(2, 3, 3)], torch.tril, {"upper": 0}, batch=True)
case("linear", "Trilu", "upper, shifted", [normal(3, 4), Input(np.array(1, dtype=np.int64), "int64", True)], lambda x, _: torch.triu(x, 1))

# Elementwise ----------------------------------------------------------------------------------------------------

for operator, function in {"Add": torch.add, "Sub": torch.sub, "Mul": torch.mul}.items():
    case("elementwise", operator, "same shape", [normal(2, 3), normal(2, 3)], function, batch=False)
    case("elementwise", operator, "broadcast both ways", [normal(2, 1, 3), normal(4, 1)], function, batch=True)
    case("elementwise", operator, "scalar", [normal(2, 3), normal()], function, batch=True)
case("elementwise", "Div", "same shape", [normal(2, 3), normal(2, 3, away=0.4)], torch.div)
case("elementwise", "Div", "broadcast both ways", [normal(2, 1, 3), normal(4, 1, away=0.4)], torch.div)
case("elementwise", "Pow", "tensor exponent", [positive(2, 3), normal(3)], torch.pow)
case("elementwise", "Pow", "exponent 0 at base 0", [Input(np.array([0.0, 1.5, 2.0])), Input(np.array([0.0, 0.0, 2.0]))], torch.pow)
for exponent in (0.0, 0.5, 1.0, 2.0, 3.0, -1.0):
    case("elementwise", "Pow", f"constant exponent {exponent}", [positive(2, 3), number(exponent)], lambda x, p: x ** float(p), batch=True)
case("elementwise", "Pow", "integer exponent", [normal(2, 3), integers(3)], lambda x, p: x**3)
for operator, function in {"Neg": torch.neg, "Abs": torch.abs, "Exp": torch.exp, "Sin": torch.sin, "Cos": torch.cos, "Erf": torch.erf}.items():
    case("elementwise", operator, "plain", [normal(2, 5, away=0.1)], function, batch=True)
for operator, function in {"Sqrt": torch.sqrt, "Log": torch.log, "Reciprocal": torch.reciprocal}.items():
    case("elementwise", operator, "plain", [positive(2, 5)], function, batch=True)
for operator, function in {"Tan": torch.tan, "Atan": torch.atan, "Sinh": torch.sinh, "Cosh": torch.cosh, "Asinh": torch.asinh}.items():
    case("elementwise", operator, "plain", [normal(2, 5)], function, batch=True)
small = Input(np.array([[-0.9, -0.4, 0.1, 0.5, 0.8]]))
for operator, function in {"Asin": torch.asin, "Acos": torch.acos, "Atanh": torch.atanh}.items():
    case("elementwise", operator, "plain", [small], function, batch=True)
case("elementwise", "Acosh", "plain", [Input(np.array([[1.2, 1.9, 3.5]]))], torch.acosh, batch=True)
case("elementwise", "Mod", "fmod", [Input(np.array([5.3, -4.2, 2.9, -0.7])), Input(np.array([2.1, 1.3, -0.8, 0.5]))], torch.fmod, {"fmod": 1})
case("elementwise", "Abs", "0", [Input(np.array([0.0, 1.0]))], torch.abs)
case("elementwise", "Sum", "broadcast", [normal(2, 3), normal(3), normal(2, 1)], lambda a, b, c: a + b + c)
case("elementwise", "Mean", "broadcast", [normal(2, 3), normal(3), normal(2, 1)], lambda a, b, c: (a + b + c) / 3)
for operator, function in {"Max": torch.maximum, "Min": torch.minimum}.items():
    case("elementwise", operator, "broadcast", [distinct(2, 3), Input(np.array([0.33, -0.2, 0.04]))], function)
    case("elementwise", operator, "ties", [Input(np.array([1.0, 2.0, 3.0])), Input(np.array([1.0, 5.0, 3.0]))], function)
    case("elementwise", operator, "three", [distinct(2, 3), Input(np.array([0.33, -0.2, 0.04])), number(0.01)], lambda a, b, c, f=function: f(f(a, b), c), batch=True)
    case("elementwise", operator, "one", [normal(3)], lambda a: a * 1)
values = Input(np.array([[-2.0, -1.0, -0.5], [0.5, 1.0, 2.0]]))


def clipped(x, least=-9.0, most=9.0):
    """Slope 1 at the bounds, as clamp has it in PyTorch 1.13; in 2.15 it is 0 there."""
    return torch.where(x < least, torch.full_like(x, least), torch.where(x > most, torch.full_like(x, most), x))


case("elementwise", "Clip", "both bounds, values at them", [values, number(-1.0), number(1.0)], lambda x, a, b: clipped(x, -1.0, 1.0), batch=True)
case("elementwise", "Clip", "lower bound, values at it", [values, number(-1.0)], lambda x, a: clipped(x, least=-1.0))
case("elementwise", "Clip", "upper bound, values at it", [values, None, number(1.0)], lambda x, _, b: clipped(x, most=1.0))
case("elementwise", "Clip", "no bound", [values], clipped)
case("elementwise", "Clip", "gradient by the bounds", [normal(3, 3), Input(np.array(-0.51)), Input(np.array(0.49))], lambda x, a, b: torch.clamp(x, a, b))

# Activations ----------------------------------------------------------------------------------------------------

kinked = Input(np.array([[-3.5, -1.2, -0.11, -0.06], [0.08, 0.7, 2.2, 4.1]]))
at_kink = Input(np.array([-1.0, 0.0, 1.0]))
activations = {
    "Relu": (F.relu, {}),
    "Sigmoid": (torch.sigmoid, {}),
    "Tanh": (torch.tanh, {}),
    "Softplus": (F.softplus, {}),
    "Softsign": (F.softsign, {}),
    "HardSwish": (F.hardswish, {}),
    "Mish": (F.mish, {}),
}
for operator, (function, attributes) in activations.items():
    case("activation", operator, "plain", [kinked], function, attributes, batch=True)
for operator, function in {"Relu": F.relu, "HardSwish": F.hardswish}.items():
    case("activation", operator, "0", [at_kink], function)
case("activation", "LeakyRelu", "0", [at_kink], F.leaky_relu)
case("activation", "Elu", "0", [at_kink], F.elu)
case("activation", "PRelu", "0", [at_kink, number(0.3)], lambda x, s: F.leaky_relu(x, 0.3))
case("activation", "HardSigmoid", "0", [Input(np.array([-3.0, 0.0, 3.0]))], F.hardsigmoid, {"alpha": 1 / 6, "beta": 0.5})
case("activation", "Sigmoid", "saturated", [Input(np.array([-60.0, -20.0, 0.0, 20.0, 60.0]))], torch.sigmoid)
case("activation", "Softplus", "saturated", [Input(np.array([-60.0, -20.0, 0.0, 20.0, 60.0]))], F.softplus)
for alpha in (0.2, 1.5, -0.3):
    case("activation", "LeakyRelu", f"alpha {alpha}", [kinked], lambda x, a=alpha: F.leaky_relu(x, a), {"alpha": alpha})
case("activation", "LeakyRelu", "default alpha", [kinked], lambda x: F.leaky_relu(x, 0.01), batch=True)
case("activation", "Elu", "alpha 0.7", [kinked], lambda x: F.elu(x, 0.7), {"alpha": 0.7}, batch=True)
case("activation", "Selu", "default", [kinked], F.selu, batch=True)
case("activation", "HardSigmoid", "alpha 1/6", [kinked], F.hardsigmoid, {"alpha": 1 / 6, "beta": 0.5}, batch=True)
case("activation", "PRelu", "a slope a channel", [normal(2, 3, 2, away=0.05), normal(3, 1)], lambda x, s: F.prelu(x, s.reshape(-1)), batch=True)
case("activation", "PRelu", "one slope", [normal(2, 3, away=0.05), normal(1)], F.prelu, batch=True)
for axis in (0, 1, -1):
    case("activation", "Softmax", f"axis {axis}", [normal(2, 3, 2)], lambda x, a=axis: F.softmax(x, a), {"axis": axis}, batch=axis != 0)
    case("activation", "LogSoftmax", f"axis {axis}", [normal(2, 3, 2)], lambda x, a=axis: F.log_softmax(x, a), {"axis": axis}, batch=axis != 0)
case("activation", "Softmax", "default axis, large", [Input(np.array([[90.0, -90.0, 89.0]]))], lambda x: F.softmax(x, -1))
case("activation", "LogSoftmax", "default axis, large", [Input(np.array([[90.0, -90.0, 89.0]]))], lambda x: F.log_softmax(x, -1))

# Reductions -----------------------------------------------------------------------------------------------------

reductions = {
    "ReduceSum": torch.sum,
    "ReduceMean": torch.mean,
    "ReduceMax": torch.amax,
    "ReduceMin": torch.amin,
    "ReduceSumSquare": lambda x, dim, keepdim: (x * x).sum(dim, keepdim),
    "ReduceL1": lambda x, dim, keepdim: x.abs().sum(dim, keepdim),
    "ReduceL2": lambda x, dim, keepdim: (x * x).sum(dim, keepdim).sqrt(),
    "ReduceLogSumExp": torch.logsumexp,
}
for operator, function in reductions.items():
    case("reduction", operator, "inner axes kept", [distinct(2, 3, 2), integers(1, 2)], lambda x, _, f=function: f(x, (1, 2), True), batch=True)
    case("reduction", operator, "axes dropped", [distinct(2, 3, 2), integers(-1, 0)], lambda x, _, f=function: f(x, (0, 2), False), {"keepdims": 0}, batch=True)
    case("reduction", operator, "all axes", [distinct(2, 3), None], lambda x, _, f=function: f(x, (0, 1), False), {"keepdims": 0}, batch=True)
case("reduction", "ReduceLogSum", "axes dropped", [positive(2, 3), integers(1)], lambda x, _: x.sum(1).log(), {"keepdims": 0}, batch=True)
for operator in ("ReduceMax", "ReduceMin"):
    case("reduction", operator, "ties", [Input(np.array([[1.0, 2.0, 2.0], [0.0, 0.0, 0.0]])), integers(1)], lambda x, _, f=reductions[operator]: f(x, 1, True))
case("reduction", "ReduceSum", "no axes, nothing to do", [normal(2, 3), integers()], lambda x, _: x * 1, {"noop_with_empty_axes": 1})
case("reduction", "ReduceL2", "a norm of 0", [Input(np.array([[3.0, 4.0], [0.0, 0.0]])), integers(1)], lambda x, _: torch.linalg.vector_norm(x, dim=1, keepdim=True))

case("reduction", "ReduceProd", "two axes", [distinct(2, 3, 2), integers(0, 2)], lambda x, _: x.prod(2).prod(0), {"keepdims": 0})
case("reduction", "ReduceProd", "kept, elements of 0", [Input(np.array([[2.0, 0.0, 3.0], [0.0, 0.0, 1.0], [1.5, 2.0, -1.0]])), integers(1)], lambda x, _: x.prod(1, True), batch=True)

# Pools ----------------------------------------------------------------------------------------------------------


def pool_case(operator, setting, x, compute, attributes):
    case("pooling", operator, setting, [distinct(*x)], compute, attributes, batch=True)


pool_case("MaxPool", "windows that tile", (2, 2, 4, 4), lambda x: F.max_pool2d(x, 2), {"kernel_shape": [2, 2], "strides": [2, 2]})
pool_case("MaxPool", "overlapping, padded", (2, 2, 5, 5), lambda x: F.max_pool2d(x, 3, 2, 1), {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]})
pool_case("MaxPool", "ceil", (1, 2, 6, 5), lambda x: F.max_pool2d(x, 3, 2, ceil_mode=True), {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1})
pool_case("MaxPool", "dilated", (1, 1, 6, 6), lambda x: F.max_pool2d(x, (3, 2), 1, dilation=(2, 1)), {"kernel_shape": [3, 2], "dilations": [2, 1]})
pool_case("MaxPool", "auto_pad SAME_UPPER", (1, 1, 4, 4), lambda x: F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=-9e9), 3, 2), {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_UPPER"})
pool_case("MaxPool", "one spatial axis", (2, 2, 7), lambda x: F.max_pool1d(x, 3, 2), {"kernel_shape": [3], "strides": [2]})
pool_case("MaxPool", "three spatial axes", (1, 1, 3, 3, 3), lambda x: F.max_pool3d(x, 2, 1), {"kernel_shape": [2, 2, 2]})
case("pooling", "MaxPool", "ties: the first wins", [Input(np.array([[[1.0, 1.0, 0.0, 2.0, 2.0, 2.0]]]))], lambda x: F.max_pool1d(x, 2, 1), {"kernel_shape": [2]}, batch=True)
case("pooling", "GlobalMaxPool", "ties: the first wins", [Input(np.array([[[1.0, 3.0, 3.0], [0.0, 0.0, 0.0]]]))], lambda x: F.adaptive_max_pool1d(x, 1), batch=True)
pool_case("GlobalMaxPool", "two spatial axes", (2, 2, 3, 2), lambda x: F.adaptive_max_pool2d(x, 1), {})
pool_case("GlobalAveragePool", "two spatial axes", (2, 2, 3, 2), lambda x: F.adaptive_avg_pool2d(x, 1), {})
for include in (0, 1):
    flag = {"count_include_pad": include}
    pool_case("AveragePool", f"windows that tile, count_include_pad {include}", (2, 2, 4, 4), lambda x, i=include: F.avg_pool2d(x, 2, count_include_pad=bool(i)), {"kernel_shape": [2, 2], "strides": [2, 2], **flag})
    pool_case("AveragePool", f"padded, count_include_pad {include}", (2, 1, 5, 5), lambda x, i=include: F.avg_pool2d(x, 3, 2, 1, count_include_pad=bool(i)), {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1], **flag})
    pool_case("AveragePool", f"stride 1, count_include_pad {include}", (1, 1, 4, 4), lambda x, i=include: F.avg_pool2d(x, 3, 1, 1, count_include_pad=bool(i)), {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], **flag})
    pool_case("AveragePool", f"ceil, count_include_pad {include}", (1, 1, 6, 6), lambda x, i=include: F.avg_pool2d(x, 3, 2, 0, ceil_mode=True, count_include_pad=bool(i)), {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1, **flag})
    pool_case("AveragePool", f"ceil and padded, count_include_pad {include}", (1, 1, 6, 5), lambda x, i=include: F.avg_pool2d(x, 3, 2, 1, ceil_mode=True, count_include_pad=bool(i)), {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1], "ceil_mode": 1, **flag})
for include in (0, 1):
    pool_case("AveragePool", f"ceil, last window in the padding, count_include_pad {include}", (1, 1, 5), lambda x, i=include: F.avg_pool1d(x, 2, 2, 1, ceil_mode=True, count_include_pad=bool(i)), {"kernel_shape": [2], "strides": [2], "pads": [1, 1], "ceil_mode": 1, "count_include_pad": include})
pool_case("MaxPool", "ceil, last window in the padding", (1, 1, 5), lambda x: F.max_pool1d(x, 2, 2, 1, ceil_mode=True), {"kernel_shape": [2], "strides": [2], "pads": [1, 1], "ceil_mode": 1})
pool_case("MaxPool", "ceil, one element in a window, strides of 3", (1, 1, 3), lambda x: F.max_pool1d(x, 1, 3, 0, ceil_mode=True), {"kernel_shape": [1], "strides": [3], "ceil_mode": 1})
pool_case("AveragePool", "strides wider than the windows", (1, 1, 7, 6), lambda x: F.avg_pool2d(x, 2, 3), {"kernel_shape": [2, 2], "strides": [3, 3]})
pool_case("AveragePool", "tiles with a rest", (1, 1, 5, 5), lambda x: F.avg_pool2d(x, 2), {"kernel_shape": [2, 2], "strides": [2, 2]})
pool_case("AveragePool", "tiles, padded", (1, 1, 4, 4), lambda x: F.avg_pool2d(x, 2, 2, 1, count_include_pad=False), {"kernel_shape": [2, 2], "strides": [2, 2], "pads": [1, 1, 1, 1]})
pool_case("AveragePool", "one spatial axis", (2, 2, 6), lambda x: F.avg_pool1d(x, 3, 1), {"kernel_shape": [3]})
pool_case("AveragePool", "auto_pad SAME_UPPER", (1, 1, 4, 4), lambda x: F.avg_pool2d(x, 3, 2, ceil_mode=True, count_include_pad=False), {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_UPPER"})

# Normalisations -------------------------------------------------------------------------------------------------

for dims in ((2, 3), (2, 3, 4), (2, 3, 2, 2)):
    channels = dims[1]
    case("normalization", "BatchNormalization", f"evaluation, {len(dims)} axes", [normal(*dims), normal(channels), normal(channels), normal(channels), positive(channels)], lambda x, s, b, m, v: (x - m.reshape([-1] + [1] * (x.dim() - 2))) / (v.reshape([-1] + [1] * (x.dim() - 2)) + 0.01).sqrt() * s.reshape([-1] + [1] * (x.dim() - 2)) + b.reshape([-1] + [1] * (x.dim() - 2)), {"epsilon": 0.01}, batch=True)
    case("normalization", "BatchNormalization", f"training, {len(dims)} axes", [normal(4, *dims[1:]), normal(channels), normal(channels), number(np.zeros(channels)), number(np.ones(channels))], lambda x, s, b, m, v: F.batch_norm(x, None, None, s, b, training=True, eps=0.01), {"epsilon": 0.01, "training_mode": 1}, batch=True)
case("normalization", "BatchNormalization", "training, momentum 0", [normal(4, 2, 3), normal(2), normal(2), number(np.zeros(2)), number(np.ones(2))], lambda x, s, b, m, v: F.batch_norm(x, None, None, s, b, training=True, eps=0.01), {"epsilon": 0.01, "momentum": 0.0, "training_mode": 1}, batch=True)
case("normalization", "InstanceNormalization", "two spatial axes", [normal(2, 3, 2, 3), normal(3), normal(3)], lambda x, s, b: F.instance_norm(x, weight=s, bias=b, eps=0.01), {"epsilon": 0.01}, batch=True)
case("normalization", "LayerNormalization", "last axis", [normal(2, 3, 4), normal(4), normal(4)], lambda x, s, b: F.layer_norm(x, (4,), s, b, 0.01), {"epsilon": 0.01}, batch=True)
case("normalization", "LayerNormalization", "last two axes, no bias", [normal(2, 3, 4), normal(3, 4)], lambda x, s: F.layer_norm(x, (3, 4), s, None, 0.01), {"epsilon": 0.01, "axis": 1}, batch=True)

# Movement -------------------------------------------------------------------------------------------------------


def move(operator, setting, inputs, compute, attributes=None, batch=True):
    case("movement", operator, setting, inputs, compute, attributes, batch)


move("Reshape", "two axes to one", [normal(2, 3, 2), integers(-1, 6)], lambda x, _: x.reshape(-1, 6))
move("Reshape", "0 copies", [normal(2, 3, 2), integers(0, 2, -1)], lambda x, _: x.reshape(2, 2, 3))
for axis in (0, 1, 2, -1):
    move("Flatten", f"axis {axis}", [normal(2, 3, 2)], lambda x, a=axis: x.reshape({0: (1, 12), 1: (2, 6), 2: (6, 2), -1: (6, 2)}[a]), {"axis": axis})
move("Squeeze", "axes", [normal(2, 1, 3, 1), integers(1, -1)], lambda x, _: x.reshape(2, 3))
move("Squeeze", "all", [normal(2, 1, 3, 1)], lambda x: x.reshape(2, 3), batch=False)
move("Unsqueeze", "axes", [normal(2, 3), integers(0, -1)], lambda x, _: x.reshape(1, 2, 3, 1))
move("Transpose", "perm", [normal(2, 3, 4)], lambda x: x.permute(2, 0, 1), {"perm": [2, 0, 1]})
move("Transpose", "default", [normal(2, 3, 4)], lambda x: x.permute(2, 1, 0))
move("Identity", "plain", [normal(2, 3)], lambda x: x * 1)
move("Concat", "axis 1", [normal(2, 2, 2), normal(2, 1, 2), normal(2, 3, 2)], lambda *t: torch.cat(t, 1), {"axis": 1}, batch=False)
move("Concat", "axis -1", [normal(2, 2), normal(2, 1)], lambda *t: torch.cat(t, 1), {"axis": -1}, batch=False)
move("Concat", "one", [normal(2, 2)], lambda x: x * 1, {"axis": 0})


def slicing(setting, dims, starts, ends, axes, steps, compute, batch=True):
    inputs = [normal(*dims), integers(*starts), integers(*ends)]
    inputs += [] if axes is None else [integers(*axes)]
    inputs += [] if steps is None else [integers(*steps)]
    move("Slice", setting, inputs, compute, batch=batch)


slicing("one axis", (2, 5), [1], [4], [1], None, lambda x, *_: x[:, 1:4])
slicing("from the end", (2, 5), [-3], [-1], [-1], None, lambda x, *_: x[:, -3:-1])
slicing("to the end", (2, 5), [0, 2], [2**31 - 1, 2**62], [0, 1], None, lambda x, *_: x[:, 2:])
slicing("no axes", (3, 4), [1, 0], [3, 9], None, None, lambda x, *_: x[1:3], batch=False)
slicing("steps", (2, 7, 5), [1, 0], [7, 5], [1, 2], [2, 3], lambda x, *_: x[:, 1:7:2, 0:5:3])
slicing("step -1", (2, 4), [-1], [-(2**62)], [1], [-1], lambda x, *_: x.flip(1))
slicing("step -2", (2, 6), [4], [0], [1], [-2], lambda x, *_: x[:, [4, 2]])
slicing("step -3 from beyond the end", (2, 6), [99], [-99], [1], [-3], lambda x, *_: x[:, [5, 2]])


def padding(setting, dims, pads, compute, mode="constant", value=None, batch=True):
    inputs = [normal(*dims), integers(*pads)] + ([] if value is None else [value])
    move("Pad", setting, inputs, compute, {"mode": mode}, batch)


padding("constant", (2, 1, 3, 3), [0, 0, 1, 0, 0, 0, 2, 1], lambda x, _: F.pad(x, (0, 1, 1, 2)))
padding("constant of a value", (2, 3), [0, 1, 0, 2], lambda x, _, v: F.pad(x, (1, 2), value=0.5), value=number(0.5))
padding("gradient by the value", (2, 3), [0, 1, 0, 2], lambda x, _, v: torch.cat([v.expand(2, 1), x, v.expand(2, 2)], 1), value=Input(np.array(0.5)))
padding("negative", (2, 5), [0, -1, 0, 2], lambda x, _: F.pad(x, (-1, 2)))
padding("reflect", (2, 1, 4, 5), [0, 0, 1, 2, 0, 0, 3, 0], lambda x, _: F.pad(x, (2, 0, 1, 3), mode="reflect"), mode="reflect")
padding("reflect, negative", (2, 1, 3, 5), [0, 0, 1, -1, 0, 0, 0, 2], lambda x, _: F.pad(x[..., 1:], (0, 2, 1, 0), mode="reflect"), mode="reflect")
padding("edge", (2, 1, 3, 3), [0, 0, 1, 2, 0, 0, 3, 0], lambda x, _: F.pad(x, (2, 0, 1, 3), mode="replicate"), mode="edge")
move("Pad", "axes", [normal(2, 3, 2), integers(1, 0), None, integers(-1)], lambda x, *_: F.pad(x, (1, 0)), {"mode": "constant"})
move("Expand", "a new axis and a stretched one", [normal(3, 1), integers(2, 3, 4)], lambda x, _: x.expand(2, 3, 4), batch=False)
move("Expand", "stretched", [normal(2, 1), integers(1, 4)], lambda x, _: x.expand(2, 4))
move("Tile", "two axes", [normal(2, 3, 2), integers(1, 2, 3)], lambda x, _: x.repeat(1, 2, 3))
move("SpaceToDepth", "blocks of 2", [normal(1, 1, 4, 4)], lambda x: x.reshape(1, 1, 2, 2, 2, 2).permute(0, 3, 5, 1, 2, 4).reshape(1, 4, 2, 2), {"blocksize": 2})
move("DepthToSpace", "blocks of 2", [normal(1, 4, 2, 2)], lambda x: x.reshape(1, 2, 2, 1, 2, 2).permute(0, 3, 4, 1, 5, 2).reshape(1, 1, 4, 4), {"blocksize": 2})
move("DepthToSpace", "columns first", [normal(1, 4, 2, 2)], lambda x: F.pixel_shuffle(x, 2), {"blocksize": 2, "mode": "CRD"})
move("Dropout", "evaluation", [normal(2, 3), number(0.5)], lambda x, _: x * 1)

# Selection ------------------------------------------------------------------------------------------------------

condition = Input(np.array([[True, False, True], [False, False, True]]), "bool", constant=True)
case("selection", "Where", "same shape", [condition, normal(2, 3), normal(2, 3)], torch.where)
case("selection", "Where", "broadcast", [condition, normal(3), normal()], torch.where)
for setting, dims, axis, indices in [
    ("rows, repeated", (4, 2), 0, [2, 0, 2]),
    ("axis 1, from the end", (2, 4, 2), 1, [-1, 0, -1, 1]),
    ("one position", (2, 4, 2), 1, 2),
    ("one position from the end", (2, 4, 2), -1, -1),
    ("one position in a list", (2, 4), 1, [3]),
    ("a table of indices", (3, 2), 0, [[0, 2], [2, 1]]),
    ("a table of indices, axis 1", (2, 3, 2), 1, [[0, 2], [2, 1]]),
]:
    index = np.asarray(indices, dtype=np.int64)
    case("selection", "Gather", setting, [normal(*dims), Input(index, "int64", True)], lambda x, i, a=axis: x.movedim(a, 0)[i].movedim(list(range(i.dim())), list(range(a % x.dim(), a % x.dim() + i.dim()))), {"axis": axis}, batch=axis != 0)
case("selection", "Gather", "one axis", [normal(4), integers(1, 1, 3)], lambda x, i: x[i])
case("selection", "GatherElements", "axis 1, repeated", [normal(2, 3), Input(np.array([[0, 0, 2, 2], [1, 1, 1, 0]], dtype=np.int64), "int64", True)], lambda x, i: torch.gather(x, 1, i), {"axis": 1})
case("selection", "GatherND", "rows and elements", [normal(2, 3), Input(np.array([[0, 1], [1, 2], [0, 1]], dtype=np.int64), "int64", True)], lambda x, i: x[i[:, 0], i[:, 1]])
case("selection", "TopK", "largest two", [distinct(2, 5), integers(2)], lambda x, _: x.topk(2, 1).values, {"axis": 1}, batch=True)

scattered = Input(np.array([[0, 2, 2], [1, 0, 1]], dtype=np.int64), "int64", True)
apart = Input(np.array([[0, 2, 1], [1, 0, 2]], dtype=np.int64), "int64", True)
case("selection", "ScatterElements", "overwriting", [normal(2, 4), apart, normal(2, 3)], lambda x, i, u: x.scatter(1, i, u), {"axis": 1})
case("selection", "ScatterElements", "adding, repeated", [normal(2, 4), scattered, normal(2, 3)], lambda x, i, u: x.scatter_add(1, i, u), {"axis": 1, "reduction": "add"})
case("selection", "ScatterElements", "multiplying", [normal(2, 4), scattered, held(normal(2, 3))], lambda x, i, u: x.scatter_reduce(1, i, u, "prod"), {"axis": 1, "reduction": "mul"})
tuples = Input(np.array([[2], [0]], dtype=np.int64), "int64", True)
case("selection", "ScatterND", "rows, overwriting", [normal(4, 3), tuples, normal(2, 3)], lambda x, i, u: x.index_put((i[:, 0],), u))
case("selection", "ScatterND", "rows, adding, repeated", [normal(4, 3), Input(np.array([[2], [2]], dtype=np.int64), "int64", True), normal(2, 3)], lambda x, i, u: x.index_put((i[:, 0],), u, accumulate=True), {"reduction": "add"})
case("selection", "GatherND", "by batch", [normal(2, 3, 2), Input(np.array([[2], [0]], dtype=np.int64), "int64", True)], lambda x, i: x[torch.arange(2), i[:, 0]], {"batch_dims": 1}, batch=False)
case("selection", "GatherND", "by two axes of a batch", [normal(2, 2, 3), Input(np.array([[[2], [0]], [[1], [1]]], dtype=np.int64), "int64", True)], lambda x, i: torch.gather(x, 2, i)[:, :, 0], {"batch_dims": 2})
case("selection", "OneHot", "the two values", [integers(0, 2, 1), integers(3), normal(2)], lambda i, d, v: F.one_hot(i, 3).double() * (v[1] - v[0]) + v[0])

# Recurrent layers -------------------------------------------------------------------------------------------------


def recurrent_case(operator, setting, directions=1, biases=True, states=True, reverse=False, before=1, lengths=None):
    """Weights in the gate order of ONNX, brought to PyTorch's for the computation."""
    length, batch, width, hidden = 3, 2, 2, 2
    count = {"LSTM": 4, "GRU": 3, "RNN": 1}[operator]
    # PyTorch's gate i stands at this place in ONNX.
    order = {"LSTM": [0, 2, 3, 1], "GRU": [1, 0, 2], "RNN": [0]}[operator]
    inputs = [normal(length, batch, width), normal(directions, count * hidden, width), normal(directions, count * hidden, hidden)]
    inputs.append(normal(directions, 2 * count * hidden) if biases else None)
    if states:
        inputs += [None, normal(directions, batch, hidden)] + ([normal(directions, batch, hidden)] if operator == "LSTM" else [])
    if lengths is not None:
        inputs += [None] * (5 - len(inputs))
        inputs[4] = Input(np.array(lengths, dtype=np.int32), "int32", constant=True)

    def compute(x, w, r, b=None, counts=None, h=None, c=None):
        if counts is None:
            return whole(x, w, r, b, h, c)
        # Each example alone, over the steps that it has, and zeros after them.
        one = lambda value, n: None if value is None else value[:, n : n + 1]
        parts = [whole(x[:steps, n : n + 1], w, r, b, one(h, n), one(c, n)) for n, steps in enumerate(lengths)]
        return torch.cat([F.pad(part, (0, 0, 0, 0, 0, 0, 0, length - len(part))) for part in parts], 2)

    def whole(x, w, r, b, h, c):
        batch = x.shape[1]
        rows = lambda value: torch.cat([value.reshape(count, hidden, -1)[place] for place in order])
        outputs = []
        for direction in range(directions):
            turned = reverse or direction == 1
            sequence = x.flip(0) if turned else x
            weights = [rows(w[direction]), rows(r[direction])]
            if b is not None:
                weights += [rows(part.reshape(-1, 1))[:, 0] for part in b[direction].chunk(2)]
            h0 = torch.zeros(1, batch, hidden, dtype=torch.float64) if h is None else h[direction][None]
            c0 = torch.zeros(1, batch, hidden, dtype=torch.float64) if c is None else c[direction][None]
            flags = (b is not None, 1, 0.0, False, False, False)
            if operator == "LSTM":
                y = torch.lstm(sequence, (h0, c0), weights, *flags)[0]
            elif operator == "GRU":
                y = torch.gru(sequence, h0, weights, *flags)[0]
            else:
                y = torch.rnn_tanh(sequence, h0, weights, *flags)[0]
            outputs.append(y.flip(0) if turned else y)
        return torch.stack(outputs, 1)

    direction = "bidirectional" if directions == 2 else "reverse" if reverse else "forward"
    attributes = {"hidden_size": hidden, "direction": direction, **({"linear_before_reset": before} if operator == "GRU" else {})}
    case("recurrent", operator, setting, inputs, compute, attributes)


for operator in ("LSTM", "GRU", "RNN"):
    recurrent_case(operator, "forward")
    recurrent_case(operator, "both directions, no states", directions=2, states=False)
    recurrent_case(operator, "reverse, no biases", reverse=True, biases=False)

# Sampling ---------------------------------------------------------------------------------------------------------


def resize_case(setting, dims, size, attributes, compute, scales=None):
    inputs = [normal(*dims), None, None if scales is None else number(np.array(scales))]
    inputs += [integers(*dims[:2], *size)] if scales is None else []
    case("sampling", "Resize", setting, inputs, lambda x, *_: compute(x), attributes, batch=scales is not None)


for align in (False, True):
    coordinates = {"coordinate_transformation_mode": "align_corners" if align else "half_pixel"}
    for size in ((7, 6), (2, 9)):
        resize_case(f"linear to {list(size)}, {coordinates['coordinate_transformation_mode']}", (1, 2, 4, 5), size, {"mode": "linear", **coordinates}, lambda x, s=size, a=align: F.interpolate(x, s, mode="bilinear", align_corners=a))
        resize_case(f"cubic to {list(size)}, {coordinates['coordinate_transformation_mode']}", (1, 2, 4, 5), size, {"mode": "cubic", **coordinates}, lambda x, s=size, a=align: F.interpolate(x, s, mode="bicubic", align_corners=a))
resize_case("nearest to [8, 3]", (1, 2, 4, 5), (8, 3), {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}, lambda x: F.interpolate(x, (8, 3), mode="nearest"))
resize_case("nearest, exact, to [6, 7]", (1, 2, 4, 5), (6, 7), {"mode": "nearest", "coordinate_transformation_mode": "half_pixel", "nearest_mode": "round_prefer_ceil"}, lambda x: F.interpolate(x, (6, 7), mode="nearest-exact"))
resize_case("nearest by scales", (2, 1, 2, 3), None, {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}, lambda x: F.interpolate(x, scale_factor=2, mode="nearest"), scales=[1.0, 1.0, 2.0, 2.0])
resize_case("linear, antialiased, to [3, 2]", (1, 2, 7, 6), (3, 2), {"mode": "linear", "antialias": 1, "exclude_outside": 1}, lambda x: F.interpolate(x, (3, 2), mode="bilinear", antialias=True))
resize_case("cubic, antialiased, to [3, 2]", (1, 2, 7, 6), (3, 2), {"mode": "cubic", "antialias": 1, "cubic_coeff_a": -0.5, "exclude_outside": 1}, lambda x: F.interpolate(x, (3, 2), mode="bicubic", antialias=True))
grid = Input((random.uniform(-1.3, 1.3, (2, 3, 2, 2))).round(2))
for mode in ("bilinear", "nearest", "bicubic"):
    for padding in ("zeros", "border", "reflection"):
        for align in (0, 1):
            case("sampling", "GridSample", f"{mode}, {padding}, align_corners {align}", [normal(2, 2, 4, 3), held(grid) if mode == "nearest" else grid], lambda x, g, m=mode, p=padding, a=align: F.grid_sample(x, g, m, p, bool(a)), {"mode": mode, "padding_mode": padding, "align_corners": align})
case("sampling", "Col2Im", "plain", [normal(2, 8, 6), integers(3, 4), integers(2, 2)], lambda x, *_: F.fold(x, (3, 4), 2), batch=True)
case("sampling", "Col2Im", "strides, pads, dilations", [normal(1, 12, 2), integers(5, 4), integers(3, 2)], lambda x, *_: F.fold(x, (5, 4), (3, 2), (2, 1), (1, 0), (2, 3)), {"strides": [2, 3], "pads": [1, 0, 1, 0], "dilations": [2, 1]}, batch=True)

# Written out ------------------------------------------------------------------------------------------------------


def einsum_case(equation, *shapes):
    case("expanded", "Einsum", equation, [normal(*shape) for shape in shapes], lambda *t: torch.einsum(equation, *t), {"equation": equation})


for equation, *shapes in [
    ("bij,bjk->bik", (2, 3, 2), (2, 2, 3)),
    ("bhid,bhjd->bhij", (2, 2, 3, 2), (2, 2, 2, 2)),
    ("ij,jk,kl->il", (2, 3), (3, 2), (2, 2)),
    ("ij->ji", (2, 3)),
    ("ij->", (2, 3)),
    ("...ij,...jk->...ik", (2, 2, 3), (3, 2)),
    ("bnd,d->bn", (2, 3, 2), (2,)),
    ("i,j->ij", (3,), (2,)),
    ("bchw,kc->bkhw", (2, 3, 2, 2), (2, 3)),
    ("bij,bij->b", (2, 3, 2), (2, 3, 2)),
    ("bxyd,xzd->bxyz", (2, 2, 3, 2), (2, 3, 2)),
    ("abc,cd", (2, 3, 2), (2, 3)),
]:
    einsum_case(equation, *shapes)
case("expanded", "LRN", "plain", [normal(2, 5, 2, 3)], lambda x: F.local_response_norm(x, 3, 0.3, 0.75, 2.0), {"size": 3, "alpha": 0.3, "bias": 2.0, "beta": 0.75})
case("expanded", "LRN", "of even size", [normal(1, 4, 3)], lambda x: x / (1.0 + 0.2 / 2 * torch.stack([(x[:, c : c + 2] ** 2).sum(1) for c in range(4)], 1)) ** 0.5, {"size": 2, "alpha": 0.2, "beta": 0.5})
case("expanded", "Swish", "plain", [normal(2, 4)], F.silu)
case("expanded", "Swish", "alpha", [normal(2, 4)], lambda x: x * torch.sigmoid(1.7 * x), {"alpha": 1.7})
case("expanded", "Gelu", "exact", [normal(2, 4)], F.gelu)
case("expanded", "Gelu", "tanh", [normal(2, 4)], lambda x: F.gelu(x, approximate="tanh"), {"approximate": "tanh"})
case("expanded", "Celu", "alpha", [kinked], lambda x: F.celu(x, 0.7), {"alpha": 0.7})
case("expanded", "ThresholdedRelu", "alpha", [kinked], lambda x: F.threshold(x, 0.5, 0.0), {"alpha": 0.5})
case("expanded", "Shrink", "hard", [kinked], lambda x: F.hardshrink(x, 0.5))
case("expanded", "Shrink", "soft", [kinked], lambda x: F.softshrink(x, 0.6), {"lambd": 0.6, "bias": 0.6})
case("expanded", "RMSNormalization", "last axis", [normal(2, 3, 4), normal(4)], lambda x, s: F.rms_norm(x, (4,), s, 0.01), {"epsilon": 0.01})
case("expanded", "RMSNormalization", "last two axes", [normal(2, 3, 4), normal(3, 4)], lambda x, s: F.rms_norm(x, (3, 4), s, 0.01), {"epsilon": 0.01, "axis": 1})
case("expanded", "GroupNormalization", "by channel", [normal(2, 4, 3), normal(4), normal(4)], lambda x, s, b: F.group_norm(x, 2, s, b, 0.01), {"num_groups": 2, "epsilon": 0.01})
case("expanded", "MeanVarianceNormalization", "by channel", [normal(2, 3, 2, 3)], lambda x: (x - x.mean((0, 2, 3), True)) / (x.var((0, 2, 3), False, True).sqrt() + 1e-9), {"axes": [0, 2, 3]})
case("expanded", "LpNormalization", "p 2", [normal(2, 3)], lambda x: F.normalize(x, 2.0, 1))
case("expanded", "LpNormalization", "p 1", [normal(2, 3, away=0.1)], lambda x: F.normalize(x, 1.0, 1), {"p": 1, "axis": 1})
case("expanded", "LpPool", "p 2, padded", [normal(2, 2, 5, 4)], lambda x: F.conv2d(F.pad(x * x, (1, 1, 1, 1)).reshape(4, 1, 7, 6), torch.ones(1, 1, 3, 2, dtype=torch.float64), stride=2).sqrt().reshape(2, 2, 3, 3), {"kernel_shape": [3, 2], "strides": [2, 2], "pads": [1, 1, 1, 1]})
case("expanded", "LpPool", "p 3, ceil", [normal(1, 2, 5, away=0.1)], lambda x: F.lp_pool1d(F.pad(x.abs(), (0, 1)), 3.0, 2, 2), {"kernel_shape": [2], "strides": [2], "p": 3, "ceil_mode": 1})
case("expanded", "LpPool", "windows of 0", [Input(np.array([[[0.0, 0.0, 3.0, 4.0]]]))], lambda x: torch.linalg.vector_norm(x.reshape(1, 1, 2, 2), dim=3), {"kernel_shape": [2], "strides": [2]})
case("expanded", "GlobalLpPool", "p 2", [normal(2, 2, 3, 2)], lambda x: torch.linalg.vector_norm(x, dim=(2, 3), keepdim=True))
case("expanded", "CenterCropPad", "one axis cut, one padded", [normal(2, 5, 2), integers(2, 5)], lambda x, _: F.pad(x[:, 1:3], (1, 2)), {"axes": [1, 2]})
case("expanded", "AffineGrid", "pictures", [normal(2, 2, 3), integers(2, 1, 2, 3)], lambda t, _: F.affine_grid(t, (2, 1, 2, 3), False))
case("expanded", "AffineGrid", "volumes, corners aligned", [normal(1, 3, 4), integers(1, 1, 2, 3, 2)], lambda t, _: F.affine_grid(t, (1, 1, 2, 3, 2), True), {"align_corners": 1})


def heads(value, count):
    return value.reshape(*value.shape[:2], count, -1).transpose(1, 2)


case("expanded", "Attention", "four axes", [normal(2, 2, 3, 2), normal(2, 2, 4, 2), normal(2, 2, 4, 3)], F.scaled_dot_product_attention)
case("expanded", "Attention", "shared keys, causal", [normal(1, 4, 3, 2), normal(1, 2, 3, 2), normal(1, 2, 3, 2)], lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True), {"is_causal": 1})
case("expanded", "Attention", "three axes, scale", [normal(2, 3, 4), normal(2, 2, 4), normal(2, 2, 4)], lambda q, k, v: F.scaled_dot_product_attention(heads(q, 2), heads(k, 2), heads(v, 2), scale=0.3).transpose(1, 2).reshape(2, 3, 4), {"q_num_heads": 2, "kv_num_heads": 2, "scale": 0.3})
allowed = Input(np.array([[True, False, True], [True, True, False]]), "bool", constant=True)
case("expanded", "Attention", "mask of truth values", [normal(1, 2, 2, 2), normal(1, 2, 3, 2), normal(1, 2, 3, 2), allowed], lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, m))
case("expanded", "Attention", "added mask, softcap", [normal(1, 1, 2, 2), normal(1, 1, 3, 2), normal(1, 1, 3, 2), normal(2, 3)], lambda q, k, v, m: torch.softmax(0.8 * torch.tanh(q @ k.mT * 0.5 / 0.8) + m, -1) @ v, {"scale": 0.5, "softcap": 0.8})


def rotated(x, cos, sin, interleaved, turned):
    pairs, rest = x[..., :turned], x[..., turned:]
    first, second = (pairs[..., ::2], pairs[..., 1::2]) if interleaved else pairs.chunk(2, -1)
    c, s = cos[:, None], sin[:, None]
    parts = (c * first - s * second, s * first + c * second)
    return torch.cat([torch.stack(parts, -1).flatten(-2) if interleaved else torch.cat(parts, -1), rest], -1)


for interleaved in (0, 1):
    case("expanded", "RotaryEmbedding", f"interleaved {interleaved}", [normal(2, 2, 3, 4), held(normal(2, 3, 2)), held(normal(2, 3, 2))], lambda x, c, s, i=interleaved: rotated(x, c, s, i, 4), {"interleaved": interleaved})
case("expanded", "RotaryEmbedding", "positions, part, three axes", [normal(1, 2, 8), held(normal(5, 1)), held(normal(5, 1)), Input(np.array([[3, 1]], dtype=np.int64), "int64", True)], lambda x, c, s, p: rotated(heads(x, 2), c[p], s[p], 0, 2).transpose(1, 2).reshape(1, 2, 8), {"num_heads": 2, "rotary_embedding_dim": 2})

# Forms of later opsets ----------------------------------------------------------------------------------------------

for operator in ("LSTM", "GRU", "RNN"):
    recurrent_case(operator, "uneven lengths", lengths=[2, 3])
    recurrent_case(operator, "uneven lengths, both directions, no states", directions=2, states=False, lengths=[3, 1])
    recurrent_case(operator, "uneven lengths, reverse", reverse=True, lengths=[2, 1])


def dilated_average(x, kernel, dilations, strides, pads, ends, counts_pads):
    """`pads` is [top, left, bottom, right]; `ends` is what the last windows of ceil mode reach beyond it."""
    around = (pads[1], pads[3] + ends[1], pads[0], pads[2] + ends[0])
    ones = torch.ones(1, 1, *kernel, dtype=torch.float64)
    sums = lambda value: F.conv2d(value.flatten(0, 1)[:, None], ones, stride=strides, dilation=dilations)
    counted = torch.ones(x.shape, dtype=torch.float64)
    if counts_pads:
        counted = F.pad(F.pad(counted, (pads[1], pads[3], pads[0], pads[2]), value=1.0), (0, ends[1], 0, ends[0]))
    else:
        counted = F.pad(counted, around)
    means = sums(F.pad(x, around)) / sums(counted)
    return means.reshape(*x.shape[:2], *means.shape[2:])


for include in (0, 1):
    flag = {"count_include_pad": include}
    case("pooling", "AveragePool", f"dilated, count_include_pad {include}", [normal(2, 2, 5, 6)], lambda x, i=include: dilated_average(x, (2, 3), (2, 1), (1, 2), (1, 1, 0, 1), (0, 0), i), {"kernel_shape": [2, 3], "dilations": [2, 1], "strides": [1, 2], "pads": [1, 1, 0, 1], **flag})
    case("pooling", "AveragePool", f"dilated, ceil, count_include_pad {include}", [normal(1, 2, 6, 6)], lambda x, i=include: dilated_average(x, (2, 2), (2, 3), (2, 3), (0, 1, 1, 1), (0, 2), i), {"kernel_shape": [2, 2], "dilations": [2, 3], "strides": [2, 3], "pads": [0, 1, 1, 1], "ceil_mode": 1, **flag})

case("movement", "Pad", "wrap", [normal(1, 2, 3, 4), integers(0, 0, 1, 2, 0, 0, 3, 0)], lambda x, _: F.pad(x, (2, 0, 1, 3), mode="circular"), {"mode": "wrap"})
case("movement", "Pad", "wrap, further than once around", [normal(2, 3), integers(0, 4, 0, 8)], lambda x, _: x[:, torch.arange(-4, 11) % 3], {"mode": "wrap"})
case("movement", "Pad", "wrap, cut first", [normal(2, 5), integers(-2, 3), None, integers(-1)], lambda x, *_: x[:, 2:][:, torch.arange(0, 6) % 3], {"mode": "wrap"})

for reduction, named in (("max", "amax"), ("min", "amin")):
    case("selection", "ScatterElements", f"{reduction}", [distinct(2, 4), scattered, normal(2, 3)], lambda x, i, u, r=named: x.scatter_reduce(1, i, u, r), {"axis": 1, "reduction": reduction})
    case("selection", "ScatterElements", f"{reduction}, ties", [Input(np.array([[1.0, 2.0, 3.0], [2.0, 2.0, 0.0]])), Input(np.array([[1, 1], [0, 1]], dtype=np.int64), "int64", True), Input(np.array([[2.0, 2.0], [2.0, 1.0]]))], lambda x, i, u, r=named: x.scatter_reduce(1, i, u, r), {"axis": 1, "reduction": reduction})
    case("selection", "ScatterND", f"{reduction}, repeated", [distinct(4, 3), Input(np.array([[2], [2]], dtype=np.int64), "int64", True), normal(2, 3)], lambda x, i, u, r=named: x.scatter_reduce(0, i.expand(2, 3), u, r), {"reduction": reduction})
case("selection", "ScatterElements", "multiplying by variables", [normal(2, 4, away=0.1), scattered, normal(2, 3, away=0.1)], lambda x, i, u: x.scatter_reduce(1, i, u, "prod"), {"axis": 1, "reduction": "mul"})
case("selection", "ScatterElements", "multiplying, some of them none", [Input(np.array([[0.0, 2.0, 3.0, 0.0]])), Input(np.array([[0, 1, 1, 2, 3, 3]], dtype=np.int64), "int64", True), Input(np.array([[5.0, 0.0, -2.0, 0.0, 0.0, 4.0]]))], lambda x, i, u: torch.stack([x[0, 0] * u[0, 0], x[0, 1] * u[0, 1] * u[0, 2], x[0, 2] * u[0, 3], x[0, 3] * u[0, 4] * u[0, 5]])[None], {"axis": 1, "reduction": "mul"})
case("selection", "ScatterND", "rows, multiplying, repeated", [normal(4, 3, away=0.1), Input(np.array([[2], [2]], dtype=np.int64), "int64", True), normal(2, 3, away=0.1)], lambda x, i, u: x.scatter_reduce(0, i.expand(2, 3), u, "prod"), {"reduction": "mul"})

case("expanded", "TensorScatter", "linear", [normal(2, 2, 4, 2), normal(2, 2, 2, 2), integers(1, 2)], lambda c, u, _: torch.stack([torch.cat([c[n, :, :at], u[n], c[n, :, at + 2 :]], 1) for n, at in enumerate((1, 2))]))
case("expanded", "TensorScatter", "circular", [normal(2, 4), normal(2, 2), integers(3, 1)], lambda c, u, _: torch.stack([torch.stack([u[0, 1], c[0, 1], c[0, 2], u[0, 0]]), torch.stack([c[1, 0], u[1, 0], u[1, 1], c[1, 3]])]), {"axis": 1, "mode": "circular"})
case("expanded", "TensorScatter", "from the beginning", [normal(2, 4), normal(2, 2)], lambda c, u: torch.cat([u, c[:, 2:]], 1), {"axis": -1})
case("expanded", "Attention", "keys of different number", [normal(2, 1, 2, 2), normal(2, 1, 3, 2), normal(2, 1, 3, 2), None, None, None, integers(3, 1)], lambda q, k, v, *_: F.scaled_dot_product_attention(q, k, v, (torch.arange(3) < torch.tensor([[3], [1]]))[:, None, None]))

# Straight-through quantisation, with DequantizeLinear behind -------------------------------------------------------


def quantized_case(setting, x, scale, zero, kind, least, greatest, axis=None, block=None, code=None):
    inputs = [x, number(scale), Input(np.asarray(zero), kind, constant=True)]

    def compute(values, scales, zeros):
        if axis is None:
            return torch.fake_quantize_per_tensor_affine(values.float(), float(scales), int(zeros), least, greatest).double()
        if block is None:
            return torch.fake_quantize_per_channel_affine(values.float(), scales.float(), zeros.int(), axis, least, greatest).double()
        # One row at a time, each by the channels of its block.
        rows = [torch.fake_quantize_per_channel_affine(row[None].float(), scales[at // block].float(), zeros[at // block].int(), 1, least, greatest) for at, row in enumerate(values)]
        return torch.cat(rows).double()

    given = {"axis": axis, "block_size": block, "output_dtype": code}
    case("straight-through", "QuantizeLinear", setting, inputs, compute, {name: value for name, value in given.items() if value is not None})


quantized_case("int8", normal(3, 5), 0.01, 3, "int8", -128, 127)
quantized_case("uint8", normal(3, 5), 0.007, 128, "uint8", 0, 255)
quantized_case("by channel", normal(2, 3, 4), [0.0101, 0.0043, 0.0197], [0, 10, -5], "int8", -128, 127, axis=1)
quantized_case("int16", normal(3, 5), 0.00003, -300, "int16", -32768, 32767)
quantized_case("uint16", normal(3, 5), 0.00002, 20000, "uint16", 0, 65535)
quantized_case("int4", normal(3, 5), 0.11, 1, "int8", -8, 7, code=22)
quantized_case("by blocks", normal(4, 3), [[0.0101, 0.0043, 0.0197], [0.02, 0.005, 0.006]], [[0, 10, -5], [1, 2, 3]], "int8", -128, 127, axis=0, block=2)

# Recurrent layers in the forms that PyTorch's own lack, step by step ----------------------------------------------


def stepwise(operator, x, w, r, b, lengths, clip=None, coupled=False, reverse=False):
    """One direction of the standard's equations: x [length, batch, width], w and r with the gates in its order."""
    bound = (lambda value: value) if clip is None else (lambda value: value.clamp(-clip, clip))
    width = r.shape[1]
    input_bias, state_bias = b.chunk(2)
    hidden = cell = torch.zeros(x.shape[1], width, dtype=torch.float64)
    outputs = [None] * len(x)
    for step in reversed(range(len(x))) if reverse else range(len(x)):
        given = (x[step] @ w.T + input_bias).split(width, 1)
        carried = (hidden @ r.T + state_bias).split(width, 1)
        sums = [bound(a + c) for a, c in zip(given, carried)]
        if operator == "LSTM":
            enter = sums[0].sigmoid()
            keep = 1 - enter if coupled else sums[2].sigmoid()
            next_cell = keep * cell + enter * sums[3].tanh()
            next_hidden = sums[1].sigmoid() * next_cell.tanh()
        elif operator == "GRU":
            update, reset = sums[0].sigmoid(), sums[1].sigmoid()
            fresh = bound(given[2] + (reset * hidden) @ r[2 * width :].T + state_bias[2 * width :]).tanh()
            next_cell, next_hidden = cell, (1 - update) * fresh + update * hidden
        else:
            next_cell, next_hidden = cell, sums[0].tanh()
        goes_on = (step < lengths)[:, None]
        outputs[step] = torch.where(goes_on, next_hidden, torch.zeros_like(hidden))
        hidden, cell = torch.where(goes_on, next_hidden, hidden), torch.where(goes_on, next_cell, cell)
    return torch.stack(outputs)[:, None]


def stepwise_case(operator, setting, lengths, batch_first=False, attributes=None, **options):
    count = {"LSTM": 4, "GRU": 3, "RNN": 1}[operator]
    x = normal(2, 3, 2) if batch_first else normal(3, 2, 2)
    inputs = [x, normal(1, count * 2, 2), normal(1, count * 2, 2), normal(1, 4 * count)]
    inputs.append(Input(np.array(lengths, dtype=np.int32), "int32", constant=True))

    def compute(x, w, r, b, lengths):
        y = stepwise(operator, x.transpose(0, 1) if batch_first else x, w[0], r[0], b[0], lengths, **options)
        return y.permute(2, 0, 1, 3) if batch_first else y

    case("recurrent", operator, setting, inputs, compute, {"hidden_size": 2, **(attributes or {})})


for operator in ("LSTM", "GRU", "RNN"):
    stepwise_case(operator, "different lengths", [2, 3])
    stepwise_case(operator, "different lengths, reverse", [1, 2], attributes={"direction": "reverse"}, reverse=True)
    stepwise_case(operator, "batch first", [3, 3], batch_first=True, attributes={"layout": 1})
    stepwise_case(operator, "clipped, some saturated", [3, 3], attributes={"clip": 0.6}, clip=0.6)
stepwise_case("LSTM", "coupled gates", [3, 3], attributes={"input_forget": 1}, coupled=True)


def reversed_parts(x, lengths):
    return torch.stack([torch.cat([row[:length].flip(0), row[length:]]) for row, length in zip(x, lengths)])


lengths = Input(np.array([2, 4, 1], dtype=np.int64), "int64", constant=True)
case("movement", "ReverseSequence", "batch first", [normal(3, 4, 2), lengths], reversed_parts, {"batch_axis": 0, "time_axis": 1})
case("movement", "ReverseSequence", "time first", [normal(4, 3), lengths], lambda x, n: reversed_parts(x.T, n).T)

# Pools in ceil mode with windows larger than the input; drawn last, so that the numbers of the others stay -------------

for include in (0, 1):
    flag = {"count_include_pad": include}
    pool_case("AveragePool", f"ceil, a window larger than the input, count_include_pad {include}", (2, 2, 2, 3), lambda x, i=include: F.avg_pool2d(x, 9, ceil_mode=True, count_include_pad=bool(i)), {"kernel_shape": [9, 9], "strides": [9, 9], "ceil_mode": 1, **flag})
    pool_case("AveragePool", f"ceil, a window larger than the padded input, count_include_pad {include}", (1, 2, 2, 5), lambda x, i=include: F.avg_pool2d(x, (6, 3), (3, 2), 1, ceil_mode=True, count_include_pad=bool(i)), {"kernel_shape": [6, 3], "strides": [3, 2], "pads": [1, 1, 1, 1], "ceil_mode": 1, **flag})
pool_case("MaxPool", "ceil, a window larger than the input", (2, 2, 2, 3), lambda x: F.max_pool2d(x, 9, ceil_mode=True), {"kernel_shape": [9, 9], "strides": [9, 9], "ceil_mode": 1})
pool_case("MaxPool", "ceil, a dilated window larger than the padded input", (1, 2, 4), lambda x: F.max_pool1d(x, 4, 3, 1, 2, ceil_mode=True), {"kernel_shape": [4], "strides": [3], "dilations": [2], "pads": [1, 1], "ceil_mode": 1})

FOLDER.mkdir(parents=True, exist_ok=True)
for family, cases in families.items():
    lines = ",\n".join(json.dumps(item, separators=(",", ":")) for item in cases)
    (FOLDER / f"{family}.json").write_text(f"[\n{lines}\n]\n")
    print(family, len(cases))
