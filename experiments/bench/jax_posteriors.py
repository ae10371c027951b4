"""Flows as posteriors of a VAE in JAX: the maps, sizes and parameters of torch_posteriors.py, for section `family`.

A flow is a function of parameters (a dictionary), z [B, D] and the encoder's features [B, C], or z [I, S, D] and features [I, C] of the
images whose samples they are; it returns the image of z and log|det J| without the last axis.
"""
import functools
import math

import jax
import jax.numpy as jnp
import numpy as np

from jax_model import planar_chain

HIDDEN = 64
MOST_LOG_SCALE = 2
random = np.random.default_rng(1)


def over_samples(features, z):
    """Features with an axis for the samples of each image, where z has one."""
    return features.reshape(features.shape[:1] + (1,) * (z.ndim - 2) + features.shape[1:])


def amortised(map_, **shapes):
    """A flow whose numbers all come from the encoder, by names with their shapes: its own parameters, and the flow."""
    sizes = [math.prod(shape) for shape in shapes.values()]

    def flow(parameters, z, features):
        numbers = over_samples(features @ parameters["numbers.w"] + parameters["numbers.b"], z)
        parts = jnp.split(numbers, np.cumsum(sizes)[:-1], -1)
        return map_(z, *(part.reshape(part.shape[:-1] + shape) for part, shape in zip(parts, shapes.values())))

    return (lambda context: {"numbers": (context, sum(sizes))}), flow


def rows_of(a):
    """The rows of the second last axis."""
    return [a[..., k, :] for k in range(a.shape[-2])]


def columns_of(a):
    return [a[..., k] for k in range(a.shape[-1])]


def no_log_det(z):
    return jnp.zeros(z.shape[:-1])


def planar(dim, layers):
    def map_(z, w, u, b):
        # without the axis for samples, layers first
        w, u, b = (part.reshape(part.shape[:1] + part.shape[z.ndim - 1 :]).swapaxes(0, 1) for part in (w, u, b))
        return planar_chain(w, u, b, z, unroll=True)

    return amortised(map_, w=(layers, dim), u=(layers, dim), b=(layers,))


def planar_leaky(dim, layers, slope=0.01):
    def map_(z, w, u, b):
        dot = (w * u).sum(-1)
        one_plus_m = jax.nn.softplus(dot)
        u_hat = u + ((one_plus_m - 1 - dot) / jnp.square(w).sum(-1))[..., None] * w
        hs = []
        for wk, uk, bk in zip(rows_of(w), rows_of(u_hat), columns_of(b)):
            h = jax.nn.leaky_relu((wk * z).sum(-1) + bk, slope)
            z = z + uk * h[..., None]
            hs.append(h)
        slopes = jnp.where(jnp.stack(hs, -1) > 0, one_plus_m, 1 - slope + slope * one_plus_m)
        return z, jnp.log(slopes).sum(-1)

    return amortised(map_, w=(layers, dim), u=(layers, dim), b=(layers,))


def radial(dim, layers):
    def map_(z, centre, alpha, beta):
        alpha, sigma = jax.nn.softplus(alpha), jax.nn.softplus(beta)
        beta_hat = sigma - alpha
        rs = []
        for c, a, b in zip(rows_of(centre), columns_of(alpha), columns_of(beta_hat)):
            offset = z - c
            r = jnp.sqrt(jnp.square(offset).sum(-1))
            z = z + (b / (a + r))[..., None] * offset
            rs.append(r)
        r = jnp.stack(rs, -1)
        scale = alpha + r
        across = jnp.log((r + sigma) / scale)
        along = jnp.log(r / scale * (1 + alpha / scale) + alpha / scale * (sigma / scale))
        return z, ((z.shape[-1] - 1) * across + along).sum(-1)

    return amortised(map_, centre=(layers, dim), alpha=(layers,), beta=(layers,))


def mirrors(normals):
    """Planes with normals [..., H, D] as pairs: a reflection is z + back * (normal . z)."""
    back = -2 * normals / jnp.square(normals).sum(-1, keepdims=True)
    return list(zip(rows_of(normals), rows_of(back)))


def reflect(pairs, z):
    """Reflects z at one plane after the other."""
    for normal, back in pairs:
        z = z + back * (normal * z).sum(-1, keepdims=True)
    return z


def householder(dim, layers):
    return amortised(lambda z, v: (reflect(mirrors(v), z), no_log_det(z)), v=(layers, dim))


