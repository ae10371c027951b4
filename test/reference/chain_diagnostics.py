"""Writes chain-diagnostics.json: R-hat, effective sample sizes and Monte Carlo errors of chains by ArviZ.

Run with ArviZ 0.22.0 from PyPI: python chain_diagnostics.py
The chains are made by exact operations only, so that test/inference/made-chains.ts makes the same numbers.
"""

import json
import math
import os
import warnings

import arviz as az
import numpy as np
from arviz.stats.diagnostics import _rhat, _split_chains, _z_scale

warnings.simplefilter("ignore")


def normals(seed):
    """Sums of twelve uniforms less 6, from a linear congruential generator."""
    state = seed
    while True:
        total = 0.0
        for _ in range(12):
            state = (state * 1664525 + 1013904223) % 2**32
            total += (state + 0.5) / 2**32
        yield total - 6.0


def chain(case, index):
    source = normals(1000 * case["seed"] + index)
    x, values = 0.0, []
    for i in range(case["draws"]):
        x = case["phi"] * x + next(source)
        value = x
        if case["kind"] == "heavy":
            value = x / next(source)
        elif case["kind"] == "rounded":
            value = math.floor(x)
        elif case["kind"] == "constant":
            value = 3.5
        elif case["kind"] == "stuck" and index == 1 and i > case["draws"] // 3:
            value = values[-1]
        elif case["kind"] == "nan" and index == 1 and i == 7:
            value = math.nan
        elif case["kind"] == "shifted":
            value = x + index
        elif case["kind"] == "scaled":
            value = x * (1 + 2 * index)
        elif case["kind"] == "infinite" and index == 0 and i == 5:
            value = math.inf
        values.append(value)
    return values


def r_hat(x):
    """ArviZ gives no R-hat of a single chain, although its halves have one: here by ArviZ's own parts."""
    if len(x) > 1:
        return az.rhat(x)
    split = _split_chains(x)
    return max(_rhat(_z_scale(split)), _rhat(_z_scale(abs(split - np.median(split)))))


def row(seed, kind, chains, draws, phi):
    case = {"seed": seed, "kind": kind, "chains": chains, "draws": draws, "phi": phi}
    x = np.array([chain(case, index) for index in range(chains)])
    numbers = {
        "rHat": r_hat(x),
        "bulkEss": az.ess(x, method="bulk"),
        "tailEss": az.ess(x, method="tail"),
        "meanEss": az.ess(x, method="mean"),
        "meanError": az.mcse(x, method="mean"),
        "deviationError": az.mcse(x, method="sd"),
    }
    return case | {name: float(value) if math.isfinite(value) else None for name, value in numbers.items()}


cases = [
    row(1, "plain", 4, 100, 0.0),
    row(2, "plain", 4, 250, 0.9),
    row(3, "plain", 3, 101, 0.5),
    row(4, "plain", 2, 1000, -0.9),
    row(5, "heavy", 4, 300, 0.3),
    row(6, "rounded", 4, 203, 0.4),
    row(7, "stuck", 4, 120, 0.2),
    row(8, "constant", 4, 50, 0.0),
    row(9, "nan", 4, 50, 0.0),
    row(10, "shifted", 4, 80, 0.0),
    row(11, "scaled", 4, 80, 0.0),
    row(12, "infinite", 4, 80, 0.0),
    row(13, "plain", 4, 4, 0.0),
    row(14, "plain", 4, 3, 0.0),
    row(15, "plain", 2, 7, 0.0),
    row(16, "plain", 2, 10, -0.95),
    row(17, "plain", 1, 200, 0.7),
    row(18, "plain", 64, 20, 0.3),
]

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "chain-diagnostics.json"), "w") as file:
    json.dump({"cases": cases}, file, indent=2)
    file.write("\n")
