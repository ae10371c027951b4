"""Flows as posteriors of a VAE in PyTorch: the same maps, sizes and parameters as flowvae's, for section `family`.

A flow takes z [B, D], the numbers that the encoder gives for each row, [B, `rows`], and the encoder's features [B, C]; it returns the image
[B, D] and log|det J| [B].
"""
import functools
import math

import torch
from torch import nn
from torch.nn import functional as F

from torch_model import PlanarVae, planar_chain

HIDDEN = 64
MOST_LOG_SCALE = 2


class Rows(nn.Module):
    """A flow whose numbers all come from the encoder, by names with their shapes."""

    def __init__(self, **shapes):
        super().__init__()
        self.shapes = shapes
        self.sizes = [math.prod(shape) for shape in shapes.values()]
        self.rows = sum(self.sizes)

    def forward(self, z, numbers, features):
        parts = numbers.split(self.sizes, -1)
        return self.map(z, *(part.unflatten(-1, shape) for part, shape in zip(parts, self.shapes.values())))


class Planar(Rows):
    def __init__(self, dim, layers):
        super().__init__(w=(layers, dim), u=(layers, dim), b=(layers,))

    def map(self, z, w, u, b):
        return planar_chain(w, u, b, z)


class PlanarLeaky(Rows):
    slope = 0.01

    def __init__(self, dim, layers):
        super().__init__(w=(layers, dim), u=(layers, dim), b=(layers,))

    def map(self, z, w, u, b):
        dot = (w * u).sum(-1)
        one_plus_m = F.softplus(dot)
        u_hat = u + ((one_plus_m - 1 - dot) / w.square().sum(-1)).unsqueeze(-1) * w
        hs = []
        for wk, uk, bk in zip(w.unbind(-2), u_hat.unbind(-2), b.unbind(-1)):
            h = F.leaky_relu((wk * z).sum(-1) + bk, self.slope)
            z = z + uk * h.unsqueeze(-1)
            hs.append(h)
        slope = torch.where(torch.stack(hs, -1) > 0, one_plus_m, 1 - self.slope + self.slope * one_plus_m)
        return z, slope.log().sum(-1)


class Radial(Rows):
    def __init__(self, dim, layers):
        super().__init__(centre=(layers, dim), alpha=(layers,), beta=(layers,))

    def map(self, z, centre, alpha, beta):
        alpha, sigma = F.softplus(alpha), F.softplus(beta)
        beta_hat = sigma - alpha
        rs = []
        for c, a, b in zip(centre.unbind(-2), alpha.unbind(-1), beta_hat.unbind(-1)):
            offset = z - c
            r = offset.norm(dim=-1)
            z = z + (b / (a + r)).unsqueeze(-1) * offset
            rs.append(r)
        r = torch.stack(rs, -1)
        scale = alpha + r
        across = ((r + sigma) / scale).log()
        along = (r / scale * (1 + alpha / scale) + alpha / scale * (sigma / scale)).log()
        return z, ((z.shape[-1] - 1) * across + along).sum(-1)


def mirrors(normals):
    """Planes with normals [B, H, D] as pairs: a reflection is z + back * (normal . z)."""
    back = -2 * normals / normals.square().sum(-1, keepdim=True)
    return list(zip(normals.unbind(-2), back.unbind(-2)))


def reflect(pairs, z):
    """Reflects z [B, D] at one plane after the other."""
    for normal, back in pairs:
        z = z + back * (normal * z).sum(-1, keepdim=True)
    return z


class Householder(Rows):
    def __init__(self, dim, layers):
        super().__init__(v=(layers, dim))

    def map(self, z, v):
        return reflect(mirrors(v), z), z.new_zeros(z.shape[:-1])


@functools.cache
def below(n, device):
    return torch.tril_indices(n, n, -1, device=device)


def unpacked(entries, n):
    """Strictly lower triangular matrices [..., n, n] of their entries."""
    rows, columns = below(n, entries.device)
    matrix = entries.new_zeros(*entries.shape[:-1], n, n)
    matrix[..., rows, columns] = entries
    return matrix


def apply_matrix(matrix, z):
    """A z for each row: A [B, N, M], z [B, M]; or the rows of a group share A: [I, 1, N, M], z [I, S, M]."""
    if matrix.dim() == 4:
        return z @ matrix.squeeze(1).transpose(-1, -2)
    return (matrix @ z.unsqueeze(-1)).squeeze(-1)


