"""Flows of pictures of nflows' layers and of normflows', for picture_flows.py: its parameters are converted here.

- Pictures and kernels have their channels last in flowvae, first in both packages.
- Squeezed channels stand pixel after pixel in flowvae, old channel after old channel in both: a permutation follows.
- (x + shift) * exp(logScale) of flowvae is x * scale + shift in nflows, (x - t) / exp(s) in normflows.
- flowvae's P L diag(exp(logScale)) (I + M^T), P from the left, is that of normflows. nflows' permutation comes first,
  so that one is the identity and another one follows; its diagonal is softplus(u) + 0.001.
- Log-scales 2 tanh(r / 2) fit neither nflows' sigmoid(r + 2) + 0.001 nor the scale maps of normflows: in nflows stands
  a subclass, in normflows a function behind the network.
- Networks give all shifts, then all log-scales, as in nflows; normflows takes them by turns.
- The part that goes on comes first in flowvae and normflows; nflows gives out the first part, so the halves change
  places.
"""

from collections import namedtuple
from math import log, prod

import nflows.transforms as nt
import normflows as nf
import torch
from nflows.distributions import StandardNormal
from nflows.flows import Flow
from normflows.flows.neural_spline.coupling import PiecewiseRationalQuadraticCoupling
from picture_flow_layers import (
    Behind, Network, bounded, by_turns, changed_channels, changed_numbers, half, lower_triangle, outputs_of,
    side_by_side, stage, undone_by_turns, with_unit_slopes,
)
from torch import nn
from torch.nn import functional as F

ALPHA, WHOLE = 0.05, 256

# pictures [B, c, h, w] to rows [B, D] of noise in flowvae's order and back, with log-dets [B]; log p [B] of pictures,
# and of whole levels k by k + u
Ways = namedtuple("Ways", "forward inverse log_prob log_bound")


class BoundedCoupling(nt.AffineCouplingTransform):
    options = {}

    def _scale_and_shift(self, numbers):
        shift, raw = numbers.chunk(2, 1)
        return bounded(raw, self.options).exp(), shift


def spline(coupling, mask, net, options):
    made = with_unit_slopes(net, options)
    return coupling(mask, lambda *_: made, num_bins=options["bins"], tails="linear", tail_bound=5.0)


def coupling_of_nflows(mask, net, options):
    kind = options.get("map", "affine")
    if kind == "spline":
        return spline(nt.PiecewiseRationalQuadraticCouplingTransform, mask, net, options)
    coupling = {"affine": BoundedCoupling, "additive": nt.AdditiveCouplingTransform}[kind](mask, lambda *_: net)
    coupling.options = options
    return coupling


class Flat(nt.Transform):
    """A coupling of all numbers side by side: nflows has none by pixels."""

    def __init__(self, layer, net):
        super().__init__()
        self.shape, self.options, self.net = layer.shape, layer.options, net
        self.changed = changed_numbers(layer).flatten()
        self.coupling = coupling_of_nflows(self.changed.long(), self.on_board, layer.options)

    def on_board(self, kept, context=None):
        board = kept.new_zeros(len(kept), len(self.changed))
        board[:, ~self.changed] = kept
        numbers = padded(self.net(board.view(-1, *self.shape)), self.options)
        return torch.cat([part.flatten(1)[:, self.changed] for part in numbers], 1)

    def forward(self, inputs, context=None):
        y, log_det = self.coupling(inputs.flatten(1))
        return y.view_as(inputs), log_det

    def inverse(self, inputs, context=None):
        y, log_det = self.coupling.inverse(inputs.flatten(1))
        return y.view_as(inputs), log_det


def padded(numbers, options):
    """The network's groups of channels, each behind zeros for the channels that are context."""
    return [F.pad(part, (0, 0, 0, 0, options.get("context", 0), 0)) for part in numbers.chunk(outputs_of(options), 1)]


