"""Writes fixtures/operators.json: what the ONNX specification says of each standard operator.

Of each: the opset that brought it and, where one took it away, that; and from the version that opset 18 uses on (or the
first, or the last, where opset 18 does not have it) to opset 26, the numbers of inputs and the defaults of attributes,
each time that they change.
Run from the repository root with a Python that has onnx:

    python3 benchmarks/oracles/operators.py
"""

import json
import pathlib

import onnx
from onnx import defs

FILE = pathlib.Path(__file__).resolve().parents[2] / "fixtures" / "operators.json"
OPSET, NEWEST = 18, 26
UNBOUNDED = 2**31 - 1


def default_of(attribute):
    if attribute.default_value.type == 0:
        return None
    value = onnx.helper.get_attribute_value(attribute.default_value)
    as_text = lambda item: item.decode() if isinstance(item, bytes) else item
    return [as_text(item) for item in value] if isinstance(value, (list, tuple)) else as_text(value)


def described(schema):
    defaults = {name: default_of(attribute) for name, attribute in sorted(schema.attributes.items())}
    return {
        "opset": schema.since_version,
        "inputs": [schema.min_input, None if schema.max_input == UNBOUNDED else schema.max_input],
        "defaults": {name: value for name, value in defaults.items() if value is not None},
    }


operators = {}
for schema in sorted(defs.get_all_schemas_with_history(), key=lambda each: (each.name, each.since_version)):
    if schema.domain == "" and schema.since_version <= NEWEST:
        operators.setdefault(schema.name, []).append(schema)

lines = []
for name, versions in operators.items():
    # A version may be marked as deprecated and a later one take its place.
    *earlier, newest = versions
    gone = [newest.since_version] if newest.deprecated else []
    living = earlier if gone else versions
    if gone and gone[0] <= 7:
        continue
    before = [schema for schema in living if schema.since_version <= OPSET]
    used = before[-1:] + [schema for schema in living if schema.since_version > OPSET]
    told = []
    for version in map(described, used):
        if not told or {**version, "opset": 0} != {**told[-1], "opset": 0}:
            told.append(version)
    entry = {"since": living[0].since_version, **({"until": gone[0]} if gone else {}), "versions": told}
    lines.append(f"{json.dumps(name)}: {json.dumps(entry)}")
FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
print(len(lines), "operators")
