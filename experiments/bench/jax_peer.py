"""The benchmark's tasks under JAX's jit: see peer.py for how it is asked."""
import os

from peer import PIXELS, ROWS, TRAINING_IMAGES, median_after_warm_up, microseconds_per_sample, milliseconds, peak_memory, serve, setting

options = setting()
device = getattr(options, "device", "cpu")
os.environ["JAX_PLATFORMS"] = device
if device == "cpu":
    # XLA has no setting for its threads: it takes as many as the process may use cores. So this is said before it is imported.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])
    os.environ["NPROC"] = str(options.threads)
import jax
import jax.numpy as jnp
import numpy as np

try:
    jax.devices()
except (RuntimeError, AssertionError) as error:
    raise SystemExit(f"JAX finds no {device.upper()} here") from error

from jax_model import adam, initial_parameters, log_weight, planar, planar_chain
from jax_posteriors import check_log_det, flow_of

random = np.random.default_rng(0)


def normal(*shape):
    return random.standard_normal(shape, dtype=np.float32)


def model(unroll):
    """The parameters at the start, and the flow, which may be None."""
    family = getattr(options, "family", None)
    if family:
        check_log_det(family)
        own, flow = flow_of(family, options.latent, options.layers, options.hidden)
    elif options.layers:
        heads, flow = planar(options.layers, unroll)
        own = heads(options.hidden, options.latent)
    else:
        own, flow = {}, None
    parameters = initial_parameters(own, options.hidden, options.latent)
    count = sum(values.size for values in parameters.values())
    if family and count != options.parameters:
        raise SystemExit(f"its model has {count} parameters, flowvae's {options.parameters}")
    return parameters, flow


def training_step(unroll):
    """Batch with dynamic binarisation and noise by numpy, then loss, gradients and Adam in one function whose state is donated."""
    parameters, flow = model(unroll)
    zeros = lambda: jax.tree.map(jnp.zeros_like, parameters)
    state = (parameters, (jnp.float32(0), zeros(), zeros()))
    images = random.integers(256, size=(TRAINING_IMAGES, PIXELS), dtype=np.uint8)

    def update(state, x, noise):
        parameters, moments = state
        loss_of = lambda parameters: -log_weight(parameters, x, noise, flow).mean()
        loss, gradients = jax.value_and_grad(loss_of)(parameters)
        return loss, adam(parameters, gradients, moments)

    compiled = jax.jit(update, donate_argnums=0)

    def step():
        nonlocal state
        intensities = images[random.integers(TRAINING_IMAGES, size=options.batch)] / np.float32(255)
        x = (random.random(intensities.shape, dtype=np.float32) < intensities).astype(np.float32)
        loss, state = compiled(state, x, normal(options.batch, options.latent))
        return float(loss)

    return step


def evaluation(unroll):
    """log p(x) of images by importance sampling: several images share a run where their samples are few, and many samples are several runs."""
    parameters, flow = model(unroll)
    together = max(1, ROWS // options.samples)
    at_once = min(ROWS, options.samples)

    @jax.jit
    def weights(parameters, x, noise):
        return log_weight(parameters, x, noise, flow)

    def evaluate_images(count):
        total = 0.0
        for _ in range(0, count, together):
            x = (random.random((together, PIXELS), dtype=np.float32) < 0.5).astype(np.float32)
            runs = [weights(parameters, x, normal(together, at_once, options.latent)) for _ in range(options.samples // at_once)]
            total += float(jax.nn.logsumexp(jnp.concatenate(runs, 1), axis=1).sum())
        return total

    return evaluate_images


def flow_alone(unroll):
    """Forward and backward pass of the planar chain, parameters per row."""
    shape = (options.layers, options.batch, options.latent)
    w, u = (normal(*shape) / np.float32(options.latent**0.5) for _ in range(2))
    b, z = np.zeros(shape[:2], np.float32), normal(options.batch, options.latent)
    arguments = tuple(map(jnp.asarray, (w, u, b, z)))

    @jax.jit
    def run(w, u, b, z):
        def value(*arguments):
            y, log_det = planar_chain(*arguments, unroll)
            return y.sum() + log_det.sum()

        return jax.value_and_grad(value, argnums=(0, 1, 2, 3))(w, u, b, z)

    return lambda: jax.block_until_ready(run(*arguments))


tasks = {
    "step": lambda unroll: median_after_warm_up(training_step(unroll)),
    "evaluation": lambda unroll: microseconds_per_sample(evaluation(unroll), options.samples),
    "flow": lambda unroll: median_after_warm_up(flow_alone(unroll)),
    "memory": lambda unroll: peak_memory(training_step(unroll)),
    "setup": lambda unroll: lambda _: milliseconds(lambda: training_step(unroll)()),
}
serve(tasks[options.task](True if options.unroll and options.layers else 1))
