"""Writes picture-flows.json: flows of pictures with given parameters, as nflows and normflows compute them in float64.

Run with nflows 0.14, normflows 1.7.3 and torch 2.15.0 from PyPI: python picture_flows.py; then format the JSON
(`npx biome format --write test/reference/picture-flows.json`). The tests only read its result.

Every case is made of both packages' own layers (picture_flow_packages.py), with parameters in flowvae's form. Nothing
is written where the packages differ, where a flow is not undone, or where a log-det is not that of the Jacobian.
"Forward" is from pictures to noise. A case is a list of levels, each a list of layers; behind each level but the last
one, the second half of the channels is finished.
"""

import json
import os
import warnings
from collections import namedtuple
from importlib.metadata import version
from math import log, prod

import torch
from picture_flow_layers import Layer, drawn, half, normal, shortened
from picture_flow_packages import ALPHA, WHOLE, of_nflows, of_normflows, parts_of, rows_of

warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64)
torch.manual_seed(5)
B = 2

# the permutations that flowvae draws from key(7), folded with a level and a step of Glow
ORDERS = [
    {"folds": [], "order": [1, 2, 0]},
    {"folds": [], "order": [2, 0, 3, 1]},
    {"folds": [2, 0], "order": [3, 0, 1, 2]},
    {"folds": [2, 1], "order": [2, 3, 1, 0]},
    {"folds": [1, 0], "order": [7, 0, 2, 4, 1, 5, 6, 3]},
    {"folds": [1, 1], "order": [7, 2, 3, 5, 0, 4, 6, 1]},
    {"folds": [2, 0], "order": [1, 4, 3, 0, 5, 7, 2, 6]},
    {"folds": [1, 0], "order": [14, 15, 7, 1, 2, 6, 10, 13, 12, 8, 0, 5, 3, 9, 4, 11]},
]

# options are those of flowvae's function `made`, pictures [h, w, c]
Case = namedtuple("Case", "name made shape options levels")


def order_of(channels, *folds):
    return next(row["order"] for row in ORDERS if row["folds"] == list(folds) and len(row["order"]) == channels)


def channels_first(shape):
    return shape[2], shape[0], shape[1]


def squeezed(shape):
    return 4 * shape[0], shape[1] // 2, shape[2] // 2


def name_of(made, shape, options):
    return " ".join([made, str(shape), *(f"{key} {str(value).lower()}" for key, value in options.items())])


def layer_case(made, shape, options={}, order=None):
    layer = Layer(made, channels_first(shape), "", options, order)
    return Case(name_of(made, shape, options), made, shape, options, [[layer]])


def factored(shape):
    part = half(channels_first(shape))
    mix = Layer("channelMix", part, "", {}, order_of(part[0]))
    return Case(f"factorOut {shape}", "factorOut", shape, {}, [[], [mix]])


def model_case(made, shape, options):
    make = {"glow": glow, "imageRealnvp": realnvp}[made]
    return Case(name_of(made, shape, options), made, shape, options, make(channels_first(shape), options))


def glow(shape, options):
    """Each level squeezes and does its steps."""
    levels, prefix = [], ""
    for level in range(options["levels"], 0, -1):
        layers = [Layer("squeeze", shape, "")]
        shape = squeezed(shape)
        for step in range(options["steps"]):
            norm, mix, coupling = (f"{prefix}{len(layers) + i}." for i in range(3))
            layers.append(Layer("imageActnorm", shape, norm))
            layers.append(Layer("channelMix", shape, mix, {}, order_of(shape[0], level, step)))
            layers.append(Layer("channelCoupling", shape, coupling, options))
        levels.append(layers)
        prefix += f"{len(layers)}."
        shape = half(shape)
    return levels


def realnvp(shape, options):
    """Each level: couplings by a checkerboard, a squeeze, couplings by channels; the last one has the first alone."""
    levels, prefix = [], ""
    for level in range(options["levels"] + 1):
        layers, is_last = [], level == options["levels"]

        def couplings(kind, count):
            for i in range(count):
                layers.append(Layer("imageActnorm", shape, f"{prefix}{len(layers)}."))
                layers.append(Layer(kind, shape, f"{prefix}{len(layers)}.", {**options, "swap": i % 2 == 1}))

        couplings("checkerboardCoupling", options["couplings"] + is_last)
        if not is_last:
            layers.append(Layer("squeeze", shape, ""))
            shape = squeezed(shape)
            couplings("channelCoupling", options["couplings"])
        levels.append(layers)
        prefix += f"{len(layers)}."
        shape = half(shape)
    return levels


def shapes_of(levels, shape):
    """Pictures at the end of each level."""
    found = []
    for layers in levels:
        for layer in layers:
            shape = squeezed(shape) if layer.kind == "squeeze" else shape
        found.append(shape)
        shape = half(shape)
    return found


def alike(name, a, b):
    error = ((a - b).abs() / b.abs().clamp(min=1)).max().item()
    assert error < 1e-10, f"{name}: off by {error}"


def checked(name, ways, x, z):
    """Both directions at x and z: the flow must be undone, and its log-det that of the autodiff Jacobian."""
    there, back = ways.forward(x), ways.inverse(z)
    alike(f"{name}: inverse of forward", ways.inverse(there[0])[0], x)
    alike(f"{name}: forward of inverse", ways.forward(back[0])[0], z)
    jacobian = torch.autograd.functional.jacobian(lambda row: ways.forward(row)[0], x[:1])
    alike(f"{name}: log-det", there[1][0], jacobian.reshape(z.shape[1], -1).slogdet()[1])
    return [there[0], there[1], rows_of([back[0]]), back[1]]


