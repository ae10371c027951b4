"""Layers of flows of pictures for picture_flows.py: their parameters, drawn in flowvae's form, and their networks.

A layer takes pictures [c, h, w]; its parameters' names begin with a prefix. Kernels are [window, window, from, to].
"""

from collections import namedtuple
from math import expm1, log

import torch
from nflows.nn.nets.resnet import ConvResidualBlock
from torch import nn
from torch.nn import functional as F

LEAST = 1e-3  # least slope of splines, in both packages and in flowvae
OUTPUTS = {"affine": lambda _: 2, "additive": lambda _: 1, "spline": lambda bins: 3 * bins - 1}
ACTIVATIONS = {"elu": (F.elu, torch.tanh), "relu": (F.relu, F.relu)}

Layer = namedtuple("Layer", "kind shape prefix options order", defaults=[{}, None])


def shortened(values):
    """Numbers of float32 with two decimals, so that nothing is rounded on the way."""
    return (100 * values).round().div(100).float().double()


def normal(*shape, scale=1.0):
    return shortened(scale * torch.randn(shape))


def drawn(layer, size=1.0):
    """Parameters far from the start, where every layer is the identity or a permutation."""
    channels, options = layer.shape[0], layer.options
    if layer.kind == "imageActnorm":
        return {"shift": normal(channels, scale=0.5 * size), "logScale": normal(channels, scale=0.4 * size)}
    if layer.kind == "channelMix":
        entries, scale = channels * (channels - 1) // 2, size / channels**0.5
        triangles = {name: normal(entries, scale=scale) for name in ("lower", "upper")}
        return {**triangles, "logScale": normal(channels, scale=0.4 * size)}
    if layer.kind in ("squeeze", "inverseLogit"):
        return {}
    width, residual = options["width"], options.get("residual", False)
    driving, driven = driving_and_driven(layer)
    hidden = [f"{i + 1}{half}" for i in range(options.get("blocks", 1)) for half in ("ab" if residual else [""])]
    stages = [("In", 3, driving, width), *((name, 3 if residual else 1, width, width) for name in hidden)]
    stages.append(("Out", 3, width, outputs_of(options) * driven))
    params = {}
    for name, window, inputs, outputs in stages:
        params[f"kernel{name}"] = normal(window, window, inputs, outputs, scale=1.5 * size / (window * inputs**0.5))
        params[f"bias{name}"] = normal(outputs, scale=0.4 * size)
    return params


def driving_and_driven(layer):
    """Channels that drive, and those that change."""
    channels, first = layer.shape[0], (layer.shape[0] + 1) // 2
    if layer.kind == "checkerboardCoupling":
        return channels, channels - layer.options.get("context", 0)
    return (channels - first, first) if layer.options.get("swap") else (first, channels - first)


def outputs_of(options):
    """Numbers of the network for each number that changes."""
    return OUTPUTS[options.get("map", "affine")](options.get("bins"))


def changed_channels(layer):
    """1 for the channels that a coupling changes."""
    channels, swap = layer.shape[0], layer.options.get("swap", False)
    return torch.tensor([int((i < (channels + 1) // 2) == swap) for i in range(channels)])


def changed_numbers(layer):
    """Where a checkerboard changes numbers, [c, h, w]."""
    (channels, height, width), context = layer.shape, layer.options.get("context", 0)
    colour = (torch.arange(height)[:, None] + torch.arange(width)) % 2
    changed = colour == (0 if layer.options.get("swap") else 1)
    return changed & (torch.arange(channels) >= context)[:, None, None]


def convolution(kernel, bias):
    window, _, inputs, outputs = kernel.shape
    made = nn.Conv2d(inputs, outputs, window, padding=window // 2)
    made.weight.data, made.bias.data = kernel.permute(3, 2, 0, 1).contiguous(), bias
    return made


class Network(nn.Module):
    """conv3x3, hidden layers, activation, conv3x3; hidden are nflows' residual blocks, or activations and conv1x1."""

    def __init__(self, params, activation="elu", residual=False, blocks=1, **_):
        super().__init__()
        self.hidden, self.at_end = ACTIVATIONS[activation]
        self.first, self.last = (stage(params, name) for name in ("In", "Out"))
        self.residual = residual
        made = self.residual_block if residual else stage
        self.blocks = nn.ModuleList([made(params, str(i + 1)) for i in range(blocks)])

    def residual_block(self, params, name):
        block = ConvResidualBlock(self.first.out_channels, activation=self.hidden)
        block.conv_layers = nn.ModuleList([stage(params, name + half) for half in "ab"])
        return block

    def forward(self, x, context=None):
        h = self.first(x)
        for block in self.blocks:
            h = block(h) if self.residual else block(self.hidden(h))
        return self.last(self.at_end(h))


def stage(params, name):
    return convolution(params[f"kernel{name}"], params[f"bias{name}"])


class Behind(nn.Module):
    """A network and a function of its result."""

    def __init__(self, net, function):
        super().__init__()
        self.net, self.function = net, function

    def forward(self, x, context=None):
        return self.function(self.net(x))


def bounded(raw, options):
    most = options.get("mostLogScale", 2)
    return most * torch.tanh(raw / most)


def by_turns(net, options):
    """m and a of y = x exp(a) + m, by turns."""

    def function(numbers):
        shift, raw = numbers.chunk(2, 1)
        return torch.stack([shift, bounded(raw, options)], 2).flatten(1, 2)

    return Behind(net, function)


def undone_by_turns(net, options):
    """t and s of y = (x - t) exp(-s), which is x exp(a) + m, by turns."""

    def function(numbers):
        shift, raw = numbers.chunk(2, 1)
        log_scale = bounded(raw, options)
        return torch.stack([-shift * torch.exp(-log_scale), -log_scale], 2).flatten(1, 2)

    return Behind(net, function)


def with_unit_slopes(net, options):
    """A raw slope of 0 means slope 1 in flowvae, softplus(0) + 0.001 in both packages."""
    raised = torch.tensor([0.0] * 2 * options["bins"] + [log(expm1(1 - LEAST))] * (options["bins"] - 1))
    return Behind(net, lambda numbers: numbers + raised.repeat(numbers.shape[1] // len(raised))[:, None, None])


def lower_triangle(packed, n):
    """The rows x_m, ..., x_last, x_last, ..., x_0 of m = n - 1 numbers each, under the diagonal."""
    rows = torch.cat([packed[n - 1 :], packed.flip(0)]).reshape(n - 1, n - 1)
    return F.pad(rows.tril(), (0, 1, 1, 0))


def side_by_side(channels):
    """The place in the packages' squeezed channels of each one in flowvae's."""
    return torch.tensor([4 * c + pixel for pixel in range(4) for c in range(channels)])


def half(shape, finished=False):
    """The part of the channels that goes on, or the finished one."""
    goes_on = (shape[0] + 1) // 2
    return (shape[0] - goes_on if finished else goes_on, *shape[1:])
