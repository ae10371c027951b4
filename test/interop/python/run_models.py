"""Runs ONNX files in a runtime of Python: run_models.py RUNTIME. Files and feeds come on stdin and answers go to stdout, as rust/protocol says."""
import json
import os
import sys

import numpy as np


def reference(file):
    import onnx
    from onnx.reference import ReferenceEvaluator

    onnx.checker.check_model(file, full_check=True)
    evaluator = ReferenceEvaluator(file)
    return lambda feeds: dict(zip(evaluator.output_names, evaluator.run(None, feeds)))


def onnxruntime(file):
    import onnxruntime as ort

    session = ort.InferenceSession(file, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return lambda feeds: dict(zip(names, session.run(names, feeds)))


def openvino_with(properties):
    def load(file):
        import openvino as ov

        model = ov.Core().compile_model(file, "CPU", properties)
        return lambda feeds: {output.any_name: array for output, array in model(feeds).items()}

    return load


def tinygrad(file):
    from tinygrad import Tensor
    from tinygrad.nn.onnx import OnnxRunner

    OnnxRunner(file)  # refuses here a file that it cannot read

    def run(feeds):
        runner = OnnxRunner(file)  # a runner keeps the batch size of its first run
        return {name: tensor.numpy() for name, tensor in runner({k: Tensor(v) for k, v in feeds.items()}).items()}

    return run


def jaxonnxruntime(file):
    import jax
    import onnx
    from jaxonnxruntime import config
    from jaxonnxruntime.backend import Backend

    config.update("jaxort_only_allow_initializers_as_static_args", False)
    model = onnx.load(file)
    names = [output.name for output in model.graph.output]
    inputs = [value.name for value in model.graph.input]

    def run(feeds):
        prepared = Backend.prepare(model)
        return dict(zip(names, map(np.asarray, prepared.run([feeds[name] for name in inputs]))))

    return run


def onnx2torch(file):
    import onnx
    import torch
    from onnx2torch import convert

    model = onnx.load(file)
    module = convert(model).eval()
    inputs = [value.name for value in model.graph.input]
    names = [output.name for output in model.graph.output]

    def run(feeds):
        with torch.no_grad():
            results = module(*[torch.from_numpy(feeds[name]) for name in inputs])
        return dict(zip(names, [t.numpy() for t in (results if isinstance(results, (tuple, list)) else [results])]))

    return run


RUNTIMES = {
    "onnx.reference": reference,
    "onnxruntime": onnxruntime,
    "openvino": openvino_with({"INFERENCE_PRECISION_HINT": "f32"}),
    "openvino-default": openvino_with({}),
    "tinygrad": tinygrad,
    "jaxonnxruntime": jaxonnxruntime,
    "onnx2torch": onnx2torch,
}


def message(error):
    return f"{type(error).__name__}: {error}"


def numbers(outputs):
    return {
        name: {"data": np.asarray(a).astype(float).ravel().tolist(), "shape": list(a.shape)} for name, a in outputs.items()
    }


def answers(load, file, runs):
    try:
        run = load(file)
    except Exception as error:
        return [{"error": message(error)} for _ in runs]
    return [answer(run, feeds) for feeds in runs]


def answer(run, feeds):
    try:
        arrays = {k: np.array(given["data"], np.float32).reshape(given["shape"]) for k, given in feeds.items()}
        return {"outputs": numbers(run(arrays))}
    except Exception as error:
        return {"error": message(error)}


if __name__ == "__main__":
    load = RUNTIMES[sys.argv[1]]
    given = json.load(sys.stdin)
    answered = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # a runtime's output goes to stderr
    json.dump([answers(load, entry["file"], entry["runs"]) for entry in given], answered)