class Affine(Rows):
    def __init__(self, dim, layers):
        super().__init__(log_scale=(dim,), shift=(dim,))

    def map(self, z, log_scale, shift):
        return z * log_scale.exp() + shift, log_scale.sum(-1)


class Full(Rows):
    def __init__(self, dim, layers):
        super().__init__(lower=(dim * (dim - 1) // 2,), log_scale=(dim,), shift=(dim,))

    def map(self, z, lower, log_scale, shift):
        mixed = z + apply_matrix(unpacked(lower, z.shape[-1]), z)
        return mixed * log_scale.exp() + shift, log_scale.sum(-1)


class Lu(Rows):
    def __init__(self, dim, layers):
        packed = dim * (dim - 1) // 2
        super().__init__(lower=(packed,), upper=(packed,), log_scale=(dim,))
        self.register_buffer("order", torch.randperm(dim))

    def map(self, z, lower, upper, log_scale):
        upper, lower = (unpacked(x, z.shape[-1]) for x in (upper, lower))
        scaled = (z + apply_matrix(upper.transpose(-1, -2), z)) * log_scale.exp()
        return (scaled + apply_matrix(lower, scaled)).index_select(-1, self.order), log_scale.sum(-1)


class Sylvester(Rows):
    """z + Q R1 tanh(R2 Q'z + b); `width` columns, their bases from `own` numbers."""

    def __init__(self, dim, layers, width, **own):
        packed = width * (width - 1) // 2
        triangles, columns = (layers, packed), (layers, width)
        super().__init__(upper1=triangles, upper2=triangles, product=columns, diagonal2=columns, b=columns, **own)
        self.width = width

    def map(self, z, upper1, upper2, product, diagonal2, b, *own):
        one_plus_r = F.softplus(product)
        log_r2 = 2 * torch.tanh(diagonal2 / 2)
        r1 = unpacked(upper1, self.width) + torch.diag_embed((one_plus_r - 1) * (-log_r2).exp())
        r2 = unpacked(upper2, self.width) + torch.diag_embed(log_r2.exp())
        r1, r2 = r1.transpose(-1, -2).unbind(-3), r2.transpose(-1, -2).unbind(-3)
        ts = []
        for r1k, r2k, bk, (project, embed) in zip(r1, r2, b.unbind(-2), self.bases(*own)):
            t = torch.tanh(apply_matrix(r2k, project(z)) + bk)
            z = z + embed(apply_matrix(r1k, t))
            ts.append(t)
        t2 = torch.stack(ts, -2).square()
        return z, (t2 + (1 - t2) * one_plus_r).log().sum((-1, -2))


class SylvesterO(Sylvester):
    def __init__(self, dim, layers, width=8):
        super().__init__(dim, layers, width, q=(layers, dim, width))

    def bases(self, q):
        q = q / q.square().sum((-1, -2), keepdim=True).sqrt()
        identity = torch.eye(self.width, device=q.device)
        for steps, alpha, beta in ((18, 2.1, 0.5 * 1.4**3), (7, 1.5, 0.5)):
            for _ in range(steps):
                q = q @ (alpha * identity - beta * (q.transpose(-1, -2) @ q))
        for one in q.unbind(-3):
            yield (lambda z, one=one: apply_matrix(one.transpose(-1, -2), z)), (lambda h, one=one: apply_matrix(one, h))


class SylvesterH(Sylvester):
    def __init__(self, dim, layers, mirrors=8):
        super().__init__(dim, layers, dim, v=(layers, mirrors, dim))

    def bases(self, v):
        for one in v.unbind(-3):
            pairs = mirrors(one)
            yield (lambda z, pairs=pairs: reflect(pairs, z)), (lambda h, pairs=pairs: reflect(pairs[::-1], h))


class SylvesterT(Sylvester):
    def __init__(self, dim, layers):
        super().__init__(dim, layers, dim)
        self.layers = layers

    def bases(self):
        same, reversed_ = (lambda z: z), (lambda z: z.flip(-1))
        for k in range(self.layers):
            yield (same, same) if k % 2 == 0 else (reversed_, reversed_)


class NicePlanar(Rows):
    """Planar layers whose w is on one half of the components and u on the other."""

    def __init__(self, dim, layers):
        super().__init__(v=(layers, dim), b=(layers,))
        halves = torch.stack([torch.randperm(dim) < dim // 2 for _ in range((layers + 1) // 2)]).float()
        self.register_buffer("halves", torch.stack([halves, 1 - halves], 1).flatten(0, 1)[:layers])

    def map(self, z, v, b):
        w = v * self.halves
        u = v - w
        for wk, uk, bk in zip(w.unbind(-2), u.unbind(-2), b.unbind(-1)):
            z = z + uk * torch.tanh((wk * z).sum(-1, keepdim=True) + bk.unsqueeze(-1))
        return z, z.new_zeros(z.shape[:-1])


class Network(nn.Module):
    """A perceptron of two hidden tanh layers; its first layer adds the context's part."""

    def __init__(self, inputs, outputs, masks=None):
        super().__init__()
        widths = [inputs, HIDDEN, HIDDEN, outputs]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))
        nn.init.zeros_(self.layers[-1].weight)
        for i, mask in enumerate(masks or []):
            self.register_buffer(f"mask{i}", mask)
        self.is_masked = masks is not None

    def at(self, context):
        """The function of x, with masked weights computed once."""
        weights = [layer.weight * getattr(self, f"mask{i}") if self.is_masked else layer.weight for i, layer in enumerate(self.layers)]
        first, second, last = ((weight, layer.bias) for weight, layer in zip(weights, self.layers))

        def network(x):
            x = torch.tanh(F.linear(x, *first) + context)
            return F.linear(torch.tanh(F.linear(x, *second)), *last)

        return network


class Networked(nn.Module):
    """K networks, and one product that gives all of them their part of the context."""

    rows = 0

    def __init__(self, layers, context, inputs, outputs, masks_of=lambda k: None):
        super().__init__()
        self.networks = nn.ModuleList(Network(inputs, outputs, masks_of(k)) for k in range(layers))
        self.context = nn.Linear(context, layers * HIDDEN, bias=False)

    def asked(self, features):
        """The networks as functions of a part of z."""
        contexts = self.context(features).chunk(len(self.networks), -1)
        return [network.at(context) for network, context in zip(self.networks, contexts)]


def scale_and_shift(raw):
    shift, raw_scale = raw.chunk(2, -1)
    return shift, MOST_LOG_SCALE * torch.tanh(raw_scale / MOST_LOG_SCALE)


class RealNvp(Networked):
    def __init__(self, dim, layers, context):
        super().__init__(layers, context, dim // 2, dim)

    def forward(self, z, numbers, features):
        total = 0
        for network in self.asked(features):
            kept, changed = z.chunk(2, -1)
            shift, log_scale = scale_and_shift(network(kept))
            z = torch.cat([changed * log_scale.exp() + shift, kept], -1)
            total = total + log_scale.sum(-1)
        return z, total


class Nice(Networked):
    def __init__(self, dim, layers, context, orthogonal=False):
        super().__init__(layers, context, dim // 2, dim // 2)
        matrices = [torch.linalg.qr(torch.randn(dim, dim))[0] if orthogonal else torch.eye(dim)[torch.randperm(dim)] for _ in range(layers)]
        self.register_buffer("mixing", torch.stack(matrices))

    def forward(self, z, numbers, features):
        for network, mixing in zip(self.asked(features), self.mixing):
            kept, changed = z.chunk(2, -1)
            z = torch.cat([kept, changed + network(kept)], -1) @ mixing
        return z, z.new_zeros(z.shape[:-1])


def made_masks(dim, reverse):
    """Masks [to, from] of a network with a context: outputs depend on earlier inputs only."""
    inputs = torch.arange(1, dim + 1)
    inputs = inputs.flip(0) if reverse else inputs
    inner = torch.div(torch.arange(HIDDEN) * dim, HIDDEN, rounding_mode="floor")
    degrees = [inputs, inner, inner, torch.cat([inputs, inputs])]
    return [(to[:, None] > a if i == 2 else to[:, None] >= a).float() for i, (a, to) in enumerate(zip(degrees, degrees[1:]))]


class Iaf(Networked):
    def __init__(self, dim, layers, context):
        super().__init__(layers, context, dim, 2 * dim, lambda k: made_masks(dim, k % 2 == 1))

    def forward(self, z, numbers, features):
        total = 0
        for network in self.asked(features):
            shift, log_scale = scale_and_shift(network(z))
            z = z * log_scale.exp() + shift
            total = total + log_scale.sum(-1)
        return z, total


class Maf(Iaf):
    """The other direction: D passes a layer."""

    def forward(self, z, numbers, features):
        total = 0
        for network in reversed(self.asked(features)):
            target = z
            for _ in range(z.shape[-1]):
                shift, log_scale = scale_and_shift(network(z))
                z = (target - shift) * (-log_scale).exp()
            total = total - log_scale.sum(-1)
        return z, total


class Spline(Networked):
    bins, bound, least = 8, 5.0, 1e-3

    def __init__(self, dim, layers, context):
        super().__init__(layers, context, dim // 2, dim // 2 * (3 * self.bins - 1))

    def knots(self, raw):
        sizes = 2 * self.bound * (self.least + (1 - self.least * self.bins) * raw.softmax(-1))
        return sizes, F.pad(sizes.cumsum(-1), (1, 0)) - self.bound

    def spline(self, x, raw):
        widths, heights, slopes = raw.unflatten(-1, (x.shape[-1], -1)).split([self.bins, self.bins, self.bins - 1], -1)
        (widths, lefts), (heights, bottoms) = self.knots(widths), self.knots(heights)
        slopes = F.pad(self.least + F.softplus(slopes + math.log(math.expm1(1 - self.least))), (1, 1), value=1.0)
        inside = x.clamp(-self.bound, self.bound)
        place = (torch.searchsorted(lefts[..., 1:-1].detach().contiguous(), inside.unsqueeze(-1).detach(), right=True))
        at = lambda values: values.gather(-1, place).squeeze(-1)
        width, height, d0, d1 = at(widths), at(heights), at(slopes[..., :-1]), at(slopes[..., 1:])
        xi = ((inside - at(lefts)) / width).clamp(0, 1)
        sigma, between = height / width, xi * (1 - xi)
        q = sigma * (xi.square() + (1 - xi).square()) + (d0 + d1) * between
        y = at(bottoms) + height * (sigma * xi.square() + d0 * between) / q
        log_slope = 2 * sigma.log() + (d1 * xi.square() + 2 * sigma * between + d0 * (1 - xi).square()).log() - 2 * q.log()
        outside = x.abs() > self.bound
        return torch.where(outside, x, y), torch.where(outside, 0.0, log_slope).sum(-1)

    def forward(self, z, numbers, features):
        total = 0
        for network in self.asked(features):
            kept, changed = z.chunk(2, -1)
            y, log_det = self.spline(changed, network(kept))
            z = torch.cat([y, kept], -1)
            total = total + log_det
        return z, total


class Actnorm(Rows):
    def __init__(self, dim, layers):
        super().__init__(log_scale=(dim,), shift=(dim,))

    def map(self, z, log_scale, shift):
        return (z + shift) * log_scale.exp(), log_scale.sum(-1)


amortised = {
    "planar": Planar, "planar-leaky": PlanarLeaky, "radial": Radial, "householder": Householder, "nice-planar": NicePlanar,
    "affine": Affine, "actnorm": Actnorm, "full": Full, "lu": Lu,
    "sylvester-o": SylvesterO, "sylvester-h": SylvesterH, "sylvester-t": SylvesterT,
}
networked = {"realnvp": RealNvp, "nice-perm": Nice, "nice-orth": lambda *a: Nice(*a, orthogonal=True), "iaf": Iaf, "maf": Maf, "spline": Spline}


def flow_of(name, dim, layers, context):
    """A flow by the name that formulas have for it, with flowvae's default sizes."""
    return amortised[name](dim, layers) if name in amortised else networked[name](dim, layers, context)


class FlowVae(PlanarVae):
    """The same VAE with another flow, whose numbers the encoder yields."""

    def __init__(self, name, layers, hidden, latent):
        super().__init__(0, hidden, latent)
        self.flow = flow_of(name, latent, layers, hidden)
        self.numbers = nn.Linear(hidden, self.flow.rows) if self.flow.rows else None

    def moved(self, z, features):
        return self.flow(z, self.numbers(features) if self.numbers else None, features)


def check_log_det(name):
    """Ends the process if a flow's log-det is not that of its Jacobian, by autograd in float64 at drawn parameters."""
    dim, layers, width = 10, 2, 5
    flow = flow_of(name, dim, layers, width).double()
    for parameter in flow.parameters():
        nn.init.normal_(parameter, std=0.5)
    z, numbers, features = (torch.randn(1, size, dtype=torch.float64) for size in (dim, max(flow.rows, 1), width))
    image = lambda z: flow(z, numbers if flow.rows else None, features)
    jacobian = torch.autograd.functional.jacobian(lambda z: image(z)[0], z)[0, :, 0]
    apart = (image(z)[1] - torch.linalg.slogdet(jacobian).logabsdet).abs().item()
    if not apart < 1e-5:
        raise SystemExit(f"the log-det of {name} in PyTorch is {apart} off its Jacobian's")