def unpacked(entries, n):
    """Strictly lower triangular matrices [..., n, n] of their entries."""
    rows, columns = np.tril_indices(n, -1)
    zeros = jnp.zeros(entries.shape[:-1] + (n, n), entries.dtype)
    return zeros.at[..., rows, columns].set(entries, indices_are_sorted=True, unique_indices=True)


def transposed(a):
    return jnp.swapaxes(a, -1, -2)


def apply_matrix(matrix, z):
    """A z for each row: A [B, N, M], z [B, M]; or the rows of a group share A: [I, 1, N, M], z [I, S, M]."""
    if matrix.ndim == 4:
        return z @ transposed(matrix[:, 0])
    return (matrix @ z[..., None])[..., 0]


def affine(dim, layers):
    return amortised(
        lambda z, log_scale, shift: (z * jnp.exp(log_scale) + shift, spread(log_scale.sum(-1), z)), log_scale=(dim,), shift=(dim,)
    )


def actnorm(dim, layers):
    return amortised(
        lambda z, log_scale, shift: ((z + shift) * jnp.exp(log_scale), spread(log_scale.sum(-1), z)), log_scale=(dim,), shift=(dim,)
    )


def spread(log_det, z):
    """A log-det that all samples of an image share."""
    return jnp.broadcast_to(log_det, z.shape[:-1])


