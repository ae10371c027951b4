"""Writes normflows.json: a state dict of normflows' planar and radial flows, in its own names, and their results at some points.

Run with normflows 1.7.3 and torch 2.15.0 from PyPI: python normflows_reference.py
"""

import json
import os

import torch
from normflows.flows.planar import Planar
from normflows.flows.radial import Radial

torch.set_default_dtype(torch.float64)
torch.manual_seed(7)
D, B = 3, 6


def drawn(*shape, scale=1.0):
    return (scale * torch.randn(*shape)).float().double()  # numbers of float32, so that nothing is rounded on the way


def planar(act):
    return Planar((D,), act, u=drawn(1, D, scale=2.0), w=drawn(1, D), b=drawn(1))


def radial(alpha):
    flow = Radial((D,), z_0=drawn(1, D))
    flow.alpha.data = torch.tensor([alpha])
    flow.beta.data = drawn(1, scale=1.5)
    return flow


cases = {
    "planar": [planar("tanh") for _ in range(3)],
    "planar with leaky ReLU": [planar("leaky_relu") for _ in range(2)],
    "radial": [radial(0.75), radial(-1.5)],
    "planar and radial": [planar("tanh"), radial(-0.25), radial(2.0), planar("tanh")],
}

written = []
for name, flows in cases.items():
    z = drawn(B, D, scale=1.5)
    y, log_det = z, torch.zeros(B)
    for flow in flows:
        y, step = flow(y)
        log_det = log_det + step
    state = torch.nn.ModuleList(flows).state_dict(prefix="flows.")
    tensors = {
        key: {"shape": list(value.shape), "values": value.double().flatten().tolist()}
        for key, value in state.items()
        if value.dtype.is_floating_point
    }
    written.append({"name": name, "dim": D, "state": tensors, "z": z.tolist(), "y": y.detach().tolist(), "logDet": log_det.detach().tolist()})

madeBy = "normflows_reference.py with normflows 1.7.3, torch " + torch.__version__.split("+")[0]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "normflows.json"), "w") as file:
    json.dump({"madeBy": madeBy, "cases": written}, file, indent=2)
    file.write("\n")
