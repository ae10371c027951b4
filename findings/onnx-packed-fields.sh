#!/bin/sh
# tinygrad 0.14.0 does not read ONNX files whose lists of numbers (TensorProto.dims, AttributeProto.ints) are packed, as writers generated from
# onnx.proto3 write them (npm onnx-proto 8.0.1). Protobuf asks readers of proto2 to take both forms; onnx and onnxruntime do.
# rten 0.27.0 refuses such files too: "error in message rten_onnx::onnx::TensorProto field 1: field type mismatch".
# Needs python3 and the network. Exits with 0 while tinygrad behaves as written here.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet onnx==1.23.2 onnxruntime==1.32.0 tinygrad==0.14.0
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
import onnx
import onnxruntime
import tinygrad.nn.onnx
from onnx import TensorProto, helper

w = helper.make_tensor("w", TensorProto.FLOAT, [2, 3], np.arange(6, dtype=np.float32).tobytes(), raw=True)
x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [2, 3]) for name in "xy")
graph = helper.make_graph([helper.make_node("Add", ["x", "w"], ["y"])], "sum", [x], [y], [w])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
unpacked = model.SerializeToString()
# dims = [2, 3]: two fields with a tag each, or one field of two bytes.
packed = unpacked.replace(b"\x08\x02\x08\x03", b"\x0a\x02\x02\x03", 1)
assert packed != unpacked
assert onnx.load_from_string(packed) == onnx.load_from_string(unpacked) == model
ones = np.ones((2, 3), np.float32)


def onnxruntime_reads(data):
    return onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"]).run(None, {"x": ones})[0].sum()


def tinygrad_reads(data):
    with open("model.onnx", "wb") as file:
        file.write(data)
    return "reads it: " + ", ".join(tinygrad.nn.onnx.OnnxRunner("model.onnx").graph_outputs)


def attempt(read, data):
    try:
        return read(data)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


seen = {form: attempt(tinygrad_reads, data) for form, data in (("unpacked", unpacked), ("packed", packed))}
print(f"onnx {onnx.__version__}: reads both as the same message")
for form, data in (("unpacked", unpacked), ("packed", packed)):
    print(f"onnxruntime {onnxruntime.__version__}, {form}: sum of the result {onnxruntime_reads(data)}")
for form, text in seen.items():
    print(f"tinygrad 0.14.0, {form}: {text}")
sys.exit(0 if seen["unpacked"] == "reads it: y" and "Error" in seen["packed"] else 1)
PYTHON