def by_nflows(layer, params):
    """The layer's transforms, from pictures to noise."""
    options, channels = layer.options, layer.shape[0]
    if layer.kind == "squeeze":
        return [nt.SqueezeTransform(), nt.Permutation(side_by_side(channels))]
    if layer.kind == "inverseLogit":
        alpha = options["alpha"]
        return [nt.PointwiseAffineTransform(alpha, 1 - 2 * alpha), nt.Logit()]
    if layer.kind == "imageActnorm":
        norm = nt.ActNorm(channels)
        norm.log_scale.data, norm.shift.data = params["logScale"], params["shift"] * params["logScale"].exp()
        norm.initialized.fill_(True)
        return [norm]
    if layer.kind == "channelMix":
        mix, scale = nt.OneByOneConvolution(channels), params["logScale"].exp()
        upper = scale[:, None] * lower_triangle(params["upper"], channels).T
        mix.lower_entries.data = lower_triangle(params["lower"], channels)[mix.lower_indices]
        mix.upper_entries.data = upper[mix.upper_indices]
        mix.unconstrained_upper_diag.data = torch.log(torch.expm1(scale - mix.eps))
        mix.permutation = nt.Permutation(torch.arange(channels))
        return [mix, nt.Permutation(torch.tensor(layer.order))]
    net = Network(params, **options)
    if layer.kind == "checkerboardCoupling":
        return [Flat(layer, net)]
    return [coupling_of_nflows(changed_channels(layer), net, options)]


def normed(norm, params):
    norm.s.data, norm.t.data = (-params[name][None, :, None, None] for name in ("logScale", "shift"))
    norm.data_dep_init_done = torch.tensor(1.0)
    return norm


def mixed(mix, params, order):
    lower, upper = (lower_triangle(params[name], len(order)) for name in ("lower", "upper"))
    mix.P, mix.sign_S = torch.eye(len(order))[order], torch.ones(len(order))
    mix.L.data, mix.U.data, mix.log_S.data = lower, params["logScale"].exp()[:, None] * upper.T, params["logScale"]
    return mix


def by_normflows(layer, params):
    """The layer's flows, from pictures to noise, each by its inverse."""
    options, channels, kind = layer.options, layer.shape[0], layer.options.get("map", "affine")
    if layer.kind == "squeeze":
        permute = nf.flows.Permute(4 * channels)
        permute.inv_perm = side_by_side(channels)
        permute.perm = permute.inv_perm.argsort()
        return [nf.flows.Squeeze(), permute]
    if layer.kind == "inverseLogit":
        return [nf.transforms.Logit(options["alpha"])]
    if layer.kind == "imageActnorm":
        return [normed(nf.flows.ActNorm((channels, 1, 1)), params)]
    if layer.kind == "channelMix":
        return [mixed(nf.flows.Invertible1x1Conv(channels, use_lu=True), params, layer.order)]
    net = Network(params, **options)
    if kind == "spline":
        return [nf.flows.Reverse(spline(PiecewiseRationalQuadraticCoupling, changed_channels(layer), net, options))]
    if layer.kind == "checkerboardCoupling":
        shift = Behind(net, lambda numbers: padded(numbers, options)[0])
        log_scale = Behind(net, lambda numbers: bounded(padded(numbers, options)[1], options))
        stays = 1.0 - changed_numbers(layer).double()
        return [nf.flows.Reverse(nf.flows.MaskedAffineFlow(stays, shift, log_scale if kind == "affine" else None))]
    split, scale = "channel_inv" if options.get("swap") else "channel", kind == "affine"
    made = by_turns(net, options) if scale else net
    return [nf.flows.Reverse(nf.flows.AffineCouplingBlock(made, scale, "exp", split))]


