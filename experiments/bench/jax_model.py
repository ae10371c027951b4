"""The benchmark's VAE in JAX: parameters are a dictionary, the planar chain is one `lax.scan` over its layers."""
import math

import jax
import jax.numpy as jnp

from peer import PIXELS


def planar_chain(w, u, b, z, unroll):
    """K planar layers: w, u [K, B, D], b [K, B], z [B, ..., D] -> y [B, ..., D], log-det [B, ...]."""
    dot = (w * u).sum(-1)
    slope = jax.nn.softplus(dot)
    u_hat = u + ((slope - 1 - dot) / jnp.square(w).sum(-1))[..., None] * w
    inner = z.ndim - 2
    over_samples = lambda a: a.reshape(a.shape[:2] + (1,) * inner + a.shape[2:])

    def layer(z, parameters):
        wk, uk, bk = parameters
        t = jnp.tanh((wk * z).sum(-1) + bk)
        return z + uk * t[..., None], t

    y, t = jax.lax.scan(layer, z, tuple(map(over_samples, (w, u_hat, b))), unroll=unroll)
    t2 = jnp.square(t)
    return y, jnp.log(t2 + (1 - t2) * over_samples(slope)).sum(0)


def log_normal(z):
    """Log-density of a standard normal, summed over the last axis."""
    return -0.5 * (jnp.square(z) + math.log(2 * math.pi)).sum(-1)


def dense(parameters, name, x):
    return x @ parameters[name + ".w"] + parameters[name + ".b"]


def planar(layers, unroll):
    """K planar layers, w, u and b from the encoder's features: their heads as widths of dense layers, and the flow."""

    def flow(parameters, z, features):
        by_layer = lambda name: dense(parameters, name, features).reshape(len(features), layers, -1).swapaxes(0, 1)
        return planar_chain(by_layer("w"), by_layer("u"), by_layer("b")[..., 0], z, unroll)

    def own(hidden, latent):
        return {"w": (hidden, layers * latent), "u": (hidden, layers * latent), "b": (hidden, layers)}

    return own, flow


def initial_parameters(own, hidden, latent):
    """All parameters by name: those of the VAE and its flow's `own`, dense layers by name with their widths."""
    widths = {
        "encoder.0": (PIXELS, hidden),
        "encoder.1": (hidden, hidden),
        "mean": (hidden, latent),
        "log_std": (hidden, latent),
        **own,
        "decoder.0": (latent, hidden),
        "decoder.1": (hidden, hidden),
        "decoder.2": (hidden, PIXELS),
    }
    keys = jax.random.split(jax.random.key(0), len(widths))
    weights = {
        name + ".w": jax.random.uniform(key, shape[:2], minval=-1, maxval=1) / math.sqrt(shape[0])
        for key, (name, shape) in zip(keys, widths.items())
    }
    return weights | {name + ".b": jnp.zeros(shape[1]) for name, shape in widths.items() if len(shape) == 2}


def log_weight(parameters, x, noise, flow):
    """log p(x, z) - log q(z | x) for x [B, 784] and noise [B, D], or x [I, 784] and noise [I, S, D]; `flow` may be None."""
    h = jax.nn.relu(dense(parameters, "encoder.0", x))
    features = jax.nn.relu(dense(parameters, "encoder.1", h))
    inner = noise.ndim - 2
    over_samples = lambda a: a.reshape(a.shape[:1] + (1,) * inner + a.shape[1:])
    log_std = over_samples(dense(parameters, "log_std", features))
    z = over_samples(dense(parameters, "mean", features)) + jnp.exp(log_std) * noise
    log_q = log_normal(noise) - log_std.sum(-1)
    if flow:
        z, log_det = flow(parameters, z, features)
        log_q = log_q - log_det
    h = jax.nn.relu(dense(parameters, "decoder.0", z))
    logits = dense(parameters, "decoder.2", jax.nn.relu(dense(parameters, "decoder.1", h)))
    log_likelihood = (over_samples(x) * logits - jax.nn.softplus(logits)).sum(-1)
    return log_likelihood + log_normal(z) - log_q


def adam(parameters, gradients, state, rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """One update of Adam; the state is (step, first moments, second moments)."""
    step, first, second = state
    step = step + 1
    first = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, first, gradients)
    second = jax.tree.map(lambda v, g: beta2 * v + (1 - beta2) * g * g, second, gradients)
    scale = rate * jnp.sqrt(1 - beta2**step) / (1 - beta1**step)
    updated = jax.tree.map(lambda p, m, v: p - scale * m / (jnp.sqrt(v) + epsilon), parameters, first, second)
    return updated, (step, first, second)
