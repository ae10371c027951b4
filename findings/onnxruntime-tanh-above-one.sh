#!/bin/sh
# ONNX Runtime's Tanh on processors leaves [-1, 1]: about one float32 in 25 from 8 to 9.5 gives 1.0000001 or 1.0000002, so that
# log(1 - tanh(x)^2) and atanh(tanh(x)) are NaN there. Seen with onnxruntime 1.23.2 (Python, x86-64, CPUExecutionProvider).
# Prints how many of 100,001 points are above 1; exit code 1 where none is any more. Needs python3 with venv.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'onnxruntime==1.23.2' 'onnx==1.19.1' 'numpy==2.2.6'
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import onnxruntime
from onnx import TensorProto, helper

graph = helper.make_graph(
    [helper.make_node("Tanh", ["x"], ["y"])],
    "tanh",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n"])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n"])],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
x = np.linspace(8, 9.5, 100_001, dtype=np.float32)
(y,) = session.run(None, {"x": x})
above = y > 1
print(f"onnxruntime {onnxruntime.__version__}: {above.sum()} of {x.size} points above 1, largest {y.max():.9f}, first at x = {x[above][0] if above.any() else None}")
raise SystemExit(0 if above.any() else 1)
PYTHON