def glow_block(layers):
    """normflows' block: an activation normalisation, a 1x1 convolution and a coupling."""
    (_, norm), (mix_layer, mix), (layer, coupling) = layers
    options = layer.options
    block = nf.flows.GlowBlock(layer.shape[0], options["width"], scale_map="exp", use_lu=True)
    inner = block.flows[0].flows[1]
    net = Network(coupling, **options)
    if options.get("activation") == "relu" and not options.get("residual"):
        net = inner.param_map  # the block's own network is that of flowvae
        for i, name in enumerate(["In", "1", "Out"]):
            net.net[2 * i] = stage(coupling, name)
    inner.param_map = undone_by_turns(net, options)
    mixed(block.flows[1], mix, mix_layer.order)
    normed(block.flows[2], norm)
    return block


def of_nflows(levels, shapes):
    """nflows' flow of levels of layers with their parameters, whose pictures have these shapes at their ends."""
    transform = nt.MultiscaleCompositeTransform(len(levels))
    for i, (layers, shape) in enumerate(zip(levels, shapes)):
        transforms = [made for layer, params in layers for made in by_nflows(layer, params)]
        if i + 1 < len(levels):
            transforms.append(nt.Permutation(torch.arange(shape[0]).roll(-half(shape)[0])))
        transform.add_transform(nt.CompositeTransform(transforms), shape)
    latents = latents_of(shapes)
    base = StandardNormal([sum(prod(shape) for shape in latents)])
    from_levels = nt.CompositeTransform(
        [nt.PointwiseAffineTransform(ALPHA, (1 - 2 * ALPHA) / WHOLE), nt.Logit(), transform]
    )

    def forward(x):
        z, log_det = transform(x)
        parts = z.split([prod(shape) for shape in latents[::-1]], 1)[::-1]
        return rows_of([part.unflatten(1, shape) for part, shape in zip(parts, latents)]), log_det

    def inverse(z):
        return transform.inverse(torch.cat([part.flatten(1) for part in parts_of(z, latents)[::-1]], 1))

    return Ways(forward, inverse, Flow(transform, base).log_prob, lambda k, u: Flow(from_levels, base).log_prob(k + u))


def of_normflows(levels, shapes):
    """The same by normflows."""
    latents = latents_of(shapes)
    flows = [nn.ModuleList(flows_of(layers)[::-1]) for layers in levels[::-1]]
    parts = [nf.distributions.GlowBase(shape) for shape in latents], flows, [nf.flows.Merge() for _ in levels[1:]]
    model = nf.MultiscaleFlow(*parts, class_cond=False)
    from_levels = nf.MultiscaleFlow(*parts, transform=nf.transforms.Logit(ALPHA), class_cond=False)

    def forward(x):
        z, log_det = model.inverse_and_log_det(x)
        return rows_of(z), log_det

    def log_prob(x):
        # not by model.log_prob, which fails where the first flow's log-det is one number for all pictures, as ActNorm's
        z, log_det = model.inverse_and_log_det(x)
        return log_det + sum(base.log_prob(part) for base, part in zip(model.q0, z))

    def log_bound(k, u):
        return from_levels.log_prob((k + u) / WHOLE, None) - k[0].numel() * log(WHOLE)

    return Ways(forward, lambda z: model.forward_and_log_det(parts_of(z, latents)), log_prob, log_bound)


def flows_of(layers):
    """Flows of normflows from pictures to noise; its block stands for the three layers of a step of Glow."""
    found, i = [], 0
    while i < len(layers):
        is_step = [layer.kind for layer, _ in layers[i : i + 3]] == ["imageActnorm", "channelMix", "channelCoupling"]
        found += [glow_block(layers[i : i + 3])] if is_step else by_normflows(*layers[i])
        i += 3 if is_step else 1
    return found


def latents_of(shapes):
    """Parts of the noise in flowvae's order: the deepest first."""
    return [shapes[-1], *(half(shape, finished=True) for shape in shapes[-2::-1])]


def rows_of(parts):
    return torch.cat([part.permute(0, 2, 3, 1).flatten(1) for part in parts], 1)


def parts_of(rows, shapes):
    parts = rows.split([prod(shape) for shape in shapes], 1)
    return [part.unflatten(1, (*s[1:], s[0])).permute(0, 3, 1, 2).contiguous() for part, s in zip(parts, shapes)]
