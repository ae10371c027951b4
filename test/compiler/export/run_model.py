"""Checks ONNX files and runs them: a list of {file, feeds} as JSON on stdin; prints outputs, or an error, of each as JSON."""
import json
import sys

import numpy as np
import onnx
import onnxruntime as ort


def run(file, feeds):
    onnx.checker.check_model(file, full_check=True)
    arrays = {name: np.array(given["data"], np.float32).reshape(given["shape"]) for name, given in feeds.items()}
    session = ort.InferenceSession(file, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    outputs = dict(zip(names, session.run(names, arrays)))
    return {name: {"data": a.astype(float).ravel().tolist(), "shape": list(a.shape)} for name, a in outputs.items()}


def run_or_explain(model):
    try:
        return {"outputs": run(model["file"], model["feeds"])}
    except Exception as error:
        return {"error": str(error)}


print(json.dumps([run_or_explain(model) for model in json.load(sys.stdin)]))
