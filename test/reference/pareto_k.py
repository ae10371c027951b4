"""Writes pareto-k.json: Pareto k-hat and fits of the generalised Pareto distribution by ArviZ.

Run with ArviZ 0.22.0 from PyPI: python pareto_k.py
"""

import json
import math
import os

import numpy as np
from arviz.stats.stats import _gpdfit, psislw

GOLDEN = 0.6180339887498949


def log_weights(count, shape, shift):
    """Log of the quantiles of 1 + GPD(shape) at a sequence that fills (0, 1) evenly, times exp(shift)."""
    quantiles = [math.fmod((i + 0.5) * GOLDEN, 1.0) for i in range(count)]
    return [math.log1p(math.expm1(-shape * math.log1p(-u)) / shape) + shift for u in quantiles]


def case(count, shape, shift):
    values = np.array(log_weights(count, shape, shift))
    exceedances = np.sort(np.expm1(values - shift))
    fitted, scale = _gpdfit(exceedances)
    unshrunk = (fitted * (count + 10) - 5) / count
    _, k_hat = psislw(values.copy())
    return {"count": count, "shape": shape, "shift": shift, "paretoK": float(k_hat), "fittedShape": float(unshrunk), "fittedScale": float(scale)}


cases = [case(*row) for row in [(25, 0.5, 0.0), (26, 0.5, 0.0), (27, 0.9, -5.0), (60, 1.5, -700.0), (500, 0.2, 3.0), (500, -0.3, 0.0), (5000, 0.7, -90.0), (5000, 1.0, 1e4)]]

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "pareto-k.json"), "w") as file:
    json.dump({"cases": cases}, file, indent=2)
    file.write("\n")
