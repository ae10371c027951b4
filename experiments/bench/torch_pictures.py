"""Glow in PyTorch, the architecture of flowvae, written for speed.

Pictures are [B, c, h, w]. Every layer maps from pictures towards noise and gives its log-det [B].
"""
import math

import torch
from torch import nn
from torch.nn import functional as F

MOST_LOG_SCALE = 2.0
ALPHA = 0.05
LEVELS = 256


def squeeze(x):
    """[B, c, h, w] -> [B, 4c, h/2, w/2]: the channels of the four pixels of a block, one pixel after the other."""
    b, c, h, w = x.shape
    return x.view(b, c, h // 2, 2, w // 2, 2).permute(0, 3, 5, 1, 2, 4).reshape(b, 4 * c, h // 2, w // 2)


def unsqueeze(x):
    b, c, h, w = x.shape
    return x.view(b, 2, 2, c // 4, h, w).permute(0, 3, 4, 1, 5, 2).reshape(b, c // 4, 2 * h, 2 * w)


class Actnorm(nn.Module):
    """(x + shift) * exp(log_scale) by channel."""

    def __init__(self, channels):
        super().__init__()
        self.shift, self.log_scale = (nn.Parameter(torch.zeros(1, channels, 1, 1)) for _ in range(2))

    def start(self, x):
        deviation, mean = torch.std_mean(x, (0, 2, 3), keepdim=True, correction=0)
        self.shift.data, self.log_scale.data = -mean, -deviation.log()

    def forward(self, x):
        return (x + self.shift) * self.log_scale.exp(), x.shape[2] * x.shape[3] * self.log_scale.sum()

    def inverse(self, y):
        return y * (-self.log_scale).exp() - self.shift


class ChannelMix(nn.Module):
    """The 1 x 1 convolution P L U, U with a positive diagonal."""

    def __init__(self, channels, order=None):
        super().__init__()
        c = channels
        self.register_buffer("order", torch.randperm(c) if order is None else order)
        self.register_buffer("below", torch.tril_indices(c, c, -1))
        self.lower, self.upper = (nn.Parameter(torch.zeros(c * (c - 1) // 2)) for _ in range(2))
        self.log_scale = nn.Parameter(torch.zeros(c))

    def matrix(self):
        c = len(self.order)
        i, j = self.below
        lower = torch.eye(c).index_put((i, j), self.lower)
        upper = torch.eye(c).index_put((j, i), self.upper) * self.log_scale.exp()[:, None]
        return (lower @ upper)[self.order]

    def forward(self, x):
        return F.conv2d(x, self.matrix()[:, :, None, None]), x.shape[2] * x.shape[3] * self.log_scale.sum()

    def inverse(self, y):
        return F.conv2d(y, torch.linalg.inv(self.matrix())[:, :, None, None])


class Network(nn.Module):
    """conv3x3(relu(conv1x1(relu(conv3x3(x)))))"""

    def __init__(self, inputs, width, outputs):
        super().__init__()
        self.first, self.hidden = nn.Conv2d(inputs, width, 3, padding=1), nn.Conv2d(width, width, 1)
        self.last = nn.Conv2d(width, outputs, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, x):
        return self.last(self.hidden(self.first(x).relu()).relu())


class Coupling(nn.Module):
    """Affine by channels: x_B exp(a) + m, a = 2 tanh(r / 2)."""

    def __init__(self, channels, width):
        super().__init__()
        self.network = Network(channels // 2, width, channels)

    def terms(self, driving):
        raw, shift = self.network(driving).chunk(2, 1)
        return MOST_LOG_SCALE * torch.tanh(raw / MOST_LOG_SCALE), shift

    def forward(self, x):
        driving, driven = x.chunk(2, 1)
        log_scale, shift = self.terms(driving)
        return torch.cat([driving, driven * log_scale.exp() + shift], 1), log_scale.sum((1, 2, 3))

    def inverse(self, y):
        driving, driven = y.chunk(2, 1)
        log_scale, shift = self.terms(driving)
        return torch.cat([driving, (driven - shift) * (-log_scale).exp()], 1)


class Glow(nn.Module):
    def __init__(self, levels=2, steps=8, width=64, channels=1):
        super().__init__()
        self.levels = nn.ModuleList()
        for _ in range(levels):
            channels *= 4
            layers = [(Actnorm(channels), ChannelMix(channels), Coupling(channels, width)) for _ in range(steps)]
            self.levels.append(nn.ModuleList([layer for step in layers for layer in step]))
            channels //= 2

    def forward(self, x):
        """Noise [B, D] and log-det [B]."""
        finished, log_det = [], 0
        for i, level in enumerate(self.levels):
            x = squeeze(x)
            for layer in level:
                x, term = layer(x)
                log_det = log_det + term
            if i + 1 < len(self.levels):
                x, out = x.chunk(2, 1)
                finished.append(out.flatten(1))
        return torch.cat([x.flatten(1), *finished[::-1]], 1), log_det

    def inverse(self, noise, side=28):
        last = len(self.levels)
        x = None
        position = 0
        for i in reversed(range(last)):
            h = side // 2 ** (i + 1)
            c = self.levels[i][0].shift.shape[1]
            own = c if x is None else c // 2
            part = noise[:, position : position + own * h * h].view(-1, own, h, h)
            position += own * h * h
            x = part if x is None else torch.cat([x, part], 1)
            for layer in reversed(self.levels[i]):
                x = layer.inverse(x)
            x = unsqueeze(x)
        return x

    def samples(self, noise):
        """Levels from 0 to 255 of noise [B, D]."""
        y = (torch.sigmoid(self.inverse(noise)) - ALPHA) / (1 - 2 * ALPHA)
        return (LEVELS * y).floor().clamp(0, LEVELS - 1)


def negative_log_likelihood(flow, levels, uniform):
    """-log P of whole levels [B, 1, 28, 28] by one draw, the mean over the batch, nats."""
    y = ALPHA + (1 - 2 * ALPHA) * (levels + uniform) / LEVELS
    v = y.log() - (1 - y).log()
    log_det = (math.log(1 - 2 * ALPHA) - y.log() - (1 - y).log()).sum((1, 2, 3))
    z, flow_log_det = flow(v)
    dim = z.shape[1]
    log_normal = -0.5 * (z.square().sum(1) + dim * math.log(2 * math.pi))
    return (dim * math.log(LEVELS) - log_det - flow_log_det - log_normal).mean()