def agreed(name, found):
    """The numbers of the first package, which are those of the others."""
    for others in found[1:]:
        for a, b in zip(found[0], others):
            alike(f"{name}: packages", a, b)
    return found[0]


def numbers(values):
    return [float(f"{value:.9g}") for value in values.flatten().tolist()]


def given(values):
    """The short decimals of which the values are the float32 numbers."""
    return [round(value, 3) for value in values.flatten().tolist()]


def solved(case):
    shape, dim = channels_first(case.shape), prod(case.shape)
    is_whole = case.made in ("glow", "imageRealnvp")
    size = 0.6 if is_whole else 1.0  # of many layers, so that pictures do not explode
    levels = [[(layer, drawn(layer, size)) for layer in layers] for layers in case.levels]
    by = {"nflows": of_nflows, "normflows": of_normflows}
    if case.made == "factorOut" and shape[0] % 2:
        del by["nflows"]  # it gives out the larger part of an odd number of channels, flowvae the smaller one
    made = {package: make(levels, shapes_of(case.levels, shape)) for package, make in by.items()}
    x = shortened(torch.rand(B, dim)) if case.made == "inverseLogit" else normal(B, dim)
    pictures = parts_of(x, [shape])[0]
    found = agreed(case.name, [checked(f"{case.name} by {by}", ways, pictures, x) for by, ways in made.items()])
    params = {layer.prefix + name: given(v) for layers in levels for layer, own in layers for name, v in own.items()}
    record = {"name": case.name, "made": case.made, "shape": case.shape, "options": case.options, "by": list(by)}
    record.update(params=params, x=given(x))
    record.update(zip(["noise", "logDet", "picture", "pictureLogDet"], map(numbers, found)))
    if is_whole:
        [log_prob] = agreed(case.name, [[ways.log_prob(pictures)] for ways in made.values()])
        record.update(logProb=numbers(log_prob), dequantised=dequantised(case, made.values()))
    return record


def dequantised(case, made):
    """Bits per dimension of whole levels by one draw of uniform noise, behind the logit."""
    shape, dim = channels_first(case.shape), prod(case.shape)
    k, u = torch.randint(WHOLE, (B, dim)).double(), shortened(0.99 * torch.rand(B, dim))
    [nats] = agreed(case.name, [[ways.log_bound(*(parts_of(v, [shape])[0] for v in (k, u)))] for ways in made])
    bits = -nats / (dim * log(2))
    return {"levels": [int(level) for level in k.flatten()], "noise": given(u), "bits": numbers(bits)}


def couplings(made, shapes, options={}):
    """Pairs of a shape and options."""
    return [layer_case(made, shape, {"width": 3, **own, **options}) for shape, own in shapes]


relu, residual = {"activation": "relu"}, {"residual": True}
cases = [
    layer_case("squeeze", [4, 6, 2]),
    layer_case("imageActnorm", [2, 4, 3]),
    layer_case("channelMix", [2, 4, 3], order=order_of(3)),
    layer_case("channelMix", [4, 2, 4], order=order_of(4)),
    layer_case("inverseLogit", [2, 2, 2], {"alpha": ALPHA}),
    factored([2, 4, 5]),
    factored([2, 2, 8]),
    *couplings(
        "channelCoupling",
        [
            ([4, 4, 2], {"width": 5}),
            ([2, 4, 3], {"mostLogScale": 0.5}),
            ([4, 3, 3], {**relu, "swap": True}),
            ([3, 4, 2], {**residual, "blocks": 2}),
            ([4, 3, 4], {**residual, **relu}),
            ([4, 2, 3], {"map": "additive", "blocks": 2}),
            ([2, 4, 3], {"map": "spline", "bins": 3, **relu}),
        ],
    ),
    *couplings(
        "checkerboardCoupling",
        [
            ([4, 4, 2], {"width": 5}),
            ([3, 4, 2], {**relu, "swap": True}),
            ([4, 3, 2], {**residual, "blocks": 2}),
            ([3, 4, 2], {**residual, **relu}),
            ([4, 3, 2], {"map": "additive"}),
            ([3, 4, 3], {"context": 1}),
        ],
    ),
    model_case("glow", [4, 8, 1], {"levels": 2, "steps": 2, "width": 4, **relu}),
    model_case("glow", [4, 4, 2], {"levels": 2, "steps": 1, "width": 3, **residual}),
    model_case("imageRealnvp", [4, 4, 2], {"levels": 1, "couplings": 1, "width": 3, **residual, **relu}),
    model_case("imageRealnvp", [4, 4, 1], {"levels": 1, "couplings": 2, "width": 4, "residual": False}),
]
packages = ", ".join(f"{name} {version(name).split('+')[0]}" for name in ("nflows", "normflows", "torch"))
written = {"madeBy": f"picture_flows.py with {packages}", "key": 7, "orders": ORDERS, "cases": list(map(solved, cases))}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "picture-flows.json"), "w") as file:
    json.dump(written, file, indent=1)
    file.write("\n")
