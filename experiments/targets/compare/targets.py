"""The log densities of the comparison over R^D, for jax.numpy and torch alike: z [B, D] -> [B], nats."""
import math

HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)
EFFECTS = [28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0]
ERRORS = [15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0]


def log_normal(x, mean, std):
    return -0.5 * ((x - mean) / std) ** 2 - math.log(std) - HALF_LOG_TWO_PI


def banana(xp, z):
    x1, x2 = z[:, 0], z[:, 1]
    return log_normal(x1, 0.0, 10.0) + log_normal(x2 + 0.03 * (x1 ** 2 - 100.0), 0.0, 1.0)


def funnel(xp, z):
    v, x = z[:, 0], z[:, 1:]
    inner = -0.5 * x ** 2 * xp.exp(-v)[:, None] - 0.5 * v[:, None] - HALF_LOG_TWO_PI
    return log_normal(v, 0.0, 3.0) + inner.sum(-1)


def correlated_normal(xp, z):
    dim, rho = 50, 0.9
    step = math.sqrt(1 - rho ** 2)
    mean = xp.asarray([math.sin(i) for i in range(dim)], dtype=xp.float32)
    std = xp.asarray([0.5 * 4 ** (i / (dim - 1)) for i in range(dim)], dtype=xp.float32)
    u = (z - mean) / std
    squares = u[:, 0] ** 2 + (((u[:, 1:] - rho * u[:, :-1]) / step) ** 2).sum(-1)
    scale = sum(math.log(0.5 * 4 ** (i / (dim - 1))) for i in range(dim)) + (dim - 1) * math.log(step)
    return -0.5 * squares - scale - dim * HALF_LOG_TWO_PI


def eight_schools_noncentred(xp, z):
    """z is mu, u with tau = softplus(u), and the eight standardised effects; with the Jacobian of tau."""
    mu, u, eta = z[:, 0], z[:, 1], z[:, 2:]
    zero = xp.zeros_like(u)
    tau = xp.logaddexp(u, zero)
    log_slope = -xp.logaddexp(-u, zero)
    prior = log_normal(mu, 0.0, 5.0) + math.log(2 / (5 * math.pi)) - xp.log1p((tau / 5) ** 2) + log_slope
    effects, errors = (xp.asarray(each, dtype=xp.float32) for each in (EFFECTS, ERRORS))
    theta = mu[:, None] + tau[:, None] * eta
    likelihood = (-0.5 * ((theta - effects) / errors) ** 2 - xp.log(errors) - HALF_LOG_TWO_PI).sum(-1)
    return prior + likelihood + (-0.5 * eta ** 2 - HALF_LOG_TWO_PI).sum(-1)


TARGETS = {
    "banana": (2, banana),
    "funnel": (10, funnel),
    "correlated-normal": (50, correlated_normal),
    "eight-schools-non-centred": (10, eight_schools_noncentred),
}
