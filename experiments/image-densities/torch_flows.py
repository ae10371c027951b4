"""Glow and RealNVP of pictures in PyTorch, of nflows' pieces where it has them: the architectures of flowvae.

Pictures are [B, c, h, w]. A transform's forward direction goes from pictures to noise and gives its log-det [B].
"""
import math

import torch
from nflows.transforms import (
    ActNorm, AffineCouplingTransform, CompositeTransform, MultiscaleCompositeTransform, OneByOneConvolution,
    SqueezeTransform, Transform,
)
from torch import nn

MOST_LOG_SCALE = 2.0
ALPHA = 0.05
LEVELS = 256


def bounded(raw):
    return MOST_LOG_SCALE * torch.tanh(raw / MOST_LOG_SCALE)


def glorot(convolution):
    """Kernels U(-r, r), r^2 = 6 / (window * inputs + outputs), biases 0."""
    inputs = convolution.weight[0].numel()
    radius = math.sqrt(6 / (inputs + convolution.out_channels))
    nn.init.uniform_(convolution.weight, -radius, radius)
    nn.init.zeros_(convolution.bias)
    return convolution


def last(convolution):
    """The layer that makes a coupling the identity at first."""
    nn.init.zeros_(convolution.weight)
    nn.init.zeros_(convolution.bias)
    return convolution


class PlainNetwork(nn.Sequential):
    """conv3x3, ReLU, conv1x1, ReLU, conv3x3"""

    def __init__(self, inputs, outputs, width):
        super().__init__(
            glorot(nn.Conv2d(inputs, width, 3, padding=1)), nn.ReLU(),
            glorot(nn.Conv2d(width, width, 1)), nn.ReLU(),
            last(nn.Conv2d(width, outputs, 3, padding=1)),
        )

    def forward(self, x, context=None):
        return super().forward(x)


class ResidualNetwork(nn.Module):
    """conv3x3, one residual block of two 3x3 convolutions, ReLU, conv3x3"""

    def __init__(self, inputs, outputs, width):
        super().__init__()
        self.first, self.a, self.b = (
            glorot(nn.Conv2d(channels, width, 3, padding=1)) for channels in (inputs, width, width)
        )
        self.last = last(nn.Conv2d(width, outputs, 3, padding=1))

    def forward(self, x, context=None):
        h = self.first(x)
        return self.last((h + self.b(self.a(h.relu()).relu())).relu())


class ChannelCoupling(AffineCouplingTransform):
    """nflows' coupling with the log-scale 2 tanh(r / 2); the first channels of the network are log-scales."""

    def __init__(self, channels, width, network, swap=False):
        first = (channels + 1) // 2
        mask = torch.tensor([float((i < first) == swap) for i in range(channels)])
        super().__init__(mask, lambda inputs, outputs: network(inputs, outputs, width))

    def _scale_and_shift(self, transform_params):
        raw, shift = transform_params.chunk(2, 1)
        return bounded(raw).exp(), shift


class CheckerboardCoupling(Transform):
    """Pixels of one colour drive those of the other. nflows has no couplings by pixels."""

    def __init__(self, shape, width, network, swap=False):
        super().__init__()
        channels, height, width_of_picture = shape
        colour = torch.arange(height)[:, None] + torch.arange(width_of_picture)
        self.register_buffer("driven", (colour % 2 == (0 if swap else 1)).float().expand(1, channels, -1, -1).clone())
        self.network = network(channels, 2 * channels, width)

    def terms(self, x):
        raw, shift = self.network(x * (1 - self.driven)).chunk(2, 1)
        return bounded(raw) * self.driven, shift * self.driven

    def forward(self, inputs, context=None):
        log_scale, shift = self.terms(inputs)
        return inputs * log_scale.exp() + shift, log_scale.sum((1, 2, 3))

    def inverse(self, inputs, context=None):
        log_scale, shift = self.terms(inputs)
        return (inputs - shift) * (-log_scale).exp(), -log_scale.sum((1, 2, 3))


def channel_mix(channels):
    """nflows' P L U without its bias, which the activation normalisation has already."""
    mix = OneByOneConvolution(channels)
    mix.bias.requires_grad_(False)
    return mix


class HiddenFirst(Transform):
    """The second half of the channels before the first: nflows gives out the first half, flowvae the second."""

    def forward(self, inputs, context=None):
        channels = inputs.shape[1]
        kept = (channels + 1) // 2
        return torch.cat([inputs[:, kept:], inputs[:, :kept]], 1), inputs.new_zeros(inputs.shape[0])

    def inverse(self, inputs, context=None):
        given = inputs.shape[1] // 2
        return torch.cat([inputs[:, given:], inputs[:, :given]], 1), inputs.new_zeros(inputs.shape[0])


def glow(shape=(1, 28, 28), levels=2, depth=8, width=64):
    flow = MultiscaleCompositeTransform(levels)
    channels, height, width_of_picture = shape
    for level in range(levels):
        channels, height, width_of_picture = 4 * channels, height // 2, width_of_picture // 2
        layers = [SqueezeTransform()]
        for _ in range(depth):
            layers += [ActNorm(channels), channel_mix(channels), ChannelCoupling(channels, width, PlainNetwork)]
        if level + 1 < levels:
            layers.append(HiddenFirst())
        flow.add_transform(CompositeTransform(layers), (channels, height, width_of_picture))
        channels //= 2
    return flow


def realnvp(shape=(1, 28, 28), levels=2, depth=4, width=64):
    channels, height, width_of_picture = shape
    flow = MultiscaleCompositeTransform(levels + 1)

    def checkerboards(count):
        here = (channels, height, width_of_picture)
        return [
            layer
            for i in range(count)
            for layer in (ActNorm(channels), CheckerboardCoupling(here, width, ResidualNetwork, i % 2 == 1))
        ]

    for _ in range(levels):
        layers = [*checkerboards(depth), SqueezeTransform()]
        channels, height, width_of_picture = 4 * channels, height // 2, width_of_picture // 2
        for i in range(depth):
            layers += [ActNorm(channels), ChannelCoupling(channels, width, ResidualNetwork, i % 2 == 1)]
        layers.append(HiddenFirst())
        flow.add_transform(CompositeTransform(layers), (channels, height, width_of_picture))
        channels //= 2
    flow.add_transform(CompositeTransform(checkerboards(depth + 1)), (channels, height, width_of_picture))
    return flow


makers = {"glow": glow, "realnvp": realnvp}


def log_bound(flow, levels, uniform):
    """log p of whole levels [B, c, h, w] by one draw each, [B], nats."""
    y = ALPHA + (1 - 2 * ALPHA) * (levels + uniform) / LEVELS
    log_det = (math.log(1 - 2 * ALPHA) - y.log() - (1 - y).log()).sum((1, 2, 3))
    z, flow_log_det = flow(y.log() - (1 - y).log())
    log_normal = -0.5 * (z.square().sum(1) + z.shape[1] * math.log(2 * math.pi))
    return log_normal + log_det + flow_log_det - z.shape[1] * math.log(LEVELS)
