"""Prints onnx-library.json: one model with every field that flowvae writes, as ONNX's own library (Python, onnx 1.23.2) writes it."""
import json

import onnx
from onnx import TensorProto, helper

opset = helper.make_opsetid("", 17)
zoo = helper.make_node("Zoo", ["x", ""], ["y"], name="a node", domain="com.example")
zoo.attribute.append(helper.make_attribute("axis", -3))
zoo.attribute.append(helper.make_attribute("perm", [1, 0, 300, -(2**31)]))
zoo.attribute.append(helper.make_attribute("alpha", 0.1))
zoo.attribute.append(helper.make_attribute("mode", "λ"))
weights = helper.make_tensor("w", TensorProto.FLOAT, [2, 1, 300], b"\x00" * 2400, raw=True)
scalar = helper.make_tensor("s", TensorProto.INT64, [], b"\x01" + b"\x00" * 7, raw=True)
x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 784, None])
empty = helper.make_tensor_sequence_value_info("stop", TensorProto.FLOAT, None)
graph = helper.make_graph([zoo], "traced", [x], [empty], initializer=[weights, scalar])
model = helper.make_model(graph, opset_imports=[opset], producer_name="flowvae", producer_version="1", doc_string="a text")
model.ir_version = 8
helper.set_model_props(model, {"config": "{}"})
print(json.dumps({"madeBy": f"onnx_library.py with onnx {onnx.__version__}", "hex": model.SerializeToString(deterministic=True).hex()}))
