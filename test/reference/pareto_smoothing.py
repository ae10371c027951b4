"""Writes pareto-smoothing.json: Pareto-smoothed log-weights by ArviZ, not normalised.

Run with ArviZ 0.22.0 from PyPI: python pareto_smoothing.py
"""

import json
import math
import os

import numpy as np
from arviz.stats.stats import psislw

GOLDEN = 0.6180339887498949


def log_weights(count, shape, shift):
    """Log of the quantiles of 1 + GPD(shape) at a sequence that fills (0, 1) evenly, times exp(shift); as pareto_k.py."""
    quantiles = [math.fmod((i + 0.5) * GOLDEN, 1.0) for i in range(count)]
    return [math.log1p(math.expm1(-shape * math.log1p(-u)) / shape) + shift for u in quantiles]


def tied(values):
    return [math.floor(2 * value) / 2 for value in values]


def case(name, values):
    smoothed, k_hat = psislw(np.array(values), normalize=False)
    return {
        "name": name,
        "logWeights": values,
        "sorted": sorted(float(value) for value in smoothed),
        "logSum": float(np.logaddexp.reduce(smoothed)),
        "paretoK": float(k_hat) if math.isfinite(k_hat) else None,
    }


cases = [
    case("finite variance", log_weights(100, 0.3, 0.0)),
    case("shift", log_weights(60, 0.6, -700.0)),
    case("no variance", log_weights(200, 0.9, 3.0)),
    case("no mean", log_weights(120, 1.6, 100.0)),
    case("bounded", log_weights(150, -0.4, 0.0)),
    case("ties", tied(log_weights(150, 0.8, 0.0))),
    case("few", log_weights(20, 0.5, 0.0)),
    case("far below the largest", [-1000.0 - i for i in range(96)] + [-0.1, -0.2, -0.3, 0.0]),
]

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "pareto-smoothing.json"), "w") as file:
    json.dump({"cases": cases}, file, indent=2)
    file.write("\n")