def full(dim, layers):
    def map_(z, lower, log_scale, shift):
        mixed = z + apply_matrix(unpacked(lower, dim), z)
        return mixed * jnp.exp(log_scale) + shift, spread(log_scale.sum(-1), z)

    return amortised(map_, lower=(dim * (dim - 1) // 2,), log_scale=(dim,), shift=(dim,))


def lu(dim, layers):
    order = random.permutation(dim)
    packed = dim * (dim - 1) // 2

    def map_(z, lower, upper, log_scale):
        scaled = (z + apply_matrix(transposed(unpacked(upper, dim)), z)) * jnp.exp(log_scale)
        return (scaled + apply_matrix(unpacked(lower, dim), scaled))[..., order], spread(log_scale.sum(-1), z)

    return amortised(map_, lower=(packed,), upper=(packed,), log_scale=(dim,))


def sylvester(layers, width, bases, **own):
    """z + Q R1 tanh(R2 Q'z + b); `width` columns, their bases from `own` numbers."""
    packed = width * (width - 1) // 2
    triangles, columns = (layers, packed), (layers, width)
    diagonal = lambda values: values[..., None] * np.eye(width, dtype=np.float32)

    def map_(z, upper1, upper2, product, diagonal2, b, *numbers):
        one_plus_r = jax.nn.softplus(product)
        log_r2 = 2 * jnp.tanh(diagonal2 / 2)
        r1 = transposed(unpacked(upper1, width) + diagonal((one_plus_r - 1) * jnp.exp(-log_r2)))
        r2 = transposed(unpacked(upper2, width) + diagonal(jnp.exp(log_r2)))
        ts = []
        for k, (project, embed) in enumerate(bases(*numbers)):
            t = jnp.tanh(apply_matrix(r2[..., k, :, :], project(z)) + b[..., k, :])
            z = z + embed(apply_matrix(r1[..., k, :, :], t))
            ts.append(t)
        t2 = jnp.square(jnp.stack(ts, -2))
        return z, jnp.log(t2 + (1 - t2) * one_plus_r).sum((-1, -2))

    return amortised(map_, upper1=triangles, upper2=triangles, product=columns, diagonal2=columns, b=columns, **own)


def sylvester_o(dim, layers, width=8):
    def bases(q):
        q = q / jnp.sqrt(jnp.square(q).sum((-1, -2), keepdims=True))
        identity = np.eye(width, dtype=np.float32)
        for steps, alpha, beta in ((18, 2.1, 0.5 * 1.4**3), (7, 1.5, 0.5)):
            for _ in range(steps):
                q = q @ (alpha * identity - beta * (transposed(q) @ q))
        for k in range(layers):
            one = q[..., k, :, :]
            yield (lambda z, one=one: apply_matrix(transposed(one), z)), (lambda h, one=one: apply_matrix(one, h))

    return sylvester(layers, width, bases, q=(layers, dim, width))


def sylvester_h(dim, layers, count=8):
    def bases(v):
        for k in range(layers):
            pairs = mirrors(v[..., k, :, :])
            yield (lambda z, pairs=pairs: reflect(pairs, z)), (lambda h, pairs=pairs: reflect(pairs[::-1], h))

    return sylvester(layers, dim, bases, v=(layers, count, dim))


def sylvester_t(dim, layers):
    same, reversed_ = (lambda z: z), (lambda z: z[..., ::-1])
    return sylvester(layers, dim, lambda: [(same, same) if k % 2 == 0 else (reversed_, reversed_) for k in range(layers)])


def nice_planar(dim, layers):
    """Planar layers whose w is on one half of the components and u on the other."""
    drawn = np.stack([random.permutation(dim) < dim // 2 for _ in range((layers + 1) // 2)]).astype(np.float32)
    halves = np.stack([drawn, 1 - drawn], 1).reshape(-1, dim)[:layers]

    def map_(z, v, b):
        w = v * halves
        for wk, uk, bk in zip(rows_of(w), rows_of(v - w), columns_of(b)):
            z = z + uk * jnp.tanh((wk * z).sum(-1) + bk)[..., None]
        return z, no_log_det(z)

    return amortised(map_, v=(layers, dim), b=(layers,))


def networked(layers, inputs, outputs, of, masks_of=lambda k: [1, 1, 1]):
    """K perceptrons of two hidden tanh layers, and one product that gives all of them their part of the context."""

    def own(context):
        widths = [inputs, HIDDEN, HIDDEN, outputs]
        own = {f"network{k}.{i}": pair for k in range(layers) for i, pair in enumerate(zip(widths, widths[1:]))}
        return own | {"context": (context, layers * HIDDEN, "no bias")}

    def flow(parameters, z, features):
        contexts = jnp.split(over_samples(features @ parameters["context.w"], z), layers, -1)
        return of([network(parameters, k, context, masks_of(k)) for k, context in enumerate(contexts)], z)

    return own, flow


def network(parameters, k, context, masks):
    """The function of x, with masked weights computed once."""
    weights = [parameters[f"network{k}.{i}.w"] * mask for i, mask in enumerate(masks)]
    biases = [parameters[f"network{k}.{i}.b"] for i in range(3)]

    def at(x):
        x = jnp.tanh(x @ weights[0] + biases[0] + context)
        return jnp.tanh(x @ weights[1] + biases[1]) @ weights[2] + biases[2]

    return at


def scale_and_shift(raw):
    shift, raw_scale = jnp.split(raw, 2, -1)
    return shift, MOST_LOG_SCALE * jnp.tanh(raw_scale / MOST_LOG_SCALE)


def realnvp(dim, layers):
    def of(networks, z):
        total = 0
        for at in networks:
            kept, changed = jnp.split(z, 2, -1)
            shift, log_scale = scale_and_shift(at(kept))
            z = jnp.concatenate([changed * jnp.exp(log_scale) + shift, kept], -1)
            total = total + log_scale.sum(-1)
        return z, total

    return networked(layers, dim // 2, dim, of)


def nice(dim, layers, orthogonal=False):
    matrix = lambda: np.linalg.qr(random.normal(size=(dim, dim)))[0] if orthogonal else np.eye(dim)[random.permutation(dim)]
    mixing = [matrix().astype(np.float32) for _ in range(layers)]

    def of(networks, z):
        for at, mixed in zip(networks, mixing):
            kept, changed = jnp.split(z, 2, -1)
            z = jnp.concatenate([kept, changed + at(kept)], -1) @ mixed
        return z, no_log_det(z)

    return networked(layers, dim // 2, dim // 2, of)


def made_masks(dim, reverse):
    """Masks [from, to] of a network with a context: outputs depend on earlier inputs only."""
    inputs = np.arange(1, dim + 1)[:: -1 if reverse else 1]
    inner = np.arange(HIDDEN) * dim // HIDDEN
    degrees = [inputs, inner, inner, np.concatenate([inputs, inputs])]
    reached = lambda i, a, to: to > a if i == 2 else to >= a
    pairs = enumerate(zip(degrees, degrees[1:]))
    return [reached(i, a[:, None], to).astype(np.float32) for i, (a, to) in pairs]


def iaf(dim, layers):
    def of(networks, z):
        total = 0
        for at in networks:
            shift, log_scale = scale_and_shift(at(z))
            z = z * jnp.exp(log_scale) + shift
            total = total + log_scale.sum(-1)
        return z, total

    return networked(layers, dim, 2 * dim, of, lambda k: made_masks(dim, k % 2 == 1))


def maf(dim, layers):
    """The other direction: D passes a layer, in one scan."""

    def of(networks, z):
        total = 0
        for at in reversed(networks):
            target = z

            def once(z, _):
                shift, log_scale = scale_and_shift(at(z))
                return (target - shift) * jnp.exp(-log_scale), log_scale.sum(-1)

            z, log_dets = jax.lax.scan(once, z, length=dim)
            total = total - log_dets[-1]
        return z, total

    return networked(layers, dim, 2 * dim, of, lambda k: made_masks(dim, k % 2 == 1))


def spline(dim, layers, bins=8, bound=5.0, least=1e-3):
    offset = math.log(math.expm1(1 - least))

    def knots(raw):
        sizes = 2 * bound * (least + (1 - least * bins) * jax.nn.softmax(raw, -1))
        zeros = jnp.zeros(sizes.shape[:-1] + (1,))
        return sizes, jnp.concatenate([zeros, sizes.cumsum(-1)], -1) - bound

    def bent(x, raw):
        raw = raw.reshape(x.shape + (3 * bins - 1,))
        widths, heights, slopes = jnp.split(raw, [bins, 2 * bins], -1)
        (widths, lefts), (heights, bottoms) = knots(widths), knots(heights)
        ends = jnp.ones(x.shape + (1,))
        slopes = jnp.concatenate([ends, least + jax.nn.softplus(slopes + offset), ends], -1)
        inside = jnp.clip(x, -bound, bound)
        place = (inside[..., None] >= lefts[..., 1:-1]).sum(-1, keepdims=True)
        at = lambda values: jnp.take_along_axis(values, place, -1)[..., 0]
        width, height, d0, d1 = at(widths), at(heights), at(slopes[..., :-1]), at(slopes[..., 1:])
        xi = jnp.clip((inside - at(lefts)) / width, 0, 1)
        sigma, between = height / width, xi * (1 - xi)
        q = sigma * (jnp.square(xi) + jnp.square(1 - xi)) + (d0 + d1) * between
        y = at(bottoms) + height * (sigma * jnp.square(xi) + d0 * between) / q
        bend = d1 * jnp.square(xi) + 2 * sigma * between + d0 * jnp.square(1 - xi)
        log_slope = 2 * jnp.log(sigma) + jnp.log(bend) - 2 * jnp.log(q)
        outside = jnp.abs(x) > bound
        return jnp.where(outside, x, y), jnp.where(outside, 0.0, log_slope).sum(-1)

    def of(networks, z):
        total = 0
        for at in networks:
            kept, changed = jnp.split(z, 2, -1)
            y, log_det = bent(changed, at(kept))
            z = jnp.concatenate([y, kept], -1)
            total = total + log_det
        return z, total

    return networked(layers, dim // 2, dim // 2 * (3 * bins - 1), of)


families = {
    "planar": planar, "planar-leaky": planar_leaky, "radial": radial, "householder": householder, "nice-planar": nice_planar,
    "affine": affine, "actnorm": actnorm, "full": full, "lu": lu,
    "sylvester-o": sylvester_o, "sylvester-h": sylvester_h, "sylvester-t": sylvester_t,
    "realnvp": realnvp, "nice-perm": nice, "nice-orth": functools.partial(nice, orthogonal=True), "iaf": iaf, "maf": maf, "spline": spline,
}


def flow_of(name, dim, layers, context):
    """A flow by the name that formulas have for it: its own parameters as widths of dense layers, and the flow."""
    own, flow = families[name](dim, layers)
    return own(context), flow


def check_log_det(name):
    """Ends the process if a flow's log-det is not that of its Jacobian, at drawn parameters."""
    dim, layers, width = 10, 2, 5
    widths, flow = flow_of(name, dim, layers, width)
    draw = lambda *shape: jnp.asarray(0.2 * random.standard_normal(shape, dtype=np.float32))
    parameters = {layer + ".w": draw(*pair[:2]) for layer, pair in widths.items()}
    parameters |= {layer + ".b": draw(pair[1]) for layer, pair in widths.items() if len(pair) == 2}
    z, features = draw(1, dim), draw(1, width)
    jacobian = jax.jacobian(lambda z: flow(parameters, z[None], features)[0][0])(z[0])
    apart = abs(flow(parameters, z, features)[1][0] - np.linalg.slogdet(np.asarray(jacobian, np.float64))[1])
    if not apart < 1e-3:
        raise SystemExit(f"the log-det of {name} in JAX is {apart} off its Jacobian's")
