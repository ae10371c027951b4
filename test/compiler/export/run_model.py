"""Checks an ONNX file (argument) and runs it on the inputs given as JSON on stdin; prints its outputs as JSON."""
import json
import sys

import numpy as np
import onnx
import onnxruntime as ort

path = sys.argv[1]
onnx.checker.check_model(path, full_check=True)
feeds = {
    name: np.array(given["data"], np.float32).reshape(given["shape"]) for name, given in json.load(sys.stdin).items()
}
session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
names = [output.name for output in session.get_outputs()]
outputs = dict(zip(names, session.run(names, feeds)))
print(json.dumps({name: {"data": a.astype(float).ravel().tolist(), "shape": list(a.shape)} for name, a in outputs.items()}))
